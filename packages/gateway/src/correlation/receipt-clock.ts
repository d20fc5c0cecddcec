/** The clock that an operator dates its receipts by, and when a message came to its end by it. */
import type { Message } from '@chappe/center';
import type { ConnectorSettings, UpstreamReceiptSettings } from '@chappe/policy';
import { TimeZone } from '@chappe/policy';

const minuteMs = 60_000;
// Clocks of operators are not ours, and most of their dates end with the minute.
const skewMs = 2 * minuteMs;
// Daylight saving begins and ends: a date that is so far from now may be of another offset.
const sameOffsetMs = 10 * minuteMs;

/** The clock of one connector's operator. */
export class ReceiptClock {
  readonly #fixedMinutes: number;
  readonly #zone: TimeZone | undefined;
  /** Beside the one above, which is asked for the present all the time and remembers a minute. */
  readonly #past: TimeZone | undefined;

  /** Throws a RangeError on a time zone that is not known. */
  constructor({ offsetMinutes = 0, timeZone }: UpstreamReceiptSettings = {}) {
    this.#fixedMinutes = offsetMinutes;
    this.#zone = timeZone === undefined ? undefined : new TimeZone(timeZone);
    this.#past = timeZone === undefined ? undefined : new TimeZone(timeZone);
  }

  /** Minutes that it is ahead of UTC. */
  offsetMinutes(nowMs: number): number {
    return this.#zone === undefined ? this.#fixedMinutes : this.#zone.offsetMs(nowMs) / minuteMs;
  }

  /** The time of a date that was read with the offset of `nowMs`, epoch milliseconds. */
  timeOf(date: Date | undefined, nowMs: number): number | undefined {
    if (date === undefined) return undefined;
    const readMs = date.getTime();
    if (this.#past === undefined || Math.abs(nowMs - readMs) < sameOffsetMs) return readMs;
    const localMs = readMs + this.offsetMinutes(nowMs) * minuteMs;
    return localMs - this.#past.offsetMs(readMs);
  }
}

/** The clock of a connector's operator. Throws a RangeError that names the connector when it cannot be. */
export function receiptClockOf({ name, receipts }: ConnectorSettings): ReceiptClock {
  try {
    return new ReceiptClock(receipts);
  } catch (error) {
    throw new RangeError(`connector "${name}": receipts.timeZone: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * When a message came to its end: by its operator, as far as that can be; undefined: when its receipt came. `doneMs`: what
 * the receipt says. What lies before the message left, or is yet to come, is no time of its end.
 */
export function endOf(doneMs: number | undefined, message: Message, nowMs: number): number | undefined {
  if (doneMs === undefined || doneMs >= nowMs) return undefined;
  // A date without seconds says no more than the minute, and this is it.
  if (doneMs % minuteMs === 0 && nowMs - doneMs < minuteMs) return undefined;
  const leftMs = message.sentMs === 0 ? message.acceptedMs : message.sentMs;
  if (doneMs >= leftMs) return doneMs;
  return doneMs >= leftMs - skewMs ? leftMs : undefined;
}
