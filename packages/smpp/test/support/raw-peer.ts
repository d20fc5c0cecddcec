import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type DecodedPdu, decode, encode, Framer, type PduInput } from '@chappe/protocol';
import { bindPdu } from './core-pair.ts';

/** A peer that sends whatever octets it is told, and shows what comes back PDU by PDU. */
export class RawPeer {
  readonly socket: Socket;
  readonly received: DecodedPdu[] = [];
  isClosed = false;
  #framer = new Framer();
  #taken = 0;
  #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#framer.push(chunk);
      for (let frame = this.#framer.next(); frame instanceof Uint8Array; frame = this.#framer.next()) {
        this.received.push(decode(frame));
      }
      this.#wake();
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  static connect(port: number): Promise<RawPeer> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new RawPeer(socket)));
      socket.once('error', reject);
    });
  }

  static connectTls(options: ConnectionOptions): Promise<RawPeer> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', ...options }, () => resolve(new RawPeer(socket)));
      socket.once('error', reject);
    });
  }

  /** A peer that is bound already. */
  static async bound(port: number, kind = 'transceiver', version = 0x34): Promise<RawPeer> {
    const peer = await RawPeer.connect(port);
    await peer.ask({ ...bindPdu(kind, version), sequence_number: 1 } as PduInput);
    return peer;
  }

  write(...parts: readonly (Uint8Array | PduInput)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : encode(part)))));
  }

  /** The next PDU received. Rejects when the connection ends first. */
  async next(): Promise<DecodedPdu> {
    await this.until(() => this.received.length > this.#taken);
    return this.received[this.#taken++]!;
  }

  /** Sends a PDU and returns the next received. */
  ask(part: Uint8Array | PduInput): Promise<DecodedPdu> {
    this.write(part);
    return this.next();
  }

  /** Settles when the condition holds, looked at whenever something comes. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.isClosed) throw new Error('the connection was closed');
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Settles when the other side has closed. */
  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  destroy(): void {
    this.socket.destroy();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Octets from hexadecimal digits, blanks allowed. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}
