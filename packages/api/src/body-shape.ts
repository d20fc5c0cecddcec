/**
 * The shape of a body, before anything looks at what is in it: how deep, how wide, how many values. Whoever checks values
 * works for each of them, so what no body of ours has is refused by one walk that ends at the first excess.
 */
import { Problem } from './problem.ts';

/** Bounds of a body. */
export interface BodyShape {
  /** Objects and lists inside of each other. */
  readonly depth: number;
  /** Keys of one object. */
  readonly keys: number;
  /** Keys and items in all. */
  readonly values: number;
}

/** Requests of ours: a thousand numbers, and some keys. */
export const plainShape: BodyShape = { depth: 6, keys: 100, values: 2_000 };
/** Entries of the settings: lists of numbers and of prices. */
export const entryShape: BodyShape = { depth: 12, keys: 10_000, values: 20_000 };

/** Throws a `Problem` when a body has another shape than bodies have. */
export function checkShape(body: unknown, shape: BodyShape): void {
  let values = 0;
  const open: { readonly value: object; readonly depth: number }[] = [];
  const enter = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return;
    if (depth > shape.depth) throw excess(`more than ${shape.depth} objects and lists inside of each other`);
    open.push({ value, depth });
  };
  enter(body, 1);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const items = Object.values(at.value);
    if (!Array.isArray(at.value) && items.length > shape.keys) {
      throw excess(`an object with ${items.length} keys: at most ${shape.keys}`);
    }
    values += items.length;
    if (values > shape.values) throw excess(`more than ${shape.values} values`);
    for (const item of items) enter(item, at.depth + 1);
  }
}

function excess(what: string): Problem {
  return new Problem('invalid_field', `the body has ${what}`, {
    hint: 'send what the description (GET /openapi.json) has, in several requests if need be',
  });
}
