/**
 * The way out to a webhook: each message is posted as one signed event (Standard Webhooks 1.0). At least once: the
 * receiver knows repetitions by `webhook-id`. Every hook has a connector and connections of its own, so that a slow one
 * holds up nobody but itself; what it cannot take waits on disk.
 */
import type { Connector, Message, Outcome, Report } from '@chappe/center';
import type { WebhookSettings } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import { webhookEvent } from './event.ts';
import { urlRefusal } from './guard.ts';
import { type HookAnswer, type HookClient, HttpHookClient } from './http-client.ts';
import { hookKey, signedHeaders } from './signature.ts';

/** What a connector is made of. */
export interface WebhookOptions {
  readonly clock: Clock;
  /** Default: HTTP by this process. */
  readonly client?: HookClient | undefined;
}

const defaultTimeoutMs = 15_000;
// Longer than any receiver should think; each POST under way holds its message in memory.
const maxTimeoutMs = 120_000;
const defaultConcurrency = 10;
// Each is a socket.
const maxConcurrency = 1_000;
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

/** Delivers to one webhook. */
export class WebhookConnector implements Connector {
  readonly name: string;
  readonly settings: WebhookSettings;
  readonly counters: WebhookCounters = { delivered: 0, retried: 0, failed: 0 };
  /** Set by the center: asks to be given more. */
  ready: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #client: HookClient;
  readonly #url: URL;
  readonly #key: Uint8Array;
  readonly #timeoutMs: number;
  readonly #concurrency: number;
  #underWay = 0;
  #octetsUnderWay = 0;
  /** Taken, and not posted yet since too many octets are under way. */
  #waiting: { readonly message: Message; readonly report: Report }[] = [];
  /** By the monotonic clock: the receiver asked for a pause. */
  #pausedUntilMs = 0;
  #disarm: (() => void) | undefined;
  #isStopped = false;

  /** Throws a RangeError that names the hook and the field when a setting is wrong. */
  constructor(settings: WebhookSettings, options: WebhookOptions) {
    const allowPrivate = settings.allowPrivate ?? false;
    this.name = settings.name;
    this.settings = settings;
    this.#clock = options.clock;
    this.#url = urlOf(settings, allowPrivate);
    this.#key = keyOf(settings);
    this.#timeoutMs = within(settings, 'timeoutMs', defaultTimeoutMs, maxTimeoutMs);
    this.#concurrency = within(settings, 'concurrency', defaultConcurrency, maxConcurrency);
    this.#client =
      options.client ??
      new HttpHookClient({ clock: options.clock, concurrency: this.#concurrency, allowPrivate });
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
    const event = webhookEvent(message);
    const body = JSON.stringify(event);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'chappe',
      ...signedHeaders(this.#key, event.id, this.#clock.nowMs(), body),
    };
    const octets = Buffer.byteLength(body);
    this.#underWay += 1;
    this.#octetsUnderWay += octets;
    this.#client.post({ url: this.#url, headers, body, timeoutMs: this.#timeoutMs }, (answer) => {
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

/** Throws the RangeError that making a connector of these settings would. */
export function checkWebhook(settings: WebhookSettings): void {
  urlOf(settings, settings.allowPrivate ?? false);
  keyOf(settings);
  within(settings, 'timeoutMs', defaultTimeoutMs, maxTimeoutMs);
  within(settings, 'concurrency', defaultConcurrency, maxConcurrency);
}

function urlOf({ name, url: text }: WebhookSettings, allowPrivate: boolean): URL {
  if (!URL.canParse(text)) {
    throw new RangeError(
      `webhook "${name}": url "${text}" is no URL; it looks like https://example.com/hook`,
    );
  }
  const url = new URL(text);
  const refusal = urlRefusal(url, allowPrivate);
  if (refusal === undefined) return url;
  const remedy = 'give an address on the open Internet, or set allowPrivate for tests';
  throw new RangeError(`webhook "${name}": url is refused, ${refusal}; ${remedy}`);
}

function keyOf({ name, secret }: WebhookSettings): Uint8Array {
  const key = hookKey(secret);
  if (key !== undefined) return key;
  // The secret itself is not repeated: this text may end in a log.
  throw new RangeError(`webhook "${name}": secret must be base64, as whsec_ and 32 random octets in base64`);
}

function within(
  settings: WebhookSettings,
  field: 'timeoutMs' | 'concurrency',
  standard: number,
  most: number,
): number {
  const value = settings[field] ?? standard;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`webhook "${settings.name}": ${field} ${value} must be a whole number, 1 to ${most}`);
}
