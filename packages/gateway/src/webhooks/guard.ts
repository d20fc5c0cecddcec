/**
 * Where webhooks may not be posted to. A URL is written by a customer; without this it could make the gateway talk to
 * its own machine, its private network or the metadata address of its cloud. Names are resolved here, every address is
 * checked, and the connection goes to the addresses that were checked: what a name says a moment later does not matter.
 */
import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** An address that a name stands for. */
export interface Resolved {
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

/** Resolves a name to all of its addresses. */
export type Resolve = (
  host: string,
  done: (error: Error | null, addresses: readonly Resolved[]) => void,
) => void;

// IANA's registries of special-purpose addresses (RFC 6890), and what clouds use beside them.
const forbidden4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Carrier-grade NAT (RFC 6598); one cloud's metadata stands at 100.100.100.200.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local (RFC 3927): the metadata address 169.254.169.254.
  ['169.254.0.0', 16],
  // Azure's host agent: a public address that only its guests reach.
  ['168.63.129.16', 32],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  // 6to4 relays (RFC 7526).
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
// Only global unicast (RFC 4291 2.4) is let through at all; of that, not these.
const forbidden6: readonly (readonly [string, number])[] = [
  // Protocol assignments with Teredo (RFC 4380), which holds IPv4 addresses in disguise.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 (RFC 3056): IPv4 addresses in disguise.
  ['2002::', 16],
  ['3fff::', 20],
];
// Both hold an IPv4 address in their last 32 bits, which is checked as such: mapped ones, and NAT64 (RFC 6052).
const mapped = ['::ffff:0:0', 96] as const;
const nat64 = ['64:ff9b::', 96] as const;

function refusedAddresses(): BlockList {
  const list = new BlockList();
  for (const [network, bits] of forbidden4) {
    list.addSubnet(network, bits, 'ipv4');
    // Mapped addresses are checked against the rules for IPv4 by the list itself.
    list.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6');
  }
  for (const [network, bits] of forbidden6) list.addSubnet(network, bits, 'ipv6');
  return list;
}

function reachableAddresses(): BlockList {
  const list = new BlockList();
  for (const [network, bits] of [['2000::', 3], mapped, nat64] as const) {
    list.addSubnet(network, bits, 'ipv6');
  }
  return list;
}

const refused = refusedAddresses();
const reachable = reachableAddresses();

/** True for addresses that are not on the open Internet, and for what is no address. */
export function isForbidden(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return refused.check(address, 'ipv4');
    case 6:
      // A zone (fe80::1%eth0) only goes with link-local addresses.
      return address.includes('%') || !reachable.check(address, 'ipv6') || refused.check(address, 'ipv6');
    default:
      return true;
  }
}

/**
 * Why nothing can be posted to that URL, whatever its name resolves to; undefined when it may do. The URL parser has
 * brought decimal, octal and hexadecimal forms of IPv4 addresses into the usual one.
 */
export function urlRefusal(url: URL, allowPrivate: boolean): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `${url.protocol} is neither http: nor https:`;
  const { hostname } = url;
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  if (allowPrivate || isIP(address) === 0) return undefined;
  return isForbidden(address) ? `${address} is not on the open Internet` : undefined;
}

/** A `lookup` for sockets that gives only addresses that were checked; one forbidden among them refuses them all. */
export function guardedLookup(allowPrivate: boolean, resolve: Resolve = resolveBySystem): LookupFunction {
  const shared = sharedResolve(resolve);
  return (host, options, done) => {
    shared(host, (error, addresses) => {
      const wanted = addresses.filter(({ family }) => matchesFamily(family, options.family));
      const bad = allowPrivate ? undefined : addresses.find(({ address }) => isForbidden(address));
      const [first] = wanted;
      if (error !== null) done(error, '');
      else if (bad !== undefined) done(new Error(`${host} is ${bad.address}: not on the open Internet`), '');
      else if (first === undefined) done(new Error(`${host} has no address`), '');
      else if (options.all === true) done(null, [...wanted]);
      else done(null, first.address, first.family);
    });
  };
}

function matchesFamily(family: number, wanted: number | string | undefined): boolean {
  if (wanted === 4 || wanted === 'IPv4') return family === 4;
  if (wanted === 6 || wanted === 'IPv6') return family === 6;
  return true;
}

/**
 * Questions for the same name share one answer while it is under way: getaddrinfo takes one of the process's four
 * threads, and a name server that hangs must not get them all for one hook.
 */
function sharedResolve(resolve: Resolve): Resolve {
  const asking = new Map<string, Parameters<Resolve>[1][]>();
  return (host, done) => {
    const others = asking.get(host);
    if (others !== undefined) {
      others.push(done);
      return;
    }
    const waiting = [done];
    asking.set(host, waiting);
    resolve(host, (error, addresses) => {
      asking.delete(host);
      for (const tell of waiting) tell(error, addresses);
    });
  };
}

function resolveBySystem(host: string, done: Parameters<Resolve>[1]): void {
  systemLookup(host, { all: true }, (error, addresses) => done(error, addresses ?? []));
}
