import { isIP, SocketAddress } from 'node:net';

/** No address is longer; what is longer is none, and must not fill a table. */
const CHARACTERS_MAX = 64;
const GROUPS = 8;

/**
 * What stands for a peer's address where peers are counted: an IPv4 address itself (mapped into IPv6 too), of IPv6 the
 * first 64 bits, as `2001:db8:0:1::/64`, since one host has all addresses below them. A zone (`%eth0`) is ours.
 */
export function addressKey(address: string): string {
  const plain = address.split('%', 1)[0] ?? '';
  if (isIP(plain) !== 6) return address.slice(0, CHARACTERS_MAX);
  const { address: canonical } = new SocketAddress({ address: plain, family: 'ipv6' });
  if (canonical.startsWith('::ffff:') && canonical.includes('.')) return canonical.slice('::ffff:'.length);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  // Without `::` all eight groups stand before it.
  const zeros = tail === undefined ? 0 : GROUPS - before.length - groupsOf(tail);
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, GROUPS / 2).join(':')}::/64`;
}

function groupsOf(tail: string): number {
  return tail === '' ? 0 : tail.split(':').length;
}
