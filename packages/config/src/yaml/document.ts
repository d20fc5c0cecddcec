/** A YAML text as a tree of placed values. Everything single is text: what it means is the schema's affair. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Flaw, Path } from '../flaw.ts';
import { type Environment, interpolate } from '../interpolation.ts';
import { SourceText, secretSpans } from './source-text.ts';
import { syntaxWords } from './syntax-words.ts';
import type { Placed, PlacedEntry, PlacedMap, PlacedScalar, Span } from './tree.ts';

/** What was read. */
export interface ReadDocument {
  /** Undefined: nothing of it can be used. */
  readonly root: PlacedMap | undefined;
  readonly source: SourceText;
  readonly flaws: readonly Flaw[];
}

// Some hundred thousand prefixes in the file itself are fine; aliases of aliases that grow without end are not.
const maxValues = 1_000_000;
const maxDepth = 32;
// After the first of these, the rest follows from it.
const maxSyntaxFlaws = 5;

/** Reads a text. `file`: its name in flaws. */
export function readDocument(text: string, file: string, env: Environment): ReadDocument {
  const lines = new LineCounter();
  // The failsafe schema has no numbers: 0.1 stays as it was written, and so does a password of digits.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const complaints = [...document.errors, ...document.warnings];
  const source = new SourceText(file, text, lines, complaints.length > 0);
  const reader = new Reader(document, env);
  const root = reader.root();
  source.hide(secretSpans(root, text));
  const syntax = complaints.slice(0, maxSyntaxFlaws).map(({ code, pos }): Flaw => {
    const from = Math.min(pos[0], Math.max(0, text.length - 1));
    return {
      ...syntaxWords(code),
      path: [],
      place: source.place({ from, until: Math.max(pos[1], from + 1) }),
    };
  });
  if (syntax.length > 0) return { root: undefined, source, flaws: syntax };
  const flaws = reader.found.map(({ span, ...flaw }): Flaw => ({ ...flaw, place: source.place(span) }));
  return { root, source, flaws };
}

interface Found extends Omit<Flaw, 'place'> {
  readonly span: Span;
}

class Reader {
  readonly found: Found[] = [];
  readonly #document: Document.Parsed;
  readonly #env: Environment;
  /** The last one of each name so far: what an alias means. */
  readonly #anchors = new Map<string, unknown>();
  readonly #open = new Set<unknown>();
  #values = 0;

  constructor(document: Document.Parsed, env: Environment) {
    this.#document = document;
    this.#env = env;
  }

  root(): PlacedMap | undefined {
    const { contents } = this.#document;
    const empty: PlacedMap = { kind: 'map', entries: new Map(), span: { from: 0, until: 0 } };
    if (contents === null || (isScalar(contents) && isEmpty(contents))) return empty;
    const placed = this.#read(contents, []);
    if (placed?.kind === 'map') return placed;
    this.#say('the file must have keys at its top, such as "accounts:"', spanOf(contents), []);
    return undefined;
  }

  #say(message: string, span: Span, path: Path, hint?: string): void {
    this.found.push({ message, hint, path, span });
  }

  #read(node: unknown, path: Path): Placed | undefined {
    this.#values += 1;
    if (this.#values > maxValues || path.length > maxDepth) return this.#stop(node, path);
    if (isAlias(node)) return this.#readAlias(node, path);
    if (isNode(node) && node.anchor !== undefined && this.#open.size === 0)
      this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#readScalar(node, path);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.#readItem(item, [...path, index]));
      return { kind: 'list', items, span: spanOf(node) };
    }
    return isMap(node) ? this.#readMap(node, path) : undefined;
  }

  #readItem(node: unknown, path: Path): Placed {
    const value = this.#read(node, path);
    if (value !== undefined) return value;
    this.#say('there is nothing after this dash', spanOf(node), path);
    return broken(node);
  }

  /** Says so once: what comes after is not looked at. */
  #stop(node: unknown, path: Path): Placed {
    if (this.#values !== Number.POSITIVE_INFINITY) this.#say('there is too much here', spanOf(node), path);
    this.#values = Number.POSITIVE_INFINITY;
    return broken(node);
  }

  #readAlias(node: Alias, path: Path): Placed | undefined {
    const target = this.#anchors.get(node.source);
    const span = spanOf(node);
    if (target === undefined || this.#open.has(target)) {
      this.#say('this alias has no anchor before it', span, path, 'put text that begins with * into quotes');
      return broken(node);
    }
    this.#open.add(target);
    const placed = this.#read(target, path);
    this.#open.delete(target);
    return placed;
  }

  #readScalar(node: Scalar, path: Path): Placed | undefined {
    if (isEmpty(node)) return undefined;
    const written = String(node.value);
    const span = spanOf(node);
    const filled = interpolate(written, this.#env);
    if ('text' in filled) return { kind: 'scalar', text: filled.text, written, span };
    this.#say(
      `the environment variable ${filled.missing} is not set`,
      span,
      path,
      `set it, or give a default: \${${filled.missing}:-default}`,
    );
    return { ...broken(node), written };
  }

  #readMap(node: YAMLMap, path: Path): PlacedMap {
    const own = new Map<string, PlacedEntry>();
    const merged = new Map<string, PlacedEntry>();
    for (const pair of node.items as Pair[]) {
      if (!isScalar(pair.key)) {
        this.#say('a key must be a word', spanOf(pair.key), path);
        continue;
      }
      const key = String(pair.key.value);
      if (key === '<<' && pair.key.type === 'PLAIN') {
        this.#merge(pair.value, merged, path);
        continue;
      }
      own.set(key, { keySpan: spanOf(pair.key), value: this.#read(pair.value ?? undefined, [...path, key]) });
    }
    return { kind: 'map', entries: new Map([...merged, ...own]), span: spanOf(node) };
  }

  /** `<<: *defaults`: keys of another map, where this one has none of its own. Of several, the first counts. */
  #merge(node: unknown, into: Map<string, PlacedEntry>, path: Path): void {
    const placed = this.#read(node, path);
    const maps = placed?.kind === 'list' ? placed.items : [placed];
    for (const map of maps) {
      if (map?.kind !== 'map') {
        this.#say('<< takes an alias of keys and values', spanOf(node), path, 'as in <<: *defaults');
        continue;
      }
      for (const [key, entry] of map.entries) if (!into.has(key)) into.set(key, entry);
    }
  }
}

function broken(node: unknown): PlacedScalar {
  return { kind: 'scalar', text: '', written: '', span: spanOf(node), isBroken: true };
}

function isEmpty({ value, type }: Scalar): boolean {
  return type === 'PLAIN' && (value === null || ['', '~', 'null'].includes(String(value)));
}

function spanOf(node: unknown): Span {
  const { range } = (node ?? {}) as { readonly range?: readonly number[] | null };
  const from = range?.[0] ?? 0;
  return { from, until: Math.max(range?.[1] ?? from, from) };
}
