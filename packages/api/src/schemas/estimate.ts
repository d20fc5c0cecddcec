/** What a message would be and cost, as it is answered. */
import { z } from 'zod';

const costly = z.object({
  character: z.string(),
  codePoint: z.string().describe('Such as U+20AC'),
  count: z.int(),
  positions: z.array(z.int()).describe('In UTF-16 units from 0, at most 20'),
});

const destination = z.object({
  to: z.string(),
  from: z.string().describe("As the account's rules make it"),
  route: z.string().nullable().describe('The rule that takes it; null: none does'),
  connectors: z.array(z.string()).describe('Those that the rule names, the first choice first'),
  way: z.string().describe('What the rule does: "op-a 70, op-b 30; else op-c", "held", "no route"'),
  price: z.string().describe('Of one segment; 0 where it would be refused'),
  totalPrice: z.string(),
  refused: z
    .object({
      reason: z.enum(['form', 'sender', 'destination', 'quota', 'route', 'unrouted', 'credit']),
      detail: z.string(),
      commandStatus: z.string().describe('What an ESME would get'),
    })
    .nullable()
    .describe('Why it would be refused; null: nothing stands against it'),
});

const fields = {
  coding: z.string(),
  segments: z.int().describe('Of the message to one number'),
  octets: z.int().describe('As SMPP carries them, without headers'),
  characters: z.int().nullable().describe('Code points; null for octets'),
  unit: z
    .enum(['septets', 'utf16', 'octets'])
    .describe('What segments are full of: septets of 7-bit codings, UTF-16 units of UCS-2, else octets'),
  units: z.int().describe('Of the whole message'),
  unitsPerSegment: z.int().describe('That fit into each of so many segments'),
  lastSegment: z.object({ used: z.int(), free: z.int() }).describe('Units in the last segment'),
  replaced: z.array(z.string()).describe('The characters that `replacement` stands for, each once'),
  costly: z.object({
    forcing: z
      .array(costly)
      .describe('GSM 7-bit does not hold them: one is enough to make the text UCS-2. At most 50'),
    extended: z.array(costly).describe('In GSM 7-bit they count twice. At most 50'),
    others: z.int().describe('Different characters beyond these'),
  }),
  fit: z
    .object({
      text: z.string(),
      coding: z.literal('gsm7'),
      segments: z.int(),
      replaced: z
        .array(z.object({ character: z.string(), by: z.string(), count: z.int() }))
        .describe('What was replaced, at most 50 different characters'),
    })
    .nullable()
    .describe(
      'The same text in GSM 7-bit where it is UCS-2: quotes, dashes, accents and their like replaced by what a reader ' +
        'takes for the same; null: it is no UCS-2, or a character has no such thing',
    ),
  destinations: z.array(destination).describe('In the order of `to`'),
  total: z.object({
    messages: z.int(),
    refused: z.int(),
    segments: z.int().describe('Of those that are not refused'),
    price: z.string(),
  }),
};

/** An estimate. */
export const estimateBody: z.ZodType = z.object(fields).describe('What the message would be and cost');
