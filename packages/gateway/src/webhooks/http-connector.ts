/**
 * Messages that leave as HTTP requests: so many at once, so many octets, at least once. A receiver that asks for a pause
 * gets one; what cannot go yet waits on disk.
 */
import type { Connector, Message, Outcome, Report } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { HookHealth } from './health.ts';
import type { HookAnswer, HookClient, HookPost } from './http-client.ts';

/** What a connector works with. */
export interface HttpConnectorOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly client: HookClient;
  /** Requests at once. */
  readonly concurrency: number;
  /** The request that a message is; or why it can never be one. */
  readonly requestOf: (message: Message) => HookPost | string;
  /** How the receiver is doing, where all requests go to the same one. */
  readonly health?: HookHealth | undefined;
  /** A message that has been on its way for so long is not tried again. Default: until its validity ends. */
  readonly giveUpMs?: number | undefined;
  /** What became of an attempt. */
  readonly onAttempt?: ((message: Message, answer: HookAnswer, outcome: Outcome) => void) | undefined;
}

// Of bodies that a receiver has not answered: a message of 64 kB is one of up to 400. What is beyond waits, unwritten.
const maxOctetsUnderWay = 4 * 1024 * 1024;
// A receiver may ask for a pause of a day, not for ever; and not for none at all, or the two would spin.
const shortestPauseMs = 1_000;
const longestPauseMs = 24 * 3_600_000;
const putBack: Outcome = { kind: 'released', detail: 'the receiver is not doing well' };
const released: Outcome = { kind: 'released', detail: 'the gateway is stopping' };

/** Plain integers, for metrics; they only grow. */
export interface WebhookCounters {
  delivered: number;
  /** Posts that will be repeated: no answer, or one that says so. */
  retried: number;
  /** Given up: the receiver said 410, or nothing good for too long. */
  failed: number;
}

/** Delivers by HTTP. */
export class HttpConnector implements Connector {
  readonly name: string;
  readonly counters: WebhookCounters = { delivered: 0, retried: 0, failed: 0 };
  /** Set by the center: asks to be given more. */
  ready: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #client: HookClient;
  readonly #concurrency: number;
  readonly #requestOf: HttpConnectorOptions['requestOf'];
  readonly #health: HookHealth | undefined;
  readonly #giveUpMs: number;
  readonly #onAttempt: HttpConnectorOptions['onAttempt'];
  #underWay = 0;
  #octetsUnderWay = 0;
  /** Taken, and not posted yet since too many octets are under way. */
  #waiting: { readonly message: Message; readonly report: Report }[] = [];
  /** By the monotonic clock: the receiver asked for a pause. */
  #pausedUntilMs = 0;
  #disarm: (() => void) | undefined;
  #isStopped = false;

  constructor(options: HttpConnectorOptions) {
    const { name, clock, client, concurrency, requestOf } = options;
    this.name = name;
    this.#clock = clock;
    this.#client = client;
    this.#concurrency = concurrency;
    this.#requestOf = requestOf;
    this.#health = options.health;
    this.#giveUpMs = options.giveUpMs ?? Number.POSITIVE_INFINITY;
    this.#onAttempt = options.onAttempt;
    if (options.health !== undefined) options.health.onRoom = () => this.ready?.();
  }

  /** POSTs that may begin now. */
  capacity(): number {
    if (this.#isStopped || this.#clock.monotonicMs() < this.#pausedUntilMs) return 0;
    return this.#waiting.length > 0 ? 0 : Math.max(0, this.#atOnce() - this.#underWay);
  }

  /** Posts each message. */
  deliver(messages: readonly Message[], report: Report): void {
    for (const message of messages) this.#waiting.push({ message, report });
    this.#postWaiting();
  }

  /** Breaks off what is under way, which goes back to its lane, and takes nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#disarm?.();
    this.#disarm = undefined;
    this.#health?.stop();
    this.#client.close();
    for (const { message, report } of this.#waiting.splice(0)) report(message, released);
  }

  #atOnce(): number {
    return this.#health?.atOnce(this.#concurrency) ?? this.#concurrency;
  }

  #postWaiting(): void {
    while (this.#octetsUnderWay < maxOctetsUnderWay) {
      // The receiver may have gone down since these were taken.
      if (this.#underWay >= this.#atOnce()) break;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#post(next.message, next.report);
    }
    if (this.#underWay < this.#atOnce()) return;
    for (const { message, report } of this.#waiting.splice(0)) report(message, putBack);
  }

  #post(message: Message, report: Report): void {
    const request = this.#requestOf(message);
    if (typeof request === 'string') {
      this.counters.failed += 1;
      report(message, { kind: 'failed', state: 'undeliverable', error: 0, detail: request });
      return;
    }
    const octets = Buffer.byteLength(request.body) + request.url.href.length;
    this.#underWay += 1;
    this.#octetsUnderWay += octets;
    this.#client.post(request, (answer) => {
      this.#underWay -= 1;
      this.#octetsUnderWay -= octets;
      const outcome = this.#outcomeOf(answer, message);
      this.#onAttempt?.(message, answer, outcome);
      report(message, outcome);
      if (this.#isStopped) return;
      this.#postWaiting();
      this.ready?.();
    });
  }

  #outcomeOf(answer: HookAnswer, message: Message): Outcome {
    if (answer.kind === 'failed') {
      if (this.#isStopped) return released;
      this.#health?.failed(answer.reason);
      return this.#later(message, {
        kind: 'retry',
        error: 0,
        errorClass: 'unreachable',
        detail: answer.reason,
      });
    }
    const { status } = answer;
    const detail = `status=${status}`;
    if (status >= 200 && status < 300) {
      this.counters.delivered += 1;
      this.#health?.succeeded();
      return { kind: 'delivered', detail };
    }
    // Standard Webhooks: gone, and will not be back.
    if (status === 410) {
      this.counters.failed += 1;
      this.#health?.gone();
      return { kind: 'failed', state: 'undeliverable', error: status, detail };
    }
    // Who asks for less is not down.
    if (status !== 429) this.#health?.failed(detail);
    const errorClass = status === 429 ? 'throttled' : 'busy';
    const afterMs = status === 429 || status === 503 ? this.#pauseOf(answer.retryAfter) : undefined;
    if (afterMs !== undefined) this.#pause(afterMs);
    return this.#later(message, { kind: 'retry', error: status, errorClass, afterMs, detail });
  }

  #later(message: Message, retry: Extract<Outcome, { readonly kind: 'retry' }>): Outcome {
    if (this.#clock.nowMs() - message.acceptedMs < this.#giveUpMs) {
      this.counters.retried += 1;
      return retry;
    }
    this.counters.failed += 1;
    const detail = `${retry.detail} given up after ${this.#giveUpMs} ms`;
    return { kind: 'failed', state: 'undeliverable', error: retry.error, detail };
  }

  /** Retry-After (RFC 9110 10.2.3): seconds or a date. */
  #pauseOf(retryAfter: string | undefined): number | undefined {
    if (retryAfter === undefined) return undefined;
    const seconds = Number(retryAfter);
    const asked = Number.isNaN(seconds) ? Date.parse(retryAfter) - this.#clock.nowMs() : seconds * 1_000;
    return Number.isNaN(asked) ? undefined : Math.min(Math.max(asked, shortestPauseMs), longestPauseMs);
  }

  /** Who says that it has too much to do gets nothing else meanwhile. */
  #pause(forMs: number): void {
    const untilMs = this.#clock.monotonicMs() + forMs;
    if (untilMs <= this.#pausedUntilMs || this.#isStopped) return;
    this.#pausedUntilMs = untilMs;
    this.#disarm?.();
    this.#disarm = this.#clock.setTimer(() => {
      this.#disarm = undefined;
      // Timers may come a millisecond early.
      this.#pausedUntilMs = 0;
      this.ready?.();
    }, forMs);
  }
}
