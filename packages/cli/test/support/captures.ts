/** Capture files made for tests: every link layer, both formats, and TCP as it really comes. */

/** One TCP segment to be written. */
export interface MadeSegment {
  readonly isFromClient: boolean;
  readonly sequence: number;
  readonly payload?: Uint8Array;
  readonly flags?: number;
  readonly atMs?: number;
  readonly clientPort?: number;
  readonly serverPort?: number;
}

export const SYN = 0x02;
export const ACK = 0x10;
export const FIN = 0x01;

function tcp(segment: MadeSegment): Buffer {
  const { isFromClient, sequence, payload = new Uint8Array(0), flags = ACK } = segment;
  const client = segment.clientPort ?? 40_000;
  const server = segment.serverPort ?? 2775;
  const header = Buffer.alloc(20);
  header.writeUInt16BE(isFromClient ? client : server, 0);
  header.writeUInt16BE(isFromClient ? server : client, 2);
  header.writeUInt32BE(sequence >>> 0, 4);
  header[12] = 0x50;
  header[13] = flags;
  return Buffer.concat([header, payload]);
}

export function ipv4(segment: MadeSegment): Buffer {
  const inner = tcp(segment);
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + inner.length, 2);
  header[8] = 64;
  header[9] = 6;
  header.set(segment.isFromClient ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1], 12);
  return Buffer.concat([header, inner]);
}

export function ipv6(segment: MadeSegment, extension = false): Buffer {
  const inner = tcp(segment);
  const options = extension ? Buffer.from([6, 0, 1, 4, 0, 0, 0, 0]) : Buffer.alloc(0);
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(options.length + inner.length, 4);
  header[6] = extension ? 0 : 6;
  header[7] = 64;
  header[23] = segment.isFromClient ? 1 : 2;
  header[39] = segment.isFromClient ? 2 : 1;
  return Buffer.concat([header, options, inner]);
}

const ethertype = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** Frames of every link layer that is read. */
export const linkLayers: {
  readonly [name: string]: { type: number; frame: (segment: MadeSegment) => Buffer };
} = {
  'Ethernet, IPv4': {
    type: 1,
    // Padded to the 60 octets that Ethernet wants: the padding is no payload.
    frame: (segment) => {
      const frame = Buffer.concat([Buffer.alloc(12), ethertype(0x0800), ipv4(segment)]);
      return frame.length < 60 ? Buffer.concat([frame, Buffer.alloc(60 - frame.length, 0xee)]) : frame;
    },
  },
  'Ethernet with two VLAN tags, IPv6': {
    type: 1,
    frame: (segment) =>
      Buffer.concat([
        Buffer.alloc(12),
        ethertype(0x88a8),
        ethertype(1),
        ethertype(0x8100),
        ethertype(2),
        ethertype(0x86dd),
        ipv6(segment),
      ]),
  },
  'Linux cooked': {
    type: 113,
    frame: (segment) => Buffer.concat([Buffer.alloc(14), ethertype(0x0800), ipv4(segment)]),
  },
  'Linux cooked 2, IPv6 with options': {
    type: 276,
    frame: (segment) => Buffer.concat([ethertype(0x86dd), Buffer.alloc(18), ipv6(segment, true)]),
  },
  'BSD loopback': { type: 0, frame: (segment) => Buffer.concat([Buffer.from([2, 0, 0, 0]), ipv4(segment)]) },
  'raw IP': { type: 101, frame: ipv4 },
};

/** A classic pcap file. */
export function pcap(
  frames: readonly { readonly bytes: Buffer; readonly atMs?: number }[],
  { type = 101, isBig = false, isNano = false } = {},
): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (isBig) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  const u16 = (value: number): Buffer => (isBig ? u32(value).subarray(2) : u32(value).subarray(0, 2));
  const header = [
    u32(isNano ? 0xa1b23c4d : 0xa1b2c3d4),
    u16(2),
    u16(4),
    u32(0),
    u32(0),
    u32(65_535),
    u32(type),
  ];
  const records = frames.map(({ bytes, atMs = 0 }) =>
    Buffer.concat([
      u32(Math.floor(atMs / 1000)),
      u32((atMs % 1000) * (isNano ? 1_000_000 : 1_000)),
      u32(bytes.length),
      u32(bytes.length),
      bytes,
    ]),
  );
  return Buffer.concat([...header, ...records]);
}

/** A pcapng file, with blocks that are passed over and a second interface of nanoseconds. */
export function pcapng(
  frames: readonly { readonly bytes: Buffer; readonly atMs?: number }[],
  type = 101,
): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return bytes;
  };
  const block = (kind: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const length = u32(padded.length + 12);
    return Buffer.concat([u32(kind), length, padded, length]);
  };
  const section = block(
    0x0a0d0d0a,
    Buffer.concat([u32(0x1a2b3c4d), Buffer.from([1, 0, 0, 0]), Buffer.alloc(8, 0xff)]),
  );
  const plain = block(1, Buffer.concat([Buffer.from([1, 0, 0, 0]), u32(0)]));
  const resolution = Buffer.from([9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
  const nano = block(1, Buffer.concat([Buffer.from([type & 0xff, type >> 8, 0, 0]), u32(0), resolution]));
  const names = block(4, Buffer.from([0, 0, 0, 0]));
  const packets = frames.map(({ bytes, atMs = 0 }) => {
    const ticks = BigInt(atMs) * 1_000_000n;
    const head = [
      u32(1),
      u32(Number(ticks >> 32n)),
      u32(Number(ticks & 0xffff_ffffn)),
      u32(bytes.length),
      u32(bytes.length),
    ];
    return block(6, Buffer.concat([...head, bytes]));
  });
  return Buffer.concat([section, plain, nano, names, ...packets]);
}

/** A file as it is read: in chunks of that many octets. */
export async function* chunksOf(bytes: Uint8Array, octets = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += octets) yield bytes.subarray(at, at + octets);
}
