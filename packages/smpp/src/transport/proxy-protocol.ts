/**
 * PROXY protocol, versions 1 and 2 (HAProxy's specification): the address of the client behind a load balancer. A
 * header is believed only from addresses that the operator has listed; anybody else could claim any address.
 */
import { BlockList, isIP } from 'node:net';

/** What stands at the beginning of a proxied connection. */
export type ProxyHeader =
  /** More octets are needed. */
  | { readonly kind: 'incomplete' }
  /** The client's address, or none (UNKNOWN, LOCAL): then the proxy speaks for itself. `octets`: length of the header. */
  | { readonly kind: 'header'; readonly octets: number; readonly address?: string; readonly port?: number }
  /** No PROXY header: the connection is refused. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** Version 1: one line of at most 107 octets, CRLF included. */
const V1_MAX_OCTETS = 107;
const V2_SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const V2_FIXED_OCTETS = 16;
/** Addresses take 36 octets at most; the rest are extensions, of which proxies send some hundred octets. */
const V2_MAX_OCTETS = 4096;
const incomplete = { kind: 'incomplete' } as const;

/** The longest header that is read; a connection that has sent more without one is refused. */
export const proxyHeaderOctetsMax: number = V2_FIXED_OCTETS + V2_MAX_OCTETS;

function invalid(reason: string): ProxyHeader {
  return { kind: 'invalid', reason };
}

/** Reads the header at the beginning of `bytes`. Never throws. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  if (bytes.length === 0) return incomplete;
  if (bytes[0] === V2_SIGNATURE[0]) return readVersion2(bytes);
  if (bytes[0] === 0x50) return readVersion1(bytes);
  return invalid('no PROXY header');
}

function readVersion1(bytes: Uint8Array): ProxyHeader {
  const window = bytes.subarray(0, V1_MAX_OCTETS);
  const end = window.indexOf(0x0a);
  if (end < 0) return bytes.length >= V1_MAX_OCTETS ? invalid('version 1 line too long') : incomplete;
  if (window[end - 1] !== 0x0d) return invalid('version 1 line without CR');
  const words = String.fromCharCode(...window.subarray(0, end - 1)).split(' ');
  const octets = end + 1;
  if (words[0] !== 'PROXY') return invalid('no PROXY header');
  if (words[1] === 'UNKNOWN') return { kind: 'header', octets };
  const [, family, address = '', , sourcePort = ''] = words;
  const isFamily = (family === 'TCP4' && isIP(address) === 4) || (family === 'TCP6' && isIP(address) === 6);
  const port = Number(sourcePort);
  const isPort = sourcePort !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (words.length !== 6 || !isFamily || !isPort) return invalid('version 1 line not understood');
  return { kind: 'header', octets, address, port };
}

function readVersion2(bytes: Uint8Array): ProxyHeader {
  const known = Math.min(bytes.length, V2_SIGNATURE.length);
  for (let i = 0; i < known; i++) if (bytes[i] !== V2_SIGNATURE[i]) return invalid('no PROXY header');
  if (bytes.length < V2_FIXED_OCTETS) return incomplete;
  const [versionAndCommand, family] = [bytes[12]!, bytes[13]!];
  const length = (bytes[14]! << 8) | bytes[15]!;
  if (versionAndCommand >> 4 !== 2) return invalid('version 2 header of another version');
  if (length > V2_MAX_OCTETS) return invalid('version 2 header too long');
  const octets = V2_FIXED_OCTETS + length;
  if (bytes.length < octets) return incomplete;
  const command = versionAndCommand & 0x0f;
  if (command > 1) return invalid('version 2 header of an unknown command');
  if (command === 0) return { kind: 'header', octets };
  return readAddress(bytes.subarray(V2_FIXED_OCTETS, octets), family, octets);
}

function readAddress(bytes: Uint8Array, family: number, octets: number): ProxyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (family === 0x11) {
    if (bytes.length < 12) return invalid('version 2 header too short for TCP over IPv4');
    return { kind: 'header', octets, address: bytes.subarray(0, 4).join('.'), port: view.getUint16(8) };
  }
  if (family === 0x21) {
    if (bytes.length < 36) return invalid('version 2 header too short for TCP over IPv6');
    const groups: string[] = [];
    for (let i = 0; i < 16; i += 2) groups.push(view.getUint16(i).toString(16));
    return { kind: 'header', octets, address: groups.join(':'), port: view.getUint16(32) };
  }
  return { kind: 'header', octets };
}

/** Networks in CIDR notation (`10.0.0.0/8`, `fd00::/8`) or single addresses. */
export class TrustedNetworks {
  readonly #list = new BlockList();

  /** Throws `RangeError` on what is no network. */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.#add(network);
  }

  /** Whether the address lies in one of the networks. IPv4 addresses mapped into IPv6 count as IPv4. */
  has(address: string): boolean {
    const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }

  #add(network: string): void {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address);
    const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
    const isPrefix =
      prefix !== '' && Number.isInteger(bits) && bits >= 0 && bits <= (family === 6 ? 128 : 32);
    if (family === 0 || !isPrefix) throw new RangeError(`not a network: ${network}`);
    this.#list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
}
