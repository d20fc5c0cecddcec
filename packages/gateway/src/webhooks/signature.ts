/** Signatures of Standard Webhooks 1.0: HMAC-SHA256 over id, time and body, so that a receiver knows who wrote it. */
import { createHmac } from 'node:crypto';

const prefix = 'whsec_';
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The key of a secret: base64, with or without `whsec_`. Undefined when it is not. */
export function hookKey(secret: string): Uint8Array | undefined {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  return base64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/**
 * The three headers. `id` is the same for every attempt; `atMs`: of this attempt, epoch milliseconds. Each key has a
 * signature, so that a receiver may know either while secrets change.
 */
export function signedHeaders(
  keys: readonly Uint8Array[],
  id: string,
  atMs: number,
  body: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
