/** Thresholds, `--fail 'submit_p99>50ms'`: what makes a run a failure. */

/** What a run measured, by the names that thresholds use. Durations in milliseconds. */
export type Measures = { readonly [name: string]: number };

/** Names that a threshold may use; errors and lost may also be compared in per cent of what was submitted. */
export const measureNames = [
  'rate',
  'errors',
  'timeouts',
  'submitted',
  'submit_p50',
  'submit_p95',
  'submit_p99',
  'submit_max',
  'receipt_p50',
  'receipt_p95',
  'receipt_p99',
  'receipt_max',
  'lost',
  'duplicates',
  'undelivered',
] as const;

/** One of them. */
export type MeasureName = (typeof measureNames)[number];

/** A condition that must not hold. */
export interface Threshold {
  readonly name: MeasureName;
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly value: number;
  readonly isPercent: boolean;
  /** As it was typed. */
  readonly text: string;
}

const pattern = /^\s*([a-z0-9_]+)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*(ms|us|s|%|\/s)?\s*$/;
const factors: { readonly [unit: string]: number } = { us: 0.001, ms: 1, s: 1000 };

/** Reads one. Throws a `TypeError`. */
export function readThreshold(text: string): Threshold {
  const [, word, operator, number, unit = ''] = pattern.exec(text) ?? [];
  const name = measureNames.find((known) => known === word);
  if (name === undefined || operator === undefined) {
    throw new TypeError(
      `expected a condition such as submit_p99>50ms or errors>0.1% (of ${measureNames.join(', ')})`,
    );
  }
  const isDuration = /_(p\d\d|max)$/.test(name);
  if (isDuration !== unit in factors) {
    throw new TypeError(isDuration ? `expected a duration for ${name}, as 50ms` : `${name} is no duration`);
  }
  return {
    name,
    operator: operator as Threshold['operator'],
    value: Number(number) * (factors[unit] ?? 1),
    isPercent: unit === '%',
    text: text.trim(),
  };
}

/** Whether it is crossed. */
export function isCrossed({ name, operator, value, isPercent }: Threshold, measures: Measures): boolean {
  const measured = measures[name] ?? 0;
  const submitted = measures.submitted ?? 0;
  const compared = isPercent ? (submitted === 0 ? 0 : (measured / submitted) * 100) : measured;
  switch (operator) {
    case '>':
      return compared > value;
    case '>=':
      return compared >= value;
    case '<':
      return compared < value;
    default:
      return compared <= value;
  }
}
