import type { Clock } from '../clock.ts';

/** Something that is to be woken at a time. */
export interface Sleeper {
  /** When it will be woken; `Infinity` when it will not. Owned by `Deadlines`. */
  wakeAtMs: number;
  /** Called once the time has come. It may arm itself again. */
  onWake(nowMs: number): void;
}

interface Entry {
  readonly atMs: number;
  readonly sleeper: Sleeper;
}

/**
 * One timer for any number of sessions: a binary heap of wake times. A sleeper that no longer needs its time lets it
 * pass and says its new one then, so that a busy session does not touch the heap with every PDU.
 */
export class Deadlines {
  readonly #clock: Clock;
  #heap: Entry[] = [];
  /** Entries of sleepers that were armed anew or disarmed since. */
  #stale = 0;
  #cancel: (() => void) | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes the sleeper at `atMs` (monotonic; `Infinity` for never) or earlier: one armed for before stays so. */
  arm(sleeper: Sleeper, atMs: number): void {
    if (sleeper.wakeAtMs <= atMs) return;
    if (sleeper.wakeAtMs !== Number.POSITIVE_INFINITY) this.#stale++;
    sleeper.wakeAtMs = atMs;
    this.#push({ atMs, sleeper });
    this.#setTimer();
  }

  /** Does not wake the sleeper any more. */
  disarm(sleeper: Sleeper): void {
    if (sleeper.wakeAtMs === Number.POSITIVE_INFINITY) return;
    sleeper.wakeAtMs = Number.POSITIVE_INFINITY;
    this.#stale++;
    // The heap must not hold on to sessions that are long gone.
    if (this.#stale > 64 && this.#stale > this.#heap.length / 2) this.#rebuild();
    this.#setTimer();
  }

  /** Wakes nobody any more and leaves no timer. */
  clear(): void {
    for (const { sleeper } of this.#heap) sleeper.wakeAtMs = Number.POSITIVE_INFINITY;
    this.#heap = [];
    this.#stale = 0;
    this.#setTimer();
  }

  #wake(): void {
    this.#cancel = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.monotonicMs();
    // Only those due now: a sleeper that arms itself for the past is woken by the next timer, not in this loop.
    const due: Sleeper[] = [];
    while (this.#heap.length > 0 && this.#heap[0]!.atMs <= nowMs) {
      const { atMs, sleeper } = this.#pop();
      if (sleeper.wakeAtMs !== atMs) {
        this.#stale--;
        continue;
      }
      sleeper.wakeAtMs = Number.POSITIVE_INFINITY;
      due.push(sleeper);
    }
    let woken = 0;
    try {
      while (woken < due.length) due[woken++]!.onWake(nowMs);
    } finally {
      // One that throws, by a fault of ours, must not leave the others asleep for ever.
      for (const sleeper of due.slice(woken)) this.arm(sleeper, nowMs);
      this.#setTimer();
    }
  }

  #setTimer(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.sleeper.wakeAtMs !== this.#heap[0]!.atMs) {
      this.#pop();
      this.#stale--;
    }
    const nextMs = this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
    if (nextMs === this.#timerAtMs) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#timerAtMs = nextMs;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    // Rounded up: a timer that fires a fraction early would only be set again.
    const delayMs = Math.max(0, Math.ceil(nextMs - this.#clock.monotonicMs()));
    this.#cancel = this.#clock.setTimer(() => this.#wake(), delayMs);
  }

  #rebuild(): void {
    const live = this.#heap.filter(({ atMs, sleeper }) => sleeper.wakeAtMs === atMs);
    // A sorted array is a heap.
    this.#heap = live.sort((a, b) => a.atMs - b.atMs);
    this.#stale = 0;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.atMs <= entry.atMs) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.atMs < heap[child]!.atMs) child++;
      if (heap[child]!.atMs >= last.atMs) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
