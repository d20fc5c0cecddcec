/** Variables that overrule single values of the server part: CHAPPE_HTTP_LISTEN is http.listen. */
import { nearest } from '@chappe/protocol';
import type { z } from 'zod';
import type { Path } from './flaw.ts';
import type { Environment } from './interpolation.ts';
import { builtInForms } from './schema/built-in-actions.ts';
import { sectionKeys, serverKeys } from './schema/config-schema.ts';
import { singleOf } from './schema/field.ts';
import { withoutFiles } from './schema/read-context.ts';
import type { Placed, PlacedEntry, PlacedMap } from './yaml/tree.ts';

/** One variable. */
export interface ServerVariable {
  readonly name: string;
  readonly path: readonly string[];
  /** `many`: several values with commas between them. */
  readonly takes: 'one' | 'many';
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
}

const prefix = 'CHAPPE_';
const none: { readonly [key: string]: z.core.$ZodType } = {};

function leaves(schema: z.core.$ZodType, path: readonly string[]): ServerVariable[] {
  const takes = singleOf(schema);
  if (takes !== undefined) return [{ name: variableName(path), path, takes }];
  const definition = schema._zod.def as Definition;
  const inner = definition.innerType ?? definition.in;
  if (inner !== undefined) return leaves(inner, path);
  return Object.entries(definition.shape ?? none).flatMap(([key, part]) => leaves(part, [...path, key]));
}

/** `http.allowHosts` is CHAPPE_HTTP_ALLOW_HOSTS. */
function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `${prefix}${words.join('_')}`;
}

let known: readonly ServerVariable[] | undefined;

/** All of them, in the order of the file. */
export function serverVariables(): readonly ServerVariable[] {
  known ??= serverKeys.flatMap((key) => leaves(sectionKeys(withoutFiles({}, builtInForms))[key], [key]));
  return known;
}

/** A file's values with those of variables in their place; and what is wrong with variables. */
export interface Overruled {
  readonly root: PlacedMap;
  readonly flaws: readonly { readonly variable: string; readonly message: string }[];
  readonly warnings: readonly { readonly variable: string; readonly message: string }[];
}

/** Puts the values of variables in. `CHAPPE_X_FILE` names a file with the value. */
export function overrule(root: PlacedMap, env: Environment, readFile: (path: string) => string): Overruled {
  const flaws: { variable: string; message: string }[] = [];
  let at = root;
  for (const { name, path, takes } of serverVariables()) {
    const file = env[`${name}_FILE`];
    let text = env[name];
    if ((text === undefined || text === '') && file !== undefined && file !== '') {
      try {
        text = readFile(file).trim();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        flaws.push({
          variable: `${name}_FILE`,
          message: `${file} cannot be read: ${code ?? 'unknown reason'}`,
        });
      }
    }
    if (text !== undefined && text !== '') at = replaced(at, path, placedOf(text.trim(), takes, name));
  }
  return { root: at, flaws, warnings: mistyped(env) };
}

function placedOf(text: string, takes: ServerVariable['takes'], variable: string): Placed {
  const span = { from: 0, until: 0 };
  const parts = takes === 'many' ? text.split(',').map((part) => part.trim()) : [text];
  const items = parts.map((part): Placed => ({ kind: 'scalar', text: part, written: part, span, variable }));
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: 'list', items, span, variable };
}

function replaced(map: PlacedMap, path: Path, value: Placed): PlacedMap {
  const [key, ...rest] = path;
  const before = map.entries.get(String(key));
  const inner = before?.value ?? { kind: 'map', entries: new Map<string, PlacedEntry>(), span: map.span };
  // What is no map has its own flaw.
  if (rest.length > 0 && inner.kind !== 'map') return map;
  const after = rest.length === 0 || inner.kind !== 'map' ? value : replaced(inner, rest, value);
  const entry = { keySpan: before?.keySpan ?? map.span, value: after };
  return { ...map, entries: new Map([...map.entries, [String(key), entry]]) };
}

/** Variables that are none of ours, but look like one of them. */
function mistyped(env: Environment): { variable: string; message: string }[] {
  const names = serverVariables().map(({ name }) => name);
  const all = new Set([...names, ...names.map((name) => `${name}_FILE`)]);
  return Object.keys(env).flatMap((variable) => {
    if (!variable.startsWith(prefix) || all.has(variable)) return [];
    const near = nearest(variable, names);
    return near === undefined
      ? []
      : [{ variable, message: `there is no such variable: did you mean ${near}?` }];
  });
}
