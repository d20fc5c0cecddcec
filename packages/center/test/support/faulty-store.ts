import {
  CenterError,
  type Change,
  type Claim,
  type Claimed,
  type DayCount,
  type Expired,
  type Expiry,
  type Match,
  type Message,
  type MessageId,
  type MessagePage,
  type Owner,
  type Recovered,
  type Recovery,
  type SearchPage,
  type SearchQuery,
  type Store,
  type Tally,
} from '@chappe/center';

/** before: nothing is stored. after: everything is stored, but the store says otherwise. */
export type Fault = 'before' | 'after';

/** A store that fails when told to, and that can lose its process: then nothing answers any more. */
export class FaultyStore implements Store {
  readonly #inner: Store;
  /** Faults of the next commits, in order. */
  readonly faults: (Fault | undefined)[] = [];
  /** Ids of messages whose insertion the inner store has committed. */
  readonly stored: Set<MessageId> = new Set();
  isDead = false;
  #last: Promise<unknown> = Promise.resolve();
  commits = 0;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  async commit(changes: readonly Change[], owner: Owner): Promise<void> {
    this.commits += 1;
    const fault = this.faults.shift();
    // What is read later must not be what the center changes meanwhile.
    const frozen = changes.map((change) => ({ ...change, message: { ...change.message } }));
    return this.#inOrder(async () => {
      if (fault !== 'before') {
        await this.#inner.commit(frozen, owner);
        for (const { op, message } of frozen) if (op === 'insert') this.stored.add(message.id);
      }
      await this.#alive();
      if (fault !== undefined) throw new CenterError('CHAPPE_STORE_DISK_FULL', 'no room, says the test');
    });
  }

  recover(nowMs: number, node?: number): Promise<Recovery> {
    return this.#inner.recover(nowMs, node);
  }

  async renew(owner: Owner, nowMs: number): Promise<void> {
    return this.#inOrder(() => this.#inner.renew(owner, nowMs));
  }

  async recoverLapsed(owner: Owner, nowMs: number): Promise<Recovered> {
    return this.#inOrder(() => this.#inner.recoverLapsed(owner, nowMs));
  }

  async claim(claim: Claim, owner: Owner): Promise<Claimed> {
    return this.#inOrder(() => this.#inner.claim(claim, owner));
  }

  async take(id: MessageId, from: 'waiting' | 'sent', owner: Owner): Promise<Message | undefined> {
    return this.#inOrder(() => this.#inner.take(id, from, owner));
  }

  async takeExpired(expiry: Expiry, owner: Owner): Promise<Expired> {
    return this.#inOrder(() => this.#inner.takeExpired(expiry, owner));
  }

  matching(match: Match, limit: number): Promise<readonly MessageId[]> {
    return this.#inner.matching(match, limit);
  }

  find(id: MessageId): Promise<Message | undefined> {
    return this.#inner.find(id);
  }

  findByShort(counter: number): Promise<Message | undefined> {
    return this.#inner.findByShort(counter);
  }

  findByUpstreamId(group: string, ids: readonly string[], begins?: boolean): Promise<readonly Message[]> {
    return this.#inner.findByUpstreamId(group, ids, begins);
  }

  waitingIn(lane: string, limit: number, beforeId?: MessageId): Promise<MessagePage> {
    return this.#inner.waitingIn(lane, limit, beforeId);
  }

  counts(): Promise<readonly DayCount[]> {
    return this.#inner.counts();
  }

  tallies(): Promise<readonly Tally[]> {
    return this.#inner.tallies();
  }

  recount(): Promise<readonly Tally[]> {
    return this.#inner.recount();
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.#inner.search(query);
  }

  purge(beforeMs: number): Promise<readonly string[]> {
    return this.#inner.purge(beforeMs);
  }

  async close(): Promise<void> {
    this.isDead = true;
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => this.#alive()).then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Settles in a later turn, as a disk does; never, once the process is gone. */
  async #alive(): Promise<void> {
    await new Promise<void>((settle) => setImmediate(settle));
    if (this.isDead) await new Promise<never>(() => undefined);
  }
}
