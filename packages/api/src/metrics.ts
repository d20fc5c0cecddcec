/**
 * Metrics for Prometheus. The message path only bumps plain integers; they are copied when somebody scrapes.
 * Labels are names of ours and of accounts, never numbers, texts or ids.
 */
import type { Gateway } from '@chappe/gateway';
import { Counter, Histogram, Registry } from 'prom-client';
import { addMessages, addQueues } from './metrics/messages.ts';
import { addEventLoop, addProcess } from './metrics/process.ts';
import { addSessions, addSmpp } from './metrics/smpp.ts';

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
