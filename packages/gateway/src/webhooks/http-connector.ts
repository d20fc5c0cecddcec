/**
 * Messages that leave as HTTP requests: so many at once, so many octets, at least once. A receiver that asks for a pause
 * gets one; what cannot go yet waits on disk.
 */
import type { Connector, Message, Outcome, Report } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
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
}

// Of bodies that a receiver has not answered: a message of 64 kB is one of up to 400. What is beyond waits, unwritten.
const maxOctetsUnderWay = 4 * 1024 * 1024;
// A receiver may ask for a pause of a day, not for ever; and not for none at all, or the two would spin.
const shortestPauseMs = 1_000;
const longestPauseMs = 24 * 3_600_000;
const released: Outcome = { kind: 'released', detail: 'the gateway is stopping' };

/** Plain integers, for metrics; they only grow. */
export interface WebhookCounters {
  delivered: number;
  /** Posts that will be repeated: no answer, or one that says so. */
  retried: number;
  /** Given up: the receiver said 410. */
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
  #underWay = 0;
  #octetsUnderWay = 0;
  /** Taken, and not posted yet since too many octets are under way. */
  #waiting: { readonly message: Message; readonly report: Report }[] = [];
  /** By the monotonic clock: the receiver asked for a pause. */
  #pausedUntilMs = 0;
  #disarm: (() => void) | undefined;
  #isStopped = false;

  constructor({ name, clock, client, concurrency, requestOf }: HttpConnectorOptions) {
    this.name = name;
    this.#clock = clock;
    this.#client = client;
    this.#concurrency = concurrency;
    this.#requestOf = requestOf;
  }

  /** POSTs that may begin now. */
  capacity(): number {
    if (this.#isStopped || this.#clock.monotonicMs() < this.#pausedUntilMs) return 0;
    return this.#waiting.length > 0 ? 0 : this.#concurrency - this.#underWay;
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
    this.#client.close();
    for (const { message, report } of this.#waiting.splice(0)) report(message, released);
  }

  #postWaiting(): void {
    while (this.#octetsUnderWay < maxOctetsUnderWay) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#post(next.message, next.report);
    }
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
      report(message, this.#outcomeOf(answer));
      if (this.#isStopped) return;
      this.#postWaiting();
      this.ready?.();
    });
  }

  #outcomeOf(answer: HookAnswer): Outcome {
    if (answer.kind === 'failed') {
      if (this.#isStopped) return released;
      this.counters.retried += 1;
      return { kind: 'retry', error: 0, errorClass: 'unreachable', detail: answer.reason };
    }
    const { status } = answer;
    const detail = `status=${status}`;
    if (status >= 200 && status < 300) {
      this.counters.delivered += 1;
      return { kind: 'delivered', detail };
    }
    // Standard Webhooks: gone, and will not be back.
    if (status === 410) {
      this.counters.failed += 1;
      return { kind: 'failed', state: 'undeliverable', error: status, detail };
    }
    this.counters.retried += 1;
    const errorClass = status === 429 ? 'throttled' : 'busy';
    const afterMs = status === 429 || status === 503 ? this.#pauseOf(answer.retryAfter) : undefined;
    if (afterMs !== undefined) this.#pause(afterMs);
    return { kind: 'retry', error: status, errorClass, afterMs, detail };
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
