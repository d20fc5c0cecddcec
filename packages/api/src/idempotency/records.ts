/**
 * The records of all Idempotency-Keys in the control store. That one syncs in the thread of the messages, so records that
 * come together share a write, and between many it rests.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock, ControlStore } from '@chappe/center';
import { type KeyRecord, recordOfValue, valueOfRecord } from './record.ts';

/** A record as it was found; undefined: it cannot be read. */
export interface FoundRecord {
  readonly hash: string;
  readonly record: KeyRecord | undefined;
}

interface Waiting {
  readonly value: string | undefined;
  /** Of all who wait for this hash, those whose value was overtaken too. */
  readonly settle: readonly ((error?: unknown) => void)[];
}

const kind = 'idempotency';
// Read or written at once; an answer to a thousand numbers has some 150 KB.
const recordsAtOnce = 100;
// Of four milliseconds the event loop belongs to these writes for one at most, in the long run: the first ones do not wait.
const share = 1 / 4;
const aheadMs = 20;

/** The records of one data folder. */
export class KeyRecords {
  readonly #control: ControlStore;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();
  #writing: Promise<void> | undefined;
  /** Until when the share is used up. */
  #usedUpMs = 0;
  #isClosing = false;
  #wake: () => void = () => undefined;

  constructor(control: ControlStore, clock: Clock) {
    this.#control = control;
    this.#clock = clock;
  }

  /** All of them, the eldest first, the damaged last. Rejects as the store does. */
  async load(): Promise<readonly FoundRecord[]> {
    const found: FoundRecord[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.#control.list(kind, { after, limit: recordsAtOnce });
      for (const { key, value } of page) found.push({ hash: key, record: recordOfValue(value) });
      if (page.length < recordsAtOnce) break;
      after = page.at(-1)?.key;
      // Everybody else has a turn.
      await setImmediate();
    }
    const atMs = ({ record }: FoundRecord): number => record?.atMs ?? Number.MAX_VALUE;
    return found.sort((a, b) => atMs(a) - atMs(b));
  }

  /** Writes a record; durable when it settles. Rejects as the store does. */
  put(hash: string, record: KeyRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#add(hash, valueOfRecord(record), (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /**
   * Takes a record away, soon. Nobody waits for it: one that stays because the store has failed, or the process has ended,
   * makes a key remembered for longer, and sends nothing.
   */
  remove(hash: string): void {
    this.#add(hash, undefined);
  }

  /** Settles when all that was given is written, or cannot be; what comes later does not rest. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake();
    await this.#writing;
  }

  #add(hash: string, value: string | undefined, settle?: (error?: unknown) => void): void {
    const before = this.#waiting.get(hash)?.settle ?? [];
    // Last in the order too: what was given first is written first.
    this.#waiting.delete(hash);
    this.#waiting.set(hash, { value, settle: settle === undefined ? before : [...before, settle] });
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // What comes in the same turn of the event loop shares the first write.
    await setImmediate();
    while (this.#waiting.size > 0) {
      const beganMs = this.#clock.monotonicMs();
      await this.#writeSome();
      const endedMs = this.#clock.monotonicMs();
      this.#usedUpMs = Math.max(this.#usedUpMs, beganMs) + (endedMs - beganMs) / share;
      await this.#rest(this.#usedUpMs - endedMs - aheadMs);
    }
    this.#writing = undefined;
  }

  async #writeSome(): Promise<void> {
    const batch: [string, Waiting][] = [];
    for (const one of this.#waiting) {
      batch.push(one);
      this.#waiting.delete(one[0]);
      if (batch.length === recordsAtOnce) break;
    }
    let failure: unknown;
    try {
      await this.#control.write(batch.map(([key, { value }]) => ({ kind, key, value })));
    } catch (error) {
      failure = error;
    }
    for (const [, { settle }] of batch) for (const one of settle) one(failure);
  }

  #rest(ms: number): Promise<void> {
    if (this.#isClosing || ms < 1) return setImmediate();
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(resolve, ms);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
