import type { Chunk } from './recording-proxy.ts';

/** The port the MC has in the files written here, whatever it was in the run: SMPP's registered one. */
export const pcapServerPort = 2775;

/** LINKTYPE_RAW: packets begin with the IP header. */
const linktypeRaw = 101;
/** Octets of one segment, well below the 65,535 of an IPv4 packet. */
const maxSegmentOctets = 16_384;
const SYN = 0x02;
const PSH_ACK = 0x18;
const ACK = 0x10;
const FIN_ACK = 0x11;

/** Both directions of one connection: next sequence numbers of client and server. */
interface Flow {
  readonly clientPort: number;
  client: number;
  server: number;
}

/** One's complement sum of RFC 1071, as IPv4 wants it over its header. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function packet(flow: Flow, fromClient: boolean, flags: number, payload: Uint8Array, atMs: number): Buffer {
  const octets = 40 + payload.length;
  const out = Buffer.alloc(16 + octets);
  out.writeUInt32LE(Math.floor(atMs / 1000), 0);
  out.writeUInt32LE((atMs % 1000) * 1000, 4);
  out.writeUInt32LE(octets, 8);
  out.writeUInt32LE(octets, 12);
  const ip = out.subarray(16, 36);
  ip[0] = 0x45;
  ip.writeUInt16BE(octets, 2);
  ip[8] = 64;
  ip[9] = 6;
  ip.set([127, 0, 0, 1], 12);
  ip.set([127, 0, 0, 1], 16);
  ip.writeUInt16BE(checksum(ip), 10);
  const tcp = out.subarray(36);
  tcp.writeUInt16BE(fromClient ? flow.clientPort : pcapServerPort, 0);
  tcp.writeUInt16BE(fromClient ? pcapServerPort : flow.clientPort, 2);
  tcp.writeUInt32BE(fromClient ? flow.client : flow.server, 4);
  tcp.writeUInt32BE(flags === SYN ? 0 : fromClient ? flow.server : flow.client, 8);
  tcp[12] = 0x50;
  tcp[13] = flags;
  tcp.writeUInt16BE(0xffff, 14);
  tcp.set(payload, 20);
  const taken = payload.length + (flags & 0x03 ? 1 : 0);
  if (fromClient) flow.client += taken;
  else flow.server += taken;
  return out;
}

/**
 * A pcap file of recorded chunks: every connection with its handshake, its octets as TCP segments in order, and its
 * end, so that a dissector reassembles it as it would a real capture.
 */
export function pcapFile(chunks: readonly Chunk[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(linktypeRaw, 20);
  const out: Buffer[] = [header];
  const none = new Uint8Array(0);
  const flows = new Map<number, Flow>();
  for (const chunk of chunks) {
    let flow = flows.get(chunk.connection);
    if (!flow) {
      flow = { clientPort: 40_000 + (chunk.connection % 20_000), client: 1000, server: 2000 };
      flows.set(chunk.connection, flow);
      out.push(packet(flow, true, SYN, none, chunk.atMs));
      out.push(packet(flow, false, SYN | ACK, none, chunk.atMs));
      out.push(packet(flow, true, ACK, none, chunk.atMs));
    }
    for (let at = 0; at < chunk.bytes.length; at += maxSegmentOctets) {
      const segment = chunk.bytes.subarray(at, at + maxSegmentOctets);
      out.push(packet(flow, chunk.fromClient, PSH_ACK, segment, chunk.atMs));
    }
  }
  const endMs = chunks.at(-1)?.atMs ?? 0;
  for (const flow of flows.values()) {
    out.push(packet(flow, true, FIN_ACK, none, endMs));
    out.push(packet(flow, false, FIN_ACK, none, endMs));
  }
  return Buffer.concat(out);
}
