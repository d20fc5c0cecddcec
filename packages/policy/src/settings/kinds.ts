/** The kinds of entries that can be made at run time. */
import type { AccountSettings } from './account.ts';
import type { ConnectorSettings } from './connector.ts';
import type { GatewaySettings } from './gateway.ts';
import type { MoRouteSettings } from './mo-route.ts';
import type { RouteSettings } from './route.ts';
import type { WebhookSettings } from './webhook.ts';

/** Settings by kind of entry. */
export interface EntrySettings {
  readonly account: AccountSettings;
  readonly connector: ConnectorSettings;
  readonly route: RouteSettings;
  readonly mo: MoRouteSettings;
  readonly webhook: WebhookSettings;
}

/** A kind of entry. */
export type EntryKind = keyof EntrySettings;

/** Any settings of an entry. */
export type AnyEntry = EntrySettings[EntryKind];

/** All kinds, those that others refer to first. */
export const entryKinds: readonly EntryKind[] = ['account', 'connector', 'webhook', 'route', 'mo'];

/** Where the entries of a kind stand in the settings. */
export const listOfKind: {
  readonly account: 'accounts';
  readonly connector: 'connectors';
  readonly route: 'routes';
  readonly mo: 'mo';
  readonly webhook: 'webhooks';
} = { account: 'accounts', connector: 'connectors', route: 'routes', mo: 'mo', webhook: 'webhooks' };

/** The name of an entry. */
export function nameOfEntry(settings: AnyEntry): string {
  return 'systemId' in settings && !('name' in settings)
    ? settings.systemId
    : (settings as { name: string }).name;
}

/** The entries of a kind. */
export function entriesOfKind(settings: GatewaySettings, kind: EntryKind): readonly AnyEntry[] {
  return settings[listOfKind[kind]];
}
