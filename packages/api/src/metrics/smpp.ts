/** Metrics of the SMPP side. */
import type { Gateway, GatewayCounters, SessionView } from '@chappe/gateway';
import type { Registry } from 'prom-client';
import { readCounter, readGauge } from './readings.ts';

// An open gateway takes any system_id as an account: the first hundred get a line each, the rest one together.
const maxAccountLabels = 100;
const otherAccounts = '(other)';

type Listener = NonNullable<GatewayCounters['smpp']>;

/** Both listeners, by name; the sums include sessions that have ended. */
function listeners(gateway: Gateway): readonly (readonly [string, Listener])[] {
  const { smpp, tls } = gateway.counters();
  return [
    ...(smpp === undefined ? [] : [['smpp', smpp] as const]),
    ...(tls === undefined ? [] : [['tls', tls] as const]),
  ];
}

/** Connections, binds, PDUs. */
export function addSmpp(registry: Registry, gateway: Gateway): void {
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
  each('chappe_smpp_pdus_total', 'PDUs', 'direction', { in: 'pdusIn', out: 'pdusOut' });
  each('chappe_smpp_bytes_total', 'Octets of PDUs', 'direction', { in: 'bytesIn', out: 'bytesOut' });
  each('chappe_smpp_requests_total', 'Operations, session control left out', 'direction', {
    in: 'requestsIn',
    out: 'requestsOut',
  });
  each('chappe_smpp_binds_total', 'Binds answered', 'result', {
    accepted: 'bindsAccepted',
    refused: 'bindsRefused',
  });
  each('chappe_smpp_connections_total', 'Connections, by what became of them', 'result', {
    taken: 'connectionsTaken',
    refused: 'connectionsRefused',
    proxy_refused: 'proxyRefused',
    tls_refused: 'tlsRefused',
  });
  each('chappe_smpp_protocol_errors_total', 'What peers did wrong or did not do', 'kind', {
    refused_pdu: 'refused',
    stray_response: 'strayResponses',
    response_timeout: 'timeouts',
    window_exceeded: 'throttled',
  });
  readGauge(registry, 'chappe_smpp_connections', 'Connections open now', ['listener'], () =>
    listeners(gateway).map(([listener, { connectionsOpen }]) => [{ listener }, connectionsOpen]),
  );
}

/** Bound sessions and their windows. */
export function addSessions(registry: Registry, gateway: Gateway): void {
  readGauge(registry, 'chappe_smpp_sessions', 'Bound sessions', ['account', 'bind'], () =>
    sessionRows(gateway.sessions()),
  );
  const sum = (value: (session: SessionView) => number): number =>
    gateway.sessions().reduce((total, session) => total + value(session), 0);
  readGauge(registry, 'chappe_smpp_window_inflight', 'Our requests that await a response', [], () => [
    [{}, sum(({ outstanding }) => outstanding)],
  ]);
  readGauge(
    registry,
    'chappe_smpp_window_size',
    'Requests that all sessions together take at once',
    [],
    () => [[{}, sum(({ outstanding, windowFree }) => outstanding + windowFree)]],
  );
}

function sessionRows(
  sessions: readonly SessionView[],
): (readonly [{ readonly account: string; readonly bind: string }, number])[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { account, bind } of sessions) {
    const label = counts.has(account) || counts.size < maxAccountLabels ? account : otherAccounts;
    const binds = counts.get(label) ?? new Map<string, number>();
    binds.set(bind, (binds.get(bind) ?? 0) + 1);
    counts.set(label, binds);
  }
  return [...counts].flatMap(([account, binds]) =>
    [...binds].map(([bind, count]) => [{ account, bind }, count] as const),
  );
}
