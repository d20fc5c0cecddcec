/**
 * The search language of messages: `to:44770* from:ACME state:delivered text:"two words" after:10m -account:test`.
 * Terms are joined by "and"; `-` before a term turns it round; a bare word searches the text, and ids where it has a
 * digit; `*` at the end of to:, from:, account:, connector: and route: means "begins with". One parse serves the store
 * (search) and live messages (wait).
 */
import { hasTimelineWord, type TimelineWord } from '@chappe/center';
import { numberKey } from '@chappe/protocol';
import { timeOf } from './search-time.ts';
import { errorWords, referenceWords } from './search-words.ts';

/** Keys that compare a value with a field of the message, or with what its timeline tells. */
export type SearchKey =
  | 'to'
  | 'from'
  | 'account'
  | 'state'
  | 'text'
  | 'id'
  | 'kind'
  | 'ref'
  | 'reference'
  | 'connector'
  | 'route'
  | 'error';

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
  /** Words of a timeline, of which one must be there; of a bare word: or it is in the text, or is the id. */
  readonly inTimeline: readonly TimelineWord[];
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
  /** As it is stored, or its steps. */
  readonly timeline?: string | readonly { readonly detail: string }[] | undefined;
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
  ['reference', 'reference'],
  ['connector', 'connector'],
  ['route', 'route'],
  ['error', 'error'],
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
  // No stored message is: a submission that was not taken, see refusals.ts.
  ['refused', ['refused']],
  ['failed', ['expired', 'deleted', 'undeliverable', 'rejected', 'unknown', 'skipped', 'refused']],
  [
    'final',
    ['delivered', 'expired', 'deleted', 'undeliverable', 'rejected', 'unknown', 'skipped', 'accepted'],
  ],
  ['waiting', ['scheduled', 'enroute']],
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
          `"${word.value}" is no time: use 2026-07-20, 2026-07-20T10:00 (both UTC), 2026-07-20T10:00+02:00, 1784541600 or 10m`,
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
      return (
        message.text?.toLowerCase().includes(item.value) === true ||
        (item.inTimeline.length > 0 && (isId(item, message) || tells(item, message)))
      );
    case 'id':
      return isId(item, message);
    case 'kind':
      return message.kind === item.value;
    case 'ref':
      return message.clientReference === item.value;
    default:
      return tells(item, message);
  }
}

function isId({ value }: SearchTerm, { publicId, publicIds }: Searchable): boolean {
  return publicId === value || publicIds?.includes(value) === true;
}

/** Whether the timeline has one of the words. */
function tells({ inTimeline }: SearchTerm, { timeline = '' }: Searchable): boolean {
  const lines = typeof timeline === 'string' ? [timeline] : timeline.map(({ detail }) => ` ${detail}\n`);
  return inTimeline.some((word) => lines.some((line) => hasTimelineWord(line, word)));
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
    const value = word.value.toLowerCase();
    // What has a digit may be an id: ours, or that of an operator.
    const inTimeline = !word.quoted && /\d/.test(value) ? referenceWords(word.value) : [];
    return { key: 'text', value, prefix: false, negated: word.negated, states: [], inTimeline };
  }
  if (word.key === 'state' || word.key === 'is') {
    const states = stateWords.get(word.value.toLowerCase());
    if (states === undefined) {
      throw new SearchError(
        `"${word.value}" is no state: one of ${[...stateWords.keys()].join(', ')}`,
        word.at,
      );
    }
    return {
      key: 'state',
      value: word.value.toLowerCase(),
      prefix: false,
      negated: word.negated,
      states,
      inTimeline: [],
    };
  }
  const key = keys.get(word.key);
  if (key === undefined) {
    const known = [...keys.keys(), 'state', 'is', 'after', 'before'].map((name) => `${name}:`).join(' ');
    throw new SearchError(`"${word.key}:" is no search key: one of ${known}`, word.at);
  }
  return comparison(key, word);
}

function comparison(key: SearchKey, word: Word): SearchTerm {
  const open = !word.quoted && word.value.endsWith('*') && starred.has(key);
  let value = open ? word.value.slice(0, -1) : word.value;
  if (key === 'to' || key === 'from') value = numberKey(value);
  if (key === 'text' || key === 'kind') value = value.toLowerCase();
  return {
    key,
    value,
    prefix: open,
    negated: word.negated,
    states: [],
    inTimeline: timelineWordsOf(key, value, open),
  };
}

/** Keys whose value may end with a star. */
const starred: ReadonlySet<SearchKey> = new Set([
  'to',
  'from',
  'account',
  'kind',
  'ref',
  'connector',
  'route',
]);

function timelineWordsOf(key: SearchKey, value: string, isBeginning: boolean): readonly TimelineWord[] {
  if (key === 'connector' || key === 'route') return [{ word: `${key}=${value}`, isBeginning }];
  if (key === 'reference') return referenceWords(value);
  return key === 'error' ? errorWords(value) : [];
}
