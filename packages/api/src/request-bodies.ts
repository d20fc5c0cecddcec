/**
 * Bodies on their way in. They are gathered as they come, octet by octet in one buffer: one in a hundred thousand chunks
 * (RFC 9112 7.1) would else be as many objects, of some hundred octets each, for as long as nobody looks at it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressKey } from '@chappe/gateway';
import { keyIn } from './auth/keys.ts';
import { hasLines } from './body-lines.ts';
import { Problem } from './problem.ts';

/** What bodies may take. */
export interface BodyLimits {
  /** Octets of one body. */
  readonly octets: number;
  /** Octets of all bodies under way of one key, and of those without a key of one address. */
  readonly octetsEach: number;
  /** Octets of all bodies under way. */
  readonly octetsInAll: number;
}

/** Defaults of `BodyLimits`. */
export const bodyLimits: BodyLimits = {
  // The longest text in the most wasteful escapes (\u0000) is 400 KB, a thousand numbers 30 KB.
  octets: 512 * 1024,
  octetsEach: 16 * 1024 * 1024,
  octetsInAll: 64 * 1024 * 1024,
};

// What every body may have, however many there are: most are smaller, and connections are counted.
const freeOctets = 16 * 1024;
const leastOctets = 512;

/** All bodies of one API. */
export class RequestBodies {
  readonly #limits: BodyLimits;
  readonly #bodies = new WeakMap<IncomingMessage, Body>();
  readonly #octets = new Map<string, number>();
  #octetsInAll = 0;

  constructor(limits: Partial<BodyLimits> = {}) {
    this.#limits = { ...bodyLimits, ...limits };
  }

  /** Octets that are held now, beyond what every body may have. */
  get held(): number {
    return this.#octetsInAll;
  }

  /** Gathers the body of a request, if it has one; what is there is let go when the answer has left. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    if (headers['transfer-encoding'] === undefined && headers['content-length'] === undefined) return;
    // These are read as they come, by who takes them; else they are thrown away behind the answer.
    if (hasLines(headers)) return;
    const body = this.#gather(request);
    response.once('close', () => body.drop());
  }

  /** The whole body. Rejects with a `Problem` when it is too large, not whole, or when there is no room for it. */
  whole(request: IncomingMessage): Promise<Buffer> {
    return (this.#bodies.get(request) ?? this.#gather(request)).whole;
  }

  #gather(request: IncomingMessage): Body {
    const owner = keyIn(request.headers) ?? addressKey(request.socket.remoteAddress ?? '');
    const body = new Body(request, this.#limits.octets, (octets) => this.#take(owner, octets));
    this.#bodies.set(request, body);
    return body;
  }

  /** Counts octets, or gives them back when less than 0; says why they cannot be had. */
  #take(owner: string, octets: number): Problem | undefined {
    const own = (this.#octets.get(owner) ?? 0) + octets;
    if (octets > 0) {
      if (own > this.#limits.octetsEach) {
        return new Problem('throttled', 'too many long bodies of this caller are under way', {
          hint: 'wait for the answers to those',
          headers: { 'retry-after': '1' },
        });
      }
      if (this.#octetsInAll + octets > this.#limits.octetsInAll) {
        return new Problem('full', 'too many long bodies are under way', {
          hint: 'try again, or send less at once: up to 16 KiB there is always room',
          headers: { 'retry-after': '1' },
        });
      }
    }
    this.#octetsInAll += octets;
    if (own === 0) this.#octets.delete(owner);
    else this.#octets.set(owner, own);
    return undefined;
  }
}

/** One body. */
class Body {
  readonly whole: Promise<Buffer>;
  readonly #limit: number;
  /** What it may come to: the limit, or what it says. */
  readonly #most: number;
  readonly #take: (octets: number) => Problem | undefined;
  readonly #reject: (problem: Problem) => void;
  #octets = Buffer.alloc(0);
  #filled = 0;
  #isOver = false;

  constructor(request: IncomingMessage, limit: number, take: (octets: number) => Problem | undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.whole = promise;
    this.#limit = limit;
    this.#take = take;
    this.#reject = reject;
    // Whether anybody asks is not known yet.
    promise.catch(() => undefined);
    request.on('data', (chunk: Buffer) => this.#add(chunk));
    request.once('end', () => resolve(this.#octets.subarray(0, this.#filled)));
    const broken = (): void => this.#fail(new Problem('bad_request', 'the body did not come to its end'));
    request.once('error', broken);
    const said = Number(request.headers['content-length'] ?? limit);
    this.#most = Math.min(said, limit);
    if (said > limit) this.#fail(tooLarge(limit));
  }

  /** Lets go what is there; what still comes is thrown away. */
  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#take(counted(0) - counted(this.#octets.length));
    this.#octets = Buffer.alloc(0);
    this.#filled = 0;
  }

  #add(chunk: Buffer): void {
    if (this.#isOver) return;
    const filled = this.#filled + chunk.length;
    if (!this.#makeRoom(filled)) return;
    chunk.copy(this.#octets, this.#filled);
    this.#filled = filled;
  }

  /** Makes room for so many octets in all, doubling what there is; false: there is none, and the body has failed. */
  #makeRoom(octets: number): boolean {
    if (octets <= this.#octets.length) return true;
    const length = Math.min(this.#most, Math.max(octets, 2 * this.#octets.length, leastOctets));
    const problem =
      octets > this.#limit
        ? tooLarge(this.#limit)
        : this.#take(counted(length) - counted(this.#octets.length));
    if (problem !== undefined) {
      this.#fail(problem);
      return false;
    }
    const grown = Buffer.allocUnsafeSlow(length);
    this.#octets.copy(grown, 0, 0, this.#filled);
    this.#octets = grown;
    return true;
  }

  #fail(problem: Problem): void {
    this.drop();
    this.#reject(problem);
  }
}

function counted(octets: number): number {
  return octets <= freeOctets ? 0 : octets;
}

function tooLarge(limit: number): Problem {
  return new Problem('body_too_large', `a body has at most ${limit} octets`);
}
