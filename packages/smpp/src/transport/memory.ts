import type { Remote, Transport, TransportListener } from './transport.ts';

/** One end of an in-memory connection. Octets arrive in a later microtask, in order, and wait while the reader pauses. */
class MemoryEnd implements Transport {
  readonly remote: Remote;
  bufferedOctets = 0;
  peer!: MemoryEnd;
  #listener: TransportListener | undefined;
  #inbox: Uint8Array[] = [];
  #isPaused = false;
  #isEnding = false;
  #isClosed = false;
  #isScheduled = false;

  constructor(address: string) {
    this.remote = { address, port: 0, tls: false };
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.#schedule();
  }

  write(bytes: Uint8Array): void {
    if (this.#isClosed || this.#isEnding) return;
    this.bufferedOctets += bytes.length;
    this.peer.#inbox.push(bytes);
    this.peer.#schedule();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  end(): void {
    this.#isEnding = true;
    this.peer.#schedule();
  }

  destroy(): void {
    this.#close();
    this.peer.#inbox = [];
    this.peer.#close();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#listener === undefined) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.#inbox.length > 0 && !this.#isPaused && !this.#isClosed) {
      const bytes = this.#inbox.shift()!;
      this.peer.bufferedOctets -= bytes.length;
      this.#listener?.onBytes(bytes);
      if (this.peer.bufferedOctets === 0) this.peer.#drained();
    }
    if (this.#inbox.length === 0 && this.peer.#isEnding) {
      this.peer.#close();
      this.#close();
    }
  }

  #drained(): void {
    if (!this.#isClosed) this.#listener?.onDrain();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    queueMicrotask(() => this.#listener?.onEnd(undefined));
  }
}

/** Two connected ends in memory: for tests, simulations, and an ESME and an MC in one process. */
export function memoryPair(): readonly [Transport, Transport] {
  const left = new MemoryEnd('memory:left');
  const right = new MemoryEnd('memory:right');
  left.peer = right;
  right.peer = left;
  return [left, right];
}
