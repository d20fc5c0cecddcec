/** The webhooks of the settings, each at the end of its lane. */
import type { Center } from '@chappe/center';
import { type SettingsFlaws, type Steps, sameValue, type WebhookSettings } from '@chappe/policy';
import type { Clock } from '@chappe/smpp';
import { webhookLane } from '../lanes/lanes.ts';
import type { HookNotice } from './health.ts';
import { WebhookConnector } from './webhook-connector.ts';

/** All of them; one whose settings do not change goes on undisturbed. */
export class Webhooks {
  readonly #center: Center;
  readonly #clock: Clock;
  readonly #tell: ((notice: HookNotice) => string) | undefined;
  /** By name. */
  #made: ReadonlyMap<string, WebhookConnector> = new Map();

  constructor(center: Center, clock: Clock, tell?: (notice: HookNotice) => string) {
    this.#center = center;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** The one of that name. */
  get(name: string): WebhookConnector | undefined {
    return this.#made.get(name);
  }

  /** Those in force. */
  list(): readonly WebhookConnector[] {
    return [...this.#made.values()];
  }

  /**
   * Makes the connectors of settings, in steps: those that have not changed are those in force. They hold no socket until
   * they post. Changes nothing; flaws are told, by hook and field.
   */
  *prepare(
    webhooks: readonly WebhookSettings[],
    flaws: SettingsFlaws,
  ): Steps<ReadonlyMap<string, WebhookConnector>> {
    const made = new Map<string, WebhookConnector>();
    for (const webhook of webhooks) {
      const known = this.#made.get(webhook.name);
      const isKept = known !== undefined && sameValue(known.settings, webhook);
      const connector = isKept ? known : flaws.attempt(() => this.#connectorOf(webhook, known));
      if (connector !== undefined) made.set(webhook.name, connector);
      yield;
    }
    return made;
  }

  #connectorOf(settings: WebhookSettings, known: WebhookConnector | undefined): WebhookConnector {
    return new WebhookConnector(settings, {
      clock: this.#clock,
      tell: this.#tell,
      deliveries: known?.deliveries,
    });
  }

  /** Takes prepared connectors over. Cannot fail. Gives what is to be done once all else is taken, too. */
  take(made: ReadonlyMap<string, WebhookConnector>): readonly (() => void)[] {
    const before = this.#made;
    this.#made = made;
    for (const [name, connector] of made)
      if (before.get(name) !== connector) this.#center.attach(webhookLane(name), connector);
    for (const name of before.keys()) if (!made.has(name)) this.#center.detach(webhookLane(name));
    const gone = [...before].filter(([name, connector]) => made.get(name) !== connector);
    return gone.map(
      ([, connector]) =>
        () =>
          connector.stop(),
    );
  }

  /** Gives up what is under way. */
  stop(): void {
    for (const connector of this.#made.values()) connector.stop();
  }
}
