/** Times of day: `mon-fri 08:00-20:00 Europe/Paris`, or keys. */
import type { TimeOfDay } from '@chappe/policy';
import { z } from 'zod';
import { zoneName } from '../values/values.ts';
import { timeOfDay } from '../values/words.ts';
import { compact, oneOf, oneOrMany, optional, required, scalar, section } from './field.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof days)[number];

const expected = 'expected a time such as mon-fri 08:00-20:00 Europe/Paris';

function readDays(text: string): readonly Day[] {
  return text.split(',').flatMap((part): readonly Day[] => {
    const [from = '', to = from, ...more] = part.toLowerCase().split('-');
    const first = days.indexOf(from as Day);
    const last = days.indexOf(to as Day);
    if (first < 0 || last < 0 || more.length > 0) throw new TypeError(expected);
    // sat-mon goes over the end of the week.
    return first <= last ? days.slice(first, last + 1) : [...days.slice(first), ...days.slice(0, last + 1)];
  });
}

function readTime(text: string): TimeOfDay {
  const words = text.trim().split(/\s+/);
  const named = /^[a-z]/i.test(words[0] ?? '') ? words.shift() : undefined;
  const [range = '', timeZone, ...more] = words;
  const [from = '', until = '', ...others] = range.split('-');
  if (more.length > 0 || others.length > 0) throw new TypeError(expected);
  return compact<TimeOfDay>({
    days: named === undefined ? undefined : readDays(named),
    from: timeOfDay(from),
    until: timeOfDay(until),
    timeZone: timeZone === undefined ? undefined : zoneName(timeZone),
  });
}

/** A part of the day. */
export const time: z.ZodType<TimeOfDay> = z.union(
  [
    scalar(readTime),
    section({
      days: optional(oneOrMany(oneOf(days)), 'on which days it begins; else on every day'),
      from: required(scalar(timeOfDay), '08:00, included'),
      until: required(scalar(timeOfDay), '20:00, not included; earlier than from: over midnight'),
      timezone: optional(scalar(zoneName), 'IANA name', 'UTC'),
    }).transform((given) =>
      compact<TimeOfDay>({
        days: given.days,
        from: given.from,
        until: given.until,
        timeZone: given.timezone,
      }),
    ),
  ],
  { error: `${expected}, or keys days, from, until and timezone` },
);
