import { ContentError } from '../text/content-error.ts';
import { CENTURY, daysInMonth, minutesToMs, twoDigits } from './calendar.ts';

/** Why a time cannot be read. `length`: not 16 characters; `sign`: the last is none of +, -, R. */
export type TimeError =
  | 'length'
  | 'digits'
  | 'sign'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'offset';

/** A time as SMPP writes it (SMPP 5.0 4.7.23). */
export type SmppTime =
  | { readonly kind: 'none' }
  | { readonly kind: 'absolute'; readonly at: Date }
  | {
      readonly kind: 'relative';
      readonly years: number;
      readonly months: number;
      readonly days: number;
      readonly hours: number;
      readonly minutes: number;
      readonly seconds: number;
      /** The given now, that much later. */
      readonly at: Date;
    }
  | { readonly kind: 'invalid'; readonly reason: TimeError };

/** How `parseTime` reads. */
export interface ParseTimeOptions {
  /** What relative times count from. */
  readonly now: Date;
  /**
   * Minutes that the message centre's clock is ahead of UTC. Where given, 12 digits without zone are read too, as
   * some centres write final_date (SMPP 3.4 note to 4.8.2). Default: such a time is invalid.
   */
  readonly localOffsetMinutes?: number | undefined;
}

/** Quarter hours: the documents stop at 48, but islands are 14 hours ahead. */
const MAX_QUARTER_HOURS = 56;
const DIGITS = 15;
const LOCAL_DIGITS = 12;

interface Numbers {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const invalid = (reason: TimeError): SmppTime => ({ kind: 'invalid', reason });

function allDigits(text: string, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

const pair = (text: string, at: number): number =>
  (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;

function numbersOf(text: string): Numbers {
  return {
    year: pair(text, 0),
    month: pair(text, 2),
    day: pair(text, 4),
    hour: pair(text, 6),
    minute: pair(text, 8),
    second: pair(text, 10),
  };
}

/** What is wrong with a date and time of day; undefined when nothing is. */
function wrong(year: number, numbers: Numbers): TimeError | undefined {
  const { month, day, hour, minute, second } = numbers;
  if (month < 1 || month > 12) return 'month';
  if (day < 1 || day > daysInMonth(year, month)) return 'day';
  if (hour > 23) return 'hour';
  if (minute > 59) return 'minute';
  return second > 59 ? 'second' : undefined;
}

function absolute(text: string, tenths: number, aheadMinutes: number): SmppTime {
  const numbers = numbersOf(text);
  const year = CENTURY + numbers.year;
  const reason = wrong(year, numbers);
  if (reason !== undefined) return invalid(reason);
  const { month, day, hour, minute, second } = numbers;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, tenths * 100);
  return { kind: 'absolute', at: new Date(local - minutesToMs(aheadMinutes)) };
}

/** Calendar steps first, the day held within its month; then days and time. */
function later(now: Date, step: Numbers): Date {
  const months = now.getUTCFullYear() * 12 + now.getUTCMonth() + step.year * 12 + step.month;
  const year = Math.floor(months / 12);
  const month = months % 12;
  const at = new Date(now);
  at.setUTCFullYear(year, month, Math.min(now.getUTCDate(), daysInMonth(year, month + 1)));
  const seconds = ((step.day * 24 + step.hour) * 60 + step.minute) * 60 + step.second;
  return new Date(at.getTime() + seconds * 1000);
}

function relative(text: string, now: Date): SmppTime {
  const step = numbersOf(text);
  // Years to hours take any two digits: 5.0 prints limits for months and days that would forbid zero.
  if (step.minute > 59) return invalid('minute');
  if (step.second > 59) return invalid('second');
  const { year: years, month: months, day: days, hour: hours, minute: minutes, second: seconds } = step;
  return { kind: 'relative', years, months, days, hours, minutes, seconds, at: later(now, step) };
}

/**
 * Reads schedule_delivery_time, validity_period, final_date or broadcast_end_time: '' is `none`,
 * `YYMMDDhhmmsstnnp` (SMPP 5.0 4.7.23.4 and .5) absolute or relative. Years are 2000 to 2099: 3.4 appendix C reads 38 to
 * 99 as the last century, whose messages are all over; 99 means "as long as you may". Never throws.
 */
export function parseTime(text: string, options: ParseTimeOptions): SmppTime {
  if (text === '') return { kind: 'none' };
  const { localOffsetMinutes } = options;
  if (text.length === LOCAL_DIGITS && localOffsetMinutes !== undefined) {
    return allDigits(text, LOCAL_DIGITS) ? absolute(text, 0, localOffsetMinutes) : invalid('digits');
  }
  if (text.length !== DIGITS + 1) return invalid('length');
  if (!allDigits(text, DIGITS)) return invalid('digits');
  const sign = text[DIGITS];
  if (sign === 'R') return relative(text, options.now);
  if (sign !== '+' && sign !== '-') return invalid('sign');
  const quarters = pair(text, 13);
  if (quarters > MAX_QUARTER_HOURS) return invalid('offset');
  const aheadMinutes = (sign === '+' ? 15 : -15) * quarters;
  return absolute(text, text.charCodeAt(12) - 0x30, aheadMinutes);
}

/**
 * Writes an absolute time, in UTC, to the tenth of a second. Throws `ContentError` CHAPPE_TIME_RANGE for no date, and for
 * one outside of the years 2000 to 2099.
 */
export function formatAbsoluteTime(date: Date): string {
  const years = date.getUTCFullYear() - CENTURY;
  if (!(years >= 0 && years < 100)) {
    const what = Number.isNaN(years) ? 'the date is not valid' : 'the date is not in the years 2000 to 2099';
    throw new ContentError('CHAPPE_TIME_RANGE', what);
  }
  const year = twoDigits(years);
  const month = twoDigits(date.getUTCMonth() + 1);
  const day = twoDigits(date.getUTCDate());
  const time =
    twoDigits(date.getUTCHours()) + twoDigits(date.getUTCMinutes()) + twoDigits(date.getUTCSeconds());
  return `${year}${month}${day}${time}${Math.floor(date.getUTCMilliseconds() / 100)}00+`;
}

/** 99 days, 23:59:59: months and years are no fixed number of seconds, and peers add them differently. */
const MAX_RELATIVE_SECONDS = 100 * 86_400 - 1;

/**
 * Writes a relative time of that many seconds, rounded up to the next whole one: 0 to 8,639,999 (99 days and a bit).
 * Throws `ContentError` CHAPPE_TIME_RANGE beyond; use an absolute time then.
 */
export function formatRelativeTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (!(whole >= 0 && whole <= MAX_RELATIVE_SECONDS)) {
    throw new ContentError('CHAPPE_TIME_RANGE', 'not within 0 to 99 days', MAX_RELATIVE_SECONDS, seconds);
  }
  const days = twoDigits(Math.floor(whole / 86_400));
  const hours = twoDigits(Math.floor(whole / 3600) % 24);
  const minutes = twoDigits(Math.floor(whole / 60) % 60);
  return `0000${days}${hours}${minutes}${twoDigits(whole % 60)}000R`;
}
