/** What rules look at: shared by routes and by rules for messages from handsets. */
import type { AddressList, RouteConditions, TimeOfDay, TlvCondition } from '@chappe/policy';
import { z } from 'zod';
import {
  accountPattern,
  anyText,
  digitPrefix,
  pattern,
  plainText,
  type TextPattern,
  textPattern,
} from '../values/words.ts';
import { coding } from './codings.ts';
import { compact, oneOrMany, optional, reference, scalar, section } from './field.ts';
import { addressCondition, conditionList } from './lists.ts';
import type { ReadContext } from './read-context.ts';
import { count } from './shapes.ts';
import { time } from './times.ts';
import { tlvCondition } from './tlv.ts';

const maxSegments = 255;
const maxWhen = 10_000;
const maxTagLength = 64;
const maxKeyword = 100;

interface SegmentRange {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function readSegments(text: string): SegmentRange {
  const match = /^(\d{1,3})(?:(\.\.)(\d{1,3})?)?$/.exec(text);
  if (match === null) throw new TypeError('expected segments such as 1, 2..4 or 3..');
  const min = Number(match[1]);
  if (match[2] === undefined) return { min, max: min };
  return match[3] === undefined ? { min } : { min, max: Number(match[3]) };
}

const segments: z.ZodType<SegmentRange> = z.union(
  [
    scalar(readSegments, { type: ['string', 'integer'] }),
    section({
      min: optional(count(maxSegments), 'at least'),
      max: optional(count(maxSegments), 'at most'),
    }).transform(({ min, max }) => compact<SegmentRange>({ min, max })),
  ],
  { error: 'expected segments such as 2..4, or keys min and max' },
);

/** Which account; exact ones must be there. */
export function accountCondition(world: ReadContext): z.ZodType<readonly string[] | undefined> {
  const exists = reference(world.known.accounts, 'account');
  return conditionList(world, (text) => (text.endsWith('*') ? accountPattern(text) : exists(text)));
}

/** Conditions as they are written, those of both kinds of rules. */
interface WrittenConditions {
  readonly from: AddressList | undefined;
  readonly to: AddressList | undefined;
  readonly text: TextPattern;
  readonly codings: readonly string[];
  readonly segments: SegmentRange;
  readonly time: readonly TimeOfDay[];
  readonly tlvs: readonly TlvCondition[];
  readonly tags: readonly string[];
  readonly keyword: readonly string[];
  readonly keywords: readonly string[];
  readonly when: string;
}

type ConditionKeys = {
  readonly [K in keyof WrittenConditions]: z.ZodOptional<z.ZodType<WrittenConditions[K]>>;
};

/** Keys of both kinds of rules. */
export function conditionKeys(world: ReadContext): ConditionKeys {
  const keyword = oneOrMany(scalar(plainText(maxKeyword)));
  return {
    from: optional(addressCondition(world, 'addresses', pattern), 'senders: exact, or with * at the end'),
    to: optional(
      addressCondition(world, 'prefixes', digitPrefix),
      'first digits of destinations, or {file: prefixes.txt}',
    ),
    text: optional(
      scalar(textPattern),
      '/regular expression/i (RE2) that the text has a match of; a text without slashes as it stands',
    ),
    codings: optional(oneOrMany(coding), 'gsm7, ucs2, octet, latin1, ...'),
    segments: optional(segments, 'how many it takes: 1, 2..4, 3.., or keys min and max'),
    time: optional(oneOrMany(time), 'mon-fri 08:00-20:00 Europe/Paris, or keys'),
    tlvs: optional(oneOrMany(tlvCondition(world)), 'TLVs that must be there: a tag, or keys tag and value'),
    tags: optional(oneOrMany(scalar(plainText(maxTagLength))), 'of the account, or of the connector'),
    keyword: optional(keyword, 'the first word of the text, in any case'),
    keywords: optional(keyword, 'the same for several'),
    when: optional(scalar(anyText(maxWhen)), 'a CEL expression over msg, account, hour, weekday'),
  };
}

/** What was read of them, and whom it came from. */
export type ReadConditions = {
  readonly [K in keyof WrittenConditions]?: WrittenConditions[K] | undefined;
} & Pick<RouteConditions, 'accounts' | 'connectors'>;

/** The conditions of what was read. */
export function conditionsOf(given: ReadConditions): RouteConditions {
  return compact<RouteConditions>({
    accounts: given.accounts,
    from: given.from,
    to: given.to,
    text: given.text?.pattern,
    textFlags: given.text?.flags,
    codings: given.codings,
    segments: given.segments,
    time: given.time,
    tlvs: given.tlvs,
    tags: given.tags,
    keywords: given.keywords ?? given.keyword,
    connectors: given.connectors,
    when: given.when,
  });
}
