/** The gateway's queries in the words of the store. */
import type { Center, Message, SearchQuery as StoreQuery } from '@chappe/center';
import { matchesSearch, type SearchKey, type SearchQuery } from './search-language.ts';

/** One page of messages, newest first. */
export interface FoundPage {
  readonly messages: readonly Message[];
  /** Cursor of the next page: only messages with a lower id; undefined on the last. */
  readonly nextBeforeId: number | undefined;
}

// What the store cannot sort out (negations, several words) is sorted out here; a search that finds next to nothing
// must end all the same: at most this many pages of the store are looked through for one page of ours.
const maxStorePages = 20;
const storePageMessages = 1_000;

/** A page of the messages that fulfil the query. */
export async function findMessages(
  center: Center,
  query: SearchQuery,
  limit: number,
  beforeId?: number,
): Promise<FoundPage> {
  const found: Message[] = [];
  const inStore = storeQuery(query);
  const isExact = query.terms.length === 0;
  let next = beforeId;
  for (let page = 0; page < maxStorePages; page += 1) {
    const wanted = isExact ? limit : Math.min(storePageMessages, limit * 4);
    const { messages, nextBeforeId } = await center.search({ ...inStore, beforeId: next, limit: wanted });
    for (const message of messages) {
      if (!matchesSearch(query, message)) continue;
      found.push(message);
      if (found.length === limit) return { messages: found, nextBeforeId: message.id };
    }
    next = nextBeforeId;
    if (next === undefined) break;
  }
  return { messages: found, nextBeforeId: next };
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
    clientReference: first('ref')?.value,
    // An unknown kind finds nothing, here as there.
    kinds: kind === undefined ? undefined : ([kind.value] as StoreQuery['kinds']),
    afterMs: query.afterMs,
    beforeMs: query.beforeMs,
  };
}

/** A word for the store, which knows no upper and lower case beyond ASCII. */
function textOf(query: SearchQuery): string | undefined {
  const isAscii = (value: string): boolean => Buffer.byteLength(value) === value.length;
  return query.terms.find((term) => term.key === 'text' && !term.negated && isAscii(term.value))?.value;
}

/** The last messages of an account from a source address. */
export function lastFrom(account: string, source: string, limit: number): StoreQuery {
  return { account, source, kinds: ['mt'], limit };
}
