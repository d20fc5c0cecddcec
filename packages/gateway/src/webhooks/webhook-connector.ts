/**
 * The way out to a webhook: each message is posted as one signed event (Standard Webhooks 1.0). At least once: the
 * receiver knows repetitions by `webhook-id`. Every hook has a connector and connections of its own, so that a slow one
 * holds up nobody but itself; what it cannot take waits on disk.
 */
import type { Message, Outcome } from '@chappe/center';
import type { WebhookSettings } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import { type EventBody, eventVersion } from '../observation/event-types.ts';
import { HookDeliveries, type HookDelivery } from './deliveries.ts';
import { webhookEvent } from './event.ts';
import { urlRefusal } from './guard.ts';
import { HookHealth, type HookNotice } from './health.ts';
import { type HookAnswer, type HookClient, type HookPost, HttpHookClient } from './http-client.ts';
import { HttpConnector } from './http-connector.ts';
import { hookKey, signedHeaders } from './signature.ts';

/** What a connector is made of. */
export interface WebhookOptions {
  readonly clock: Clock;
  /** Default: HTTP by this process. */
  readonly client?: HookClient | undefined;
  /** Hears how the receiver is doing. */
  readonly tell?: ((notice: HookNotice) => string) | undefined;
  /** What was posted to it under other settings. */
  readonly deliveries?: HookDeliveries | undefined;
}

const defaultTimeoutMs = 15_000;
// Longer than any receiver should think; each POST under way holds its message in memory.
const maxTimeoutMs = 120_000;
const defaultConcurrency = 10;
// Each is a socket.
const maxConcurrency = 1_000;
const maxFailureLimit = 1_000_000;
const hourMs = 3_600_000;
const defaultGiveUpMs = 24 * hourMs;
const maxGiveUpMs = 30 * 24 * hourMs;
// Each costs a signature of every post; one that is changed has one or two before it.
const maxPreviousSecrets = 4;

/** Delivers to one webhook. */
export class WebhookConnector extends HttpConnector {
  readonly settings: WebhookSettings;
  readonly health: HookHealth;
  readonly deliveries: HookDeliveries;
  readonly #clock: Clock;
  readonly #client: HookClient;
  readonly #postOf: (event: EventBody) => HookPost;

  /** Throws a RangeError that names the hook and the field when a setting is wrong. */
  constructor(settings: WebhookSettings, options: WebhookOptions) {
    const { clock, tell, deliveries = new HookDeliveries() } = options;
    const { name, allowPrivate = false } = settings;
    checkWebhook(settings);
    const concurrency = settings.concurrency ?? defaultConcurrency;
    const client = options.client ?? new HttpHookClient({ clock, concurrency, allowPrivate });
    const health = new HookHealth({ name, clock, failureLimit: settings.failureLimit, tell });
    const postOf = postsTo(settings, clock);
    super({
      name,
      clock,
      client,
      concurrency,
      requestOf: (message) => postOf(webhookEvent(message)),
      health,
      giveUpMs: settings.giveUpMs ?? defaultGiveUpMs,
      onAttempt: (message, answer, outcome) => {
        if (outcome.kind !== 'released') this.#note(webhookEvent(message), answer, stateAfter(outcome));
      },
    });
    this.settings = settings;
    this.health = health;
    this.deliveries = deliveries;
    this.#clock = clock;
    this.#client = client;
    this.#postOf = postOf;
  }

  /** Posts the event of a message once more, now and beside what waits; never rejects. */
  postAgain(message: Message): Promise<HookDelivery> {
    return this.#postNow(webhookEvent(message));
  }

  /** Posts a signed test, now and beside what waits, also to one that is switched off; never rejects. */
  postTest(): Promise<HookDelivery> {
    const detail = 'a test: nothing has happened';
    const { failures, failureLimit } = this.health;
    const data = { webhook: this.name, detail, failures, limit: failureLimit ?? null };
    const id = this.health.tried(detail);
    const time = new Date(this.#clock.nowMs()).toISOString();
    return this.#postNow({ version: eventVersion, id, type: 'webhook.test', time, data });
  }

  async #postNow(event: EventBody): Promise<HookDelivery> {
    const answer = await new Promise<HookAnswer>((settle) => this.#client.post(this.#postOf(event), settle));
    return this.#note(event, answer, isTaken(answer) ? 'delivered' : 'failed');
  }

  #note({ id, type, data }: EventBody, answer: HookAnswer, state: HookDelivery['state']): HookDelivery {
    const messageId = 'id' in data ? String(data.id) : undefined;
    return this.deliveries.note({ id, type, messageId, state, answer, atMs: this.#clock.nowMs() });
  }
}

/** Whether the receiver has it. */
function isTaken(answer: HookAnswer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

function stateAfter({ kind }: Outcome): HookDelivery['state'] {
  return kind === 'delivered' || kind === 'failed' ? kind : 'waiting';
}

function postsTo(settings: WebhookSettings, clock: Clock): (event: EventBody) => HookPost {
  const url = urlOf(settings, settings.allowPrivate ?? false);
  const keys = keysOf(settings);
  const timeoutMs = within(settings, 'timeoutMs', defaultTimeoutMs, maxTimeoutMs);
  return (event) => {
    const body = JSON.stringify(event);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'chappe',
      ...signedHeaders(keys, event.id, clock.nowMs(), body),
    };
    return { url, headers, body, timeoutMs };
  };
}

/** Throws the RangeError that making a connector of these settings would. */
export function checkWebhook(settings: WebhookSettings): void {
  urlOf(settings, settings.allowPrivate ?? false);
  keysOf(settings);
  if (settings.failureLimit !== undefined) within(settings, 'failureLimit', 1, maxFailureLimit);
  within(settings, 'giveUpMs', defaultGiveUpMs, maxGiveUpMs);
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

/** The newest first. */
function keysOf({ name, secret, previousSecrets = [] }: WebhookSettings): readonly Uint8Array[] {
  if (previousSecrets.length > maxPreviousSecrets)
    throw new RangeError(
      `webhook "${name}": at most ${maxPreviousSecrets} previousSecrets: take the oldest away`,
    );
  return [secret, ...previousSecrets].map((text, index) => {
    const key = hookKey(text);
    if (key !== undefined) return key;
    const field = index === 0 ? 'secret' : `previousSecrets, number ${index},`;
    // The secret itself is not repeated: this text may end in a log.
    throw new RangeError(
      `webhook "${name}": ${field} must be base64, as whsec_ and 32 random octets in base64`,
    );
  });
}

function within(
  settings: WebhookSettings,
  field: 'timeoutMs' | 'concurrency' | 'failureLimit' | 'giveUpMs',
  standard: number,
  most: number,
): number {
  const value = settings[field] ?? standard;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`webhook "${settings.name}": ${field} ${value} must be a whole number, 1 to ${most}`);
}
