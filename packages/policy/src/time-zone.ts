/** How far local time is from UTC, daylight saving included, without asking Intl for every message. */

const minuteMs = 60_000;

/** One time zone. Zones change at full minutes, so the answer of a minute serves all its messages. */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;
  #minute = Number.NaN;
  #offsetMs = 0;

  /** An IANA name, as `Europe/London`, or minutes ahead of UTC, as `-90`. Throws a RangeError on one that is not known. */
  constructor(name: string) {
    this.name = name;
    const isFixed = /^-?\d{1,3}$/.test(name);
    if (isFixed) this.#offsetMs = Number(name) * minuteMs;
    this.#format = isFixed || name === 'UTC' ? undefined : formatOf(name);
  }

  /** Milliseconds that local time is ahead of UTC at a wall-clock time (epoch milliseconds). */
  offsetMs(nowMs: number): number {
    if (this.#format === undefined) return this.#offsetMs;
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#offsetMs = offsetAt(this.#format, minute * minuteMs);
    }
    return this.#offsetMs;
  }
}

/** The zones of one set of rules: each is made once. */
export class TimeZones {
  readonly #zones = new Map<string, TimeZone>();

  /** The zone of that name. Throws a RangeError on one that is not known. */
  get(name: string): TimeZone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = new TimeZone(name);
      this.#zones.set(name, zone);
    }
    return zone;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB-u-nu-latn-ca-gregory', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new RangeError(`no time zone "${timeZone}": give an IANA name, as Europe/London`);
  }
}

function offsetAt(format: Intl.DateTimeFormat, atMs: number): number {
  const fields = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of format.formatToParts(atMs)) {
    if (type in fields) fields[type as keyof typeof fields] = Number(value);
  }
  const { year, month, day, hour, minute, second } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) - atMs;
}
