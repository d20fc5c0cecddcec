/** What the tests of entries share. */
import { MemoryControl } from '@chappe/center';
import type { AccountSettings } from '../../../policy/src/settings/account.ts';
import type { ConnectorSettings } from '../../../policy/src/settings/connector.ts';
import { type GatewaySettings, noSettings } from '../../../policy/src/settings/gateway.ts';
import type { RouteSettings } from '../../../policy/src/settings/route.ts';

/** A control store that outlives the gateway that closes it. */
export class KeptControl extends MemoryControl {
  override async close(): Promise<void> {
    // As a file stays when its process ends.
  }

  /** Everything in it, as text: what somebody reads who gets hold of the disk. */
  async dump(): Promise<string> {
    const kinds = [
      'entry-account',
      'entry-connector',
      'entry-route',
      'entry-mo',
      'entry-webhook',
      'suspension',
    ];
    const lists = await Promise.all(kinds.map((kind) => this.list(kind)));
    return JSON.stringify(lists);
  }
}

/** A hash that no password has. */
export const someHash = `scrypt$1024$8$1$${'c2Fs'.repeat(4)}$${'a2V5'.repeat(8)}`;

/** An account. */
export function account(systemId: string, more: Partial<AccountSettings> = {}): AccountSettings {
  return { systemId, passwordHash: someHash, ...more };
}

/** A connector that binds nowhere: it is not started. */
export function connector(name: string, more: Partial<ConnectorSettings> = {}): ConnectorSettings {
  return { name, host: '127.0.0.1', systemId: 'us', password: 'secret-word', paused: true, ...more };
}

/** A route to a connector. */
export function route(name: string, to: string, more: Partial<RouteSettings> = {}): RouteSettings {
  return { name, action: { kind: 'via', groups: [[{ connector: to }]] }, ...more };
}

/** Settings of a file. */
export function file(more: Partial<GatewaySettings> = {}): GatewaySettings {
  return { ...noSettings, ...more };
}
