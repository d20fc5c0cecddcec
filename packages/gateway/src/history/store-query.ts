/** The gateway's queries in the words of the store. */
import type { Center, MessagePage, SearchQuery as StoreQuery } from '@chappe/center';
import { matchesSearch, type SearchKey, type SearchQuery, type SearchTerm } from './search-language.ts';

// What the store cannot sort out (negations, several words) is sorted out here; a search that finds next to nothing
// must end all the same: at most this many pages of the store are looked through for one page of ours.
const maxStorePages = 20;
const storePageMessages = 1_000;

/**
 * The messages that fulfil a query, newest first, in pages as the store gives them: many of them may be empty. Only one
 * is in memory at a time. `wanted`: about how many are looked for.
 */
export async function* foundPages(
  center: Center,
  query: SearchQuery,
  wanted: number,
  beforeId?: number,
): AsyncGenerator<MessagePage> {
  const inStore = storeQuery(query);
  const limit = Math.min(storePageMessages, wanted * 4);
  let next = beforeId;
  for (let page = 0; page < maxStorePages; page += 1) {
    const { messages, nextBeforeId } = await center.search({ ...inStore, beforeId: next, limit });
    yield { messages: messages.filter((message) => matchesSearch(query, message)), nextBeforeId };
    next = nextBeforeId;
    if (next === undefined) return;
  }
}

/** The part of a query that the store understands; it may find too much, never too little. */
function storeQuery(query: SearchQuery): StoreQuery {
  const first = (key: SearchKey) => query.terms.find((term) => term.key === key && !term.negated);
  const to = first('to');
  const from = first('from');
  const account = first('account');
  const kind = first('kind');
  return {
    destination: to?.value,
    source: from?.value,
    account: account?.value,
    prefix: [to, from, account].some((term) => term?.prefix === true),
    states: first('state')?.states as StoreQuery['states'],
    text: textOf(query),
    any: anyOf(query),
    inTimeline: query.terms
      .filter(({ key, inTimeline, negated }) => key !== 'text' && inTimeline.length > 0 && !negated)
      .map(({ inTimeline }) => inTimeline),
    clientReference: first('ref')?.value,
    // An unknown kind finds nothing, here as there.
    kinds: kind === undefined ? undefined : ([kind.value] as StoreQuery['kinds']),
    afterMs: query.afterMs,
    beforeMs: query.beforeMs,
  };
}

/** A word for the store, which knows no upper and lower case beyond ASCII. */
function textOf(query: SearchQuery): string | undefined {
  return texts(query).find(({ inTimeline }) => inTimeline.length === 0)?.value;
}

/** A word that may be an id, too. */
function anyOf(query: SearchQuery): StoreQuery['any'] {
  const term = texts(query).find(({ inTimeline }) => inTimeline.length > 0);
  return term === undefined
    ? undefined
    : { text: term.value, inTimeline: term.inTimeline, publicId: term.value };
}

function texts({ terms }: SearchQuery): readonly SearchTerm[] {
  const isAscii = (value: string): boolean => Buffer.byteLength(value) === value.length;
  return terms.filter(({ key, negated, value }) => key === 'text' && !negated && isAscii(value));
}

/** The last messages of an account from a source address. */
export function lastFrom(account: string, source: string, limit: number): StoreQuery {
  return { account, source, kinds: ['mt'], limit };
}
