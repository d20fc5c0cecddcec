/** Numbers and durations in query strings, where everything is text. */
import { z } from 'zod';
import { durationMs } from './times.ts';

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): z.ZodType<number> {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z
      .int({ error: `must be a whole number from ${least} to ${most}` })
      .min(least)
      .max(most),
  );
}

/** A duration in milliseconds, of at most `mostMs`; written in seconds or with a unit. */
export function duration(mostMs: number): z.ZodType<number> {
  return z
    .string()
    .transform((value) => durationMs(value) ?? Number.NaN)
    .pipe(
      z
        .number({ error: 'must be seconds, or a duration such as 500ms, 10s or 1m' })
        .max(mostMs, { error: `must be at most ${mostMs / 1_000} seconds` }),
    );
}
