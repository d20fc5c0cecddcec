/** A body that is read line by line, as it comes, and is never there as a whole. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Content types of such bodies. */
export const lineTypes: readonly string[] = ['application/x-ndjson', 'application/jsonl'];

/** Whether a request says that its body is lines. */
export function hasLines({ 'content-type': type }: IncomingHttpHeaders): boolean {
  const [name = ''] = (type ?? '').split(';', 1);
  return lineTypes.includes(name.trim().toLowerCase());
}

/** Told how long its peer is waited for, since a body of any length has no time of its own. */
export interface PeerWatch {
  /** It is waited for from now on. */
  wait(): void;
  /** Something has come, or nobody waits any more. */
  pause(): void;
  /** A line has come: the next one has all of the time. */
  renew(): void;
}

/** Of requests that no connection is known of. */
export const noWatch: PeerWatch = { wait: () => undefined, pause: () => undefined, renew: () => undefined };

/** The body of one request. */
export class BodyLines {
  readonly #request: IncomingMessage;
  readonly #watch: (request: IncomingMessage) => PeerWatch;

  constructor(request: IncomingMessage, watch: (request: IncomingMessage) => PeerWatch) {
    this.#request = request;
    this.#watch = watch;
  }

  /**
   * Begins to read. What is not asked for stays with the peer: Node reads a buffer full and then nothing more. Reading that
   * is ended early leaves the connection as it is, since there is an answer to be sent; `drop` throws away what still comes.
   */
  read(): LinesBeingRead {
    const request = this.#request;
    const chunks: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false });
    const leave = (): unknown => request.resume();
    const drop = (): void => {
      chunks.return?.().then(leave, leave);
    };
    return { chunks, watch: this.#watch(request), drop };
  }
}

/** A body that is being read. */
export interface LinesBeingRead {
  readonly chunks: AsyncIterator<Buffer>;
  readonly watch: PeerWatch;
  drop(): void;
}
