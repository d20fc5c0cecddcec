/** Networks that an account may come from. */
import { BlockList, isIP } from 'node:net';

/** The most that one check holds: a BlockList is walked from end to end. */
export const maxNetworks = 1_000;

/**
 * Compiles networks (`203.0.113.0/24`, `2001:db8::/32`) and single addresses to a check. What is no IP address lies
 * in none of them; an empty list holds nothing. Throws a RangeError; `where` names the entry in it.
 */
export function compileNetworks(networks: readonly string[], where: string): (address: string) => boolean {
  if (networks.length > maxNetworks) {
    throw new RangeError(`${where}: at most ${maxNetworks} networks; put neighbours together`);
  }
  const list = new BlockList();
  for (const [index, network] of networks.entries()) addNetwork(list, network, `${where}[${index}]`);
  return (address) => {
    // A zone (`fe80::1%eth0`) is ours, not a part of the peer's address.
    const plain = address.split('%', 1)[0] ?? '';
    const family = isIP(plain);
    // IPv4 addresses mapped into IPv6 are looked up as IPv4 by BlockList itself.
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
}

function addNetwork(list: BlockList, network: string, where: string): void {
  const slash = network.indexOf('/');
  const address = slash < 0 ? network : network.slice(0, slash);
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const prefix = slash < 0 ? String(most) : network.slice(slash + 1);
  const bits = Number(prefix);
  const isLength = Number.isInteger(bits) && String(bits) === prefix && bits >= 0 && bits <= most;
  if (family === 0 || address.includes('%') || !isLength) {
    throw new RangeError(
      `${where}: "${network}" is no network; write an IP address, or one with a prefix length as 203.0.113.0/24`,
    );
  }
  list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
}

/** Shorter prefixes are no network of somebody, but a part of the world. */
const leastBits = { ipv4: 8, ipv6: 16 } as const;

/**
 * Whether a network is so wide that strangers come from it: `0.0.0.0/0`, as written by who means any. It lets in, and sets
 * nobody apart from strangers.
 */
export function isWide(network: string): boolean {
  const [address = '', prefix] = network.split('/');
  return prefix !== undefined && Number(prefix) < leastBits[isIP(address) === 6 ? 'ipv6' : 'ipv4'];
}

/**
 * What stands for the network of an `addressKey`, where one host may choose its address: of IPv6 the first 48 bits,
 * which whoever rents a machine may have; an IPv4 address stands for itself.
 */
export function networkKey(key: string): string {
  return key.endsWith('::/64') ? `${key.split(':').slice(0, 3).join(':')}::/48` : key;
}
