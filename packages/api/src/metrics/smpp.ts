/** Metrics of the SMPP side: `listener` where customers come in, `connector` where we bind to upstreams. */
import type { Gateway, GatewayCounters, SessionView } from '@chappe/gateway';
import type { Registry } from 'prom-client';
import { boundedLabels, maxAccountLabels, maxNameLabels, Sums } from './labels.ts';
import { readCounter, readGauge } from './readings.ts';

type Listener = NonNullable<GatewayCounters['smpp']>;
type Side = 'side' | 'listener' | 'connector';
type SideLabels = Readonly<Partial<Record<Side, string>>>;
type Traffic = ReturnType<Gateway['network']['upstreams']['list']>[number]['binds']['traffic'];
type SessionCounter = keyof ReturnType<Traffic['sums']>;

/** All listeners, by name; the sums include sessions that have ended. */
function listeners(gateway: Gateway): readonly (readonly [string, Listener])[] {
  const { smpp, tls, more } = gateway.counters();
  return [
    ...(smpp === undefined ? [] : [['smpp', smpp] as const]),
    ...(tls === undefined ? [] : [['tls', tls] as const]),
    ...more.slice(0, maxNameLabels).map((counters, index) => [`more-${index + 1}`, counters] as const),
  ];
}

/** The counters of both sides. */
function sides(
  gateway: Gateway,
): readonly (readonly [SideLabels, Readonly<Record<SessionCounter, number>>])[] {
  const label = boundedLabels(maxNameLabels);
  return [
    ...listeners(gateway).map(([listener, counters]) => [{ side: 'customer', listener }, counters] as const),
    ...gateway.network.upstreams.list().map(({ name, binds }) => {
      const labels = { side: 'upstream', connector: label(name) };
      return [labels, binds.traffic.sums(binds.sessions)] as const;
    }),
  ];
}

/** PDUs and what is wrong with them, on both sides. */
export function addSmpp(registry: Registry, gateway: Gateway): void {
  const each = <L extends string>(
    name: string,
    help: string,
    label: L,
    parts: Readonly<Record<string, SessionCounter>>,
  ): void =>
    readCounter<Side | L>(registry, name, help, ['side', 'listener', 'connector', label], () => {
      const sums = new Sums<Side | L>();
      for (const [labels, counters] of sides(gateway)) {
        for (const [value, counter] of Object.entries(parts))
          sums.add({ ...labels, [label]: value } as Partial<Record<Side | L, string>>, counters[counter]);
      }
      return sums.rows();
    });
  each('chappe_smpp_pdus_total', 'PDUs', 'direction', { in: 'pdusIn', out: 'pdusOut' });
  each('chappe_smpp_bytes_total', 'Octets of PDUs', 'direction', { in: 'bytesIn', out: 'bytesOut' });
  each('chappe_smpp_requests_total', 'Operations, session control left out', 'direction', {
    in: 'requestsIn',
    out: 'requestsOut',
  });
  each('chappe_smpp_protocol_errors_total', 'What peers did wrong or did not do', 'kind', {
    refused_pdu: 'refused',
    stray_response: 'strayResponses',
    response_timeout: 'timeouts',
    window_exceeded: 'throttled',
  });
}

/** Connections and binds of customers, and binds that failed on either side. */
export function addBinds(registry: Registry, gateway: Gateway): void {
  const each = <L extends string>(
    name: string,
    help: string,
    label: L,
    parts: Readonly<Record<string, keyof Listener>>,
  ): void =>
    readCounter<'listener' | L>(registry, name, help, ['listener', label], () =>
      listeners(gateway).flatMap(([listener, counters]) =>
        Object.entries(parts).map(
          ([value, counter]) =>
            [
              { listener, [label]: value } as Partial<Record<'listener' | L, string>>,
              counters[counter],
            ] as const,
        ),
      ),
    );
  each('chappe_smpp_binds_total', 'Binds of customers, answered', 'result', {
    accepted: 'bindsAccepted',
    refused: 'bindsRefused',
  });
  each('chappe_smpp_connections_total', 'Connections of customers, by what became of them', 'result', {
    taken: 'connectionsTaken',
    refused: 'connectionsRefused',
    crowded: 'connectionsCrowdedOut',
    proxy_refused: 'proxyRefused',
    tls_refused: 'tlsRefused',
  });
  readGauge(registry, 'chappe_smpp_connections', 'Connections of customers open now', ['listener'], () =>
    listeners(gateway).map(([listener, { connectionsOpen }]) => [{ listener }, connectionsOpen]),
  );
  readCounter(
    registry,
    'chappe_smpp_bind_failures_total',
    'Binds of customers that we refused, by why; binds to upstreams that failed, or were lost',
    ['side', 'connector', 'reason'],
    () => {
      const sums = new Sums<'side' | 'connector' | 'reason'>();
      const label = boundedLabels(maxNameLabels);
      for (const [reason, count] of gateway.counters().bindRefusals)
        sums.add({ side: 'customer', reason }, count);
      for (const { name, counters, binds } of gateway.network.upstreams.list()) {
        const upstream = { side: 'upstream', connector: label(name) };
        sums.add({ ...upstream, reason: 'failed' }, counters.bindFailures);
        sums.add({ ...upstream, reason: 'lost' }, binds.lost);
      }
      return sums.rows();
    },
  );
}

/** Bound sessions and the windows of those of customers; those of upstreams are in `connectors.ts`. */
export function addSessions(registry: Registry, gateway: Gateway): void {
  readGauge(
    registry,
    'chappe_smpp_sessions',
    'Bound sessions',
    ['side', 'account', 'connector', 'bind'],
    () => {
      const sums = new Sums<'side' | 'account' | 'connector' | 'bind'>();
      const label = boundedLabels(maxAccountLabels);
      for (const { account, bind } of gateway.sessions())
        sums.add({ side: 'customer', account: label(account), bind }, 1);
      const connectorLabel = boundedLabels(maxNameLabels);
      for (const { name, binds } of gateway.network.upstreams.list()) {
        const connector = connectorLabel(name);
        for (const { kind } of binds.sessions)
          sums.add({ side: 'upstream', connector, bind: kind ?? 'transceiver' }, 1);
      }
      return sums.rows();
    },
  );
  const sum = (value: (session: SessionView) => number): number =>
    gateway.sessions().reduce((total, session) => total + value(session), 0);
  readGauge(
    registry,
    'chappe_smpp_window_inflight',
    'Our requests that await a response of a customer',
    [],
    () => [[{}, sum(({ outstanding }) => outstanding)]],
  );
  readGauge(
    registry,
    'chappe_smpp_window_size',
    'Requests that the sessions of all customers together take at once',
    [],
    () => [[{}, sum(({ outstanding, windowFree }) => outstanding + windowFree)]],
  );
}

/** How long the certificates of the listeners are still good. */
export function addCertificates(registry: Registry, gateway: Gateway, nowMs: () => number): void {
  readGauge(
    registry,
    'chappe_tls_certificate_expiry_seconds',
    'Seconds until the certificate of a listener ends; below zero: it has',
    ['listener'],
    () =>
      gateway
        .certificateEnds()
        .slice(0, maxNameLabels)
        .map(({ listener, endsMs }) => [{ listener }, (endsMs - nowMs()) / 1_000] as const),
  );
}
