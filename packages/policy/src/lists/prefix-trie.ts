/**
 * Prefixes to small integers. The nodes stand in breadth-first order, so the children of one node lie side by side
 * and end where those of the next node begin: a node costs 10 octets, and 100,000 prefixes some megabytes.
 */

import { atOnce, type Steps, sorted } from '../slices.ts';

/** A prefix and what it stands for: 0 or more, as an index into somebody's list. */
export type PrefixEntry = readonly [prefix: string, value: number];

/** Prefixes of any characters (UTF-16 units) to the values given for them. Immutable; a lookup allocates nothing. */
export class PrefixTrie {
  /** Length of the longest prefix. */
  readonly depth: number;
  /** Values of all nodes, one after the other, ascending within a node and each once there. */
  readonly values: Int32Array;
  readonly #characters: Uint16Array;
  readonly #children: Int32Array;
  readonly #starts: Int32Array;

  /** Builds it from entries in any order; a prefix may have several values. */
  constructor(entries: readonly PrefixEntry[], layout: Layout = atOnce(layOut(entries))) {
    const { characters, children, starts, values, depth } = layout;
    this.depth = depth;
    this.values = values;
    this.#characters = characters;
    this.#children = children;
    this.#starts = starts;
  }

  /** The same, in steps. */
  static *steps(entries: readonly PrefixEntry[]): Steps<PrefixTrie> {
    return new PrefixTrie(entries, yield* layOut(entries));
  }

  /** The first value of the longest prefix that `text` has at `from`; -1 when it has none. */
  longest(text: string, from = 0): number {
    let found = this.#starts[1] === 0 ? -1 : 0;
    let node = 0;
    for (let at = from; at < text.length; at += 1) {
      node = this.#child(node, text.charCodeAt(at));
      if (node < 0) break;
      const start = this.#starts[node] ?? 0;
      if (start !== this.#starts[node + 1]) found = start;
    }
    return found < 0 ? -1 : (this.values[found] ?? -1);
  }

  /**
   * Where in `values` those of all prefixes of `text` at `from` stand: the k-th from `begins[k]` to before `ends[k]`.
   * Both need room for `depth + 1`. Returns how many there are.
   */
  path(text: string, from: number, begins: Int32Array, ends: Int32Array): number {
    let count = 0;
    let node = 0;
    for (let at = from; node >= 0; at += 1) {
      const start = this.#starts[node] ?? 0;
      const end = this.#starts[node + 1] ?? 0;
      if (start !== end) {
        begins[count] = start;
        ends[count] = end;
        count += 1;
      }
      if (at >= text.length) break;
      node = this.#child(node, text.charCodeAt(at));
    }
    return count;
  }

  #child(node: number, code: number): number {
    const characters = this.#characters;
    let low = this.#children[node] ?? 0;
    let high = (this.#children[node + 1] ?? 0) - 1;
    if (low > high) return -1;
    // Numbering plans fill their digits from the first one without gaps, so the place can mostly be reckoned.
    const guess = low + code - (characters[low] ?? 0);
    if (guess < low) return -1;
    if (guess <= high && characters[guess] === code) return guess;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const character = characters[middle] ?? 0;
      if (character === code) return middle;
      if (character < code) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

const nothing: Int32Array = new Int32Array(0);

/** The values of all prefixes of one text and of one other list, ascending and each once. One text at a time. */
export class PathCursor {
  readonly #trie: PrefixTrie;
  readonly #begins: Int32Array;
  readonly #ends: Int32Array;
  #count = 0;
  #others: Int32Array = nothing;
  #otherAt = 0;

  constructor(trie: PrefixTrie) {
    this.#trie = trie;
    this.#begins = new Int32Array(trie.depth + 1);
    this.#ends = new Int32Array(trie.depth + 1);
  }

  /** Begins with the values of the prefixes of `text` at `from`; `others`, ascending, are merged in. */
  start(text: string, from = 0, others: Int32Array = nothing): void {
    this.#count = this.#trie.path(text, from, this.#begins, this.#ends);
    this.#others = others;
    this.#otherAt = 0;
  }

  /** The next greater value; -1 when there is none. */
  next(): number {
    const others = this.#others;
    let least = this.#otherAt < others.length ? (others[this.#otherAt] ?? -1) : -1;
    if (this.#count === 0) {
      this.#otherAt += 1;
      return least;
    }
    const { values } = this.#trie;
    const begins = this.#begins;
    for (let list = 0; list < this.#count; list += 1) {
      const at = begins[list] ?? 0;
      if (at === this.#ends[list]) continue;
      const value = values[at] ?? 0;
      if (least < 0 || value < least) least = value;
    }
    if (least < 0) return -1;
    if (others[this.#otherAt] === least) this.#otherAt += 1;
    // A value may stand at several prefixes of the path: it counts once.
    for (let list = 0; list < this.#count; list += 1) {
      const at = begins[list] ?? 0;
      if (at !== this.#ends[list] && values[at] === least) begins[list] = at + 1;
    }
    return least;
  }
}

// Some tenths of a millisecond.
const nodesPerStep = 1_024;

interface Layout {
  readonly characters: Uint16Array;
  readonly children: Int32Array;
  readonly starts: Int32Array;
  readonly values: Int32Array;
  readonly depth: number;
}

function byPrefixThenValue(a: PrefixEntry, b: PrefixEntry): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] - b[1];
}

/** Every node is the range of sorted entries that begin with its characters. */
function* layOut(entries: readonly PrefixEntry[]): Steps<Layout> {
  const inOrder = yield* sorted(entries, byPrefixThenValue);
  const characters: number[] = [0];
  const children: number[] = [];
  const starts: number[] = [];
  const values: number[] = [];
  const lows: number[] = [0];
  const highs: number[] = [inOrder.length];
  let depth = 0;
  let levelEnd = 1;
  for (let node = 0; node < lows.length; node += 1) {
    if (node % nodesPerStep === 0) yield;
    if (node === levelEnd) {
      depth += 1;
      levelEnd = lows.length;
    }
    let at = lows[node] ?? 0;
    const high = highs[node] ?? 0;
    starts.push(values.length);
    let last = -1;
    for (; at < high && inOrder[at]?.[0].length === depth; at += 1) {
      const value = inOrder[at]?.[1] ?? 0;
      if (value !== last) values.push(value);
      last = value;
    }
    children.push(lows.length);
    while (at < high) {
      const code = inOrder[at]?.[0].charCodeAt(depth) ?? 0;
      lows.push(at);
      while (at < high && inOrder[at]?.[0].charCodeAt(depth) === code) at += 1;
      highs.push(at);
      characters.push(code);
    }
  }
  children.push(lows.length);
  starts.push(values.length);
  return {
    characters: Uint16Array.from(characters),
    children: Int32Array.from(children),
    starts: Int32Array.from(starts),
    values: Int32Array.from(values),
    depth,
  };
}
