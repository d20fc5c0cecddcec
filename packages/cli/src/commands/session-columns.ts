/** Sessions in a table: those of customers, and those with an upstream. */
import { type Column, column, objectOf, type Shown } from './show.ts';

function peerOf({ address, port, tls }: Shown): string {
  const host = String(address).includes(':') ? `[${address}]` : address;
  return `${host}:${port}${tls === true ? ' TLS' : ''}`;
}

/** Its columns. */
export const sessionColumns: readonly Column[] = [
  column('session', 'id'),
  column('account'),
  column('bind'),
  column('version'),
  ['peer', peerOf],
  column('outstanding'),
  ['in', ({ counters }) => objectOf(counters).pdusIn],
  ['out', ({ counters }) => objectOf(counters).pdusOut],
];
