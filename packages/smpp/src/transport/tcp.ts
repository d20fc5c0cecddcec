import type { Socket } from 'node:net';
import type { Remote, Transport, TransportListener } from './transport.ts';

/** A transport over a TCP or TLS socket of Node. */
export class SocketTransport implements Transport {
  readonly remote: Remote;
  readonly #socket: Socket;

  constructor(socket: Socket, remote: Remote) {
    this.#socket = socket;
    this.remote = remote;
    // A session writes once per turn; holding small writes back (Nagle) would only delay them.
    socket.setNoDelay(true);
    // Until `start` nobody else listens, and an unheard 'error' ends the process.
    socket.on('error', ignore);
  }

  get bufferedOctets(): number {
    return this.#socket.writableLength;
  }

  start(listener: TransportListener): void {
    const socket = this.#socket;
    let failure: Error | undefined;
    socket.off('error', ignore);
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('data', (bytes: Uint8Array) => listener.onBytes(bytes));
    socket.on('drain', () => listener.onDrain());
    socket.on('close', () => listener.onEnd(failure));
    // A socket that was read before (for a PROXY header) is paused, and listening alone would not wake it.
    socket.resume();
    if (socket.destroyed) queueMicrotask(() => listener.onEnd(failure));
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function ignore(): void {
  // What broke is told by 'close'.
}

/** The addresses of both ends of a socket. */
export function remoteOf(
  socket: Socket,
  tls: boolean,
  certificate: Pick<Remote, 'certificateSubject' | 'certificateFingerprint'> = {},
): Remote {
  const ours = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  return { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0, tls, ours, ...certificate };
}

/**
 * Settles when the handles that were closed before are gone: Node closes them at the end of a turn of the event loop,
 * after its immediates, and until then counts them as active.
 */
export async function handlesClosed(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
