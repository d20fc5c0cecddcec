/** Single values that several sections have. */
import type { z } from 'zod';
import { amount, duration, onOff, pause, share, whole } from '../values/values.ts';
import { integer, type JsonShape, scalar } from './field.ts';

const durationShape: JsonShape = { type: ['string', 'integer'], pattern: '^(0|[0-9.]+(ms|s|m|h|d))$' };
const amountShape: JsonShape = { type: ['string', 'number'], pattern: '^[0-9]+(\\.[0-9]{1,6})?$' };

/** JSON Schema of rates. */
export const rateShape: JsonShape = { type: ['string', 'number'], pattern: '^[0-9.]+(/(s|m|h))?$' };

/** JSON Schema of two durations. */
export const rangeShape: JsonShape = { type: 'string', pattern: '^[0-9.a-z]+(\\.\\.[0-9.a-z]+)?$' };

/** On or off. */
export const flag: z.ZodType<boolean> = scalar(onOff, { type: 'boolean' });

/** Milliseconds, written as `30s`; 0 too. */
export const durationMs: z.ZodType<number> = scalar(duration, durationShape);

/** Milliseconds above 0. */
export const pauseMs: z.ZodType<number> = scalar(pause, durationShape);

/** Millionths of the currency, written as `0.0125`. */
export const money: z.ZodType<number> = scalar(amount, amountShape);

/** A part of a whole. */
export const part: z.ZodType<number> = scalar(share, { type: ['string', 'number'] });

/** A whole number from 1 on. */
export function count(max: number): z.ZodType<number> {
  return integer(whole(1, max), 1, max);
}

/** A whole number within bounds. */
export function number(min: number, max: number): z.ZodType<number> {
  return integer(whole(min, max), min, max);
}
