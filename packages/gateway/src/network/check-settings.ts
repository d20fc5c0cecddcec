/** Whether a gateway would start with settings: for whoever only asks. */
import {
  atOnce,
  builtInMoActions,
  type GatewaySettings,
  type MoActions,
  pumpingLimits,
  SettingsFlaws,
} from '@chappe/policy';
import { receiptClockOf } from '../correlation/receipt-clock.ts';
import { checkConnector } from '../upstream/upstream.ts';
import { checkWebhook } from '../webhooks/webhook-connector.ts';
import { compileSettings } from './compiled-settings.ts';

/**
 * Throws the `SettingsError` that a gateway with these settings would not start with; accounts are only looked at as far as
 * others name them. Compiles all of it at once, and keeps nothing. `actions`: those of rules for messages from handsets; default
 * the built-in ones.
 */
export function checkSettings(settings: GatewaySettings, actions: MoActions = builtInMoActions): void {
  const flaws = new SettingsFlaws();
  atOnce(compileSettings(settings, { before: undefined, optOuts: undefined, actions, flaws }));
  for (const connector of settings.connectors) {
    flaws.attempt(() => checkConnector(connector));
    flaws.attempt(() => receiptClockOf(connector));
  }
  for (const webhook of settings.webhooks) flaws.attempt(() => checkWebhook(webhook));
  flaws.attempt(() => pumpingLimits(settings.pumping));
  flaws.refuse();
}
