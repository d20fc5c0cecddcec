/** The HTTP API of a running gateway. Loaded after SMPP answers: its libraries take longer than all the rest. */
import { type ApiOptions, buildApi } from '@chappe/api';
import { systemClock } from '@chappe/center';
import type { Gateway } from '@chappe/gateway';
import type { Logger } from 'pino';
import type { Endpoint } from './banner.ts';
import type { StartValues } from './settings.ts';
import { listenFailure } from './start-failure.ts';

/** A listening API. */
export interface HttpServer {
  readonly endpoint: Endpoint;
  /** Takes nothing more, ends open waits, and after `drainMs` cuts off what is still under way. */
  close(drainMs: number): Promise<void>;
}

/** What the address is chosen by, for failures; and what else the API is told. */
export interface HttpMore {
  /** Default: the flags of `start`. */
  readonly hostFlag?: string;
  readonly portFlag?: string;
  readonly api?: Partial<ApiOptions>;
}

/** Listens. Rejects with a `Failure`. */
export async function serveHttp(
  gateway: Gateway,
  values: Pick<StartValues, 'httpHost' | 'httpPort' | 'allowHost'>,
  version: string,
  logger: Logger,
  { hostFlag = '--http-host', portFlag = '--http-port', api = {} }: HttpMore,
): Promise<HttpServer> {
  const { httpHost: host, httpPort: port, allowHost: allowedHosts } = values;
  const app = buildApi({ ...api, gateway, version, logger, allowedHosts });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenFailure(error, 'HTTP', { host, port, hostFlag, portFlag });
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const close = async (drainMs: number): Promise<void> => {
    // A request that comes in slowly, or an answer that nobody reads, must not keep the process.
    const cancel = systemClock.setTimer(() => app.server.closeAllConnections(), drainMs);
    await app.close();
    cancel();
  };
  return { endpoint: { host, port: bound }, close };
}
