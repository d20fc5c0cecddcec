/** What `serve` says when it is up. */
import { resolve } from 'node:path';
import type { Config, ListenSettings } from '@chappe/config';
import { type Endpoint, type HttpEndpoint, hostPort, httpUrl } from '../start/banner.ts';
import { inMemory } from '../start/store.ts';
import type { Terminal } from '../terminal.ts';

/** What a banner is made of. */
export interface ServeBanner {
  readonly config: Config;
  /** Name of the configuration. */
  readonly path: string;
  readonly version: string;
  readonly smpp: Endpoint | undefined;
  readonly tls: Endpoint | undefined;
  /** Further listeners. */
  readonly more: readonly ListenSettings[];
  readonly http: HttpEndpoint | undefined;
}

function dataText(data: string): string {
  return data === inMemory ? inMemory : resolve(data);
}

/** The line of `--json`, in the form of `chappe start`'s. */
export function serveLine(
  { config, path, version, smpp, tls, more, http }: ServeBanner,
  pid: number,
): string {
  const { accounts, connectors, routes } = config.settings;
  return JSON.stringify({
    smpp,
    tls,
    more:
      more.length === 0
        ? undefined
        : more.map(({ host, port, tls: own }) => ({ host, port, tls: own !== undefined })),
    http,
    pid,
    data: dataText(config.data),
    version,
    config: resolve(path),
    accounts: accounts.length,
    connectors: connectors.length,
    routes: routes.length,
  });
}

/** The lines for people. */
export function serveLines(banner: ServeBanner, terminal: Pick<Terminal, 'style'>): string[] {
  const { config, path, version, smpp, tls, more, http } = banner;
  const { accounts, connectors, routes } = config.settings;
  const row = (name: string, value: string): string => `  ${terminal.style('bold', name.padEnd(8))}${value}`;
  const plain = [...(smpp === undefined ? [] : [smpp]), ...more.filter((one) => one.tls === undefined)];
  const secure = [...(tls === undefined ? [] : [tls]), ...more.filter((one) => one.tls !== undefined)];
  return [
    `${terminal.style('bold', `chappe ${version}`)}  an SMPP gateway`,
    row('SMPP', plain.length === 0 ? 'off' : plain.map(hostPort).join(', ')),
    row('TLS', secure.length === 0 ? 'off' : secure.map(hostPort).join(', ')),
    row('HTTP', http === undefined ? 'off' : `${httpUrl(http)}/api/v1`),
    row('Data', config.data === inMemory ? 'in memory, gone when this ends' : dataText(config.data)),
    row(
      'Config',
      `${path}: ${accounts.length} accounts, ${connectors.length} connectors, ${routes.length} routes`,
    ),
    row('Reload', 'kill -HUP this process'),
    row('Stop', 'Ctrl-C'),
  ];
}
