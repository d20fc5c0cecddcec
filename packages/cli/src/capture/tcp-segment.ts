/** From a frame to the TCP segment in it: link layer, IPv4 or IPv6, TCP. */
import type { Frame } from './capture-file.ts';

/** One TCP segment. */
export interface TcpSegment {
  readonly atMs: number;
  /** `address:port`; IPv6 addresses in brackets. */
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly isSyn: boolean;
  readonly isEnd: boolean;
  readonly payload: Uint8Array;
  /** Octets of the payload that the capture cut off. */
  readonly missingOctets: number;
}

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const vlanTypes = new Set([0x8100, 0x88a8, 0x9100]);
const TCP = 6;
// IPv6 headers that may stand before TCP: hop-by-hop, routing, destination options.
const ipv6Extensions = new Set([0, 43, 60]);
const SYN = 0x02;
const FIN_OR_RST = 0x05;

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
}

/** The IP packet after an EtherType at `at`; VLAN tags are passed over. */
function afterEtherType(bytes: Uint8Array, at: number): Uint8Array | undefined {
  let place = at;
  while (place + 6 <= bytes.length && vlanTypes.has(u16(bytes, place))) place += 4;
  if (place + 2 > bytes.length) return undefined;
  const type = u16(bytes, place);
  return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6 ? bytes.subarray(place + 2) : undefined;
}

/** The IP packet in a frame; undefined for link layers that we do not read and for other protocols. */
function ipPacketOf({ linkType, bytes }: Frame): Uint8Array | undefined {
  switch (linkType) {
    case 0: // BSD loopback
    case 108: // OpenBSD loopback
      return bytes.length > 4 ? bytes.subarray(4) : undefined;
    case 1: // Ethernet
      return afterEtherType(bytes, 12);
    case 12: // raw IP, as some systems number it
    case 14:
    case 101:
    case 228:
    case 229:
      return bytes;
    case 113: // Linux cooked
      return afterEtherType(bytes, 14);
    case 276: {
      // Linux cooked, version 2
      const type = bytes.length > 20 ? u16(bytes, 0) : 0;
      return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6 ? bytes.subarray(20) : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether the link layer is one that is read. */
export function isKnownLinkType(linkType: number): boolean {
  return [0, 1, 12, 14, 101, 108, 113, 228, 229, 276].includes(linkType);
}

interface IpPayload {
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
  /** Octets of the payload as the header announces. */
  readonly announcedOctets: number;
}

function readIpv4(bytes: Uint8Array): IpPayload | undefined {
  if (bytes.length < 20 || bytes[9] !== TCP) return undefined;
  // A fragment: more to come, or not the first.
  if ((u16(bytes, 6) & 0x3fff) !== 0) return undefined;
  const headerOctets = (bytes[0]! & 0x0f) * 4;
  // 0 where the network card cuts into segments (offloading): then all that was captured.
  const total = u16(bytes, 2) || bytes.length;
  return {
    from: bytes.subarray(12, 16).join('.'),
    to: bytes.subarray(16, 20).join('.'),
    bytes: bytes.subarray(headerOctets, Math.min(total, bytes.length)),
    announcedOctets: total - headerOctets,
  };
}

function ipv6Address(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, index) => u16(bytes, index * 2).toString(16));
  return `[${words.join(':').replace(/(?:^|:)0(?::0)+(?:$|:)/, '::')}]`;
}

function readIpv6(bytes: Uint8Array): IpPayload | undefined {
  if (bytes.length < 40) return undefined;
  let next = bytes[6]!;
  let at = 40;
  const end = 40 + (u16(bytes, 4) || bytes.length - 40);
  while (ipv6Extensions.has(next) && at + 8 <= bytes.length) {
    next = bytes[at]!;
    at += (bytes[at + 1]! + 1) * 8;
  }
  if (next !== TCP) return undefined;
  return {
    from: ipv6Address(bytes.subarray(8, 24)),
    to: ipv6Address(bytes.subarray(24, 40)),
    bytes: bytes.subarray(at, Math.min(end, bytes.length)),
    announcedOctets: end - at,
  };
}

/** The TCP segment in a frame; undefined where there is none. Never throws. */
export function tcpSegmentOf(frame: Frame): TcpSegment | undefined {
  const packet = ipPacketOf(frame);
  if (packet === undefined || packet.length === 0) return undefined;
  const ip = packet[0]! >> 4 === 6 ? readIpv6(packet) : readIpv4(packet);
  if (ip === undefined || ip.bytes.length < 20) return undefined;
  const { bytes, announcedOctets } = ip;
  const headerOctets = (bytes[12]! >> 4) * 4;
  if (headerOctets < 20) return undefined;
  const fromPort = u16(bytes, 0);
  const toPort = u16(bytes, 2);
  const payload = bytes.subarray(headerOctets);
  return {
    atMs: frame.atMs,
    from: `${ip.from}:${fromPort}`,
    to: `${ip.to}:${toPort}`,
    fromPort,
    toPort,
    sequence: u32(bytes, 4),
    isSyn: (bytes[13]! & SYN) !== 0,
    isEnd: (bytes[13]! & FIN_OR_RST) !== 0,
    payload,
    missingOctets: Math.max(0, announcedOctets - headerOctets - payload.length),
  };
}
