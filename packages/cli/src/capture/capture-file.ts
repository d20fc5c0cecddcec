/** Capture files: classic pcap (micro- and nanoseconds, either byte order) and pcapng. */
import { usage } from '../failure.ts';
import { ByteSource } from './byte-source.ts';

/** One captured frame. */
export interface Frame {
  /** Milliseconds since 1970; 0 where the file does not say. */
  readonly atMs: number;
  /** LINKTYPE of the interface. */
  readonly linkType: number;
  readonly bytes: Uint8Array;
  /** Octets that were on the wire and are not in the file. */
  readonly missingOctets: number;
}

// A frame is at most a jumbo or a loopback GSO frame; libpcap itself takes up to 256 KiB.
const maxFrameOctets = 1024 * 1024;
const PCAP_MICRO = 0xa1b2c3d4;
const PCAP_NANO = 0xa1b23c4d;
const NG_SECTION = 0x0a0d0d0a;
const NG_BYTE_ORDER = 0x1a2b3c4d;
const NG_INTERFACE = 1;
const NG_PACKET = 2;
const NG_SIMPLE = 3;
const NG_ENHANCED = 6;
const NG_OPTION_RESOLUTION = 9;

type Order = 'big' | 'little';

function u16(bytes: Uint8Array, at: number, order: Order): number {
  return order === 'big' ? (bytes[at]! << 8) | bytes[at + 1]! : (bytes[at + 1]! << 8) | bytes[at]!;
}

function u32(bytes: Uint8Array, at: number, order: Order): number {
  const high = u16(bytes, order === 'big' ? at : at + 2, order);
  const low = u16(bytes, order === 'big' ? at + 2 : at, order);
  return high * 0x10000 + low;
}

function broken(what: string): Error {
  return usage(
    `the capture is damaged: ${what}`,
    'was it written to the end? tcpdump -U writes each packet at once',
  );
}

/** Frames of a classic pcap file whose first four octets were read. */
async function* readPcap(source: ByteSource, magic: Uint8Array): AsyncGenerator<Frame> {
  const order: Order = [PCAP_MICRO, PCAP_NANO].includes(u32(magic, 0, 'big')) ? 'big' : 'little';
  const ticksPerMs = u32(magic, 0, order) === PCAP_NANO ? 1_000_000 : 1_000;
  const header = await source.take(20);
  if (header.length < 20) throw broken('it ends inside its header');
  // The upper bits tell of frame check sequences (draft-ietf-opsawg-pcap).
  const linkType = u32(header, 16, order) & 0x0fff_ffff;
  for (;;) {
    const record = await source.take(16);
    if (record.length === 0) return;
    if (record.length < 16) throw broken('it ends inside a record');
    const octets = u32(record, 8, order);
    if (octets > maxFrameOctets) throw broken(`a frame of ${octets} octets`);
    const bytes = await source.take(octets);
    if (bytes.length < octets) throw broken('it ends inside a frame');
    const atMs = u32(record, 0, order) * 1000 + u32(record, 4, order) / ticksPerMs;
    yield { atMs, linkType, bytes, missingOctets: Math.max(0, u32(record, 12, order) - octets) };
  }
}

interface Interface {
  readonly linkType: number;
  readonly ticksPerMs: number;
}

/** Ticks per millisecond from the if_tsresol option: a power of ten, or of two if the top bit is set. */
function resolutionOf(body: Uint8Array, order: Order): number {
  for (let at = 8; at + 4 <= body.length; ) {
    const code = u16(body, at, order);
    const octets = u16(body, at + 2, order);
    if (code === 0) break;
    if (code === NG_OPTION_RESOLUTION && octets >= 1) {
      const value = body[at + 4]!;
      return (value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value) / 1000;
    }
    at += 4 + Math.ceil(octets / 4) * 4;
  }
  return 1_000;
}

function enhancedFrame(
  body: Uint8Array,
  order: Order,
  { linkType, ticksPerMs }: Interface,
): Frame | undefined {
  if (body.length < 20) return undefined;
  const ticks = u32(body, 4, order) * 0x1_0000_0000 + u32(body, 8, order);
  const octets = u32(body, 12, order);
  if (20 + octets > body.length) return undefined;
  const bytes = body.subarray(20, 20 + octets);
  return {
    atMs: ticks / ticksPerMs,
    linkType,
    bytes,
    missingOctets: Math.max(0, u32(body, 16, order) - octets),
  };
}

function simpleFrame(body: Uint8Array, order: Order, { linkType }: Interface): Frame | undefined {
  if (body.length < 4) return undefined;
  const octets = u32(body, 0, order);
  const bytes = body.subarray(4, 4 + octets);
  return { atMs: 0, linkType, bytes, missingOctets: Math.max(0, octets - bytes.length) };
}

/** Frames of a pcapng file whose first four octets were read. */
async function* readPcapng(source: ByteSource): AsyncGenerator<Frame> {
  let order: Order = 'little';
  let interfaces: Interface[] = [];
  let type: number = NG_SECTION;
  for (;;) {
    const lengthOctets = await source.take(type === NG_SECTION ? 8 : 4);
    if (lengthOctets.length < 4) throw broken('it ends inside a block');
    if (type === NG_SECTION) {
      // The byte order of a section is known only from the octets after its length.
      order = u32(lengthOctets, 4, 'big') === NG_BYTE_ORDER ? 'big' : 'little';
      interfaces = [];
    }
    const length = u32(lengthOctets, 0, order);
    const bodyOctets = length - 4 - lengthOctets.length;
    if (bodyOctets < 4 || length > maxFrameOctets * 2) throw broken(`a block of ${length} octets`);
    const body = await source.take(bodyOctets);
    if (body.length < bodyOctets) throw broken('it ends inside a block');
    const inner = body.subarray(0, bodyOctets - 4);
    if (type === NG_INTERFACE && inner.length >= 8) {
      interfaces.push({ linkType: u16(inner, 0, order), ticksPerMs: resolutionOf(inner, order) });
    }
    const frame = frameOf(type, inner, order, interfaces);
    if (frame !== undefined) yield frame;
    const next = await source.take(4);
    if (next.length === 0) return;
    if (next.length < 4) throw broken('it ends inside a block');
    type = u32(next, 0, order);
    // The type of a section header reads the same in both orders.
  }
}

function frameOf(
  type: number,
  body: Uint8Array,
  order: Order,
  interfaces: readonly Interface[],
): Frame | undefined {
  if (type === NG_SIMPLE) return interfaces[0] && simpleFrame(body, order, interfaces[0]);
  if (type !== NG_ENHANCED && type !== NG_PACKET) return undefined;
  const index = type === NG_ENHANCED ? u32(body, 0, order) : u16(body, 0, order);
  const found = interfaces[index];
  return found && enhancedFrame(body, order, found);
}

/** The frames of a capture file. Throws a `Failure` for what is no capture, and where it is damaged. */
export async function* readCapture(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const source = new ByteSource(chunks);
  const magic = await source.take(4);
  if (magic.length < 4) throw usage('the capture is empty');
  if (u32(magic, 0, 'big') === NG_SECTION) {
    yield* readPcapng(source);
    return;
  }
  const isPcap = (['big', 'little'] as const).some((order) =>
    [PCAP_MICRO, PCAP_NANO].includes(u32(magic, 0, order)),
  );
  if (!isPcap) throw usage('this is neither pcap nor pcapng', 'tcpdump -w FILE writes one');
  yield* readPcap(source, magic);
}
