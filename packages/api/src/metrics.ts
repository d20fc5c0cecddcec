/**
 * Metrics for Prometheus. The message path only bumps plain integers; they are copied when somebody scrapes.
 * Labels are names of ours and of accounts, never numbers, texts or ids.
 */
import type { Gateway } from '@chappe/gateway';
import { Counter, Histogram, Registry } from 'prom-client';
import { addConnectorCounters, addConnectorGauges, addReceipts } from './metrics/connectors.ts';
import { addEnds, addMessages, addQueues } from './metrics/messages.ts';
import { addEventLoop, addProcess } from './metrics/process.ts';
import { readGauge } from './metrics/readings.ts';
import { addAccounts, addIncoming, addRoutes } from './metrics/roads.ts';
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
  /** Wall clock, epoch milliseconds. Default: that of this machine. */
  readonly nowMs?: (() => number) | undefined;
  /** Octets that the data folder takes; read at each scrape. Default: not shown. */
  readonly storeBytes?: (() => number) | undefined;
}

/** Builds the metrics of a gateway. `version`: of the program. */
export function metricsOf(gateway: Gateway, version: string, sources: MetricsSources = {}): Metrics {
  const { nowMs = Date.now, storeBytes } = sources;
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
  addBinds(registry, gateway);
  addSessions(registry, gateway);
  addCertificates(registry, gateway, nowMs);
  addConnectorCounters(registry, gateway);
  addConnectorGauges(registry, gateway);
  addReceipts(registry, gateway);
  addRoutes(registry, gateway);
  addIncoming(registry, gateway);
  addAccounts(registry, gateway, nowMs);
  addMessages(registry, gateway);
  addEnds(registry, gateway);
  addQueues(registry, gateway);
  if (storeBytes !== undefined) {
    readGauge(registry, 'chappe_store_bytes', 'Octets that the data folder takes', [], () => [
      [{}, storeBytes()],
    ]);
  }
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
