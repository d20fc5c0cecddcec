/** Metrics whose values are read at each scrape. */
import { Counter, Gauge, type Registry } from 'prom-client';

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
