/** Requests that may come twice: the answer to the first is the answer to all. */
import { setImmediate } from 'node:timers/promises';
import type { Clock, ControlStore } from '@chappe/center';
import { hashOf, type KeyRecord, unknownCaller } from './idempotency/record.ts';
import { type FoundRecord, KeyRecords } from './idempotency/records.ts';
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
  readonly record: KeyRecord;
  /** By the clock that nobody sets. */
  readonly endsMs: number;
  /** Undefined: a process that is gone had begun the work, and how it ended is not known. */
  answer: Promise<Answer> | undefined;
  octets: number;
}

/** The keys of one caller by their hashes, in the order of arrival, which is the order of their end. */
interface Keys {
  readonly entries: Map<string, Entry>;
  octets: number;
}

// What one entry takes beside its answer: hash, fingerprint, promise.
const entryOctets = 512;
// draft-ietf-httpapi-idempotency-key-header 2.1 gives no limit; a UUID has 36 characters.
const keyPattern = /^[\x21-\x7e]{1,255}$/;
// Answers hold numbers: those whose time is over leave the store though nobody comes any more.
const sweepMs = 3_600_000;
// At the start, when there may be many.
const takenInOneTurn = 1_000;

/**
 * The keys of a data folder. A key is on disk before its work begins, and its answer before that is given: after a restart,
 * whatever was answered is answered the same, and of what was not it is said that nobody knows.
 */
export class IdempotencyKeys {
  readonly #clock: Clock;
  readonly #limits: IdempotencyLimits;
  readonly #records: KeyRecords;
  readonly #callers = new Map<string, Keys>();
  #octets = 0;
  #loading: Promise<void> | undefined;
  #disarm: (() => void) | undefined;
  #isClosed = false;

  /** Begins to read what there is. */
  constructor(control: ControlStore, clock: Clock, limits: Partial<IdempotencyLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...defaultIdempotencyLimits, ...limits };
    this.#records = new KeyRecords(control, clock);
    // Whoever comes with a key hears of a failure, and tries again.
    this.#loaded().catch(() => undefined);
  }

  /** Keys of a caller that are remembered now. */
  sizeOf(caller: string): number {
    return this.#callers.get(caller)?.entries.size ?? 0;
  }

  /**
   * Does the work, or gives the answer that the same key and fingerprint of the caller got before, also while that is
   * still being worked out. Work that rejects is not remembered. Rejects with a `Problem` when the key cannot be used, and
   * as the store does when it cannot be written down; then the work is not begun.
   */
  async once(caller: string, key: string, fingerprint: string, work: () => Promise<Answer>): Promise<Answer> {
    if (!keyPattern.test(key)) {
      throw new Problem(
        'invalid_idempotency_key',
        'an Idempotency-Key has 1 to 255 visible ASCII characters',
      );
    }
    await this.#loaded();
    const hash = hashOf(caller, key);
    const known = this.#known(caller, hash) ?? this.#known(unknownCaller, hash);
    if (known === undefined)
      return this.#first(hash, { caller, fingerprint, atMs: this.#clock.nowMs() }, work);
    const { record } = known;
    if (record.fingerprint !== '' && record.fingerprint !== fingerprint) {
      throw new Problem('idempotency_key_reused', 'this Idempotency-Key came with another body before', {
        hint: 'take a new key for every new message',
      });
    }
    if (known.answer === undefined) throw uncertain(record);
    const answer = await known.answer;
    return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
  }

  /** Settles when all that is to be written is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disarm?.();
    await this.#loading?.catch(() => undefined);
    await this.#records.close();
  }

  #loaded(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    for (const [index, found] of (await this.#records.load()).entries()) {
      this.#take(found);
      if (index % takenInOneTurn === takenInOneTurn - 1) await setImmediate();
    }
  }

  #take({ hash, record: found }: FoundRecord): void {
    const nowMs = this.#clock.nowMs();
    const record = found ?? { caller: unknownCaller, fingerprint: '', atMs: nowMs };
    const { caller, fingerprint, atMs, answer } = record;
    // The clock may have been set back since.
    const ageMs = Math.max(0, nowMs - atMs);
    if (ageMs >= this.#limits.keptMs) {
      this.#records.remove(hash);
      return;
    }
    // What cannot be read, or comes from days to come, has its time from now on, and not from every start on.
    const isUndated = found === undefined || (atMs > nowMs && fingerprint !== '');
    if (isUndated) this.#records.put(hash, { ...record, atMs: nowMs }).catch(() => undefined);
    const entry: Entry = {
      record,
      endsMs: this.#clock.monotonicMs() + this.#limits.keptMs - ageMs,
      answer: answer === undefined ? undefined : Promise.resolve(answer),
      octets: 0,
    };
    this.#enter(caller, hash, entry, entryOctets + (answer?.body.length ?? 0));
  }

  #known(caller: string, hash: string): Entry | undefined {
    const keys = this.#callers.get(caller);
    if (keys === undefined) return undefined;
    this.#forgetOld(caller, keys);
    return keys.entries.get(hash);
  }

  #first(hash: string, record: KeyRecord, work: () => Promise<Answer>): Promise<Answer> {
    const endsMs = this.#clock.monotonicMs() + this.#limits.keptMs;
    const entry: Entry = { record, endsMs, answer: undefined, octets: 0 };
    const keys = this.#enter(record.caller, hash, entry, entryOctets);
    const answer = this.#worked(keys, hash, entry, work);
    entry.answer = answer;
    return answer;
  }

  async #worked(keys: Keys, hash: string, entry: Entry, work: () => Promise<Answer>): Promise<Answer> {
    const { record } = entry;
    const isKept = (): boolean => keys.entries.get(hash) === entry;
    let done: Answer;
    try {
      if (isKept()) await this.#records.put(hash, record);
      done = await work();
    } catch (error) {
      if (isKept()) this.#forget(record.caller, keys, hash, entry);
      throw error;
    }
    if (!isKept()) return done;
    // As it is sent, it takes a part of what its objects do.
    const body = typeof done.body === 'string' ? done.body : JSON.stringify(done.body);
    const answer = { ...done, body };
    this.#grow(keys, entry, body.length);
    // The message is sent: where its answer cannot be written down it is given all the same, and uncertain after a restart.
    if (isKept()) await this.#records.put(hash, { ...record, answer }).catch(() => undefined);
    entry.answer = Promise.resolve(answer);
    return done;
  }

  #enter(caller: string, hash: string, entry: Entry, octets: number): Keys {
    const keys = this.#callers.get(caller) ?? { entries: new Map(), octets: 0 };
    this.#callers.set(caller, keys);
    keys.entries.set(hash, entry);
    this.#grow(keys, entry, octets);
    this.#arm();
    return keys;
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
    for (const [hash, entry] of most.entries) {
      this.#forget(caller, most, hash, entry);
      return;
    }
  }

  #forgetOld(caller: string, keys: Keys): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [hash, entry] of keys.entries) {
      if (entry.endsMs > nowMs) return;
      this.#forget(caller, keys, hash, entry);
    }
  }

  #forget(caller: string, keys: Keys, hash: string, entry: Entry): void {
    keys.entries.delete(hash);
    keys.octets -= entry.octets;
    this.#octets -= entry.octets;
    if (keys.entries.size === 0) this.#callers.delete(caller);
    this.#records.remove(hash);
  }

  /** While there is anything to forget. */
  #arm(): void {
    if (this.#isClosed || this.#callers.size === 0) return;
    this.#disarm ??= this.#clock.setTimer(() => {
      this.#disarm = undefined;
      for (const [caller, keys] of [...this.#callers]) this.#forgetOld(caller, keys);
      this.#arm();
    }, sweepMs);
  }
}

function uncertain({ atMs }: KeyRecord): Problem {
  const at = new Date(atMs).toISOString();
  return new Problem(
    'idempotency_uncertain',
    `this Idempotency-Key came at ${at} before, and the server ended before its answer was written down: ` +
      'whether anything was sent is not known',
    {
      hint:
        'look for its messages, GET /api/v1/messages?clientReference=... or ?to=...&after=...; ' +
        'where there are none, send it again with a new key',
    },
  );
}
