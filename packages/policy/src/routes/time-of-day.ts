/** Parts of the day, on some days of the week, in a time zone. */
import type { TimeOfDay } from '../settings/conditions.ts';
import type { TimeZone, TimeZones } from '../time-zone.ts';
import { type Condition, conditionOf } from './condition.ts';
import { shown } from './words.ts';

const minuteMs = 60_000;
const dayMinutes = 1_440;
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
// 1970-01-01 was a Thursday.
const firstWeekday = 4;
const everyDay = 0b111_1111;

interface Window {
  /** Bit n: it begins on that day of the week, 0 Sunday. */
  readonly days: number;
  /** Minutes since midnight, local time. */
  readonly from: number;
  readonly until: number;
  readonly zone: TimeZone;
  readonly words: string;
}

/**
 * It is one of those times. `days` are those on which a time begins: `fri` 22:00 to 06:00 ends on Saturday morning.
 * Throws a RangeError on a time, day or zone that is none.
 */
export function timeCondition(times: readonly TimeOfDay[], zones: TimeZones): Condition {
  const windows = times.map((time) => compileWindow(time, zones));
  const holds = (nowMs: number): boolean => {
    for (const window of windows) if (isWithin(window, nowMs)) return true;
    return false;
  };
  return conditionOf(
    'time',
    ({ facts }) => holds(facts.nowMs),
    ({ facts }) =>
      windows
        .map((window) => wordsOf(window, facts.nowMs))
        .slice(0, 3)
        .join('; '),
  );
}

function compileWindow(time: TimeOfDay, zones: TimeZones): Window {
  const from = minutesOf(time.from);
  const until = minutesOf(time.until);
  if (from === until) {
    throw new RangeError(`from and until are both ${time.from}: for the whole day write 00:00 and 24:00`);
  }
  if (from === dayMinutes) throw new RangeError('from 24:00: write 00:00');
  let days = time.days === undefined ? everyDay : 0;
  for (const day of time.days ?? []) {
    const at = dayNames.indexOf(day);
    if (at < 0) throw new RangeError(`day ${shown(day)}: give one of ${dayNames.join(', ')}`);
    days |= 1 << at;
  }
  const zone = zones.get(time.timeZone ?? 'UTC');
  const onDays = time.days === undefined ? '' : `${time.days.join(' ')} `;
  return { days, from, until, zone, words: `${onDays}${time.from} to ${time.until}` };
}

/** `08:00` and `24:00`, minutes since midnight. */
function minutesOf(text: string): number {
  const match = /^(\d{1,2}):(\d\d)$/.exec(text);
  const minutes = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  if (!(minutes <= dayMinutes) || Number(match?.[2]) > 59) {
    throw new RangeError(`${shown(text)} is no time of day: write it as 08:00`);
  }
  return minutes;
}

function isWithin({ days, from, until, zone }: Window, nowMs: number): boolean {
  const minute = Math.floor((nowMs + zone.offsetMs(nowMs)) / minuteMs);
  const day = Math.floor(minute / dayMinutes);
  const ofDay = minute - day * dayMinutes;
  if (from < until) return ofDay >= from && ofDay < until && isOn(days, day);
  if (ofDay >= from) return isOn(days, day);
  // After midnight it is still the window of the day before.
  return ofDay < until && isOn(days, day - 1);
}

function isOn(days: number, day: number): boolean {
  return (days & (1 << weekdayOf(day))) !== 0;
}

function weekdayOf(day: number): number {
  return (((day + firstWeekday) % 7) + 7) % 7;
}

function wordsOf({ zone, words }: Window, nowMs: number): string {
  const minute = Math.floor((nowMs + zone.offsetMs(nowMs)) / minuteMs);
  const day = Math.floor(minute / dayMinutes);
  const ofDay = minute - day * dayMinutes;
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
  return `${dayNames[weekdayOf(day)]} ${clock} in ${zone.name} is not within ${words}`;
}
