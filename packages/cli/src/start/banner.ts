/** What `start` says when it is up: where everything is, and what to try next. */
import { resolve } from 'node:path';
import { isLoopback } from '@chappe/policy';
import type { Terminal } from '../terminal.ts';
import type { StartValues } from './settings.ts';
import { inMemory } from './store.ts';

/** An address that is listened on. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where HTTP is listened on. */
export interface HttpEndpoint extends Endpoint {
  /** Present with TLS. */
  readonly scheme?: 'https' | undefined;
}

/** The URL of it. */
export function httpUrl(at: HttpEndpoint): string {
  return `${at.scheme ?? 'http'}://${hostPort(at)}`;
}

/** Where a running system is reached. */
export interface Addresses {
  readonly smpp: Endpoint;
  readonly tls: Endpoint | undefined;
  readonly http: HttpEndpoint | undefined;
}

/** What a banner is made of. */
export interface Banner {
  readonly addresses: Addresses;
  readonly values: StartValues;
  readonly version: string;
  /** What is said of the certificate. */
  readonly certificate: string | undefined;
  /** How the program was called. */
  readonly program: string;
}

const defaultSmppPort = 2775;
const namedAccounts = 5;

/** `host:port` as it stands in a URL. */
export function hostPort({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The line of `--json`. */
export function readyLine({ addresses, values, version }: Banner, pid: number): string {
  const data = values.data === inMemory ? inMemory : resolve(values.data);
  return JSON.stringify({ ...addresses, pid, data, version });
}

/** The lines for people. */
export function bannerLines(banner: Banner, terminal: Pick<Terminal, 'style'>): string[] {
  const { addresses, values, version, certificate } = banner;
  const { smpp, tls, http } = addresses;
  const row = (name: string, value: string): string => `  ${terminal.style('bold', name.padEnd(6))}${value}`;
  const lines = [
    `${terminal.style('bold', `chappe ${version}`)}  a message centre with simulated handsets; nothing leaves this machine`,
    row('SMPP', `${hostPort(smpp)}   ${whoMayBind(values)}`),
  ];
  if (tls !== undefined) lines.push(row('TLS', `${hostPort(tls)}   ${certificate ?? ''}`.trimEnd()));
  if (http !== undefined) {
    const url = httpUrl(http);
    const asks = values.httpAdminKey === undefined ? '' : '   asks for the key';
    lines.push(row('HTTP', `${url}/api/v1   to try in a browser: ${url}/docs${asks}`));
  }
  lines.push(row('Data', values.data === inMemory ? 'in memory, gone when this ends' : resolve(values.data)));
  lines.push(row('Try', sendLine(banner)));
  lines.push(
    row('', 'numbers that end in 5550001 fail, 5550004 never report, 5550008 answer: docs/sandbox.md'),
  );
  lines.push(row('Stop', 'Ctrl-C'));
  return lines;
}

function whoMayBind({ accounts }: StartValues): string {
  if (accounts.length === 0) return 'any system_id, any password';
  const names = accounts.slice(0, namedAccounts).map(({ systemId }) => systemId);
  const others = accounts.length - names.length;
  const more = others === 0 ? '' : ` and ${others} more`;
  return `${accounts.length === 1 ? 'account' : 'accounts'} ${names.join(', ')}${more}`;
}

function sendLine({ addresses, values, program }: Banner): string {
  const { host, port } = addresses.smpp;
  const [first] = values.accounts;
  // A password does not belong on a screen.
  const account = first === undefined ? '' : `${encodeURIComponent(first.systemId)}:PASSWORD@`;
  const here = isLoopback(host) || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const isDefault = account === '' && port === defaultSmppPort && here === '127.0.0.1';
  const url = isDefault ? '' : ` --url smpp://${account}${hostPort({ host: here, port })}`;
  return `${program} send${url} --to 447700900123 --text Hello --wait`;
}
