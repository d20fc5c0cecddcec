/** Webhooks: where messages and receipts are posted to. */
import type { WebhookSettings } from '@chappe/policy';
import { z } from 'zod';
import { name, webUrl } from '../values/words.ts';
import { compact, optional, required, scalar, section } from './field.ts';
import { type ReadContext, secret } from './read-context.ts';
import { count, flag, pauseMs } from './shapes.ts';

const maxConcurrency = 1_000;
const maxFailureLimit = 1_000_000;
// Standard Webhooks: 24 to 64 octets.
const minOctets = 24;
const maxOctets = 64;
const maxPrevious = 4;

function signingSecret(world: ReadContext): (text: string) => string {
  return (text) => {
    const value = secret(world)(text);
    const match = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value);
    const octets = Buffer.from(match?.[1] ?? '', 'base64').length;
    if (octets >= minOctets && octets <= maxOctets) return value;
    throw new TypeError(`expected whsec_ and the base64 of ${minOctets} to ${maxOctets} random octets`);
  };
}

/** A webhook as it is written. */
export function webhookSchema(world: ReadContext): z.ZodType<WebhookSettings> {
  return section({
    name: required(scalar(name), 'its name in rules and metrics'),
    url: required(scalar(webUrl), 'where it is'),
    secret: required(
      scalar(signingSecret(world)),
      'whsec_ and base64: calls are signed with it (Standard Webhooks)',
    ),
    previousSecrets: optional(
      z.array(scalar(signingSecret(world))).max(maxPrevious),
      'secrets that receivers may still have, newest first: calls are signed with these too; at most 4',
    ),
    timeout: optional(pauseMs, 'how long a call may take', '15s'),
    concurrency: optional(count(maxConcurrency), 'calls at once', 10),
    failureLimit: optional(
      count(maxFailureLimit),
      'calls that fail in a row until it is switched off; left out: never for that',
    ),
    giveUpAfter: optional(pauseMs, 'how long one event is tried, at most 30d; then it has failed', '24h'),
    allowPrivate: optional(
      flag,
      'addresses of this machine and of private networks may be called: for tests',
      false,
    ),
  }).transform((given) =>
    compact<WebhookSettings>({
      name: given.name,
      url: given.url,
      secret: given.secret,
      previousSecrets: given.previousSecrets,
      timeoutMs: given.timeout,
      concurrency: given.concurrency,
      failureLimit: given.failureLimit,
      giveUpMs: given.giveUpAfter,
      allowPrivate: given.allowPrivate,
    }),
  );
}
