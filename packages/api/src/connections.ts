/**
 * Connections of the HTTP listener. Whoever can reach it can open them, so they are the one thing that strangers share
 * with owners and with probes: a newcomer always finds a place, and what waits for its peer is cut off in time, whatever
 * that peer does.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@chappe/center';
import { addressKey } from '@chappe/gateway';
import { isLoopback } from '@chappe/policy';
import { noWatch, type PeerWatch } from './body-lines.ts';

/** What connections may take. */
export interface ConnectionLimits {
  /** Connections in all. */
  readonly places: number;
  /** Those of one address (of IPv6, one /64). All of them for loopback, where a proxy may stand for many. */
  readonly perAddress: number;
  /** Requests of one connection that await their answers (pipelining, RFC 9112 9.3.2); beyond, it is cut off. */
  readonly requestsEach: number;
  /** Milliseconds from the connection to the end of its first request. */
  readonly firstRequestMs: number;
  /** Milliseconds from an answer to the end of the next request. */
  readonly nextRequestMs: number;
  /** Milliseconds in which a peer that has an answer to read must take some of it. */
  readonly unreadMs: number;
  /** Milliseconds that the answer to a broken request has to arrive in. */
  readonly lingerMs: number;
  /** Milliseconds that answers under way have to arrive in when the listener is closed. */
  readonly drainMs: number;
}

/** Defaults of `ConnectionLimits`. */
export const connectionLimits: ConnectionLimits = {
  // A thousand may wait for messages, five hundred have wrong keys held back, a hundred read events: places are left.
  places: 2_000,
  perAddress: 1_000,
  requestsEach: 32,
  // A little more than Node's own limit of a request (30 s), which answers before it closes.
  firstRequestMs: 35_000,
  // Load balancers keep connections for a minute, Node 72 s, and then a request may begin.
  nextRequestMs: 110_000,
  unreadMs: 30_000,
  lingerMs: 1_000,
  drainMs: 5_000,
};

/** Plain integers, counted since the start. */
export interface ConnectionCounters {
  /** Connections that are there now. */
  open: number;
  /** Closed to make room for others, or since there was none. */
  crowdedOut: number;
  /** Closed since the peer sent no whole request in time, or did not read. */
  stalled: number;
}

const lookEveryMs = 1_000;

/** What of Node's parser is meant here: it is not documented. */
interface Parser {
  /** Called for each head; 2: what comes behind it is not HTTP (RFC 9110 7.8). */
  onIncoming: () => number;
}

/**
 * Has Node read nothing more of a chunk that is being read, though its connection is cut off: it would make objects of some
 * kilobytes for each request of 20 octets in it, and hold all of all connections until it has read what they sent.
 */
function readNothingMore(socket: Socket): void {
  const { parser } = socket as { readonly parser?: Parser | null };
  if (parser) parser.onIncoming = () => 2;
}

/** How long a peer has been waited for since its last line; what is done with it meanwhile is not counted. */
class Wait implements PeerWatch {
  readonly #clock: Clock;
  #waitedMs = 0;
  #sinceMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Milliseconds until then. */
  at(nowMs: number): number {
    return this.#waitedMs + (this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs);
  }

  wait(): void {
    this.#sinceMs ??= this.#clock.monotonicMs();
  }

  pause(): void {
    this.#waitedMs = this.at(this.#clock.monotonicMs());
    this.#sinceMs = undefined;
  }

  renew(): void {
    this.#waitedMs = 0;
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Lets the request be answered. */
  readonly begin: () => void;
  /** Of a request whose lines are read while it comes. */
  wait?: Wait;
}

/** Both ends of a connection: no two have the same at once. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

/** One connection, and what it is waited for. */
class Connection {
  /** The one that requests come from; of TLS, until the handshake is done, the one below. */
  socket: Socket;
  readonly address: string;
  /** Requests whose answers have not left, in their order. */
  readonly exchanges: Exchange[] = [];
  /** When it came, or its last answer left. */
  quietSinceMs: number;
  hasAsked = false;
  /** Octets that the kernel had taken when that last changed, and when. */
  taken = 0;
  takenAtMs: number;
  endsMs: number = Number.POSITIVE_INFINITY;

  constructor(socket: Socket, nowMs: number) {
    this.socket = socket;
    this.address = addressKey(socket.remoteAddress ?? '');
    this.quietSinceMs = nowMs;
    this.takenAtMs = nowMs;
  }

  /** Whether it is the peer that is waited for: to ask, to end what it asks, or to read. */
  get awaitsPeer(): boolean {
    const [first] = this.exchanges;
    if (first?.wait !== undefined && !first.response.writableEnded) return first.wait.isOn;
    return first === undefined || !first.request.complete || first.response.writableEnded;
  }

  /** Whether the peer has let too much time pass. */
  isStalled(nowMs: number, limits: ConnectionLimits): boolean {
    if (nowMs >= this.endsMs) return true;
    const { socket } = this;
    const taken = socket.bytesWritten - socket.writableLength;
    if (taken !== this.taken || socket.writableLength === 0) {
      this.taken = taken;
      this.takenAtMs = nowMs;
    }
    if (nowMs - this.takenAtMs >= limits.unreadMs) return true;
    const [first] = this.exchanges;
    if (first?.request.complete === true) return false;
    // Each line has the time of a request.
    if (first?.wait !== undefined) return first.wait.at(nowMs) >= limits.firstRequestMs;
    const waitMs = this.hasAsked ? limits.nextRequestMs : limits.firstRequestMs;
    return nowMs - this.quietSinceMs >= waitMs;
  }
}

/** All connections of one API, however many listeners it has. */
export class Connections {
  readonly counters: ConnectionCounters = { open: 0, crowdedOut: 0, stalled: 0 };
  readonly #clock: Clock;
  readonly #limits: ConnectionLimits;
  readonly #isShared: (peer: string) => boolean;
  /** Those that have been quiet for the longest first. */
  readonly #all = new Map<Socket, Connection>();
  readonly #byAddress = new Map<string, Set<Connection>>();
  /** Those that have not shaken hands. */
  readonly #handshakes = new Map<string, Connection>();
  #disarm: (() => void) | undefined;
  #isDraining = false;

  /** `isProxy`: peers that stand for many callers, beside this machine. */
  constructor(clock: Clock, limits: Partial<ConnectionLimits> = {}, isProxy?: (address: string) => boolean) {
    this.#clock = clock;
    this.#limits = { ...connectionLimits, ...limits };
    this.#isShared = (peer) => isLoopback(peer) || isProxy?.(peer) === true;
  }

  /** Takes a connection that was just accepted, or cuts it off. */
  take(socket: Socket): void {
    if (this.#isDraining) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, this.#clock.monotonicMs());
    const { address } = connection;
    const siblings = this.#byAddress.get(address) ?? new Set();
    const { places, perAddress } = this.#limits;
    const share = this.#isShared(socket.remoteAddress ?? '') ? places : perAddress;
    const isFull = siblings.size >= share || this.#all.size >= places;
    if (isFull && !this.#makeRoom(siblings.size >= share ? siblings : this.#all.values())) {
      this.counters.crowdedOut += 1;
      socket.destroy();
      return;
    }
    siblings.add(connection);
    this.#byAddress.set(address, siblings);
    this.#all.set(socket, connection);
    this.counters.open += 1;
    socket.once('close', () => this.#forget(connection));
    this.#look();
  }

  /** As `take`, where TLS comes first: the handshake counts as a part of the first request. */
  takeForTls(socket: Socket): void {
    this.take(socket);
    const connection = this.#all.get(socket);
    if (connection === undefined) return;
    const key = endsOf(socket);
    this.#handshakes.set(key, connection);
    socket.once('close', () => {
      if (this.#handshakes.get(key) === connection) this.#handshakes.delete(key);
    });
  }

  /** The handshake is done: what was known of the connection below holds for this one. */
  shookHands(secure: TLSSocket): void {
    const key = endsOf(secure);
    const connection = this.#handshakes.get(key);
    this.#handshakes.delete(key);
    // Cut off meanwhile.
    if (connection === undefined || !this.#all.delete(connection.socket)) {
      secure.destroy();
      return;
    }
    const siblings = this.#byAddress.get(connection.address);
    siblings?.delete(connection);
    siblings?.add(connection);
    connection.socket = secure;
    this.#all.set(secure, connection);
    secure.once('close', () => this.#forget(connection));
  }

  /**
   * Notes a request whose head has come. `begin` is called when those before it on its connection have been answered and
   * their answers are on their way, since who does not read them need not have more; never, where it was cut off.
   */
  ask(request: IncomingMessage, response: ServerResponse, begin: () => void): void {
    const connection = this.#all.get(request.socket);
    if (connection === undefined) return;
    if (connection.exchanges.length >= this.#limits.requestsEach) {
      this.counters.crowdedOut += 1;
      readNothingMore(request.socket);
      this.#cut(connection);
      return;
    }
    connection.exchanges.push({ request, response, begin });
    connection.hasAsked = true;
    response.once('close', () => this.#answered(connection, response));
    if (connection.exchanges.length === 1) begin();
  }

  /** Looks after a request that may be of any length, line by line instead of as a whole. */
  watch(request: IncomingMessage): PeerWatch {
    const connection = this.#all.get(request.socket);
    const exchange = connection?.exchanges.find((one) => one.request === request);
    if (exchange === undefined) return noWatch;
    exchange.wait = new Wait(this.#clock);
    return exchange.wait;
  }

  /** Whether the request under way is looked after line by line: Node's own limit of a request is not for it. */
  isWatched(socket: Socket): boolean {
    return this.#all.get(socket)?.exchanges[0]?.wait !== undefined;
  }

  /** Nothing but this answer goes to the peer any more; then it is cut off, whether it reads or not. */
  finish(socket: Socket, answer: string): void {
    socket.end(answer);
    const connection = this.#all.get(socket);
    if (connection === undefined) socket.destroy();
    else connection.endsMs = this.#clock.monotonicMs() + this.#limits.lingerMs;
  }

  /** Cuts off who has not asked; who has is cut off after the answer. What a peer leaves undone holds up no stop. */
  drain(): void {
    this.#isDraining = true;
    const endsMs = this.#clock.monotonicMs() + this.#limits.drainMs;
    for (const connection of this.#all.values()) {
      const [first] = connection.exchanges;
      const isAtWork = first?.request.complete === true || first?.wait !== undefined;
      if (isAtWork) connection.endsMs = Math.min(connection.endsMs, endsMs);
      else this.#cut(connection);
    }
  }

  /** Nobody is looked after any more. */
  close(): void {
    this.#disarm?.();
    this.#disarm = undefined;
  }

  /** Cuts off the one that has let its place lie idle for the longest; false: all are at work. */
  #makeRoom(among: Iterable<Connection>): boolean {
    for (const connection of among) {
      if (!connection.awaitsPeer) continue;
      this.counters.crowdedOut += 1;
      this.#cut(connection);
      return true;
    }
    return false;
  }

  #answered(connection: Connection, response: ServerResponse): void {
    const at = connection.exchanges.findIndex((exchange) => exchange.response === response);
    if (at >= 0) connection.exchanges.splice(at, 1);
    if (!this.#all.has(connection.socket)) return;
    if (this.#isDraining && connection.exchanges.length === 0) connection.socket.destroySoon();
    connection.quietSinceMs = this.#clock.monotonicMs();
    this.#toEnd(connection);
    if (at === 0 && connection.socket.writable) connection.exchanges[0]?.begin();
  }

  /** It was of use a moment ago: others make room before it. */
  #toEnd(connection: Connection): void {
    const { socket, address } = connection;
    this.#all.delete(socket);
    this.#all.set(socket, connection);
    const siblings = this.#byAddress.get(address);
    siblings?.delete(connection);
    siblings?.add(connection);
  }

  #cut(connection: Connection): void {
    this.#forget(connection);
    connection.socket.destroy();
  }

  #forget(connection: Connection): void {
    const { socket, address } = connection;
    if (!this.#all.delete(socket)) return;
    this.counters.open -= 1;
    const siblings = this.#byAddress.get(address);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.#byAddress.delete(address);
    if (this.#all.size === 0) this.close();
  }

  #look(): void {
    this.#disarm ??= this.#clock.setTimer(() => {
      this.#disarm = undefined;
      const nowMs = this.#clock.monotonicMs();
      for (const connection of this.#all.values()) {
        if (!connection.isStalled(nowMs, this.#limits)) continue;
        this.counters.stalled += 1;
        this.#cut(connection);
      }
      if (this.#all.size > 0) this.#look();
    }, lookEveryMs);
  }
}
