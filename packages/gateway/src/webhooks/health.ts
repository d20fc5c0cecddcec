/**
 * How the receiver of a webhook is doing. After some failures in a row only one post at a time tries whether it is back,
 * after a pause that grows; one that says 410, or fails as often in a row as it may, is switched off, and what is for it
 * waits. Somebody who looks, or other settings, switch it on again.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '@chappe/smpp';

/** What is told of the receiver of a webhook. */
export interface HookNotice {
  readonly type: 'webhook.failing' | 'webhook.disabled' | 'webhook.enabled' | 'webhook.test';
  readonly webhook: string;
  /** For people. */
  readonly detail: string;
  /** In a row. */
  readonly failures: number;
  /** As many switch it off; undefined: any number may. */
  readonly limit: number | undefined;
}

/** What it is made of. */
export interface HookHealthOptions {
  readonly name: string;
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  /** Failures in a row that switch it off. Default: never. */
  readonly failureLimit?: number | undefined;
  /** Tells it to others; gives the id under which it is told. */
  readonly tell?: ((notice: HookNotice) => string) | undefined;
}

// A deployment of the receiver costs a post or two; more than these and it is down.
const failuresBeforeProbes = 5;
const firstPauseMs = 1_000;
// A receiver that is back is noticed within a minute.
const longestPauseMs = 60_000;
// The highest first: of a small limit several are reached at once.
const warnAtPercent = [90, 70, 50];

/** Of one receiver. */
export class HookHealth {
  /** Set by who posts: a pause has ended, or it was switched on. */
  onRoom: (() => void) | undefined;
  readonly #options: HookHealthOptions;
  #failures = 0;
  #offBecause: string | undefined;
  #pausedUntilMs = 0;
  #disarm: (() => void) | undefined;

  constructor(options: HookHealthOptions) {
    this.#options = options;
  }

  /** Posts in a row that nobody has taken. */
  get failures(): number {
    return this.#failures;
  }

  /** As many switch it off. */
  get failureLimit(): number | undefined {
    return this.#options.failureLimit;
  }

  /** Why nothing is posted any more; undefined: it is. */
  get offBecause(): string | undefined {
    return this.#offBecause;
  }

  /** Only one post at a time goes out. */
  get isProbing(): boolean {
    return this.#failures >= failuresBeforeProbes;
  }

  /** Of so many posts at once, those that may be under way now. */
  atOnce(concurrency: number): number {
    if (this.#offBecause !== undefined) return 0;
    if (!this.isProbing) return concurrency;
    return this.#options.clock.monotonicMs() < this.#pausedUntilMs ? 0 : 1;
  }

  /** A post was taken. */
  succeeded(): void {
    this.#failures = 0;
    this.#resume();
  }

  /** Nobody has taken a post. */
  failed(detail: string): void {
    if (this.#offBecause !== undefined) return;
    this.#failures += 1;
    const { failureLimit: limit } = this.#options;
    if (limit !== undefined && this.#failures >= limit) {
      this.#switchOff(`100 % of the failures in a row that it may have (failureLimit); the last: ${detail}`);
      return;
    }
    const percent = warnAtPercent.find((share) => this.#failures === Math.ceil(((limit ?? 0) * share) / 100));
    if (percent !== undefined)
      this.#tell(
        'webhook.failing',
        `${percent} % of the failures in a row that it may have; the last: ${detail}`,
      );
    if (this.isProbing) this.#pause();
  }

  /** It said 410: nothing is to be posted there any more. */
  gone(): void {
    if (this.#offBecause === undefined) this.#switchOff('it said 410 Gone');
  }

  /** Posts go out again. False: they did already. */
  switchOn(): boolean {
    if (this.#offBecause === undefined) return false;
    this.#offBecause = undefined;
    this.#failures = 0;
    this.#tell('webhook.enabled', 'switched on by hand');
    this.#resume();
    this.onRoom?.();
    return true;
  }

  /** Tells that it is tried, and gives the id of that event. */
  tried(detail: string): string {
    return this.#tell('webhook.test', detail) ?? randomUUID();
  }

  /** Lets its timer go. */
  stop(): void {
    this.onRoom = undefined;
    this.#resume();
  }

  #switchOff(because: string): void {
    this.#resume();
    this.#offBecause = because;
    this.#tell('webhook.disabled', because);
  }

  #tell(type: HookNotice['type'], detail: string): string | undefined {
    const { name: webhook, failureLimit: limit, tell } = this.#options;
    return tell?.({ type, webhook, detail, failures: this.#failures, limit });
  }

  #pause(): void {
    const doublings = Math.min(this.#failures - failuresBeforeProbes, 10);
    const pauseMs = Math.min(firstPauseMs * 2 ** doublings, longestPauseMs);
    this.#resume();
    this.#pausedUntilMs = this.#options.clock.monotonicMs() + pauseMs;
    this.#disarm = this.#options.clock.setTimer(() => {
      // Timers may come a millisecond early.
      this.#resume();
      this.onRoom?.();
    }, pauseMs);
  }

  #resume(): void {
    this.#pausedUntilMs = 0;
    this.#disarm?.();
    this.#disarm = undefined;
  }
}
