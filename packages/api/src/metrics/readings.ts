/** Metrics whose values are read at each scrape. */
import { Counter, Gauge, type Metric, type Registry } from 'prom-client';

/** Rows of labels and values. */
export type Rows<L extends string> = readonly (readonly [Readonly<Partial<Record<L, string>>>, number])[];

/** A counter whose values are read at each scrape. `read` gives rows of labels and values. */
export function readCounter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  read: () => Rows<L>,
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
export function readGauge<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  read: () => Rows<L>,
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

/** A histogram that its owner counts in plain integers, as `TimeCounts` of the gateway. */
export interface CountedTimes {
  /** One for each of `boundsMs`, and one for what is longer; not added up. */
  readonly buckets: readonly number[];
  readonly sumMs: number;
  readonly count: number;
}

/** A histogram of seconds whose counts are read at each scrape. `read` gives rows of labels and counts. */
export function readTimes<L extends string>(
  registry: Registry,
  {
    name,
    help,
    boundsMs,
  }: { readonly name: string; readonly help: string; readonly boundsMs: readonly number[] },
  read: () => readonly (readonly [Readonly<Partial<Record<L, string>>>, CountedTimes])[],
): void {
  const get = async (): Promise<object> => ({
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    values: read().flatMap(([labels, times]) => timeRows(name, labels, times, boundsMs)),
  });
  // prom-client's own histogram can only be told single values; all that a registry asks of a metric is this.
  registry.registerMetric({
    name,
    help,
    type: 'histogram',
    get,
    reset: () => undefined,
  } as unknown as Metric);
}

function timeRows(
  name: string,
  labels: Readonly<Partial<Record<string, string>>>,
  { buckets, sumMs, count }: CountedTimes,
  boundsMs: readonly number[],
): object[] {
  let below = 0;
  const rows: object[] = boundsMs.map((boundMs, index) => {
    below += buckets[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(boundMs / 1_000) }, value: below };
  });
  rows.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count });
  rows.push({ metricName: `${name}_sum`, labels, value: sumMs / 1_000 });
  rows.push({ metricName: `${name}_count`, labels, value: count });
  return rows;
}
