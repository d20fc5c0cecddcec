/** The webhooks of the settings, each at the end of its lane. */
import type { Center } from '@chappe/center';
import type { WebhookSettings } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import { webhookLane } from '../lanes/lanes.ts';
import { WebhookConnector } from './webhook-connector.ts';

/** All of them; one whose settings do not change goes on undisturbed. */
export class Webhooks {
  readonly #center: Center;
  readonly #clock: Clock;
  /** By name, with their settings as text. */
  readonly #made: Map<string, { readonly connector: WebhookConnector; readonly text: string }> = new Map();

  constructor(center: Center, clock: Clock) {
    this.#center = center;
    this.#clock = clock;
  }

  /** Those in force. */
  list(): readonly WebhookConnector[] {
    return [...this.#made.values()].map(({ connector }) => connector);
  }

  /** Takes over other settings, which have been checked. */
  use(webhooks: readonly WebhookSettings[]): void {
    const gone = new Set(this.#made.keys());
    for (const webhook of webhooks) {
      gone.delete(webhook.name);
      const text = JSON.stringify(webhook);
      const known = this.#made.get(webhook.name);
      if (known?.text === text) continue;
      const connector = new WebhookConnector(webhook, { clock: this.#clock });
      this.#center.attach(webhookLane(webhook.name), connector);
      known?.connector.stop();
      this.#made.set(webhook.name, { connector, text });
    }
    for (const name of gone) {
      this.#center.detach(webhookLane(name));
      this.#made.get(name)?.connector.stop();
      this.#made.delete(name);
    }
  }

  /** Gives up what is under way. */
  stop(): void {
    for (const { connector } of this.#made.values()) connector.stop();
  }
}
