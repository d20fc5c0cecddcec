import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import { SmppAbortError, SmppConnectError, type SmppError, SmppTimeoutError } from '../errors.ts';
import { remoteOf, SocketTransport } from './tcp.ts';
import { type Certificates, certificateOf, secureContextOptions, tlsVersionMin } from './tls.ts';
import type { Transport } from './transport.ts';

/** TLS of a connecting side. The other end's certificate is verified. */
export interface ClientTls extends Certificates {
  /** Name that the certificate must be for, and that is sent (SNI). Default: the host. */
  readonly servername?: string | undefined;
  /** False takes any certificate: for tests against self-signed peers, never in service. Default true. */
  readonly verify?: boolean | undefined;
}

/** Where to connect, and how long that may take. */
export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** Speak TLS. */
  readonly tls?: ClientTls | undefined;
  /** To a connection that may be used, TLS handshake included. Milliseconds, 0 for as long as the system waits. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

function openSocket({ host, port, tls }: DialOptions): Socket {
  if (tls === undefined) return connectTcp({ host, port });
  const name = tls.servername ?? (isIP(host) === 0 ? host : undefined);
  return connectTls({
    host,
    port,
    ...secureContextOptions(tls),
    ...(name !== undefined && { servername: name }),
    minVersion: tlsVersionMin,
    rejectUnauthorized: tls.verify !== false,
  });
}

/** Connects. Rejects with `SmppConnectError`, `SmppTimeoutError` (`connect`) or `SmppAbortError`. */
export function dial(options: DialOptions): Promise<Transport> {
  const { host, port, tls, connectTimeoutMs, clock, signal } = options;
  if (signal?.aborted) return Promise.reject(new SmppAbortError(signal, false));
  return new Promise((resolve, reject) => {
    const socket = openSocket(options);
    const where = `${host}:${port}`;
    const stop = (): void => {
      cancelTimer?.();
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
    };
    const fail = (error: SmppError): void => {
      stop();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onError = (cause: Error): void =>
      fail(new SmppConnectError(`cannot connect to ${where}: ${cause.message}`, { cause }));
    const onAbort = (): void => fail(new SmppAbortError(signal!, false));
    const onTimeout = (): void =>
      fail(new SmppTimeoutError('connect', `no connection to ${where} in ${connectTimeoutMs} ms`));
    const cancelTimer = connectTimeoutMs > 0 ? clock.setTimer(onTimeout, connectTimeoutMs) : undefined;
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      stop();
      const certificate = tls === undefined ? {} : certificateOf(socket as TLSSocket);
      resolve(new SocketTransport(socket, remoteOf(socket, tls !== undefined, certificate)));
    });
  });
}

/**
 * Connects by a way of the user's own, which may take no notice of time or of the signal: what comes too late is closed.
 * Rejects as `dial`, and with what that way fails with.
 */
export function dialBy(
  connect: () => Transport | Promise<Transport>,
  { connectTimeoutMs, clock, signal }: Pick<DialOptions, 'connectTimeoutMs' | 'clock' | 'signal'>,
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const stop = (): void => {
      isOver = true;
      cancelTimer?.();
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(error as Error);
    };
    const onAbort = (): void => fail(new SmppAbortError(signal!, false));
    const onTimeout = (): void =>
      fail(new SmppTimeoutError('connect', `transport gave no connection in ${connectTimeoutMs} ms`));
    const cancelTimer = connectTimeoutMs > 0 ? clock.setTimer(onTimeout, connectTimeoutMs) : undefined;
    signal?.addEventListener('abort', onAbort, { once: true });
    (async () => connect())().then(
      (transport) => {
        if (isOver) transport?.destroy?.();
        else {
          stop();
          resolve(transport);
        }
      },
      (error: unknown) => {
        if (!isOver) fail(error);
      },
    );
  });
}
