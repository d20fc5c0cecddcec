/**
 * Checks of what programs without types give: an option that is misspelt, of a wrong kind or out of range is refused
 * by its name, and not left out in silence. Values are not shown, since they may be secrets; numbers and words are.
 */
import { nearest } from '@chappe/protocol';
import { SmppError } from './errors.ts';
import { isThenable } from './guard.ts';

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) for a value that the option of this name cannot have. */
export type Check = (value: unknown, name: string) => void;

/** The checks of all options of an object; the type sees to it that none is forgotten. */
export type Checks<T> = { readonly [K in keyof Required<T>]: Check };

/** Refuses an option. */
export function refuse(name: string, reason: string, cause?: unknown): never {
  const options = cause === undefined ? {} : { cause };
  throw new SmppError('CHAPPE_SMPP_OPTION', `${name} ${reason}`, options);
}

function shown(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (isThenable(value)) return 'a promise, which is to be awaited';
  return isOptionsObject(value) ? 'an object' : `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

/**
 * Whether fields of it are what it says: not of a promise that nobody awaited, a Map or a Date, which has none and would
 * pass for an object with everything left out.
 */
export function isOptionsObject(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Object]' && !isThenable(value);
}

/** Refuses the value of an option, saying what it takes. */
export function wrong(name: string, value: unknown, expected: string): never {
  return refuse(name, value === undefined ? `is missing: ${expected}` : `is ${shown(value)}: ${expected}`);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** A text. */
export const text: Check = (value, name) => {
  if (typeof value !== 'string') wrong(name, value, 'it takes a text');
};

/** true or false. */
export const trueOrFalse: Check = (value, name) => {
  if (typeof value !== 'boolean') wrong(name, value, 'it takes true or false');
};

/** A function; `why` is added where it is not optional and missing. */
export const callback: Check = (value, name) => {
  if (!isFunction(value)) wrong(name, value, 'it takes a function');
};

/** Anything: what it is worth is found out elsewhere. */
export const anything: Check = () => undefined;

/** A whole number within bounds, both included. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): Check {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return (value, name) => {
    const isWhole = Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
    if (!isWhole) wrong(name, value, `it takes a whole number ${bounds}`);
  };
}

/** A number within bounds, both included; fractions are taken. */
export function number(min: number, max: number = Number.POSITIVE_INFINITY): Check {
  const least = min === Number.MIN_VALUE ? 'above 0' : `from ${min}`;
  const bounds = max === Number.POSITIVE_INFINITY ? least : `${least} to ${max}`;
  return (value, name) => {
    const isWithin = typeof value === 'number' && value >= min && value <= max;
    if (!isWithin) wrong(name, value, `it takes a number ${bounds}`);
  };
}

/** Milliseconds, 0 or more; fractions are taken. */
export const milliseconds: Check = (value, name) => {
  const isTime = typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
  if (!isTime) wrong(name, value, 'it takes milliseconds, 0 or more');
};

/** One of some words. */
export function oneOf(...words: readonly string[]): Check {
  return (value, name) => {
    if (typeof value === 'string' && words.includes(value)) return;
    const meant = typeof value === 'string' ? nearest(value, words) : undefined;
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    wrong(name, value, `it takes ${words.join(', ')}${hint}`);
  };
}

/** A list, each of its elements checked. */
export function listOf(check: Check): Check {
  return (value, name) => {
    if (!Array.isArray(value)) wrong(name, value, 'it takes a list');
    value.forEach((element, index) => {
      check(element, `${name}[${index}]`);
    });
  };
}

/** What one of two checks passes; `expected` says both. */
export function either(first: Check, second: Check, expected: string): Check {
  return (value, name) => {
    for (const check of [first, second]) {
      try {
        check(value, name);
        return;
      } catch {
        // The other may pass it; if not, both are told at once.
      }
    }
    wrong(name, value, expected);
  };
}

/** Octets or a text, as certificates are given. */
export const octetsOrText: Check = (value, name) => {
  if (typeof value !== 'string' && !(value instanceof Uint8Array))
    wrong(name, value, 'it takes a text or octets');
};

/** An object with these methods. */
export function objectWith(...methods: readonly string[]): Check {
  return (value, name) => {
    const isObject = (typeof value === 'object' && value !== null) || isFunction(value);
    const missing = methods.find(
      (method) => !isObject || !isFunction((value as Record<string, unknown>)[method]),
    );
    if (missing !== undefined) wrong(name, value, `it takes an object with ${methods.join(', ')}`);
  };
}

/**
 * An object of options: its keys must be known, and its values pass their checks; undefined counts as left out, but
 * for those that are `required`. With the name '' the options are called by their own names alone.
 */
export function optionsOf<T>(checks: Checks<T>, required: readonly (keyof T & string)[] = []): Check {
  const known = Object.keys(checks);
  const byName = checks as { readonly [option: string]: Check };
  return (value, name) => {
    if (!isOptionsObject(value)) {
      wrong(name === '' ? 'the options' : name, value, `it takes an object with ${known.join(', ')}`);
    }
    const prefix = name === '' ? '' : `${name}.`;
    const options = Object.entries(value as object);
    // A misspelt one first: it says what a missing one would only hint at.
    for (const [option] of options) if (!Object.hasOwn(checks, option)) unknownOption(prefix, option, known);
    for (const option of required) {
      byName[option]!((value as Record<string, unknown>)[option], prefix + option);
    }
    for (const [option, given] of options) if (given !== undefined) byName[option]!(given, prefix + option);
  };
}

function unknownOption(prefix: string, option: string, known: readonly string[]): never {
  const meant = nearest(option, known);
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${prefix}${meant}?`;
  return refuse(`${prefix}${option}`, `is no option: ${hint}`);
}

/** The options without those that are undefined, which must not take the place of a default. */
export function given<T extends object>(options: T | undefined): T {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as T;
}
