/** Readers of single values. Each takes a text and throws a `TypeError` that says what is expected. */

/** On or off. */
export function onOff(text: string): boolean {
  const word = text.toLowerCase();
  if (['true', 'yes', 'on'].includes(word)) return true;
  if (['false', 'no', 'off'].includes(word)) return false;
  throw new TypeError('expected true or false');
}

/** A whole number within bounds. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new TypeError(`expected a whole number from ${min} to ${max}`);
  };
}

const units: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration in milliseconds: `500ms`, `30s`, `1.5h`, `7d`; a bare 0. */
export function duration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  if (match !== null) return Math.round(Number(match[1]) * units[match[2]!]!);
  if (text === '0') return 0;
  throw new TypeError('expected a duration such as 500ms, 30s, 5m, 48h or 7d');
}

/** A duration of at least one millisecond. */
export function pause(text: string): number {
  const ms = duration(text);
  if (ms > 0) return ms;
  throw new TypeError('expected a duration longer than 0');
}

/** From a duration to a longer one: `1s..60s`; one alone is both. */
export function durations(text: string): readonly [number, number] {
  const [from = '', to = from, ...more] = text.split('..').map((part) => part.trim());
  const isRange = more.length === 0 && [from, to].every((part) => /^(0|[\d.]+(ms|s|m|h|d))$/.test(part));
  if (!isRange) throw new TypeError('expected a duration, or two as in 1s..60s');
  const range = [duration(from), duration(to)] as const;
  if (range[0] <= range[1]) return range;
  throw new TypeError(`expected the shorter one first: ${to}..${from}`);
}

/** A rate in events per second: `200/s`, `200`, `30/m`. */
export function rate(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(?:\/(s|m|h))?$/.exec(text);
  const number = match === null ? 0 : Number(match[1]) / ({ s: 1, m: 60, h: 3_600 }[match[2] ?? 's'] ?? 1);
  if (number > 0) return number;
  throw new TypeError('expected a rate such as 200/s');
}

/** A part of a whole, 0 to 1: `0.8` or `80%`. */
export function share(text: string): number {
  const match = /^(\d{1,3}(?:\.\d{1,6})?)(%?)$/.exec(text);
  const number = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (number >= 0 && number <= 1) return number;
  throw new TypeError('expected a share such as 80% or 0.8');
}

const places = 6;
// With six places these are 15 digits: a number holds them exactly.
const maxWholeDigits = 9;

/** An amount of money as a whole number of millionths: exact, never through a fraction in binary. */
export function amount(text: string): number {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  const [, whole = '', fraction = ''] = match ?? [];
  if (match === null) throw new TypeError('expected an amount such as 0.0125');
  if (fraction.length > places) throw new TypeError(`an amount has at most ${places} places`);
  if (whole.replace(/^0+/, '').length > maxWholeDigits) throw new TypeError('this amount is too large');
  return Number(`${whole}${fraction.padEnd(places, '0')}`);
}

/** An offset from UTC in minutes: `+02:00`, `-3:30`, `UTC`, or the minutes themselves. */
export function offsetMinutes(text: string): number {
  if (/^(utc|z)$/i.test(text)) return 0;
  const match = /^([+-])(\d{1,2}):(\d{2})$/.exec(text);
  const minutes = match === null ? minutesOf(text) : Number(match[2]) * 60 + Number(match[3]);
  const signed = match?.[1] === '-' ? -minutes : minutes;
  if (Math.abs(signed) <= 14 * 60) return signed === 0 ? 0 : signed;
  throw new TypeError('expected an offset from UTC such as +02:00');
}

function minutesOf(text: string): number {
  return /^-?\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
}

/** A time zone: an IANA name as it is, an offset as minutes. */
export function timeZone(text: string): string {
  if (isZoneName(text)) return text;
  try {
    return String(offsetMinutes(text));
  } catch {
    throw new TypeError('expected a time zone such as Europe/Paris, UTC or +02:00');
  }
}

/** An IANA name of a time zone. */
export function zoneName(text: string): string {
  if (isZoneName(text)) return text;
  throw new TypeError('expected a time zone such as Europe/Paris');
}

function isZoneName(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
