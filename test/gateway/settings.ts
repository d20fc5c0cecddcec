import {
  type AccountSettings,
  type ConnectorSettings,
  type GatewaySettings,
  hashPassword,
  type RouteSettings,
} from '@chappe/policy';

/** Money of the customer `load`, in millionths: more than any run spends. */
export const credit: Readonly<Record<string, number>> = { load: 1_000_000_000_000 };

/** What a message of these settings costs. */
export const pricePerSegment = 7_000;

/** A connector to this machine; the rest has a default for tests. */
export type TestConnector = Partial<ConnectorSettings> & { readonly name: string; readonly port: number };

/** What else may be said. */
export interface SettingsOptions {
  readonly accounts?: readonly Partial<AccountSettings>[];
  readonly route?: Partial<RouteSettings>;
  readonly mo?: GatewaySettings['mo'];
}

let hash: Promise<string> | undefined;

/** A prepaid customer `load` with the password `secret`, and one route to all these connectors, evenly. */
export async function settingsFor(
  connectors: readonly TestConnector[],
  options: SettingsOptions = {},
): Promise<GatewaySettings> {
  hash ??= hashPassword('secret');
  const passwordHash = await hash;
  const accounts = options.accounts ?? [{ systemId: 'load', credit: { mode: 'prepaid' } }];
  const group = connectors.map(({ name }) => ({ connector: name }));
  return {
    accounts: accounts.map((account) => ({ systemId: 'load', passwordHash, ...account })),
    connectors: connectors.map(connectorOf),
    routes: [
      {
        name: 'all',
        action: { kind: 'via', groups: [group] },
        price: { perSegment: pricePerSegment },
        ...options.route,
      },
    ],
    mo: options.mo ?? [],
    webhooks: [],
  };
}

function connectorOf(connector: TestConnector): ConnectorSettings {
  return {
    host: '127.0.0.1',
    systemId: 'gateway',
    password: 'secret',
    window: 100,
    reconnect: { minMs: 50, maxMs: 200 },
    ...connector,
  };
}
