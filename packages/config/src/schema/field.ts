/** What schemas are made of: single values, lists, sections of keys; each with the words for its documentation. */
import { nearest } from '@chappe/protocol';
import { z } from 'zod';

/** JSON Schema of a single value. */
export type JsonShape = { readonly [keyword: string]: unknown };

// Editors read a plain 44 as a number; it is a text all the same.
const text: JsonShape = { type: ['string', 'number'] };
/** `${VAR}` may stand for any single value. */
const variable: JsonShape = { type: 'string', pattern: '\\$\\{' };

/** Wrong values that may still be found in the reading that is under way: see `bounded`. */
let wrongLeft = Number.POSITIVE_INFINITY;

/** Marks issues of values that were not looked at any more. */
export const unread = { isUnread: true } as const;

/**
 * Reads with a bound: after so many wrong values no further one is looked at, and has an issue marked `unread`. What is
 * wrong with the rest would not be shown, and each costs an error with its stack.
 */
export function bounded<T>(wrongValues: number, read: () => T): T {
  const before = wrongLeft;
  wrongLeft = wrongValues;
  try {
    return read();
  } finally {
    wrongLeft = before;
  }
}

/** Single values, for the list of variables that overrule them. */
const singles = z.registry<{ readonly single: 'one' | 'many' }>();

/** Marks issues that say that something is not there. */
export const missing = { isMissing: true } as const;

/**
 * A single value from its text. `read` throws a `TypeError` that says what is expected. Numbers and truth values of
 * JSON are taken by their text. `shape`: its JSON Schema, default text.
 */
export function scalar<T>(read: (text: string) => T, shape: JsonShape = text): z.ZodType<T> {
  const schema = z
    .unknown()
    .transform((value, context): T => {
      if (value === undefined) {
        context.issues.push({ code: 'custom', message: 'missing', input: value, params: missing });
        return z.NEVER;
      }
      if (typeof value === 'object' || typeof value === 'function') {
        context.issues.push({ code: 'invalid_type', expected: 'string', input: value });
        return z.NEVER;
      }
      if (wrongLeft <= 0) {
        context.issues.push({ code: 'custom', message: 'not looked at', input: value, params: unread });
        return z.NEVER;
      }
      try {
        return read(String(value));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        wrongLeft -= 1;
        context.issues.push({ code: 'custom', message: error.message, input: value, params: { error } });
        return z.NEVER;
      }
    })
    .meta(shape === text ? text : { anyOf: [shape, variable] });
  singles.add(schema, { single: 'one' });
  return schema as unknown as z.ZodType<T>;
}

/** A whole number. */
export function integer(read: (text: string) => number, min: number, max?: number): z.ZodType<number> {
  return scalar(read, { type: 'integer', minimum: min, ...(max === undefined ? {} : { maximum: max }) });
}

/** One of some words; `other` spellings are taken too, but not shown. */
export function oneOf<const W extends string>(
  words: readonly W[],
  other: { readonly [spelling: string]: W } = {},
): z.ZodType<W> {
  const read = (given: string): W => {
    const found =
      words.find((word) => word === given) ?? (Object.hasOwn(other, given) ? other[given] : undefined);
    if (found !== undefined) return found;
    throw new UnknownWord(`expected one of ${words.join(', ')}`, given, words);
  };
  const numbers = words.filter((word) => /^\d+(\.\d+)?$/.test(word)).map(Number);
  const others = [...Object.keys(other), ...numbers];
  return scalar(read, others.length === 0 ? { enum: words } : { anyOf: [{ enum: words }, { enum: others }] });
}

/** A word that is none of those that are possible; the near one is suggested. */
export class UnknownWord extends TypeError {
  readonly #given: string;
  readonly #words: Iterable<string>;

  constructor(message: string, given: string, words: Iterable<string>) {
    super(message);
    this.#given = given;
    this.#words = words;
  }

  /** The word that was probably meant: looked for when it is asked for, since that takes time. */
  get near(): string | undefined {
    return nearest(this.#given, this.#words);
  }
}

/** An empty list means all or nothing, and nobody knows which. */
export const emptyList = 'this list is empty: leave the key out, or name something';

/** One value, or a list of them: a list, not empty. */
export function oneOrMany<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  const schema = z.union(
    [item.transform((value): readonly T[] => [value]), z.array(item).min(1, { error: emptyList })],
    {
      error: 'expected a value, or a list of them',
    },
  );
  return listOf(schema as unknown as z.ZodType<readonly T[]>);
}

/** Says of a schema that it takes a list of single values, so that a variable can give one with commas. */
export function listOf<T>(schema: z.ZodType<T>): z.ZodType<T> {
  singles.add(schema, { single: 'many' });
  return schema;
}

/** A key that may be left out. `about`: what it means, one line. `fallback`: what counts then, as it would be written. */
export function optional<T>(
  type: z.ZodType<T>,
  about: string,
  fallback?: string | number | boolean | readonly string[],
): z.ZodOptional<z.ZodType<T>> {
  return type.optional().meta({ description: about, ...(fallback === undefined ? {} : { fallback }) });
}

/** A key that must be there. */
export function required<T>(type: z.ZodType<T>, about: string): z.ZodType<T> {
  return type.meta({ description: about });
}

/** Values by keys of the user's choice. `readKey` says whether one is possible. */
export function keyed<K, T>(
  readKey: (key: string) => K,
  value: z.ZodType<T>,
): z.ZodType<readonly (readonly [K, T])[]> {
  const key = z.string().superRefine((text, context) => {
    if (wrongLeft <= 0) {
      context.addIssue({ code: 'custom', message: 'not looked at', params: unread });
      return;
    }
    try {
      readKey(text);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      wrongLeft -= 1;
      context.addIssue({ code: 'custom', message: error.message, params: { error } });
    }
  });
  return z
    .record(key, value)
    .transform((record) => Object.entries(record).map(([text, part]) => [readKey(text), part] as const));
}

/** Keys and values, all of them known. */
export function section<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape).join(' ');
  // The words of zod for an unknown key are not ours; in their place stand the keys that there are, see issues.ts.
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}

/** A name that something else must have; undefined where nobody knows which there are. */
export function reference(names: ReadonlySet<string> | undefined, what: string): (text: string) => string {
  return (given) => {
    if (names === undefined || names.has(given)) return given;
    throw new UnknownWord(`there is no ${what} "${given}"`, given, names);
  };
}

/** Whether a schema is of a single value, or of a list of single values. */
export function singleOf(schema: z.core.$ZodType): 'one' | 'many' | undefined {
  return singles.get(schema)?.single;
}

/** All keys of a type, so that a new one is not forgotten. */
export type Every<T> = { readonly [K in keyof Required<T>]: T[K] };

/** An object without the keys whose value is undefined: what is left out is equal by value. */
export function compact<T extends object>(value: Every<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
