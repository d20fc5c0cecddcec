/**
 * Metrics for Prometheus. The message path only bumps plain integers; they are copied when somebody scrapes.
 * Labels are names of ours and of accounts, never numbers, texts or ids.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LaneDepth } from '@chappe/center';
import type { Gateway, GatewayCounters, SessionView } from '@chappe/gateway';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of one API. */
export interface Metrics {
  /** Content type of `text`. */
  readonly contentType: string;
  /** One scrape. */
  text(): Promise<string>;
  /** Counts an answered HTTP request. `route`: its pattern, not its path. */
  answered(route: string, status: number, seconds: number): void;
  /** Stops measuring. */
  close(): void;
}

// An open gateway takes any system_id as an account: the first hundred get a line each, the rest one together.
const maxAccountLabels = 100;
const otherAccounts = '(other)';
const nanosecondsPerSecond = 1e9;
// Loopback answers take tenths of a millisecond, waits up to a minute.
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Builds the metrics of a gateway. `version`: of the program. */
export function metricsOf(gateway: Gateway, version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'chappe_http_requests_total',
    help: 'HTTP requests answered, by route and status',
    labelNames: ['route', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'chappe_http_request_seconds',
    help: 'Time to the answer of HTTP requests',
    labelNames: ['route'],
    buckets: secondsBuckets,
    registers,
  });
  addProcess(registry, version);
  const delay = addEventLoop(registry);
  addSmpp(registry, gateway);
  addSessions(registry, gateway);
  addMessages(registry, gateway);
  addQueues(registry, gateway);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: (route, status, took) => {
      requests.inc({ route, code: status });
      seconds.observe({ route }, took);
    },
    close: () => delay.disable(),
  };
}

/** A counter whose values are read at each scrape. `read` gives rows of labels and values. */
function readCounter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  read: () => readonly (readonly [Readonly<Partial<Record<L, string>>>, number])[],
): void {
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.inc(labels, value);
    },
  });
}

/** As `readCounter`, for values that go up and down. */
function readGauge<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  read: () => readonly (readonly [Readonly<Partial<Record<L, string>>>, number])[],
): void {
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.set(labels, value);
    },
  });
}

function addProcess(registry: Registry, version: string): void {
  const { node } = process.versions;
  readGauge(registry, 'chappe_build_info', 'Version of Chappe and of Node.js', ['version', 'node'], () => [
    [{ version, node }, 1],
  ]);
  readGauge(registry, 'process_resident_memory_bytes', 'Resident memory', [], () => [
    [{}, process.memoryUsage.rss()],
  ]);
  readCounter(registry, 'process_cpu_seconds_total', 'User and system CPU time', [], () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
}

function addEventLoop(registry: Registry): { disable(): boolean } {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  readGauge(
    registry,
    'chappe_event_loop_lag_seconds',
    'Longest wait for the event loop since the last scrape',
    [],
    () => {
      const longest = delay.max / nanosecondsPerSecond;
      delay.reset();
      return [[{}, longest]];
    },
  );
  return delay;
}

type Listener = NonNullable<GatewayCounters['smpp']>;

/** Both listeners, by name; the sums include sessions that have ended. */
function listeners(gateway: Gateway): readonly (readonly [string, Listener])[] {
  const { smpp, tls } = gateway.counters();
  return [
    ...(smpp === undefined ? [] : [['smpp', smpp] as const]),
    ...(tls === undefined ? [] : [['tls', tls] as const]),
  ];
}

function addSmpp(registry: Registry, gateway: Gateway): void {
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

function addSessions(registry: Registry, gateway: Gateway): void {
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

function addMessages(registry: Registry, gateway: Gateway): void {
  const plain = (name: string, help: string, value: (counters: GatewayCounters) => number): void =>
    readCounter(registry, name, help, [], () => [[{}, value(gateway.counters())]]);
  plain(
    'chappe_messages_accepted_total',
    'Messages stored, one for each segment',
    ({ center }) => center.accepted,
  );
  plain(
    'chappe_messages_rejected_total',
    'Submissions answered with an error',
    ({ ingress }) => ingress.refused,
  );
  plain('chappe_retries_total', 'Attempts that will be repeated', ({ center }) => center.retried);
  plain(
    'chappe_messages_uncertain_total',
    'Attempts of which nobody knows whether they arrived',
    ({ center }) => center.uncertain,
  );
  plain('chappe_dlr_made_total', 'Receipts and notices made', ({ center }) => center.receipts);
  readCounter(registry, 'chappe_messages_final_total', 'Messages that ended, by state', ['state'], () => {
    const { delivered, expired, deleted, failed } = gateway.counters().center;
    return [
      [{ state: 'delivered' }, delivered],
      [{ state: 'expired' }, expired],
      [{ state: 'deleted' }, deleted],
      [{ state: 'failed' }, failed],
    ];
  });
  readCounter(registry, 'chappe_dlr_forwarded_total', 'Receipts and notices that ended', ['result'], () => {
    const { receiptsDelivered, receiptsFailed } = gateway.counters().center;
    return [
      [{ result: 'delivered' }, receiptsDelivered],
      [{ result: 'failed' }, receiptsFailed],
    ];
  });
}

function addQueues(registry: Registry, gateway: Gateway): void {
  readGauge(registry, 'chappe_queue_depth', 'Unfinished messages, by lane and place', ['lane', 'place'], () =>
    queueRows(gateway.center.depths()),
  );
  readGauge(registry, 'chappe_messages_unfinished', 'Unfinished messages, receipts included', [], () => [
    [{}, gateway.center.unfinished],
  ]);
  readGauge(registry, 'chappe_store_up', '1 while the store takes messages', [], () => [
    [{}, gateway.center.failure === undefined ? 1 : 0],
  ]);
  readCounter(registry, 'chappe_store_commits_total', 'Commits, by what became of them', ['result'], () => {
    const { done, failed } = gateway.center.commits;
    return [
      [{ result: 'done' }, done],
      [{ result: 'failed' }, failed],
    ];
  });
}

/** Lanes of accounts are as many as there are accounts: they are one row. */
function queueRows(
  depths: readonly LaneDepth[],
): (readonly [{ readonly lane: string; readonly place: string }, number])[] {
  const sums = new Map<string, { waiting: number; queued: number; flying: number }>();
  for (const { lane: name, waiting, queued, flying } of depths) {
    const lane = name.startsWith('account:') ? 'accounts' : name;
    const sum = sums.get(lane) ?? { waiting: 0, queued: 0, flying: 0 };
    sum.waiting += waiting;
    sum.queued += queued;
    sum.flying += flying;
    sums.set(lane, sum);
  }
  return [...sums].flatMap(([lane, sum]) =>
    Object.entries(sum).map(([place, count]) => [{ lane, place }, count] as const),
  );
}
