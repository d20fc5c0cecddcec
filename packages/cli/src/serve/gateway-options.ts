/** From a configuration to the options of a gateway. */
import { isDeepStrictEqual } from 'node:util';
import type { Config, ListenSettings, ListenTls } from '@chappe/config';
import type { GatewayOptions } from '@chappe/gateway';
import { Simulation } from '@chappe/sandbox';
import type { ServerTls } from '@chappe/smpp';
import { actionHandlers } from './mo-actions.ts';

type Made = Omit<GatewayOptions, 'store' | 'control' | 'sealing' | 'outlets'>;
type Proxy = { readonly trusted: readonly string[] } | undefined;

/** The listeners by what the gateway calls them. */
export interface Listeners {
  /** Undefined: there is no plain one. */
  readonly plain: ListenSettings | undefined;
  /** The one whose certificates can be changed while it listens. */
  readonly tls: ListenSettings | undefined;
  readonly more: readonly ListenSettings[];
}

/** Which listener is which. */
export function listenersOf({ server }: Config): Listeners {
  const { listen } = server.smpp;
  const plain = listen.find(({ tls }) => tls === undefined);
  // The gateway's own two share their load balancers.
  const tls = listen.find(
    (one) =>
      one.tls !== undefined && (plain === undefined || isDeepStrictEqual(one.trustProxy, plain.trustProxy)),
  );
  return { plain, tls, more: listen.filter((one) => one !== plain && one !== tls) };
}

/** Certificates as a listener takes them. */
export function serverTls({ cert, key, clientCa, ciphers }: ListenTls): ServerTls {
  return {
    cert,
    key,
    ciphers,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestClientCertificate: true }),
  };
}

function proxyOf(listener: ListenSettings | undefined): Proxy {
  return listener?.trustProxy === undefined ? undefined : { trusted: listener.trustProxy };
}

/** The options of a gateway in production: nobody binds who is no account. */
export function gatewayOptions(config: Config): Made {
  const { server, lifetime, settings } = config;
  const { systemId, defaults, rememberPasswords } = server.smpp;
  const { plain, tls, more } = listenersOf(config);
  const { validityMs, maxValidityMs, maxScheduleMs, receiptValidityMs, retentionMs } = lifetime;
  const closed = { host: '127.0.0.1', port: 0, isClosed: true };
  const smpp = {
    ...(plain === undefined ? closed : { host: plain.host, port: plain.port }),
    systemId,
    limits: defaults as NonNullable<GatewayOptions['smpp']>['limits'],
    proxyProtocol: proxyOf(plain ?? tls),
  };
  return {
    settings,
    actions: actionHandlers,
    // Even without any account, nobody else may bind.
    accounts: { open: false, list: [] },
    rememberPasswords,
    smpp,
    tls: tls?.tls === undefined ? undefined : { ...serverTls(tls.tls), host: tls.host, port: tls.port },
    listeners: more.map((listener) => ({
      host: listener.host,
      port: listener.port,
      proxyProtocol: proxyOf(listener),
      ...(listener.tls === undefined ? {} : { tls: serverTls(listener.tls) }),
    })),
    lifetime: { validityMs, maxValidityMs, maxScheduleMs },
    receiptValidityMs,
    callbacks: { allowPrivate: server.http.privateCallbacks },
    center: { limits: { validityMs, retentionMs } },
  };
}

/** The simulated handsets that routes may name. */
export function simulationOf({ handsets: { delayMs, seed, outcomes } }: Config): Simulation {
  return new Simulation({
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(seed === undefined ? {} : { seed }),
    ...(outcomes === undefined ? {} : { outcomes }),
  });
}
