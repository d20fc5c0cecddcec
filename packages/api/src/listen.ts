/** The sockets below the API: one HTTP server, whatever number of addresses it listens on. */
import { lookup } from 'node:dns/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from 'node:net';
import { systemClock } from '@chappe/center';
import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import { checkExposure } from './auth/gate.ts';
import type { AuthOptions } from './auth/keys.ts';
import { Connections } from './connections.ts';
import type { RequestBodies } from './request-bodies.ts';

// Receiving a request takes no longer; waiting for the answer may.
const requestTimeout = 30_000;
const connectionsCheckingInterval = 5_000;
// Load balancers keep idle connections for a minute; who closes first must not be the server.
const keepAliveTimeout = 72_000;

/** Makes the server of an API whose connections are looked after. */
export function serverFactoryOf(connections: Connections, bodies: RequestBodies): FastifyServerFactory {
  return (handler) => serverOf(connections, handler, (request, response) => bodies.begin(request, response));
}

function serverOf(connections: Connections, handler: RequestListener, arrive?: RequestListener): Server {
  const options = {
    requestTimeout,
    headersTimeout: requestTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval,
  };
  const server = createServer(options, (request, response) => {
    arrive?.(request, response);
    connections.ask(request, response, () => handler(request, response));
  });
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
  try {
    const [first = host, ...more] = await addressesOf(host);
    for (const address of [first, ...more]) checkExposure(address, auth);
    await app.listen({ host: first, port });
    const bound = portOf(app.server);
    for (const address of more) others.push(...(await listenToo(app.server, address, bound)));
    if (probes === undefined) return { port: bound, probePort: undefined, close };
    prober = await listenForProbes(app, probes);
    return { port: bound, probePort: portOf(prober), close };
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
