/** Single values as they are written in the file. */
import type { AddressList } from '@chappe/policy';

/** An object as it stands in YAML or JSON. */
export type Written = Readonly<Record<string, unknown>>;

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Milliseconds as the shortest exact duration: `30s`, `1500ms`. */
export function durationText(ms: number): string {
  const unit = ms === 0 ? undefined : units.find(([, length]) => ms % length === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}

/** The same, where there is a value. */
export function maybeDuration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : durationText(ms);
}

const rateUnits = [
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
] as const;
const ratePlaces = 6;

/** Events per second as a rate: `200/s`; per minute or hour where only that is exact. */
export function rateText(perSecond: number): string {
  for (const [unit, seconds] of rateUnits) {
    const text = plain(perSecond * seconds);
    if (Number(text) / seconds === perSecond) return `${text}/${unit}`;
  }
  return `${plain(perSecond)}/s`;
}

function plain(value: number): string {
  return value.toFixed(ratePlaces).replace(/\.?0+$/, '');
}

/** A status or a tag in hexadecimal. */
export function hexText(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}

/** A list of addresses; files by their names. */
export function writtenList(list: AddressList | undefined): readonly unknown[] | undefined {
  return list?.map((entry) => (typeof entry === 'string' ? entry : { file: entry.file }));
}

/** A regular expression with its flags. */
export function patternText(pattern: string, flags: string | undefined): string {
  return `/${pattern}/${flags ?? ''}`;
}

/** What is written of an object: without keys that have no value; undefined when none has. */
export function section(value: Written): Written | undefined {
  const kept = Object.entries(value).filter(([, part]) => part !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** As `section`, and empty when nothing has a value. */
export function written(value: Written): Written {
  return section(value) ?? {};
}
