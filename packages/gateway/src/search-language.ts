/**
 * The search language of messages: `to:44770* from:ACME state:delivered text:"two words" after:10m -account:test`.
 * Terms are joined by "and"; `-` before a term turns it round; a bare word searches the text; `*` at the end of
 * to:, from: and account: means "begins with". One parse serves the store (search) and live messages (wait).
 */
import { numberKey } from '@chappe/protocol';

/** Keys that compare a value with a field of the message. */
export type SearchKey = 'to' | 'from' | 'account' | 'state' | 'text' | 'id' | 'kind' | 'ref';

/** One condition. */
export interface SearchTerm {
  readonly key: SearchKey;
  /** Compared as written, except text: (any case) and states (canonical names). */
  readonly value: string;
  /** True when the value ended in `*`: the field must begin with it. */
  readonly prefix: boolean;
  /** True when the condition must not hold. */
  readonly negated: boolean;
  /** state: and is: may stand for several states. */
  readonly states: readonly string[];
}

/** A parsed query. */
export interface SearchQuery {
  readonly terms: readonly SearchTerm[];
  /** Accepted at or after, epoch milliseconds. */
  readonly afterMs: number | undefined;
  /** Accepted before, epoch milliseconds. */
  readonly beforeMs: number | undefined;
}

/** What of a message a query looks at. */
export interface Searchable {
  readonly publicId: string;
  /** Ids of its segments, where it has several. */
  readonly publicIds?: readonly string[] | undefined;
  readonly kind: string;
  readonly account: string;
  readonly source: { readonly digits: string };
  readonly destination: { readonly digits: string };
  readonly state: string;
  readonly acceptedMs: number;
  readonly text: string | undefined;
  readonly clientReference?: string | undefined;
}

/** Why a query cannot be read. `at` is the character where the trouble begins. */
export class SearchError extends Error {
  readonly code = 'search_syntax';
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'SearchError';
    this.at = at;
  }
}

// A query is typed by a person or written into a test; more is a mistake or an attack on the store.
const maxQueryCharacters = 1_000;
const maxTerms = 20;

const keys: ReadonlyMap<string, SearchKey> = new Map([
  ['to', 'to'],
  ['from', 'from'],
  ['account', 'account'],
  ['text', 'text'],
  ['id', 'id'],
  ['kind', 'kind'],
  ['ref', 'ref'],
]);

const stateWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['scheduled', ['scheduled']],
  ['enroute', ['enroute']],
  ['delivered', ['delivered']],
  ['delivrd', ['delivered']],
  ['expired', ['expired']],
  ['deleted', ['deleted']],
  ['cancelled', ['deleted']],
  ['undeliverable', ['undeliverable']],
  ['undeliv', ['undeliverable']],
  ['accepted', ['accepted']],
  ['acceptd', ['accepted']],
  ['unknown', ['unknown']],
  ['rejected', ['rejected']],
  ['rejectd', ['rejected']],
  ['skipped', ['skipped']],
  ['failed', ['expired', 'deleted', 'undeliverable', 'rejected', 'unknown', 'skipped']],
  [
    'final',
    ['delivered', 'expired', 'deleted', 'undeliverable', 'rejected', 'unknown', 'skipped', 'accepted'],
  ],
  ['waiting', ['scheduled', 'enroute']],
]);

const unitMs: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Parses a query. `nowMs`: epoch milliseconds, for `after:10m`. Throws `SearchError`. The empty query holds for all. */
export function parseSearch(text: string, nowMs: number): SearchQuery {
  if (text.length > maxQueryCharacters) {
    throw new SearchError(`a query has at most ${maxQueryCharacters} characters`, maxQueryCharacters);
  }
  const terms: SearchTerm[] = [];
  let afterMs: number | undefined;
  let beforeMs: number | undefined;
  for (const word of words(text)) {
    if (word.key === 'after' || word.key === 'before') {
      if (word.negated) throw new SearchError(`"${word.key}:" cannot be turned round by "-"`, word.at);
      const at = timeOf(word.value, nowMs);
      if (at === undefined) {
        throw new SearchError(
          `"${word.value}" is no time: use 2026-07-20T10:00Z, 1784541600 or 10m`,
          word.at,
        );
      }
      if (word.key === 'after') afterMs = at;
      else beforeMs = at;
    } else terms.push(term(word));
    if (terms.length > maxTerms) throw new SearchError(`a query has at most ${maxTerms} terms`, word.at);
  }
  return { terms, afterMs, beforeMs };
}

/** True when the message fulfils the query. */
export function matchesSearch(query: SearchQuery, message: Searchable): boolean {
  if (query.afterMs !== undefined && message.acceptedMs < query.afterMs) return false;
  if (query.beforeMs !== undefined && message.acceptedMs >= query.beforeMs) return false;
  for (const item of query.terms) {
    if (holds(item, message) === item.negated) return false;
  }
  return true;
}

function holds(item: SearchTerm, message: Searchable): boolean {
  switch (item.key) {
    case 'to':
      return same(item, numberKey(message.destination.digits));
    case 'from':
      return same(item, numberKey(message.source.digits));
    case 'account':
      return same(item, message.account);
    case 'state':
      return item.states.includes(message.state);
    case 'text':
      return message.text?.toLowerCase().includes(item.value) === true;
    case 'id':
      return message.publicId === item.value || message.publicIds?.includes(item.value) === true;
    case 'kind':
      return message.kind === item.value;
    case 'ref':
      return message.clientReference === item.value;
  }
}

function same(item: SearchTerm, field: string): boolean {
  return item.prefix ? field.startsWith(item.value) : field === item.value;
}

interface Word {
  readonly key: string;
  readonly value: string;
  readonly quoted: boolean;
  readonly negated: boolean;
  readonly at: number;
}

function* words(text: string): Generator<Word> {
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ' || text[at] === '\t') {
      at += 1;
      continue;
    }
    const start = at;
    const negated = text[at] === '-' || text[at] === '!';
    if (negated) at += 1;
    const key = /^[a-z]+:/i.exec(text.slice(at, at + 12))?.[0] ?? '';
    at += key.length;
    const quoted = text[at] === '"';
    let value: string;
    if (quoted) {
      const close = text.indexOf('"', at + 1);
      if (close < 0) throw new SearchError('a quote is not closed', at);
      value = text.slice(at + 1, close);
      at = close + 1;
    } else {
      const space = text.slice(at).search(/[ \t]/);
      const end = space < 0 ? text.length : at + space;
      value = text.slice(at, end);
      at = end;
    }
    if (value === '') throw new SearchError(key === '' ? 'a term is empty' : `"${key}" has no value`, start);
    yield { key: key.slice(0, -1).toLowerCase(), value, quoted, negated, at: start };
  }
}

function term(word: Word): SearchTerm {
  if (word.key === '') {
    return {
      key: 'text',
      value: word.value.toLowerCase(),
      prefix: false,
      negated: word.negated,
      states: [],
    };
  }
  if (word.key === 'state' || word.key === 'is') {
    const states = stateWords.get(word.value.toLowerCase());
    if (states === undefined) {
      throw new SearchError(
        `"${word.value}" is no state: one of ${[...stateWords.keys()].join(', ')}`,
        word.at,
      );
    }
    return { key: 'state', value: word.value.toLowerCase(), prefix: false, negated: word.negated, states };
  }
  const key = keys.get(word.key);
  if (key === undefined) {
    const known = [...keys.keys(), 'state', 'is', 'after', 'before'].map((name) => `${name}:`).join(' ');
    throw new SearchError(`"${word.key}:" is no search key: one of ${known}`, word.at);
  }
  return comparison(key, word);
}

function comparison(key: SearchKey, word: Word): SearchTerm {
  const open = !word.quoted && word.value.endsWith('*') && key !== 'text' && key !== 'id';
  let value = open ? word.value.slice(0, -1) : word.value;
  if (key === 'to' || key === 'from') value = numberKey(value);
  if (key === 'text' || key === 'kind') value = value.toLowerCase();
  return { key, value, prefix: open, negated: word.negated, states: [] };
}

/** A point in time: ISO 8601, epoch seconds or milliseconds, or so long ago (`90s`, `10m`, `2h`, `3d`). */
function timeOf(value: string, nowMs: number): number | undefined {
  const ago = /^(\d{1,6})([smhd])$/.exec(value);
  if (ago !== null) return nowMs - Number(ago[1]) * (unitMs.get(ago[2] ?? 's') ?? 0);
  if (/^\d{9,10}$/.test(value)) return Number(value) * 1_000;
  if (/^\d{12,13}$/.test(value)) return Number(value);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}
