/** Looking for messages: by query, by id, and by waiting until one fulfils a query. */
import type { Center, Message } from '@chappe/center';
import { GatewayError } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import { readGroupOf } from '../message/content.ts';
import { groupOf } from '../message/groups.ts';
import type { GatewayEvents } from '../observation/events.ts';
import { type MessageView, viewOf } from './message-view.ts';
import { matchesSearch, parseSearch, type Searchable, type SearchQuery } from './search-language.ts';
import { foundPages } from './store-query.ts';

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

/** Is given one message; false: there is no room for it. */
export type TakeView = (view: MessageView) => boolean;

/** Walks through one page of a search, and gives the cursor of the next one; undefined: there is none. */
export type MessageWalk = (options: SearchOptions, take: TakeView) => Promise<string | undefined>;

/** How long to wait. */
export interface WaitOptions {
  /** 0 to 10 minutes, default 10 s. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Of the messages that are there already, only those count that were accepted or ended so short a time ago; default all. */
  readonly recentMs?: number | undefined;
  /** Looks for one that is there already, when it may; default at once. A change that comes first is the answer then. */
  readonly look?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
}

const defaultLimit = 50;
const maxLimit = 1_000;
const maxPageOctets = 4 * 1024 * 1024;
// Its id, its part of the text, its steps.
const segmentOctets = 500;
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
  /** What was accepted before is forgotten, epoch milliseconds. */
  #sinceMs = 0;

  constructor(center: Center, events: GatewayEvents, clock: Clock) {
    this.#center = center;
    this.#events = events;
    this.#clock = clock;
  }

  /**
   * One page of the messages that fulfil a query, newest first; receipts only with `kind:receipt`. A message of
   * several segments stands there once and is judged as a whole (words that lie across two segments are not found).
   * The page ends by octets too: some 4 MiB of texts and segments. Throws `SearchError` for a query that cannot be read.
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchPage> {
    const messages: MessageView[] = [];
    let octets = 0;
    const next = await this.walk(query, options, (view) => {
      if (octets >= maxPageOctets) return false;
      octets += octetsOf(view);
      messages.push(view);
      return true;
    });
    return { messages, next };
  }

  /**
   * As `search`, for who keeps something else of the messages: `take` is given one after the other, and says false when
   * there is no room for that one any more; the page ends before it then, but has one at least. Gives the cursor of the next page.
   */
  async walk(query: string, options: SearchOptions, take: TakeView): Promise<string | undefined> {
    return this.walkOf(query)(options, take);
  }

  /** `walk` over many pages of one search: what its query says of time ("the last 10m") means the same for all of them. */
  walkOf(query: string): MessageWalk {
    const parsed = this.#parse(query);
    return (options, take) => this.#walk(parsed, options, take);
  }

  async #walk(
    parsed: SearchQuery,
    { limit: wanted = defaultLimit, cursor }: SearchOptions,
    take: TakeView,
  ): Promise<string | undefined> {
    const limit = Math.min(Math.max(wanted, 1), maxLimit);
    const isFirst = isFirstOfGroup();
    let taken = 0;
    let lowest = Number.POSITIVE_INFINITY;
    for await (const page of foundPages(this.#center, parsed, limit, beforeIdOf(cursor))) {
      for (const message of page.messages.filter(isFirst)) {
        const whole = await this.#whole(message);
        const view = viewOf(whole);
        if (matchesView(parsed, view)) {
          if (!take(view) && lowest < Number.POSITIVE_INFINITY) return lowest.toString(16);
          taken += 1;
        }
        // The next page begins below the whole group, or its other segments would show it again.
        lowest = Math.min(lowest, whole[0]?.id ?? message.id);
        if (taken === limit) return lowest.toString(16);
      }
      if (page.nextBeforeId === undefined) return undefined;
      lowest = Math.min(lowest, page.nextBeforeId);
    }
    return lowest.toString(16);
  }

  /** The message with that id (of any of its segments); undefined when there is none. `account`: only of this one. */
  async get(publicId: string, account?: string): Promise<MessageView | undefined> {
    const message = await this.#center.query({ publicId, ...(account === undefined ? {} : { account }) });
    if (message === undefined || message.acceptedMs < this.#sinceMs) return undefined;
    return viewOf(await groupOf(this.#center, message));
  }

  /** From now on nothing is found that was accepted before `atMs`, epoch milliseconds: a sandbox begins anew. */
  forget(atMs: number): void {
    this.#sinceMs = atMs;
  }

  /**
   * The newest message that fulfils the query: at once when there is one, else as soon as one comes or changes so.
   * Rejects with `GatewayError` CHAPPE_GATEWAY_TIMEOUT or CHAPPE_GATEWAY_ABORTED.
   */
  wait(query: string, options: WaitOptions = {}): Promise<MessageView> {
    const parsed = this.#parse(query);
    return this.#waitFor(parsed, (view) => matchesView(parsed, view), options);
  }

  /** As `wait`, for a condition in code; receipts are left out. */
  waitFor(holds: (message: MessageView) => boolean, options: WaitOptions = {}): Promise<MessageView> {
    return this.#waitFor(this.#parse(''), holds, options);
  }

  /** `query` holds for each segment that may make its message fulfil the condition; `holds` judges the whole. */
  async #waitFor(
    query: SearchQuery,
    holds: (view: MessageView) => boolean,
    options: WaitOptions,
  ): Promise<MessageView> {
    if (this.#waiters >= maxWaiters) {
      throw new GatewayError('CHAPPE_GATEWAY_FULL', `${maxWaiters} callers are waiting already`);
    }
    // Listening begins before looking, so that nothing slips through between the two.
    const change = this.#nextChange(query, holds, options);
    this.#waiters += 1;
    try {
      const { look = (work) => work() } = options;
      const present = look(() => this.#present(query, this.#recently(holds, options)));
      return await Promise.race([change.view, present.then((view) => view ?? change.view)]);
    } finally {
      this.#waiters -= 1;
      change.stop();
    }
  }

  #recently(
    holds: (view: MessageView) => boolean,
    { recentMs }: WaitOptions,
  ): (view: MessageView) => boolean {
    if (recentMs === undefined) return holds;
    const sinceMs = this.#clock.nowMs() - recentMs;
    return (view) => Math.max(view.acceptedMs, view.doneMs) >= sinceMs && holds(view);
  }

  /** The newest that is there already, among the newest thousand that may be meant. */
  async #present(
    query: SearchQuery,
    holds: (view: MessageView) => boolean,
  ): Promise<MessageView | undefined> {
    const isFirst = isFirstOfGroup();
    let seen = 0;
    for await (const page of foundPages(this.#center, query, maxLimit)) {
      for (const message of page.messages.filter(isFirst)) {
        if (seen === maxLimit) return undefined;
        seen += 1;
        const view = viewOf(await this.#whole(message));
        if (holds(view)) return view;
      }
    }
    return undefined;
  }

  /** The segments of a message. Destinations of a submit_multi are messages of their own here. */
  async #whole(message: Message): Promise<readonly Message[]> {
    const isOneOfSegments = readGroupOf(message.content)?.kind === 'segments';
    return isOneOfSegments ? groupOf(this.#center, message) : [message];
  }

  #parse(query: string): SearchQuery {
    const asked = parseSearch(query, this.#clock.nowMs());
    const parsed =
      this.#sinceMs === 0 ? asked : { ...asked, afterMs: Math.max(asked.afterMs ?? 0, this.#sinceMs) };
    const choosesKind = parsed.terms.some((term) => term.key === 'kind');
    if (choosesKind) return parsed;
    const noReceipts = {
      key: 'kind' as const,
      value: 'receipt',
      prefix: false,
      negated: true,
      states: [],
      inTimeline: [],
    };
    return { ...parsed, terms: [...parsed.terms, noReceipts] };
  }

  #nextChange(
    query: SearchQuery,
    holds: (view: MessageView) => boolean,
    { timeoutMs = defaultWaitMs, signal }: WaitOptions,
  ): { readonly view: Promise<MessageView>; readonly stop: () => void } {
    const { promise, resolve, reject } = Promise.withResolvers<MessageView>();
    // Nobody may be waiting for it any more when it fails.
    promise.catch(() => undefined);
    const unsubscribe = this.#events.subscribe((event) => {
      if (!('step' in event) || !matchesSearch(query, event.message)) return;
      this.#judge(event.message, holds, resolve, reject);
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
    return { view: promise, stop };
  }

  /** Resolves when a message that has changed fulfils a condition, its other segments seen too. */
  #judge(
    message: Message,
    holds: (view: MessageView) => boolean,
    resolve: (view: MessageView) => void,
    reject: (error: unknown) => void,
  ): void {
    if (readGroupOf(message.content)?.kind !== 'segments') {
      const view = viewOf([message]);
      if (holds(view)) resolve(view);
      return;
    }
    this.#whole(message).then((whole) => {
      const view = viewOf(whole);
      if (holds(view)) resolve(view);
    }, reject);
  }
}

/** What a message takes in a page, about. */
function octetsOf({ text = '', hex = '', segments }: MessageView): number {
  return text.length + hex.length + segments.length * segmentOctets;
}

/** A cursor is an id in hexadecimal; anything else begins at the newest message. */
function beforeIdOf(cursor: string | undefined): number | undefined {
  const id = cursor === undefined ? Number.NaN : Number.parseInt(cursor, 16);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** Of the segments of one message only the first on the page is looked at: it stands for all. */
function isFirstOfGroup(): (message: Message) => boolean {
  const seen = new Set<number>();
  return (message) => {
    const group = readGroupOf(message.content);
    if (group?.kind !== 'segments') return true;
    const first = message.id - group.index;
    if (seen.has(first)) return false;
    seen.add(first);
    return true;
  };
}

/** Whether a whole message fulfils a query. */
export function matchesView(query: SearchQuery, view: MessageView): boolean {
  return matchesSearch(query, searchableOf(view));
}

function searchableOf(view: MessageView): Searchable {
  const { id, kind, account, from, to, state, acceptedMs, text, clientReference, timeline } = view;
  const ids = view.segments.map((segment) => segment.id);
  return {
    publicId: id,
    publicIds: ids,
    kind,
    account,
    source: { digits: from },
    destination: { digits: to },
    state,
    acceptedMs,
    text,
    clientReference,
    timeline,
  };
}
