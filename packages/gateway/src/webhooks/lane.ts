/** The lanes of webhooks. */

/** The lane of a webhook: what waits to be posted to it. */
export function webhookLane(name: string): string {
  return `webhook:${name}`;
}
