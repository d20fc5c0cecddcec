import { setTimeout as after } from 'node:timers/promises';
import { patient } from './patience.ts';

/** How long a wait of the peer tests may take at most unless it says otherwise. */
export const patienceMs: number = patient(15_000);

/** Most items an inbox keeps: far above what one run produces, so that a peer gone mad cannot fill the memory. */
const maxItems = 50_000;

interface Waiter<T> {
  readonly matches: (item: T) => boolean;
  readonly settle: (item: T) => void;
}

/**
 * What arrived from outside (lines, callbacks, PDUs), in order, and a way to await one that has come or will come.
 * Waiting is by event; the deadline only turns a hang into an error that shows what did arrive.
 */
export class Inbox<T> {
  /** Called with every item as it comes, before those who wait for it. */
  onPush: ((item: T) => void) | undefined;
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();

  /** Everything that arrived so far, oldest first. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** Adds an item and wakes those who wait for it. */
  push(item: T): void {
    if (this.#items.length < maxItems) this.#items.push(item);
    this.onPush?.(item);
    for (const waiter of [...this.#waiters]) if (waiter.matches(item)) waiter.settle(item);
  }

  /** The first item that matches, past or future. Rejects after `deadlineMs` with a list of what came instead. */
  async next(what: string, matches: (item: T) => boolean, deadlineMs: number = patienceMs): Promise<T> {
    const found = this.#items.find(matches);
    if (found !== undefined) return found;
    const cancelled = new AbortController();
    let waiter: Waiter<T> | undefined;
    const arrival = new Promise<T>((settle) => {
      waiter = { matches, settle };
      this.#waiters.add(waiter);
    });
    const deadline = after(deadlineMs, undefined, { signal: cancelled.signal }).then(() => {
      throw new Error(`${what} did not come within ${deadlineMs} ms; so far:\n${this.#tail()}`);
    });
    try {
      return await Promise.race([arrival, deadline]);
    } finally {
      deadline.catch(() => undefined);
      cancelled.abort();
      if (waiter) this.#waiters.delete(waiter);
    }
  }

  /** The first `count` items that match, in order of arrival; rejects like `next`. */
  async take(
    count: number,
    what: string,
    matches: (item: T) => boolean,
    deadlineMs: number = patienceMs,
  ): Promise<readonly T[]> {
    const enough = (): boolean => this.#items.filter(matches).length >= count;
    if (!enough()) await this.next(`${count} times ${what}`, () => enough(), deadlineMs);
    return this.#items.filter(matches).slice(0, count);
  }

  #tail(): string {
    const shown = this.#items
      .slice(-40)
      .map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
    return shown.length === 0 ? '(nothing)' : shown.join('\n');
  }
}

/**
 * Asks again until the probe gives something other than undefined, for conditions that no event tells about (another
 * program's port or status page). Rejects after `deadlineMs` with the last error or answer.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  deadlineMs: number = patienceMs,
  everyMs = 20,
): Promise<T> {
  const start = performance.now();
  let last: unknown;
  while (performance.now() - start < deadlineMs) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await after(everyMs);
  }
  throw new Error(`${what} did not come about within ${deadlineMs} ms`, { cause: last });
}
