/** Readers of values. Each throws a `TypeError` that says what is expected. */

/** A reader of one value from a reader of a text: the last one given counts. */
export function one<T>(read: (text: string) => T): (texts: readonly string[]) => T {
  return (texts) => read(texts.at(-1) ?? '');
}

/** A reader of a list from a reader of one text. */
export function many<T>(read: (text: string) => T): (texts: readonly string[]) => readonly T[] {
  return (texts) => texts.map(read);
}

/** Any text. */
export function text(value: string): string {
  return value;
}

/** On or off. */
export function onOff(value: string): boolean {
  const word = value.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw new TypeError('expected true or false');
}

/** A whole number within bounds. */
export function whole(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
    throw new TypeError(`expected a whole number from ${min} to ${max}`);
  };
}

/** A TCP port; 0 takes any free one. */
export function port(value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 0 && number <= 65_535) return number;
  throw new TypeError('expected a port from 0 (any free one) to 65535');
}

const durationUnits: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration in milliseconds: `500ms`, `30s`, `5m`, `48h`, `7d`; a bare 0. */
export function duration(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value.trim());
  if (match !== null) return Math.round(Number(match[1]) * durationUnits[match[2]!]!);
  if (/^0+$/.test(value.trim())) return 0;
  throw new TypeError('expected a duration such as 500ms, 30s, 5m, 48h');
}

/** A duration as people write it. */
export function durationText(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = durationUnits[unit]!;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** A rate per second: `500`, `500/s`; `max` is none. */
export function rate(value: string): number | undefined {
  if (value === 'max') return undefined;
  const match = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(value);
  if (match === null || Number(match[1]) <= 0) throw new TypeError('expected a rate such as 500/s, or max');
  return Number(match[1]);
}

/** One of some words. */
export function oneOf<W extends string>(...words: readonly W[]): (value: string) => W {
  return (value) => {
    const found = words.find((word) => word === value.toLowerCase());
    if (found !== undefined) return found;
    throw new TypeError(`expected one of ${words.join(', ')}`);
  };
}

/** Weights of words, `delivered:90,undeliverable:10`. */
export function weights<W extends string>(
  ...words: readonly W[]
): (value: string) => { readonly [N in W]?: number } {
  return (value) => {
    const found: { [N in W]?: number } = {};
    for (const part of value.split(',')) {
      const [word = '', weight = ''] = part.split(':').map((piece) => piece.trim());
      const known = words.find((candidate) => candidate === word.toLowerCase());
      if (known === undefined || !/^\d+(\.\d+)?$/.test(weight)) {
        throw new TypeError(
          `expected weights such as ${words[0]}:90,${words[1]}:10 (of ${words.join(', ')})`,
        );
      }
      found[known] = Number(weight);
    }
    return found;
  };
}
