/** TLVs: tags by name or number, rules of a connector, conditions of a route. */
import type { TlvCondition, TlvRule } from '@chappe/policy';
import { type TlvName, tlvs } from '@chappe/protocol';
import { z } from 'zod';
import { plainText } from '../values/words.ts';
import { compact, oneOf, optional, required, scalar, section, UnknownWord } from './field.ts';
import type { ReadContext } from './read-context.ts';
import { count, flag } from './shapes.ts';

const maxTag = 0xffff;
const maxOctets = 0xffff;
const maxValueLength = 1_000;
const maxNameLength = 64;
const integerOctets = ['1', '2', '4'] as const;

/** The tag of `0x1400`, `5120`, a name of the documents, or a name that a connector gives. */
export function readTag(text: string, named?: ReadonlyMap<string, number>): number {
  if (/^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(text) && Number(text) <= maxTag) return Number(text);
  if (Object.hasOwn(tlvs, text)) return tlvs[text as TlvName].tag;
  const given = named?.get(text);
  if (given !== undefined) return given;
  const known = [...Object.keys(tlvs), ...(named?.keys() ?? [])];
  throw new UnknownWord('expected a tag such as 0x1400, or the name of a TLV', text, known);
}

const tagShape = { type: ['string', 'integer'] };
/** A tag as it is written anywhere: `0x1400`, or the name of a TLV of the documents. */
export const tlvTag: z.ZodType<number> = scalar((text) => readTag(text), tagShape);

/** What happens with one vendor TLV on the way to an upstream. */
export const tlvRule: z.ZodType<TlvRule> = section({
  name: required(scalar(plainText(maxNameLength)), 'for people, for routes and for the API: pe_id'),
  tag: required(tlvTag, 'its tag: 0x1400, or the name of a TLV of the documents'),
  type: optional(oneOf(['text', 'hex', 'integer']), 'how its value is written', 'text'),
  octets: optional(oneOf(integerOctets), 'octets of an integer: 1, 2 or 4; else as few as hold it'),
  required: optional(flag, 'without it the message is not sent here', false),
  value: optional(scalar(plainText(maxValueLength)), 'put in when the message has none'),
  fromTag: optional(tlvTag, 'taken from the TLV with this tag instead'),
  maxOctets: optional(count(maxOctets), 'longest value'),
}).transform((given) =>
  compact<TlvRule>({
    name: given.name,
    tag: given.tag,
    type: given.type ?? 'text',
    octets: given.octets === undefined ? undefined : Number(given.octets),
    required: given.required,
    value: given.value,
    fromTag: given.fromTag,
    maxOctets: given.maxOctets,
  }),
);

/** A TLV that a message must have: its tag, or keys `tag` and `value`. */
export function tlvCondition(world: ReadContext): z.ZodType<TlvCondition> {
  const tag = scalar((text) => readTag(text, world.known.tlvs), tagShape);
  return z.union(
    [
      tag.transform((given): TlvCondition => ({ tag: given })),
      section({
        tag: required(tag, '0x1400, or the name of a TLV'),
        value: optional(scalar(plainText(maxValueLength)), 'text, hex:0102 or a number that it must be'),
      }).transform((given) => compact<TlvCondition>({ tag: given.tag, value: given.value })),
    ],
    { error: 'expected a tag, or keys tag and value' },
  );
}
