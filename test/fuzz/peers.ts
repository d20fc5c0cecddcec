/** Peers that send what `PduSource` makes: customers of the gateway, and operators that its connectors bind to. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type DecodedPdu, decode, encode, Framer, type PduInput } from '@chappe/protocol';
import type { PduSource } from './pdus.ts';

/** How a customer or an operator is bound. */
export interface BindLine {
  readonly command: 'bind_transmitter' | 'bind_receiver' | 'bind_transceiver';
  readonly interface_version: number;
}

// PDUs between two enquire_links: who has not answered those has lost the thread.
const batchPdus = 32;
// Out of the way of the sequence numbers of the source.
const markBase = 0x4000_0000;
const lastSent = 64;

/** One connection: octets in both directions, PDU by PDU. */
class Line {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  isClosed = false;
  /** PDUs sent last, for who wants to know what it was. */
  readonly sent: Buffer[] = [];
  readonly #framer = new Framer();
  readonly #source: PduSource;
  readonly #onRequest: (pdu: DecodedPdu, line: Line) => void;
  readonly #awaited = new Map<number, () => void>();
  #mark = markBase;

  constructor(socket: Socket, source: PduSource, onRequest: (pdu: DecodedPdu, line: Line) => void) {
    this.socket = socket;
    this.#source = source;
    this.#onRequest = onRequest;
    socket.on('error', () => undefined);
    socket.on('data', (octets: Buffer) => this.#take(octets));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true;
        for (const settle of this.#awaited.values()) settle();
        resolve();
      });
    });
  }

  write(bytes: Buffer): void {
    this.sent.push(bytes);
    if (this.sent.length > lastSent) this.sent.shift();
    this.socket.write(bytes);
  }

  /** Sends a request and settles when it is answered, or the connection is over. */
  ask(pdu: PduInput): Promise<void> {
    this.#mark += 1;
    const sequence_number = this.#mark;
    const answered = new Promise<void>((resolve) => this.#awaited.set(sequence_number, resolve));
    this.write(Buffer.from(encode({ ...pdu, sequence_number } as PduInput)));
    return this.isClosed ? Promise.resolve() : answered;
  }

  #take(octets: Buffer): void {
    this.#framer.push(octets);
    for (let frame = this.#framer.next(); frame instanceof Uint8Array; frame = this.#framer.next()) {
      const pdu = decode(frame);
      this.#source.learn(pdu);
      // After that word only the end of the connection is in order.
      if (pdu.command === 'unbind_resp') this.socket.end();
      const sequence = (pdu as { readonly sequence_number?: number }).sequence_number ?? 0;
      const settle = this.#awaited.get(sequence);
      this.#awaited.delete(sequence);
      if (settle !== undefined) settle();
      else if (!pdu.command.endsWith('_resp')) this.#onRequest(pdu, this);
    }
  }
}

/** Sends `count` PDUs in batches while the line lasts; returns how many. */
async function feed(line: Line, source: PduSource, count: number): Promise<number> {
  let fed = 0;
  while (fed < count && !line.isClosed) {
    const batch = Math.min(batchPdus, count - fed);
    for (let at = 0; at < batch; at += 1) line.write(source.request());
    fed += batch;
    if (source.below(64) === 0) {
      line.write(source.nonsense());
      line.socket.end();
      await line.closed;
    } else await line.ask({ command: 'enquire_link' });
  }
  return fed;
}

/** A customer: binds, sends, and binds again whenever it is cut off. Settles when it has sent `count` PDUs. */
export async function customer(
  port: number,
  bind: BindLine,
  source: PduSource,
  count: number,
  onLine: (line: { readonly sent: readonly Buffer[] }) => void,
): Promise<void> {
  for (let sent = 0; sent < count; ) {
    const socket = connect({ port, host: '127.0.0.1' });
    const line = new Line(socket, source, (pdu, { socket: to }) => {
      const answer = source.response(pdu);
      if (answer !== undefined) to.write(answer);
    });
    onLine(line);
    await line.ask({ ...bind, system_id: 'alice', password: 'alice-pw' } as PduInput);
    sent += await feed(line, source, count - sent);
    socket.destroy();
    await line.closed;
  }
}

/** An operator that answers binds as it should, and everything else as its source likes. */
export class Operator {
  readonly port: number;
  /** PDUs that it has sent by itself. */
  sent = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as { readonly port: number }).port;
  }

  /** Listens. It sends `count` PDUs in all, as fast as they are taken; `done` settles then. */
  static async open(
    source: PduSource,
    version: number,
    count: number,
    onLine: (line: { readonly sent: readonly Buffer[] }) => void,
  ): Promise<{ readonly operator: Operator; readonly done: Promise<void> }> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const operator = new Operator(server);
    const done = new Promise<void>((resolve) => {
      server.on('connection', (socket) => {
        operator.#sockets.add(socket);
        const line = new Line(socket, source, (pdu) => {
          if (pdu.command.startsWith('bind_'))
            void operator.#serve(line, pdu, source, version, count, resolve);
          else operator.#answer(pdu, line, source);
        });
        onLine(line);
        void line.closed.then(() => operator.#sockets.delete(socket));
      });
    });
    return { operator, done };
  }

  async #serve(
    line: Line,
    pdu: DecodedPdu,
    source: PduSource,
    version: number,
    count: number,
    done: () => void,
  ): Promise<void> {
    const { sequence_number } = pdu as { readonly sequence_number: number };
    const tlvs = version === 0x33 ? [] : [{ name: 'sc_interface_version', value: version }];
    const response = { command: `${pdu.command}_resp`, sequence_number, system_id: 'op', tlvs };
    line.write(Buffer.from(encode(response as unknown as PduInput)));
    this.sent += await feed(line, source, count - this.sent);
    if (this.sent >= count) done();
  }

  #answer(pdu: DecodedPdu, line: Line, source: PduSource): void {
    const { sequence_number = 0 } = pdu as { readonly sequence_number?: number };
    if (pdu.command === 'enquire_link')
      line.write(Buffer.from(encode({ command: 'enquire_link_resp', sequence_number } as PduInput)));
    else {
      const answer = source.response(pdu);
      if (answer !== undefined) line.write(answer);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
