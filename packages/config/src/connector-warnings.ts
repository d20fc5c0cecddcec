/** What is allowed and hardly meant in connectors. */
import { type ConnectorSettings, type End, endsOf, isLoopback } from '@chappe/policy';
import type { ListenSettings } from './config.ts';
import type { Flaw } from './flaw.ts';

// SMPP 3.4 4.1.1, without the NUL.
const documented = [
  ['systemId', 15],
  ['password', 8],
  ['systemType', 12],
  ['addressRange', 40],
] as const;
const wildcards: readonly string[] = ['0.0.0.0', '::'];

/** The warnings of one connector beside the others; paths begin in it. */
export function unwiseConnector(connector: ConnectorSettings, others: readonly ConnectorSettings[]): Flaw[] {
  return [...tooLong(connector), ...sharedReceipts(connector, others)];
}

function tooLong(connector: ConnectorSettings): Flaw[] {
  return documented.flatMap(([key, most]): Flaw[] => {
    const value = connector[key];
    if (value === undefined || value.length <= most) return [];
    const message = `${key} has more than ${most} characters, which SMPP does not provide for: it is sent as it is`;
    return [{ message, hint: 'look whether this is what the operator has given out', path: [key] }];
  });
}

/** Receipts come over any bind of the account at the operator: connectors that share it must share them. */
function sharedReceipts(connector: ConnectorSettings, others: readonly ConnectorSettings[]): Flaw[] {
  const other = others.find((one) => isSameAccount(one, connector) && groupOf(one) !== groupOf(connector));
  if (other === undefined) return [];
  const message = `it has the host and systemId of "${other.name}": receipts for one may come to the other and match nothing`;
  return [{ message, hint: 'give both the same group', path: ['group'] }];
}

function groupOf({ group, name }: ConnectorSettings): string {
  return group ?? name;
}

function isSameAccount(one: ConnectorSettings, other: ConnectorSettings): boolean {
  if (one.name === other.name || one.systemId !== other.systemId) return false;
  return endsOf(one).some((end) => endsOf(other).some((there) => isSamePeer(end, there)));
}

/** Simulators on one machine differ by their ports; an operator has several for one account. */
function isSamePeer(one: End, other: End): boolean {
  const isSameHost = one.host.toLowerCase() === other.host.toLowerCase();
  return isSameHost && (!isLoopback(one.host) || one.port === other.port);
}

/** Whether it connects to one of our own listeners. `ownAddresses`: addresses and names of this machine. */
export function leadsBack(
  connector: ConnectorSettings,
  listen: readonly ListenSettings[],
  ownAddresses: readonly string[],
): Flaw[] {
  const { receiveHost, receivePort } = connector;
  const ends = endsOf(connector);
  const receiving = ends.map(({ host, port }) => ({ host: receiveHost ?? host, port: receivePort ?? port }));
  const found = [...ends, ...receiving].find((end) =>
    listen.some(({ host: ours, port }) => port === end.port && isHere(end.host, ours, ownAddresses)),
  );
  if (found === undefined) return [];
  const message = `${found.host}:${found.port} is a listener of this gateway: messages would go round, so no bind to it is kept`;
  return [{ message, path: ['host'] }];
}

function isHere(host: string, ours: string, ownAddresses: readonly string[]): boolean {
  const name = host.toLowerCase();
  if (name === ours.toLowerCase()) return true;
  const isForAll = wildcards.includes(ours);
  if (isLoopback(host)) return isForAll || isLoopback(ours);
  const isOwn = ownAddresses.some((one) => one.toLowerCase() === name);
  return isOwn && (isForAll || ownAddresses.includes(ours));
}
