/** Webhooks: where messages from handsets and receipts are posted to. */

/** Where messages and receipts are posted to. */
export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64 (Standard Webhooks). */
  readonly secret: string;
  /** Default 15 s. */
  readonly timeoutMs?: number | undefined;
  /** At once; default 10. */
  readonly concurrency?: number | undefined;
  /** Addresses of this machine and of private networks may be called: for tests. Default false. */
  readonly allowPrivate?: boolean | undefined;
}
