/** All that an operator sets about customers, operators and the ways between them. */
import type { AccountSettings } from './account.ts';
import type { ConnectorSettings } from './connector.ts';
import type { FilterSettings, PumpingSettings } from './filters.ts';
import type { MoAction, MoRouteSettings } from './mo-route.ts';
import type { RouteSettings } from './route.ts';
import type { WebhookSettings } from './webhook.ts';

/** Where an entry comes from: the configuration file, or made at run time and kept in the store. */
export type Origin = 'file' | 'store';

/** The settings of a gateway. An empty one is a sandbox: anybody may bind, everything goes to the handsets. */
export interface GatewaySettings {
  readonly accounts: readonly AccountSettings[];
  readonly connectors: readonly ConnectorSettings[];
  readonly routes: readonly RouteSettings[];
  readonly mo: readonly MoRouteSettings[];
  readonly webhooks: readonly WebhookSettings[];
  /** What becomes of messages from handsets that no rule takes, to numbers that are nobody's. Default: they wait. */
  readonly unclaimed?: MoAction | undefined;
  readonly filters?: FilterSettings | undefined;
  readonly pumping?: PumpingSettings | undefined;
}

/** Nothing set. */
export const noSettings: GatewaySettings = { accounts: [], connectors: [], routes: [], mo: [], webhooks: [] };
