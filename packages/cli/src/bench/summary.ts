/** What a run of bench says in the end. */
import { columns, type Terminal } from '../terminal.ts';
import type { Latencies } from './latencies.ts';
import type { Load } from './load.ts';
import type { ReceiptBook } from './receipt-book.ts';
import type { MeasureName, Measures, Threshold } from './threshold.ts';

/** All of a run. */
export interface Outcome {
  readonly load: Load;
  readonly receiptLatencies: Latencies;
  readonly book: ReceiptBook | undefined;
  /** Receipts that do not say delivered. */
  readonly undelivered: number;
  readonly binds: number;
  readonly window: number;
}

const parts = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function latencyMeasures(name: 'submit' | 'receipt', latencies: Latencies): { [name: string]: number } {
  const entries = Object.entries(parts).map(([part, of]) => [
    `${name}_${part}`,
    round(latencies.percentile(of)),
  ]);
  return { ...Object.fromEntries(entries), [`${name}_max`]: round(latencies.maxMs) };
}

/** What thresholds compare. */
export function measuresOf({ load, receiptLatencies, book, undelivered }: Outcome): Measures {
  const { counts, latencies } = load;
  const seconds = (load.measuredToMs - load.measuredFromMs) / 1000;
  const measures: { readonly [N in MeasureName]: number } = {
    rate: seconds > 0 ? round(counts.accepted / seconds) : 0,
    errors: counts.errors,
    timeouts: counts.timeouts,
    submitted: counts.submitted,
    lost: book?.missing ?? 0,
    duplicates: book?.duplicates ?? 0,
    undelivered,
    ...(latencyMeasures('submit', latencies) as {
      [N in (MeasureName & `submit_p${string}`) | 'submit_max']: number;
    }),
    ...(latencyMeasures('receipt', receiptLatencies) as {
      [N in (MeasureName & `receipt_p${string}`) | 'receipt_max']: number;
    }),
  };
  return measures;
}

/** The run as one object. */
export function summaryJson(outcome: Outcome, crossed: readonly Threshold[]): object {
  const { load, book, binds, window } = outcome;
  return {
    seconds: round((load.measuredToMs - load.measuredFromMs) / 1000),
    binds,
    window,
    ...measuresOf(outcome),
    accepted: load.counts.accepted,
    receipts: book?.received,
    strangers: book?.strangers,
    reasons: Object.fromEntries(load.counts.reasons),
    crossed: crossed.map(({ text }) => text),
  };
}

function ms(value: number): string {
  return value < 10
    ? `${value.toFixed(2)} ms`
    : value < 1000
      ? `${value.toFixed(1)} ms`
      : `${(value / 1000).toFixed(2)} s`;
}

function latencyRow(name: string, latencies: Latencies): string[] {
  const cells = Object.entries(parts).map(([part, of]) => `${part} ${ms(latencies.percentile(of))}`);
  return [name, ...cells, `max ${ms(latencies.maxMs)}`];
}

/** Prints the run as text. */
export function printSummary(outcome: Outcome, crossed: readonly Threshold[], terminal: Terminal): void {
  const { load, receiptLatencies, book, binds, window, undelivered } = outcome;
  const { counts, latencies } = load;
  const number = (value: number): string => Math.round(value).toLocaleString('en');
  const seconds = (load.measuredToMs - load.measuredFromMs) / 1000;
  const { rate = 0 } = measuresOf(outcome);
  terminal.out(`${seconds.toFixed(1)} s, ${binds} binds, window ${window}`);
  terminal.out(`accepted ${number(counts.accepted)}  ${number(rate)}/s  errors ${number(counts.errors)}`);
  if (book !== undefined) {
    const lost = `lost ${number(book.missing)}, duplicate ${number(book.duplicates)}, not delivered ${number(undelivered)}`;
    terminal.out(`receipts ${number(book.received)} of ${number(book.awaited)} with the warm-up (${lost})`);
  }
  const rows = [latencyRow('response', latencies)];
  if (book !== undefined) rows.push(latencyRow('receipt', receiptLatencies));
  for (const line of columns(rows)) terminal.out(line);
  for (const [reason, count] of counts.reasons)
    terminal.out(terminal.style('red', `${reason}  ${number(count)}`));
  for (const { text } of crossed) terminal.out(terminal.style('red', `failed: ${text}`));
}
