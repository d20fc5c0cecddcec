import type { Transport, TransportListener } from '@chappe/smpp';

/** A connection whose far end can die: it hears nothing more, says nothing more, and does not close. */
export class Mortal implements Transport {
  readonly remote: Transport['remote'];
  isDead = false;
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.#inner = inner;
    this.remote = inner.remote;
  }

  get bufferedOctets(): number {
    return this.#inner.bufferedOctets;
  }

  start(listener: TransportListener): void {
    this.#inner.start({
      onBytes: (bytes) => {
        if (!this.isDead) listener.onBytes(bytes);
      },
      onDrain: () => listener.onDrain(),
      onEnd: (error) => listener.onEnd(error),
    });
  }

  write(bytes: Uint8Array): void {
    if (!this.isDead) this.#inner.write(bytes);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  end(): void {
    this.#inner.end();
  }

  destroy(): void {
    this.#inner.destroy();
  }
}
