/** Looking for messages: by query, by id, and by waiting until one fulfils a query. */
import type { Center, Message } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import { readGroupOf } from './content.ts';
import { GatewayError } from './errors.ts';
import type { GatewayEvents } from './events.ts';
import { groupOf } from './groups.ts';
import { type MessageView, viewOf } from './message-view.ts';
import { matchesSearch, parseSearch, type SearchQuery } from './search-language.ts';
import { findMessages } from './store-query.ts';

/** How much is wanted of a search. */
export interface SearchOptions {
  /** Messages in one page, 1 to 1,000, default 50. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** One page, newest first. */
export interface SearchPage {
  readonly messages: readonly MessageView[];
  /** The cursor of the next page; undefined on the last. */
  readonly next: string | undefined;
}

/** How long to wait. */
export interface WaitOptions {
  /** 0 to 10 minutes, default 10 s. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultLimit = 50;
const maxLimit = 1_000;
const defaultWaitMs = 10_000;
const maxWaitMs = 600_000;
// Each costs a look at every message's every step.
const maxWaiters = 1_000;

/** The messages of a gateway. */
export class Messages {
  readonly #center: Center;
  readonly #events: GatewayEvents;
  readonly #clock: Clock;
  #waiters = 0;

  constructor(center: Center, events: GatewayEvents, clock: Clock) {
    this.#center = center;
    this.#events = events;
    this.#clock = clock;
  }

  /**
   * One page of the messages that fulfil a query, newest first; receipts only with `kind:receipt`. A message of
   * several segments stands there once. Throws `SearchError` for a query that cannot be read.
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchPage> {
    const limit = Math.min(Math.max(options.limit ?? defaultLimit, 1), maxLimit);
    const page = await findMessages(this.#center, this.#parse(query), limit, beforeIdOf(options.cursor));
    const groups = await Promise.all(
      page.messages.filter(isShown(page.messages)).map((message) => groupOf(this.#center, message)),
    );
    // The next page begins below the whole group, or its other segments would show it again.
    const lowest = groups.at(-1)?.[0]?.id;
    const next =
      page.nextBeforeId === undefined ? undefined : Math.min(page.nextBeforeId, lowest ?? Infinity);
    return { messages: groups.map(viewOf), next: next?.toString(16) };
  }

  /** The message with that id (of any of its segments); undefined when there is none. `account`: only of this one. */
  async get(publicId: string, account?: string): Promise<MessageView | undefined> {
    const message = await this.#center.query({ publicId, ...(account === undefined ? {} : { account }) });
    return message === undefined ? undefined : viewOf(await groupOf(this.#center, message));
  }

  /**
   * The newest message that fulfils the query: at once when there is one, else as soon as one comes or changes so.
   * Rejects with `GatewayError` CHAPPE_GATEWAY_TIMEOUT or CHAPPE_GATEWAY_ABORTED.
   */
  wait(query: string, options: WaitOptions = {}): Promise<MessageView> {
    const parsed = this.#parse(query);
    return this.#waitFor(parsed, (message) => matchesSearch(parsed, message), options);
  }

  /** As `wait`, for a condition in code; receipts are left out. It sees each segment of a long message by itself. */
  waitFor(holds: (message: MessageView) => boolean, options: WaitOptions = {}): Promise<MessageView> {
    const all = this.#parse('');
    return this.#waitFor(all, (message) => matchesSearch(all, message) && holds(viewOf([message])), options);
  }

  async #waitFor(
    query: SearchQuery,
    holds: (message: Message) => boolean,
    options: WaitOptions,
  ): Promise<MessageView> {
    if (this.#waiters >= maxWaiters) {
      throw new GatewayError('CHAPPE_GATEWAY_FULL', `${maxWaiters} callers are waiting already`);
    }
    this.#waiters += 1;
    // Listening begins before looking, so that nothing slips through between the two.
    const change = this.#nextChange(holds, options);
    try {
      const page = await findMessages(this.#center, query, maxLimit);
      const message = page.messages.find(holds) ?? (await change.message);
      return viewOf(await groupOf(this.#center, message));
    } finally {
      this.#waiters -= 1;
      change.stop();
    }
  }

  #parse(query: string): SearchQuery {
    const parsed = parseSearch(query, this.#clock.nowMs());
    const choosesKind = parsed.terms.some((term) => term.key === 'kind');
    if (choosesKind) return parsed;
    const noReceipts = { key: 'kind' as const, value: 'receipt', prefix: false, negated: true, states: [] };
    return { ...parsed, terms: [...parsed.terms, noReceipts] };
  }

  #nextChange(
    holds: (message: Message) => boolean,
    { timeoutMs = defaultWaitMs, signal }: WaitOptions,
  ): { readonly message: Promise<Message>; readonly stop: () => void } {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    // Nobody may be waiting for it any more when it fails.
    promise.catch(() => undefined);
    const unsubscribe = this.#events.subscribe((event) => {
      if (event.kind === 'message' && holds(event.message)) resolve(event.message);
    });
    const waitMs = Math.min(Math.max(timeoutMs, 0), maxWaitMs);
    const disarm = this.#clock.setTimer(
      () => reject(new GatewayError('CHAPPE_GATEWAY_TIMEOUT', `no such message within ${waitMs} ms`)),
      waitMs,
    );
    const abort = (): void =>
      reject(new GatewayError('CHAPPE_GATEWAY_ABORTED', 'the wait was aborted', { cause: signal?.reason }));
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const stop = (): void => {
      unsubscribe();
      disarm();
      signal?.removeEventListener('abort', abort);
    };
    return { message: promise, stop };
  }
}

/** A cursor is an id in hexadecimal; anything else begins at the newest message. */
function beforeIdOf(cursor: string | undefined): number | undefined {
  const id = cursor === undefined ? Number.NaN : Number.parseInt(cursor, 16);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** Of the segments of one message only the first on the page is shown, and it stands for all. */
function isShown(page: readonly Message[]): (message: Message) => boolean {
  const seen = new Set<number>();
  return (message) => {
    const group = readGroupOf(message.content);
    if (group === undefined) return true;
    const first = message.id - group.index;
    if (seen.has(first)) return false;
    seen.add(first);
    return page.length > 0;
  };
}
