/**
 * Metrics for Prometheus. The message path only bumps plain integers; they are copied when somebody scrapes.
 * Labels are names of ours and of accounts, never numbers, texts or ids.
 */
import { type Clock, systemClock } from '@chappe/center';
import type { Gateway } from '@chappe/gateway';
import { Counter, Histogram, Registry } from 'prom-client';
import type { ConnectionCounters } from './connections.ts';
import { addConnectorCounters, addConnectorGauges, addReceipts } from './metrics/connectors.ts';
import { addEnds, addMessages, addQueues } from './metrics/messages.ts';
import { addAccounts, addIncoming, addReceiptBacklog, addRoutes } from './metrics/paths.ts';
import { addEventLoop, addProcess } from './metrics/process.ts';
import { readCounter, readGauge } from './metrics/readings.ts';
import { addBinds, addCertificates, addSessions, addSmpp } from './metrics/smpp.ts';

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

// Loopback answers take tenths of a millisecond, waits up to a minute.
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the metrics read beside the gateway. */
export interface MetricsSources {
  /** Default: that of this machine. */
  readonly clock?: Clock | undefined;
  /** Octets that the data folder takes; read at each scrape. Default: not shown. */
  readonly storeBytes?: (() => number | undefined) | undefined;
  /** Of the HTTP listener. Default: none. */
  readonly connections?: ConnectionCounters | undefined;
}

/** Builds the metrics of a gateway. `version`: of the program. */
export function metricsOf(gateway: Gateway, version: string, sources: MetricsSources = {}): Metrics {
  const { clock = systemClock, storeBytes, connections = noConnections } = sources;
  const nowMs = (): number => clock.nowMs();
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
  addConnections(registry, connections);
  addProcess(registry, version, clock);
  const disarm = addEventLoop(registry, clock);
  addSmpp(registry, gateway);
  addBinds(registry, gateway);
  addSessions(registry, gateway);
  addCertificates(registry, gateway, nowMs);
  addConnectorCounters(registry, gateway);
  addConnectorGauges(registry, gateway);
  addReceipts(registry, gateway);
  addRoutes(registry, gateway);
  addIncoming(registry, gateway);
  addAccounts(registry, gateway, nowMs);
  addReceiptBacklog(registry, gateway);
  addMessages(registry, gateway);
  addEnds(registry, gateway);
  addQueues(registry, gateway);
  if (storeBytes !== undefined) {
    readGauge(registry, 'chappe_store_bytes', 'Octets that the data folder takes', [], () => {
      const octets = storeBytes();
      return octets === undefined ? [] : [[{}, octets]];
    });
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: (route, status, took) => {
      requests.inc({ route, code: status });
      seconds.observe({ route }, took);
    },
    close: disarm,
  };
}

const noConnections: ConnectionCounters = { open: 0, crowdedOut: 0, stalled: 0 };

/** Of the HTTP listener. */
function addConnections(registry: Registry, counters: ConnectionCounters): void {
  readGauge(registry, 'chappe_http_connections', 'HTTP connections that are there now', [], () => [
    [{}, counters.open],
  ]);
  readCounter(
    registry,
    'chappe_http_connections_cut_total',
    'HTTP connections cut off: to make room, or since the peer neither asked nor read in time',
    ['reason'],
    () => [
      [{ reason: 'crowded' }, counters.crowdedOut],
      [{ reason: 'stalled' }, counters.stalled],
    ],
  );
}
