/** Requests that may come twice: the answer to the first is the answer to all. */
import type { Clock } from '@chappe/center';
import { Problem } from './problem.ts';
import type { Answer } from './route.ts';

/** How much is remembered. */
export interface IdempotencyLimits {
  /** How long a key is remembered, default 24 hours. */
  readonly keptMs: number;
  /** How many keys, default 10,000; the eldest is forgotten. */
  readonly keys: number;
  /** Size of all answers together, default 16 MiB; the eldest are forgotten. */
  readonly octets: number;
}

/** Defaults of `IdempotencyLimits`. */
export const defaultIdempotencyLimits: IdempotencyLimits = {
  keptMs: 24 * 3_600_000,
  keys: 10_000,
  octets: 16 * 1024 * 1024,
};

interface Entry {
  readonly fingerprint: string;
  readonly answer: Promise<Answer>;
  readonly endsMs: number;
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
  // In the order of arrival, which is the order of their end.
  readonly #entries = new Map<string, Entry>();
  #octets = 0;

  constructor(clock: Clock, limits: Partial<IdempotencyLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...defaultIdempotencyLimits, ...limits };
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Does the work, or gives the answer that the same key and fingerprint got before, also while that is still being
   * worked out. `scope`: whose key it is; those of others are other keys. Work that rejects is not remembered. Rejects with a `Problem` when the key cannot be used.
   */
  async once(given: string, fingerprint: string, work: () => Promise<Answer>, scope = ''): Promise<Answer> {
    if (!keyPattern.test(given)) {
      throw new Problem(
        'invalid_idempotency_key',
        'an Idempotency-Key has 1 to 255 visible ASCII characters',
      );
    }
    // No key has a blank in it.
    const key = `${scope} ${given}`;
    this.#forgetOld();
    const known = this.#entries.get(key);
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        throw new Problem('idempotency_key_reused', 'this Idempotency-Key came with another body before', {
          hint: 'take a new key for every new message',
        });
      }
      const answer = await known.answer;
      return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
    }
    return this.#first(key, fingerprint, work);
  }

  async #first(key: string, fingerprint: string, work: () => Promise<Answer>): Promise<Answer> {
    const answer = work();
    const endsMs = this.#clock.monotonicMs() + this.#limits.keptMs;
    const entry: Entry = { fingerprint, answer, endsMs, octets: entryOctets };
    this.#entries.set(key, entry);
    this.#octets += entryOctets;
    try {
      const done = await answer;
      if (this.#entries.get(key) === entry) this.#grow(entry, JSON.stringify(done.body).length);
      return done;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#forget(key, entry);
      throw error;
    }
  }

  #grow(entry: Entry, octets: number): void {
    entry.octets += octets;
    this.#octets += octets;
    this.#forgetOld();
  }

  #forgetOld(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, entry] of this.#entries) {
      const isTooMuch = this.#entries.size > this.#limits.keys || this.#octets > this.#limits.octets;
      if (entry.endsMs > nowMs && !isTooMuch) return;
      this.#forget(key, entry);
    }
  }

  #forget(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#octets -= entry.octets;
  }
}
