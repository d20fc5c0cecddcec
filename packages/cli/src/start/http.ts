/** The HTTP API of a running gateway. Loaded after SMPP answers: its libraries take longer than all the rest. */
import { type ApiOptions, buildApi, listenApi, ProbeListenError } from '@chappe/api';
import { systemClock } from '@chappe/center';
import type { ListenTls } from '@chappe/config';
import type { Gateway } from '@chappe/gateway';
import type { Logger } from 'pino';
import type { Endpoint, HttpEndpoint } from './banner.ts';
import type { StartValues } from './settings.ts';
import { exposureFailure, listenFailure } from './start-failure.ts';

/** A listening API. */
export interface HttpServer {
  readonly endpoint: HttpEndpoint;
  /** Another certificate for the handshakes to come; connections that are there stay. Throws when it cannot be used. */
  setCertificates(tls: ListenTls): void;
  /** Takes nothing more, ends open waits, and after `drainMs` cuts off what is still under way. */
  close(drainMs: number): Promise<void>;
}

/** What the addresses are chosen by, for failures; and what else the API is told. */
export interface HttpMore {
  /** Default: the flags of `start`. */
  readonly hostFlag?: string;
  readonly portFlag?: string;
  /** What to do where anybody would be let in. */
  readonly keyHint?: string;
  /** Where /livez and /readyz are answered too. */
  readonly probes?: Endpoint | undefined;
  readonly api?: Partial<ApiOptions>;
}

/** Listens. Rejects with a `Failure`. */
export async function serveHttp(
  gateway: Gateway,
  values: Pick<StartValues, 'httpHost' | 'httpPort' | 'allowHost'>,
  version: string,
  logger: Logger,
  more: HttpMore,
): Promise<HttpServer> {
  const { hostFlag = '--http-host', portFlag = '--http-port', keyHint, probes, api } = more;
  const { httpHost: host, httpPort: port, allowHost: allowedHosts } = values;
  const app = buildApi({ ...api, gateway, version, logger, allowedHosts });
  try {
    const listening = await listenApi(app, { host, port, auth: api?.auth, probes });
    const close = async (drainMs: number): Promise<void> => {
      // A request that comes in slowly, or an answer that nobody reads, must not keep the process.
      const cancel = systemClock.setTimer(() => app.server.closeAllConnections(), drainMs);
      await listening.close();
      cancel();
    };
    const scheme = api?.tls === undefined ? {} : ({ scheme: 'https' } as const);
    return {
      endpoint: { host, port: listening.port, ...scheme },
      setCertificates: (tls) => listening.setCertificates(tls),
      close,
    };
  } catch (error) {
    if (error instanceof RangeError) throw exposureFailure(host, hostFlag, keyHint);
    const isOfProbes = error instanceof ProbeListenError && probes !== undefined;
    if (isOfProbes)
      throw listenFailure(error.cause, 'probes', {
        ...probes,
        hostFlag: 'http.probes',
        portFlag: 'http.probes',
      });
    throw listenFailure(error, api?.tls === undefined ? 'HTTP' : 'HTTPS', { host, port, hostFlag, portFlag });
  }
}
