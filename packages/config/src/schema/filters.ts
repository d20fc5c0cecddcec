/** Filters of contents, and the alarm on pumping. */
import type { DuplicateFilter, FilterSettings, PumpingSettings, TextFilter, UrlFilter } from '@chappe/policy';
import { z } from 'zod';
import { hostName, pattern, type TextPattern, textPattern } from '../values/words.ts';
import { compact, oneOf, oneOrMany, optional, required, scalar, section } from './field.ts';
import { addressList } from './lists.ts';
import type { ReadContext } from './read-context.ts';
import { count, flag, number, part, pauseMs } from './shapes.ts';

const maxMost = 1_000_000;
const maxReplacement = 1_000;
// A block has 1,000 numbers.
const maxSequential = 1_000;
const maxLeast = 1_000_000;

const textShape = { type: 'string' };
const re: z.ZodType<TextPattern> = scalar(textPattern, textShape);

function readReplacement(text: string): string {
  if (text.length <= maxReplacement) return text;
  throw new TypeError(`expected at most ${maxReplacement} characters`);
}

function filterOf(given: TextPattern): TextFilter {
  return given.flags === undefined
    ? { pattern: given.pattern }
    : { pattern: given.pattern, flags: given.flags };
}

const textFilter: z.ZodType<TextFilter> = z.union(
  [
    re.transform(filterOf),
    section({
      pattern: required(re, '/regular expression/i (RE2), or a text as it stands'),
      action: optional(oneOf(['reject', 'drop', 'replace']), 'what becomes of the message', 'reject'),
      replacement: optional(scalar(readReplacement), 'what stands there instead; $1 for groups'),
    }).transform(({ pattern: given, action, replacement }, context) => {
      if (action === 'replace' && replacement === undefined)
        context.addIssue({ code: 'custom', message: '"replacement" is missing' });
      if (action !== 'replace' && replacement !== undefined)
        context.addIssue({ code: 'custom', message: 'a replacement needs action: replace' });
      return compact<TextFilter>({ pattern: given.pattern, flags: given.flags, action, replacement });
    }),
  ],
  { error: 'expected /pattern/, or keys pattern, action and replacement' },
);

const urls: z.ZodType<UrlFilter> = section({
  allow: optional(
    oneOrMany(scalar(hostName)),
    'domains, and their subdomains, that may be linked to; others are refused',
  ),
  block: optional(oneOrMany(scalar(hostName)), 'domains, and their subdomains, that may not'),
  none: optional(flag, 'no links at all', false),
}).transform(({ allow, block, none }) => compact<UrlFilter>({ allow, block, none }));

const duplicates: z.ZodType<DuplicateFilter> = z.union(
  [
    pauseMs.transform((windowMs): DuplicateFilter => ({ windowMs })),
    section({
      window: required(pauseMs, 'in which time'),
      most: optional(count(maxMost), 'how many are let through', 1),
      action: optional(oneOf(['reject', 'drop']), 'what becomes of the rest', 'reject'),
    }).transform(({ window, most, action }) => compact<DuplicateFilter>({ windowMs: window, most, action })),
  ],
  { error: 'expected a time such as 5m, or keys window, most and action' },
);

/** What is done about contents. */
export function filtersSchema(world: ReadContext): z.ZodType<FilterSettings> {
  return section({
    blockTo: optional(
      addressList(world, 'addresses', pattern),
      'numbers, or prefixes with *, that get nothing',
    ),
    allowTo: optional(addressList(world, 'addresses', pattern), 'only these get anything'),
    blockFrom: optional(addressList(world, 'addresses', pattern), 'senders that are refused'),
    texts: optional(z.array(textFilter), 'texts that are refused or changed'),
    urls: optional(urls, 'links in texts'),
    duplicates: optional(duplicates, 'the same text to the same number again: 5m, or keys'),
    optOut: optional(flag, 'messages to numbers that have opted out from the sender are refused', true),
  }).transform((given) =>
    compact<FilterSettings>({
      blockTo: given.blockTo,
      allowTo: given.allowTo,
      blockFrom: given.blockFrom,
      texts: given.texts,
      urls: given.urls,
      duplicates: given.duplicates,
      optOut: given.optOut,
    }),
  );
}

/** Alarm on pumping. */
export const pumpingSchema: z.ZodType<PumpingSettings> = section({
  sequential: optional(
    number(2, maxSequential),
    'consecutive numbers in a block of 1,000 within the window that raise it',
    50,
  ),
  prefixShare: optional(
    part,
    'share of one prefix among the last messages of an account that raises it',
    '80%',
  ),
  least: optional(count(maxLeast), 'messages in the window before shares are looked at', 200),
  window: optional(pauseMs, 'the time that is looked at'),
  action: optional(
    oneOf(['alarm', 'stop']),
    'alarm only tells; stop refuses messages to that prefix until released',
    'alarm',
  ),
}).transform((given) =>
  compact<PumpingSettings>({
    sequential: given.sequential,
    prefixShare: given.prefixShare,
    least: given.least,
    windowMs: given.window,
    action: given.action,
  }),
);
