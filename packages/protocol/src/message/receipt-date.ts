import { CENTURY, daysInMonth, minutesToMs, twoDigits } from './calendar.ts';

/** The number in `length` characters of a text; -1 where one is no digit. */
export function digitsAt(text: string, from: number, length: number): number {
  let value = 0;
  for (let i = from; i < from + length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function dateAt(
  text: string,
  yearDigits: 2 | 4,
  withSeconds: boolean,
  offsetMinutes: number,
): Date | undefined {
  const short = digitsAt(text, 0, yearDigits);
  const year = yearDigits === 4 ? short : CENTURY + short;
  const month = digitsAt(text, yearDigits, 2);
  const day = digitsAt(text, yearDigits + 2, 2);
  const hour = digitsAt(text, yearDigits + 4, 2);
  const minute = digitsAt(text, yearDigits + 6, 2);
  const second = withSeconds ? digitsAt(text, yearDigits + 8, 2) : 0;
  if (short < 0 || year < 1900 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second) - minutesToMs(offsetMinutes));
}

/**
 * Reads a date of a receipt: YYMMDDhhmm (SMPP 3.4 appendix B), YYMMDDhhmmss, YYYYMMDDhhmm where that fails, or
 * YYYYMMDDhhmmss; a year of two digits is 20YY. `offsetMinutes` is how far the peer's clock is ahead of UTC. Undefined for zeros and nonsense.
 */
export function parseReceiptDate(text: string, offsetMinutes = 0): Date | undefined {
  switch (text.length) {
    case 10:
      return dateAt(text, 2, false, offsetMinutes);
    case 12:
      return dateAt(text, 2, true, offsetMinutes) ?? dateAt(text, 4, false, offsetMinutes);
    case 14:
      return dateAt(text, 4, true, offsetMinutes);
    default:
      return undefined;
  }
}

/** How dates of receipts are written. */
export interface ReceiptDateFormat {
  /** YYMMDDhhmmss instead of YYMMDDhhmm. Default false. */
  readonly seconds?: boolean | undefined;
  /** Minutes that the written clock is ahead of UTC. Default 0. */
  readonly offsetMinutes?: number | undefined;
}

/** Writes a date of a receipt; zeros for one that is not known, or outside of the years 2000 to 2099. */
export function formatReceiptDate(date: Date | undefined, format: ReceiptDateFormat = {}): string {
  const local =
    date && format.offsetMinutes ? new Date(date.getTime() + minutesToMs(format.offsetMinutes)) : date;
  const years = local === undefined ? Number.NaN : local.getUTCFullYear() - CENTURY;
  if (local === undefined || !(years >= 0 && years < 100))
    return format.seconds ? '000000000000' : '0000000000';
  const day = twoDigits(local.getUTCMonth() + 1) + twoDigits(local.getUTCDate());
  const time = twoDigits(local.getUTCHours()) + twoDigits(local.getUTCMinutes());
  const minute = twoDigits(years) + day + time;
  return format.seconds ? minute + twoDigits(local.getUTCSeconds()) : minute;
}
