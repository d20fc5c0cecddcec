/** Webhooks: where messages from handsets and receipts are posted to. */

/** Where messages and receipts are posted to. */
export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64 (Standard Webhooks). */
  readonly secret: string;
  /** Secrets that receivers may still have, the newest first: every post is signed with these too. */
  readonly previousSecrets?: readonly string[] | undefined;
  /** Default 15 s. */
  readonly timeoutMs?: number | undefined;
  /** At once; default 10. */
  readonly concurrency?: number | undefined;
  /** Failures in a row that switch it off. Default: it is never switched off for that. */
  readonly failureLimit?: number | undefined;
  /** How long one event is tried; default 24 h. */
  readonly giveUpMs?: number | undefined;
  /** Addresses of this machine and of private networks may be called: for tests. Default false. */
  readonly allowPrivate?: boolean | undefined;
}
