/** The text of a file as it may be shown: one line at a time, secrets masked, marks under the place that is meant. */
import { nearest } from '@chappe/protocol';
import type { LineCounter } from 'yaml';
import type { FlawPlace } from '../flaw.ts';
import { isOnlyReferences } from '../interpolation.ts';
import { type Placed, type Span, visitEntries } from './tree.ts';

const mask = '****';
// What fits beside the file's name on a wide terminal.
const maxShown = 120;
const maxMarks = 60;

/** True for keys whose values are not shown, mistyped ones too. */
function isSecretKey(key: string): boolean {
  if (/pass|pwd|^pw|secret|token|key(?!words?$)/i.test(key)) return true;
  return nearest(key, ['password', 'secret']) !== undefined;
}

function scalarSpans(placed: Placed | undefined): Span[] {
  if (placed === undefined) return [];
  if (placed.kind === 'list') return placed.items.flatMap(scalarSpans);
  if (placed.kind === 'map') return [...placed.entries.values()].flatMap(({ value }) => scalarSpans(value));
  // A reference is no secret, and seeing it helps.
  const isHarmless = isOnlyReferences(placed.written) || placed.written.startsWith('file:');
  return placed.variable !== undefined || isHarmless ? [] : [placed.span];
}

/** Where in the file secrets stand, and the comments beside them: those may be the rest of one, or an old one. */
export function secretSpans(root: Placed | undefined, text: string): Span[] {
  const spans: Span[] = [];
  visitEntries(root, (_path, key, { keySpan, value }) => {
    if (!isSecretKey(key)) return;
    spans.push(...scalarSpans(value), ...commentSpans(text, value?.span.until ?? keySpan.until));
  });
  return spans;
}

function commentSpans(text: string, from: number): Span[] {
  const comment = /[ \t,}\]:]*#[^\n]*/y;
  comment.lastIndex = from;
  return comment.test(text) ? [{ from, until: comment.lastIndex }] : [];
}

/** A file's text with what must not be seen of it. */
export class SourceText {
  readonly #file: string;
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #isBroken: boolean;
  #secrets: readonly Span[];

  /** `isBroken`: it is no YAML, so that nobody knows for sure where a secret ends. */
  constructor(file: string, text: string, lines: LineCounter, isBroken: boolean) {
    this.#file = file;
    this.#text = text;
    this.#lines = lines;
    this.#isBroken = isBroken;
    this.#secrets = [];
  }

  /** These are not shown from now on. */
  hide(spans: readonly Span[]): void {
    this.#secrets = spans;
  }

  /** The place of a value. `alsoHidden`: what else may be a secret there. */
  place(span: Span, alsoHidden: readonly Span[] = []): FlawPlace {
    const { line, col } = this.#lines.linePos(span.from);
    const start = this.#lines.lineStarts[line - 1] ?? 0;
    const found = this.#text.indexOf('\n', start);
    const end = found < 0 ? this.#text.length : found;
    const hidden = [...this.#secrets, ...alsoHidden, ...(this.#isBroken ? this.#guesses(start, end) : [])];
    const shown = maskedLine(this.#text, start, end, hidden);
    const from = shown.at(span.from);
    const length = Math.min(maxMarks, shown.at(Math.min(span.until, end)) - from);
    return { file: this.#file, line, column: col, ...shortened(shown.text, from, Math.max(1, length)) };
  }

  /** Where a character stands first in each line that has it. */
  placesOf(character: string): FlawPlace[] {
    const places: FlawPlace[] = [];
    for (let at = this.#text.indexOf(character); at >= 0; ) {
      places.push(this.place({ from: at, until: at + character.length }));
      const end = this.#text.indexOf('\n', at);
      at = end < 0 ? -1 : this.#text.indexOf(character, end);
    }
    return places;
  }

  /** In a broken file: all that stands after the name of a secret, also in lines below that have no name. */
  #guesses(start: number, end: number): Span[] {
    const line = this.#text.slice(start, end);
    const names = [...line.matchAll(/([\w.-]+)["']?\s*[:=]/g)];
    const secret = names.find(([, name = '']) => isSecretKey(name));
    if (secret !== undefined) return [{ from: start + secret.index + secret[0].length, until: end }];
    if (names.length > 0 || start === 0) return [];
    const before = this.#text.lastIndexOf('\n', start - 2) + 1;
    return this.#guesses(before, start - 1).length > 0 ? [{ from: start, until: end }] : [];
  }
}

interface Shown {
  readonly text: string;
  /** Where a place of the file is in it. */
  at(offset: number): number;
}

function maskedLine(text: string, start: number, end: number, hidden: readonly Span[]): Shown {
  const within = hidden
    .map(({ from, until }) => ({ from: Math.max(from, start), until: Math.min(until, end) }))
    .filter(({ from, until }) => from < until)
    .sort((a, b) => a.from - b.from);
  const places: number[] = [];
  let shown = '';
  let at = start;
  for (const { from, until } of [...within, { from: end, until: end }]) {
    for (; at < from; at++) {
      places.push(shown.length);
      shown += visible(text[at] ?? '');
    }
    if (at >= until) continue;
    const here = shown.length;
    for (; at < until; at++) places.push(here);
    shown += mask;
  }
  places.push(shown.length);
  return {
    text: shown.trimEnd(),
    at: (offset) => places[Math.min(Math.max(offset - start, 0), end - start)] ?? 0,
  };
}

/** One column each: tabs and whatever could move the cursor become blanks. */
function visible(character: string): string {
  return /[\p{Cc}\p{Cf}\u2028\u2029]/u.test(character) ? ' ' : character;
}

function shortened(
  source: string,
  caret: number,
  length: number,
): Omit<FlawPlace & object, 'variable'> & {
  readonly source: string;
  readonly caret: number;
  readonly length: number;
} {
  if (source.length <= maxShown) return { source, caret, length };
  const from = Math.max(0, Math.min(caret - maxShown / 2, source.length - maxShown));
  const cut = source.slice(from, from + maxShown);
  const head = from === 0 ? '' : '…';
  const tail = from + maxShown < source.length ? '…' : '';
  const at = caret - from + head.length;
  return { source: `${head}${cut}${tail}`, caret: at, length: Math.min(length, maxShown + 1 - at) };
}
