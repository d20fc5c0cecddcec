/** What is allowed and hardly meant, in a configuration that is right. */
import { isLoopback, isWide, type MoActions } from '@chappe/policy';
import type { Config, ListenSettings } from './config.ts';
import { leadsBack, unwiseConnector } from './connector-warnings.ts';
import type { Flaw, Path } from './flaw.ts';
import { ofNumbers } from './number-warnings.ts';

// SMPP 3.4 5.2.1: 16 octets with the NUL; older peers cut what is longer.
const maxSystemIdLength = 15;

/** All warnings. `ownAddresses`: addresses and names of this machine. */
export function unwise(config: Config, ownAddresses: readonly string[], actions: MoActions): Flaw[] {
  const { server, settings } = config;
  const { connectors } = settings;
  return [
    ...server.smpp.listen.flatMap(ofListener),
    ...settings.accounts.flatMap(({ systemId }, index): Flaw[] =>
      systemId.length <= maxSystemIdLength
        ? []
        : [
            {
              message: `"${systemId}" has more than ${maxSystemIdLength} characters, which SMPP does not provide for`,
              path: ['accounts', index, 'systemId'],
            },
          ],
    ),
    ...ofNumbers(settings, actions),
    ...withoutClientCa(config),
    ...connectors.flatMap((connector, index) =>
      within(
        ['connectors', index],
        [
          ...unwiseConnector(connector, connectors.slice(0, index)),
          ...leadsBack(connector, server.smpp.listen, ownAddresses),
        ],
      ),
    ),
    ...connectors.flatMap(({ tls, host }, index): Flaw[] =>
      tls?.verify !== false || isLoopback(host)
        ? []
        : [
            {
              message: 'any certificate is taken: for tests only',
              path: ['connectors', index, 'tls', 'verify'],
            },
          ],
    ),
    ...settings.webhooks.flatMap(({ url }, index): Flaw[] =>
      url.startsWith('https:') || isLoopback(new URL(url).hostname)
        ? []
        : [
            {
              message: 'texts and numbers go there in clear',
              hint: 'use https',
              path: ['webhooks', index, 'url'],
            },
          ],
    ),
    ...(settings.accounts.length > 0 && settings.routes.length === 0
      ? [{ message: 'there are no routes: every message is refused', path: [] }]
      : []),
  ];
}

/** A certificate that nobody asks for is shown by nobody. */
function withoutClientCa({ server, settings }: Config): Flaw[] {
  if (server.smpp.listen.some(({ tls }) => tls?.clientCa !== undefined)) return [];
  return settings.accounts.flatMap(({ systemId, clientCertificates }, index): Flaw[] =>
    clientCertificates === undefined
      ? []
      : [
          {
            message: `"${systemId}" can never bind: no listener asks for client certificates`,
            hint: 'give a listener tls with clientCa',
            path: ['accounts', index, 'clientCertificates'],
          },
        ],
  );
}

/** What strangers on the network can use, and may be meant so. */
export function exposure(config: Config): Flaw[] {
  return [...ofHttp(config.server.http), ...withoutNetworks(config)];
}

function within(path: Path, warnings: readonly Flaw[]): Flaw[] {
  return warnings.map((warning) => ({ ...warning, path: [...path, ...warning.path] }));
}

function ofHttp({ listen, tls }: Config['server']['http']): Flaw[] {
  if (listen === undefined || tls !== undefined || isLoopback(listen.host)) return [];
  return [
    {
      message: `HTTP on ${addressText(listen)}: keys, numbers and texts cross the network in clear`,
      hint: 'give http.tls, or put a proxy with TLS before it and stay on 127.0.0.1, or keep it inside of a private network',
      path: ['http', 'listen'],
    },
  ];
}

// More than anybody reads.
const maxNames = 5;

/** Where anybody reaches the listeners, anybody guesses at passwords; addresses that are listed are not held up by it. */
function withoutNetworks({ server, settings }: Config): Flaw[] {
  if (server.smpp.listen.every(({ host }) => isLoopback(host))) return [];
  const names = settings.accounts
    .filter(({ allowFrom, suspended }) => allowFrom?.some(isWide) !== false && suspended !== true)
    .map(({ systemId }) => `"${systemId}"`);
  if (names.length === 0) return [];
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : '';
  return [
    {
      message: `from any address come ${names.slice(0, maxNames).join(', ')}${more}: who knows the name guesses at the password`,
      hint: 'name the networks of your customers by allowFrom',
      path: ['accounts'],
    },
  ];
}

function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function ofListener({ host, port, tls }: ListenSettings, index: number): Flaw[] {
  if (tls !== undefined || isLoopback(host)) return [];
  return [
    {
      message: `plain SMPP on ${addressText({ host, port })}: passwords and texts cross the network in clear`,
      hint: 'give it tls, or keep it inside of a private network',
      path: ['smpp', 'listen', index],
    },
  ];
}
