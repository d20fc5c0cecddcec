/**
 * The way out to a webhook: each message is posted as one signed event (Standard Webhooks 1.0). At least once: the
 * receiver knows repetitions by `webhook-id`. Every hook has a connector and connections of its own, so that a slow one
 * holds up nobody but itself; what it cannot take waits on disk.
 */
import type { Message } from '@chappe/center';
import type { WebhookSettings } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import { webhookEvent } from './event.ts';
import { urlRefusal } from './guard.ts';
import { type HookClient, type HookPost, HttpHookClient } from './http-client.ts';
import { HttpConnector } from './http-connector.ts';
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

/** Delivers to one webhook. */
export class WebhookConnector extends HttpConnector {
  readonly settings: WebhookSettings;

  /** Throws a RangeError that names the hook and the field when a setting is wrong. */
  constructor(settings: WebhookSettings, { clock, client }: WebhookOptions) {
    const allowPrivate = settings.allowPrivate ?? false;
    const concurrency = within(settings, 'concurrency', defaultConcurrency, maxConcurrency);
    super({
      name: settings.name,
      clock,
      client: client ?? new HttpHookClient({ clock, concurrency, allowPrivate }),
      concurrency,
      requestOf: postsTo(settings, clock),
    });
    this.settings = settings;
  }
}

function postsTo(settings: WebhookSettings, clock: Clock): (message: Message) => HookPost {
  const url = urlOf(settings, settings.allowPrivate ?? false);
  const key = keyOf(settings);
  const timeoutMs = within(settings, 'timeoutMs', defaultTimeoutMs, maxTimeoutMs);
  return (message) => {
    const event = webhookEvent(message);
    const body = JSON.stringify(event);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'chappe',
      ...signedHeaders(key, event.id, clock.nowMs(), body),
    };
    return { url, headers, body, timeoutMs };
  };
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
