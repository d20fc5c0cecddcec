/** Requests that may come twice: the answer to the first is the answer to all. */
import type { Clock } from '@chappe/center';
import { Problem } from './problem.ts';
import type { Answer } from './route.ts';

/** How much is remembered. */
export interface IdempotencyLimits {
  /** How long a key is remembered, default 24 hours. */
  readonly keptMs: number;
  /**
   * Size of all keys and answers together, default 64 MiB: some 80,000 keys. When it is used up, the caller that has most
   * of it loses its eldest; nobody loses one because of another that has more.
   */
  readonly octets: number;
}

/** Defaults of `IdempotencyLimits`. */
export const defaultIdempotencyLimits: IdempotencyLimits = {
  keptMs: 24 * 3_600_000,
  octets: 64 * 1024 * 1024,
};

interface Entry {
  readonly fingerprint: string;
  readonly endsMs: number;
  answer: Promise<Answer>;
  octets: number;
}

/** The keys of one caller, in the order of arrival, which is the order of their end. */
interface Keys {
  readonly entries: Map<string, Entry>;
  octets: number;
}

// What one entry takes beside its answer: key, fingerprint, promise.
const entryOctets = 512;
// draft-ietf-httpapi-idempotency-key-header 2.1 gives no limit; a UUID has 36 characters.
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The keys of this process; a restart forgets them. */
export class IdempotencyKeys {
  readonly #clock: Clock;
  readonly #limits: IdempotencyLimits;
  readonly #callers = new Map<string, Keys>();
  #octets = 0;

  constructor(clock: Clock, limits: Partial<IdempotencyLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...defaultIdempotencyLimits, ...limits };
  }

  /** Keys of a caller that are remembered now. */
  sizeOf(caller: string): number {
    return this.#callers.get(caller)?.entries.size ?? 0;
  }

  /**
   * Does the work, or gives the answer that the same key and fingerprint of the caller got before, also while that is
   * still being worked out. Work that rejects is not remembered. Rejects with a `Problem` when the key cannot be used.
   */
  async once(caller: string, key: string, fingerprint: string, work: () => Promise<Answer>): Promise<Answer> {
    if (!keyPattern.test(key)) {
      throw new Problem(
        'invalid_idempotency_key',
        'an Idempotency-Key has 1 to 255 visible ASCII characters',
      );
    }
    const known = this.#known(caller, key);
    if (known === undefined) return this.#first(caller, key, fingerprint, work);
    if (known.fingerprint !== fingerprint) {
      throw new Problem('idempotency_key_reused', 'this Idempotency-Key came with another body before', {
        hint: 'take a new key for every new message',
      });
    }
    const answer = await known.answer;
    return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
  }

  #known(caller: string, key: string): Entry | undefined {
    const keys = this.#callers.get(caller);
    if (keys === undefined) return undefined;
    this.#forgetOld(caller, keys);
    return keys.entries.get(key);
  }

  async #first(
    caller: string,
    key: string,
    fingerprint: string,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const keys = this.#callers.get(caller) ?? { entries: new Map(), octets: 0 };
    this.#callers.set(caller, keys);
    const answer = work();
    const endsMs = this.#clock.monotonicMs() + this.#limits.keptMs;
    const entry: Entry = { fingerprint, answer, endsMs, octets: 0 };
    keys.entries.set(key, entry);
    this.#grow(keys, entry, entryOctets);
    const isKept = (): boolean => keys.entries.get(key) === entry;
    try {
      const done = await answer;
      // As it is sent, it takes a part of what its objects do.
      const body = typeof done.body === 'string' ? done.body : JSON.stringify(done.body);
      if (isKept()) {
        entry.answer = Promise.resolve({ ...done, body });
        this.#grow(keys, entry, body.length);
      }
      return done;
    } catch (error) {
      if (isKept()) this.#forget(caller, keys, key, entry);
      throw error;
    }
  }

  #grow(keys: Keys, entry: Entry, octets: number): void {
    entry.octets += octets;
    keys.octets += octets;
    this.#octets += octets;
    while (this.#octets > this.#limits.octets) this.#makeRoom();
  }

  /** Of the caller that has most, what is too old goes, else the eldest. */
  #makeRoom(): void {
    let caller = '';
    let most: Keys = { entries: new Map(), octets: -1 };
    for (const [name, keys] of this.#callers) if (keys.octets > most.octets) [caller, most] = [name, keys];
    this.#forgetOld(caller, most);
    if (this.#octets <= this.#limits.octets) return;
    for (const [key, entry] of most.entries) {
      this.#forget(caller, most, key, entry);
      return;
    }
  }

  #forgetOld(caller: string, keys: Keys): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, entry] of keys.entries) {
      if (entry.endsMs > nowMs) return;
      this.#forget(caller, keys, key, entry);
    }
  }

  #forget(caller: string, keys: Keys, key: string, entry: Entry): void {
    keys.entries.delete(key);
    keys.octets -= entry.octets;
    this.#octets -= entry.octets;
    if (keys.entries.size === 0) this.#callers.delete(caller);
  }
}
