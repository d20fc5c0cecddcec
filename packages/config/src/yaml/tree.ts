/** What a file says, each value with its place: plain values for the schema, places for messages. */
import type { Path } from '../flaw.ts';

/** Offsets of a value in the text: from, and until (not included). */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** A single value. */
export interface PlacedScalar {
  readonly kind: 'scalar';
  /** With its variables filled in. */
  readonly text: string;
  /** As it was written, without quotes. */
  readonly written: string;
  readonly span: Span;
  /** The variable that it came from instead of the file. */
  readonly variable?: string | undefined;
  /** It could not be read, which has been said: nothing more is said about it. */
  readonly isBroken?: boolean | undefined;
}

/** A list. */
export interface PlacedList {
  readonly kind: 'list';
  readonly items: readonly Placed[];
  readonly span: Span;
  readonly variable?: string | undefined;
}

/** One key with its value; undefined where nothing stands after the colon. */
export interface PlacedEntry {
  readonly keySpan: Span;
  readonly value: Placed | undefined;
}

/** Keys and values. */
export interface PlacedMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, PlacedEntry>;
  readonly span: Span;
}

/** Any value. */
export type Placed = PlacedScalar | PlacedList | PlacedMap;

/** The plain value for the schema: texts, lists, objects. Keys without value are left out. */
export function plainOf(placed: Placed): unknown {
  if (placed.kind === 'scalar') return placed.text;
  if (placed.kind === 'list') return placed.items.map(plainOf);
  const pairs: [string, unknown][] = [];
  for (const [key, { value }] of placed.entries) {
    if (value !== undefined) pairs.push([key, plainOf(value)]);
  }
  // Not by assignment: a key `__proto__` would be no key then.
  return Object.fromEntries(pairs);
}

/** The value at a path. */
export function placedAt(root: Placed, path: Path): Placed | undefined {
  let at: Placed | undefined = root;
  for (const part of path) {
    if (at?.kind === 'map') at = at.entries.get(String(part))?.value;
    else if (at?.kind === 'list') at = at.items[Number(part)];
    else return undefined;
  }
  return at;
}

/** The deepest value on the way to a path that is there: where to point when the value itself is missing. */
export function nearestAt(root: Placed, path: Path): Placed {
  let at: Placed = root;
  for (let length = 1; length <= path.length; length++) {
    const next = placedAt(root, path.slice(0, length));
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

/** Calls back for every key with its value, from the outside in. */
export function visitEntries(
  placed: Placed | undefined,
  visit: (path: Path, key: string, entry: PlacedEntry) => void,
  path: Path = [],
): void {
  if (placed?.kind === 'list') {
    placed.items.forEach((item, index) => {
      visitEntries(item, visit, [...path, index]);
    });
  } else if (placed?.kind === 'map') {
    for (const [key, entry] of placed.entries) {
      const at = [...path, key];
      visit(at, key, entry);
      visitEntries(entry.value, visit, at);
    }
  }
}
