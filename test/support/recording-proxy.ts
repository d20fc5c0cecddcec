import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One chunk that passed the proxy. */
export interface Chunk {
  /** Number of the connection, from 0 in order of acceptance. */
  readonly connection: number;
  readonly fromClient: boolean;
  /** Wall clock, milliseconds. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** A TCP proxy on loopback that keeps every octet: what a capture would show, without its privileges. */
export interface RecordingProxy {
  readonly port: number;
  /** All chunks so far, in the order in which they passed. */
  readonly chunks: readonly Chunk[];
  /** Closes the listener and every connection; what was recorded stays readable. */
  close(): Promise<void>;
}

/** A run of the peer tests stays below a few hundred kilobytes; above this something loops. */
const maxOctets = 64 * 1024 * 1024;

/** Starts a proxy on a free port that passes everything on to `targetPort` on loopback. */
export async function recordingProxy(targetPort: number): Promise<RecordingProxy> {
  const chunks: Chunk[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let octets = 0;

  const record = (connection: number, fromClient: boolean, bytes: Uint8Array): void => {
    octets += bytes.length;
    if (octets <= maxOctets) chunks.push({ connection, fromClient, atMs: Date.now(), bytes });
  };
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.end();
    });
  };

  const server = createServer((client) => {
    const connection = connections++;
    const target = connect(targetPort, '127.0.0.1');
    client.on('data', (bytes) => record(connection, true, bytes as Uint8Array));
    target.on('data', (bytes) => record(connection, false, bytes as Uint8Array));
    join(client, target);
    join(target, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    chunks,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One PDU as it stood on the wire. */
export interface RecordedPdu {
  readonly connection: number;
  readonly fromClient: boolean;
  readonly commandId: number;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
  readonly bytes: Uint8Array;
}

/**
 * The PDUs of a recording, cut by command_length alone, connection by connection: deliberately not our own codec,
 * which is what is being tested. A rest that is no whole PDU is an error.
 */
export function recordedPdus(chunks: readonly Chunk[]): readonly RecordedPdu[] {
  const flows = new Map<string, Chunk[]>();
  for (const chunk of chunks) {
    const key = `${chunk.connection}/${chunk.fromClient}`;
    const flow = flows.get(key);
    if (flow) flow.push(chunk);
    else flows.set(key, [chunk]);
  }
  const pdus: RecordedPdu[] = [];
  for (const [key, flow] of flows) {
    const bytes = Buffer.concat(flow.map((chunk) => chunk.bytes));
    let offset = 0;
    while (offset < bytes.length) {
      const length = bytes.length - offset >= 16 ? bytes.readUInt32BE(offset) : 0;
      if (length < 16 || offset + length > bytes.length) {
        throw new Error(
          `flow ${key}: no whole PDU at octet ${offset}: ${bytes.subarray(offset, offset + 32).toString('hex')}`,
        );
      }
      pdus.push({
        connection: flow[0]!.connection,
        fromClient: flow[0]!.fromClient,
        commandId: bytes.readUInt32BE(offset + 4),
        commandStatus: bytes.readUInt32BE(offset + 8),
        sequenceNumber: bytes.readUInt32BE(offset + 12),
        bytes: bytes.subarray(offset, offset + length),
      });
      offset += length;
    }
  }
  return pdus;
}
