/** The sockets below the API: one HTTP server, whatever number of addresses it listens on. */
import { lookup } from 'node:dns/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { systemClock } from '@chappe/center';
import type { ListenTls } from '@chappe/config';
import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import { checkExposure } from './auth/gate.ts';
import type { AuthOptions } from './auth/keys.ts';
import { Connections } from './connections.ts';
import type { RequestBodies } from './request-bodies.ts';
import { secureContextOf, tlsOptions } from './tls.ts';

// Receiving a request takes no longer; waiting for the answer may.
const requestTimeout = 30_000;
const connectionsCheckingInterval = 5_000;
// Load balancers keep idle connections for a minute; who closes first must not be the server.
const keepAliveTimeout = 72_000;

/** Makes the server of an API whose connections are looked after. `tls`: it speaks HTTPS only. */
export function serverFactoryOf(
  connections: Connections,
  bodies: RequestBodies,
  tls?: ListenTls,
): FastifyServerFactory {
  return (handler) =>
    serverOf(connections, handler, { tls, arrive: (request, response) => bodies.begin(request, response) });
}

interface ServerMore {
  readonly tls?: ListenTls | undefined;
  readonly arrive?: RequestListener;
}

function serverOf(connections: Connections, handler: RequestListener, more: ServerMore = {}): Server {
  const { tls, arrive } = more;
  const options = {
    requestTimeout,
    headersTimeout: requestTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval,
  };
  const listener: RequestListener = (request, response) => {
    arrive?.(request, response);
    connections.ask(request, response, () => handler(request, response));
  };
  if (tls !== undefined) {
    const secure = createHttpsServer({ ...options, ...tlsOptions(tls) }, listener);
    // In place of the server's own listener: for what is cut off here no handshake begins.
    const shakeHands = secure.listeners('connection');
    secure.removeAllListeners('connection');
    secure.on('connection', (socket: Socket) => {
      connections.takeForTls(socket);
      if (!socket.destroyed) for (const shake of shakeHands) shake.call(secure, socket);
    });
    secure.prependListener('secureConnection', (socket) => connections.shookHands(socket));
    return secure;
  }
  const server = createServer(options, listener);
  // Before the server's own listener: what is cut off here is not even read.
  server.prependListener('connection', (socket) => connections.take(socket));
  return server;
}

/** Where to listen. */
export interface ListenOptions {
  /** An address, or a name; `localhost` is IPv4 and IPv6. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What the API was built with. */
  readonly auth: AuthOptions | undefined;
  /** Where /livez and /readyz are answered too, apart from all others; default nowhere. */
  readonly probes?: { readonly host: string; readonly port: number } | undefined;
}

/** The listener of probes cannot be opened; `cause` says why. */
export class ProbeListenError extends Error {
  constructor(cause: unknown) {
    super('cannot listen for probes', { cause });
    this.name = 'ProbeListenError';
  }
}

/** An API that listens. */
export interface Listening {
  readonly port: number;
  /** Port of the listener of probes. */
  readonly probePort: number | undefined;
  /** Another certificate for the handshakes to come; connections that are there stay. Throws when it cannot be used. */
  setCertificates(tls: ListenTls): void;
  /** Takes nothing more and ends open waits; settles when the last answer has left. */
  close(): Promise<void>;
}

/**
 * Listens. Throws a RangeError when that would let everybody in; rejects with the error of Node when it cannot listen on
 * the first address of the host. After a failure the API is closed.
 */
export async function listenApi(
  app: FastifyInstance,
  { host, port, auth, probes }: ListenOptions,
): Promise<Listening> {
  const others: NetServer[] = [];
  let prober: Server | undefined;
  const close = async (): Promise<void> => {
    for (const other of others) other.close();
    await app.close();
    // Last: it says that this one is stopping.
    prober?.close();
    prober?.closeAllConnections();
  };
  const setCertificates = (tls: ListenTls): void => {
    const { server } = app as { readonly server: Server | HttpsServer };
    if (!('setSecureContext' in server)) throw new RangeError('this listener has no TLS');
    server.setSecureContext(secureContextOf(tls));
  };
  try {
    const [first = host, ...more] = await addressesOf(host);
    for (const address of [first, ...more]) checkExposure(address, auth);
    await app.listen({ host: first, port });
    const bound = portOf(app.server);
    for (const address of more) others.push(...(await listenToo(app.server, address, bound)));
    if (probes === undefined) return { port: bound, probePort: undefined, setCertificates, close };
    prober = await listenForProbes(app, probes);
    return { port: bound, probePort: portOf(prober), setCertificates, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function portOf(server: NetServer): number {
  return (server.address() as AddressInfo).port;
}

/** The addresses of localhost; any other host is one, as it stands. */
async function addressesOf(host: string): Promise<readonly string[]> {
  if (host.toLowerCase() !== 'localhost') return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

/** Hands connections to another address on to the server. A machine without IPv6 cannot, and need not. */
async function listenToo(server: Server, host: string, port: number): Promise<readonly NetServer[]> {
  const other = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  );
  const { promise, resolve } = Promise.withResolvers<readonly NetServer[]>();
  other.once('error', () => resolve([]));
  other.listen({ host, port }, () => resolve([other]));
  return promise;
}

/** What orchestrators ask. */
const probePaths: ReadonlySet<string> = new Set(['/livez', '/readyz']);
// Orchestrators have some few.
const probePlaces = 200;

/** A server of its own: whoever fills the other one is not even heard here. */
async function listenForProbes(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Server> {
  const connections = new Connections(systemClock, { places: probePlaces, perAddress: probePlaces });
  const server = serverOf(connections, (request, response) => {
    if (probePaths.has(request.url?.split('?', 1)[0] ?? '')) app.routing(request, response);
    else response.writeHead(404).end();
  });
  server.once('close', () => connections.close());
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  server.once('error', (error) => reject(new ProbeListenError(error)));
  server.listen({ host, port }, () => resolve(server));
  return promise;
}
