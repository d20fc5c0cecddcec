import type { Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Sleeper } from '../session/deadlines.ts';
import type { SessionLoop } from '../session/loop.ts';
import { proxyHeaderOctetsMax, readProxyHeader, type TrustedNetworks } from '../transport/proxy-protocol.ts';
import { remoteOf } from '../transport/tcp.ts';
import { type Certificates, certificateOf, secureContextOptions, tlsVersionMin } from '../transport/tls.ts';
import type { Remote } from '../transport/transport.ts';
import type { ServerLimits } from './limits.ts';
import type { Place, Places } from './places.ts';

/** TLS of a server. */
export interface ServerTls extends Certificates {
  /** Whether clients must show a certificate that `ca` has issued. Default false. */
  readonly requestClientCertificate?: boolean | undefined;
}

/** Plain integers, counted since the start of the server. */
export interface AdmissionCounters {
  /** Connections that are there now. */
  connectionsOpen: number;
  connectionsTaken: number;
  /** Connections closed before anything was read, since a limit was reached. */
  connectionsRefused: number;
  /** Connections whose PROXY header was missing or wrong. */
  proxyRefused: number;
  /** TLS handshakes that failed. */
  tlsRefused: number;
}

/** A connection that may become a session: its socket, who it is, and since when it is here (monotonic). */
export interface Arrived {
  readonly socket: Socket;
  readonly place: Place;
  readonly remote: Remote;
  readonly sinceMs: number;
}

/** A connection on its way through PROXY header and TLS handshake. */
class Arrival implements Sleeper {
  wakeAtMs: number = Number.POSITIVE_INFINITY;
  readonly socket: Socket;
  readonly place: Place;
  readonly sinceMs: number;
  address: string;
  port: number;

  constructor(socket: Socket, place: Place, sinceMs: number) {
    this.socket = socket;
    this.place = place;
    this.sinceMs = sinceMs;
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
  }

  onWake(): void {
    this.socket.destroy();
  }
}

/** What an admission decides by, and where what it lets in goes. */
export interface AdmissionOptions {
  readonly limits: ServerLimits;
  readonly loop: SessionLoop;
  readonly tls: ServerTls | undefined;
  readonly proxies: TrustedNetworks | undefined;
  readonly places: Places;
  readonly onArrived: (arrived: Arrived) => void;
}

/** The way from an accepted socket to a session: limits, PROXY header, TLS handshake, all within one time. */
export class Admission {
  readonly counters: AdmissionCounters = {
    connectionsOpen: 0,
    connectionsTaken: 0,
    connectionsRefused: 0,
    proxyRefused: 0,
    tlsRefused: 0,
  };
  readonly #options: AdmissionOptions;
  readonly #tls: TlsServer | undefined;
  /** Arrivals in their TLS handshake, by address and port of the raw socket: TLS gives us another socket. */
  readonly #handshakes = new Map<string, Arrival>();
  readonly #arrivals = new Set<Arrival>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#tls = options.tls === undefined ? undefined : this.#createTls(options.tls);
  }

  /** Takes a socket that was just accepted. */
  take(socket: Socket): void {
    const { loop, proxies, places } = this.#options;
    socket.on('error', ignore);
    const { counters } = this;
    const address = socket.remoteAddress ?? '';
    const isProxy = proxies?.has(address) === true;
    const close = (): void => void socket.destroy();
    const place = isProxy ? places.enterUnnamed(address, close) : places.enter(address, close);
    if (place === undefined) {
      this.#refuse(socket);
      return;
    }
    counters.connectionsOpen++;
    socket.once('close', () => {
      counters.connectionsOpen--;
      places.leave(place);
    });
    const arrival = new Arrival(socket, place, loop.clock.monotonicMs());
    if (isProxy) this.#readProxyHeader(arrival);
    else this.#admit(arrival);
  }

  /** Certificates for the handshakes to come; sessions that are there stay. */
  setCertificates(certificates: Certificates): void {
    this.#tls?.setSecureContext({ ...secureContextOptions(certificates), minVersion: tlsVersionMin });
  }

  /** Drops everything that is still on its way. */
  close(): void {
    for (const arrival of this.#arrivals) arrival.socket.destroy();
  }

  #refuse(socket: Socket): void {
    this.counters.connectionsRefused++;
    socket.destroy();
  }

  #admit(arrival: Arrival): void {
    this.counters.connectionsTaken++;
    if (this.#tls === undefined) this.#arrived(arrival, arrival.socket, false);
    else this.#shakeHands(arrival);
  }

  /** Cuts the connection when it takes longer than the session init time to get here. */
  #hurry(arrival: Arrival): void {
    const { limits, loop } = this.#options;
    if (this.#arrivals.has(arrival)) return;
    this.#arrivals.add(arrival);
    if (limits.sessionInitMs > 0) loop.deadlines.arm(arrival, arrival.sinceMs + limits.sessionInitMs);
    arrival.socket.once('close', () => this.#unhurry(arrival));
  }

  #unhurry(arrival: Arrival): void {
    this.#arrivals.delete(arrival);
    this.#options.loop.deadlines.disarm(arrival);
  }

  #readProxyHeader(arrival: Arrival): void {
    this.#hurry(arrival);
    const { socket } = arrival;
    let bytes: Buffer = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const header = readProxyHeader(bytes);
      const isEndless = header.kind === 'incomplete' && bytes.length > proxyHeaderOctetsMax;
      if (header.kind === 'incomplete' && !isEndless) return;
      socket.off('data', read);
      if (header.kind !== 'header') {
        this.counters.proxyRefused++;
        socket.destroy();
        return;
      }
      socket.pause();
      if (bytes.length > header.octets) socket.unshift(bytes.subarray(header.octets));
      arrival.address = header.address ?? arrival.address;
      arrival.port = header.port ?? arrival.port;
      const hasPlace = this.#options.places.name(arrival.place, arrival.address);
      if (hasPlace) this.#admit(arrival);
      else this.#refuse(socket);
    };
    socket.on('data', read);
  }

  #shakeHands(arrival: Arrival): void {
    this.#hurry(arrival);
    const key = socketKey(arrival.socket);
    this.#handshakes.set(key, arrival);
    arrival.socket.once('close', () => this.#handshakes.delete(key));
    this.#tls?.emit('connection', arrival.socket);
  }

  #createTls(tls: ServerTls): TlsServer {
    const isAsked = tls.requestClientCertificate === true;
    const server = createTlsServer({
      ...secureContextOptions(tls),
      minVersion: tlsVersionMin,
      requestCert: isAsked,
      rejectUnauthorized: isAsked,
      // The arrival's own deadline counts from the connect, so this one never comes first.
      handshakeTimeout: Math.max(this.#options.limits.sessionInitMs, 1_000) + 1_000,
    });
    server.on('secureConnection', (socket) => {
      const arrival = this.#handshakes.get(socketKey(socket));
      if (arrival === undefined) socket.destroy();
      else this.#arrived(arrival, socket, true);
    });
    server.on('tlsClientError', (_error, socket) => {
      this.counters.tlsRefused++;
      socket.on('error', ignore);
      socket.destroy();
    });
    return server;
  }

  #arrived(arrival: Arrival, socket: Socket, isTls: boolean): void {
    this.#unhurry(arrival);
    this.#handshakes.delete(socketKey(arrival.socket));
    if (socket.destroyed) return;
    const certificate = isTls ? certificateOf(socket as TLSSocket) : {};
    const remote = { ...remoteOf(socket, isTls, certificate), address: arrival.address, port: arrival.port };
    this.#options.onArrived({ socket, place: arrival.place, remote, sinceMs: arrival.sinceMs });
  }
}

function socketKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function ignore(): void {
  // What broke is told by 'close'; an unheard 'error' would end the process.
}
