/** What time does to messages: they expire, receipts are late, days are thrown away. Looked at every so often. */
import type { Core } from './core.ts';
import type { Dispatch } from './dispatch.ts';
import { asCenterError } from './group-commit.ts';
import type { LiveMessage } from './lanes/lane.ts';
import { liveMessage } from './lanes/live-message.ts';
import type { Message } from './message.ts';
import type { Settlement } from './settlement.ts';

/** Expired messages fetched at once. */
const MAX_EXPIRED = 1_000;
const MAX_EXPIRED_OCTETS = 2 * 1024 * 1024;
/** How often the log of the store is looked at. */
const LOG_EVERY_MS = 10_000;
/** How often old days are looked for. */
const PURGE_EVERY_MS = 3_600_000;

/** Looks at all that is due. */
export class Sweep {
  readonly #core: Core;
  readonly #dispatch: Dispatch;
  readonly #settlement: Settlement;
  #disarm: (() => void) | undefined;
  #isRunning = false;
  #isSweeping = false;
  #purgedAtMs = 0;
  #lookedAtMs = 0;

  constructor(core: Core, dispatch: Dispatch, settlement: Settlement) {
    this.#core = core;
    this.#dispatch = dispatch;
    this.#settlement = settlement;
  }

  start(): void {
    this.#isRunning = true;
    // Not at once: a clock that is wrong at the start may be set right.
    this.#purgedAtMs = this.#core.settings.clock.monotonicMs();
    this.#arm();
  }

  stop(): void {
    this.#isRunning = false;
    this.#disarm?.();
  }

  #arm(): void {
    const { clock, limits } = this.#core.settings;
    this.#disarm = clock.setTimer(() => {
      this.#arm();
      void this.#sweep();
    }, limits.sweepMs);
  }

  async #sweep(): Promise<void> {
    const { clock, store, limits } = this.#core.settings;
    if (this.#isSweeping || this.#core.commits.failure !== undefined) return;
    this.#isSweeping = true;
    try {
      const nowMs = clock.nowMs();
      this.#dispatch.sweep(nowMs);
      await this.#end(nowMs);
      await this.#lookAtLog();
      if (clock.monotonicMs() - this.#purgedAtMs >= PURGE_EVERY_MS) {
        this.#purgedAtMs = clock.monotonicMs();
        await store.purge(nowMs - limits.retentionMs, this.#core.hooks.onForget);
      }
    } catch (error) {
      if (this.#isRunning) this.#core.tellFailure(asCenterError(error));
    } finally {
      this.#isSweeping = false;
    }
  }

  async #lookAtLog(): Promise<void> {
    const { clock, store, onError } = this.#core.settings;
    if (clock.monotonicMs() - this.#lookedAtMs < LOG_EVERY_MS) return;
    this.#lookedAtMs = clock.monotonicMs();
    const log = await store.log?.();
    if (log === undefined) return;
    this.#core.logOctets = log.octets;
    if (log.trouble !== undefined) onError(log.trouble);
  }

  /** In groups, so that a million expired messages neither fill the memory nor hold the others up. */
  async #end(nowMs: number): Promise<void> {
    const { store } = this.#core.settings;
    while (this.#isRunning) {
      const { messages: expired, isCut } = await store.takeExpired(
        { nowMs, limit: MAX_EXPIRED, octets: MAX_EXPIRED_OCTETS },
        this.#core.lease.owner,
      );
      for (const stored of expired) {
        const live = this.#core.live.get(stored.id);
        if (live?.phase === 'sent') this.#overdue(live, nowMs);
        else if (!this.#core.isOurs(stored.id)) this.#expire(stored, nowMs);
      }
      if (!isCut) return;
      await this.#core.commits.idle();
      if (this.#core.commits.failure !== undefined) return;
    }
  }

  #expire(stored: Message, nowMs: number): void {
    const message = liveMessage(stored);
    this.#core.keep(message);
    if (message.upstreamId !== undefined) {
      this.#overdue(message, nowMs);
      return;
    }
    message.feed = this.#dispatch.feedOf(message);
    message.feed.waiting -= 1;
    this.#settlement.expire(message);
  }

  /** A message at an upstream: its receipt is late, or its validity has ended. */
  #overdue(message: LiveMessage, nowMs: number): void {
    this.#core.awaiting.delete(message);
    message.phase = 'saving';
    message.feed = this.#dispatch.feedOf(message);
    if (message.expiresMs <= nowMs) this.#settlement.expire(message);
    else this.#settlement.receiptOverdue(message);
  }
}
