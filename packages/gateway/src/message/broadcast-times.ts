/** How often a broadcast goes out, and how far it has come (SMPP 5.0 4.4.1, broadcast_rep_num and its interval). */
import { type BroadcastInterval, readBroadcastInterval } from '@chappe/protocol';
import type { Content } from './content.ts';

/** What was asked for. */
export interface Repetition {
  /** 1 or more. */
  readonly times: number;
  /** From one to the next. */
  readonly intervalMs: number;
}

const dayMs = 86_400_000;
/** A cell takes some two seconds for one page (3GPP 23.041), and thousands of handsets are shown each broadcast here. */
const leastIntervalMs = 2_000;
// Months and years are longer than any validity: how long exactly makes no difference.
const unitMs: Readonly<Record<BroadcastInterval['unit'], number>> = {
  asOftenAsPossible: 0,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: dayMs,
  weeks: 7 * dayMs,
  months: 30 * dayMs,
  years: 365 * dayMs,
};

/** What its TLVs ask for. Without broadcast_rep_num, which an immediate broadcast needs not have, it goes out once. */
export function repetitionOf(tlvs: Content['tlvs']): Repetition {
  let times = 1;
  let intervalMs = leastIntervalMs;
  for (const item of tlvs) {
    if (item.name === 'broadcast_rep_num') times = Math.max(1, item.value);
    else if (item.name === 'broadcast_frequency_interval') {
      const { unit, count } = readBroadcastInterval(item.value) ?? { unit: 'asOftenAsPossible', count: 0 };
      intervalMs = Math.max(leastIntervalMs, unitMs[unit] * count);
    }
  }
  return { times, intervalMs };
}

/** From the first to the last time. */
export function spanMs({ times, intervalMs }: Repetition): number {
  return (times - 1) * intervalMs;
}

/** The share of a broadcast that has gone out, in percent (SMPP 5.0: broadcast_area_success). */
export function percentOf(done: number, { times }: Repetition): number {
  return Math.min(100, Math.floor((100 * done) / times));
}
