/** What is allowed and hardly meant, in a configuration that is right. */
import { isLoopback } from '@chappe/gateway';
import type { Config, ListenSettings } from './config.ts';
import type { Flaw } from './flaw.ts';
import { leadsBack, unwiseConnector } from './unwise-connector.ts';
import { ofNumbers } from './unwise-numbers.ts';
import type { Path } from './yaml/tree.ts';

// SMPP 3.4 5.2.1: 16 octets with the NUL; older peers cut what is longer.
const maxSystemIdLength = 15;

/** All warnings. `ownAddresses`: addresses and names of this machine. */
export function unwise(config: Config, ownAddresses: readonly string[]): Flaw[] {
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
    ...ofNumbers(settings),
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

function within(path: Path, warnings: readonly Flaw[]): Flaw[] {
  return warnings.map((warning) => ({ ...warning, path: [...path, ...warning.path] }));
}

function ofListener({ host, port, tls }: ListenSettings, index: number): Flaw[] {
  if (tls !== undefined || isLoopback(host)) return [];
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return [
    {
      message: `plain SMPP on ${where}: passwords and texts cross the network in clear`,
      hint: 'give it tls, or keep it inside of a private network',
      path: ['smpp', 'listen', index],
    },
  ];
}
