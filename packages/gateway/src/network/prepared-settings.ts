/**
 * The first of the two steps by which settings come into force, at the start, by a reload and by every entry made at run
 * time: all that is made of them is made here, beside what is in force, and may be refused. What is left is to take it.
 */
import {
  type Accounts,
  type GatewaySettings,
  type OptOuts,
  type PreparedAccounts,
  type PumpingLimits,
  pumpingLimits,
  SettingsFlaws,
  type Steps,
} from '@chappe/policy';
import type { Correlator } from '../correlation/correlator.ts';
import type { MoHandlers } from '../mo/actions.ts';
import type { PreparedUpstreams, Upstreams } from '../upstream/upstreams.ts';
import type { WebhookConnector } from '../webhooks/webhook-connector.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import { type CompiledSettings, compileSettings } from './compiled-settings.ts';

/** Everything that is made of settings, and not yet in force. It holds no timer and no socket: it can be let go. */
export interface PreparedSettings {
  readonly settings: GatewaySettings;
  /** Undefined: everybody may bind. */
  readonly accounts: PreparedAccounts | undefined;
  readonly compiled: CompiledSettings;
  readonly upstreams: PreparedUpstreams;
  readonly webhooks: ReadonlyMap<string, WebhookConnector>;
  readonly pumping: PumpingLimits;
  /** What it was prepared beside: while that is in force, it can be taken. */
  readonly basis: object;
}

/** Who holds what is made of the settings in force. */
export interface SettingsHolders {
  readonly accounts: Accounts;
  readonly optOuts: OptOuts;
  readonly actions: MoHandlers;
  readonly upstreams: Upstreams;
  readonly webhooks: Webhooks;
  readonly correlator: Correlator;
}

/**
 * Makes it, in steps; `before`: what is compiled and in force. Throws a `SettingsError` with all that is wrong. Changes
 * nothing.
 */
export function* prepareSettings(
  settings: GatewaySettings,
  { accounts, optOuts, actions, upstreams, webhooks, correlator }: SettingsHolders,
  before: CompiledSettings | undefined,
  basis: object,
): Steps<PreparedSettings> {
  const flaws = new SettingsFlaws();
  const { connectors } = settings;
  const made = {
    settings,
    accounts: accounts.open ? undefined : yield* accounts.prepare(settings.accounts, flaws),
    compiled: yield* compileSettings(settings, { before, optOuts, actions, flaws }),
    upstreams: yield* upstreams.prepare(connectors, flaws),
    webhooks: yield* webhooks.prepare(settings.webhooks, flaws),
    pumping: flaws.attempt(() => pumpingLimits(settings.pumping)) ?? pumpingLimits(),
    basis,
  };
  correlator.prepare(connectors, flaws);
  flaws.refuse();
  return made;
}
