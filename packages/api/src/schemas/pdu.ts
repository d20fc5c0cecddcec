/** PDUs taken apart, as they are answered. */
import { type DefaultAlphabet, type SmppVersion, smppVersions } from '@chappe/protocol';
import { z } from 'zod';

/** Octets of PDUs in one request. */
export const maxPduOctets: number = 128 * 1024;

/** The body of a request to take octets apart. */
export interface DecodeQuestion {
  readonly hex: string;
  readonly defaultAlphabet?: DefaultAlphabet | undefined;
  readonly version?: SmppVersion | undefined;
}

/** Schema of `DecodeQuestion`. */
export const decodeQuestion: z.ZodType<DecodeQuestion> = z
  .strictObject({
    hex: z
      .string()
      // Two digits an octet, and as much again for what people write between them.
      .max(4 * maxPduOctets)
      .regex(/^[0-9a-fA-F\s]*$/, { error: 'must be hexadecimal digits' })
      .describe(`One PDU or several, one behind the other; at most ${maxPduOctets} octets`),
    defaultAlphabet: z
      .enum(['gsm7', 'gsm7-packed', 'latin1', 'ascii', 'ucs2'])
      .optional()
      .describe('What data_coding 0 means; default gsm7'),
    version: z.enum(smppVersions).optional().describe('Of the session, for the notes; default: not known'),
  })
  .describe('Octets in hexadecimal');

const values = {
  name: z.string().describe('As in the documents; `tlv 0x1403` for a TLV that nobody knows'),
  offset: z.int().describe('From the start of the PDU, in octets'),
  octets: z.int(),
  tag: z.int().optional().describe('Of a TLV'),
  value: z.union([z.number(), z.string()]).optional().describe('As the octets say'),
  hex: z.string().optional().describe('Instead of `value`, for octets'),
  meaning: z.string().optional().describe('The value in words'),
  fault: z.string().optional().describe('What is wrong with the octets themselves'),
};

// Lists of a PDU hold records, and records plain fields: that is as deep as it goes.
const field = z.object({
  ...values,
  fields: z.array(z.object({ ...values, fields: z.array(z.object(values)).optional() })).optional(),
});

const pduValues = z
  .record(z.string(), z.unknown())
  .describe(
    '`command`, `command_status`, `sequence_number`, the fields by their names (octets in hexadecimal), and `tlvs`: each ' +
      'with `name` or `tag`, and `value`',
  );

const report = z.object({
  offset: z.int().describe('From the start of all octets'),
  command: z.string(),
  command_status: z.int(),
  status: z.string(),
  sequence_number: z.int(),
  octets: z.int(),
  malformed: z
    .object({
      field: z.string().optional(),
      offset: z.int(),
      reason: z.string(),
      status: z.string().describe('The command_status to answer with'),
    })
    .optional()
    .describe('Why it is no PDU, and where'),
  flags: z.array(z.string()).optional().describe('What tolerance let through'),
  fields: z.array(field),
  content: z
    .record(z.string(), z.string())
    .optional()
    .describe('What the content is: `text`, `coding`, `segment`, `receipt`, elements of the header'),
  notes: z
    .array(
      z.object({
        code: z.string(),
        level: z.enum(['error', 'warning', 'info']),
        field: z.string().optional(),
        text: z.string(),
        hint: z.string().optional(),
      }),
    )
    .describe('What is wrong with it and what to do about it, the worst first, at most 100'),
  otherNotes: z.int().describe('Notes beyond these'),
  hex: z.string(),
  pdu: pduValues.nullable().describe('As POST /api/v1/encode takes it; null: it is none that it could'),
});

/** What was taken apart. */
export const decodeAnswer: z.ZodType = z
  .object({
    pdus: z.array(report).describe('In their order, at most 500'),
    left: z
      .object({ offset: z.int(), octets: z.int() })
      .nullable()
      .describe('Octets beyond these, to be sent in another request; null: none'),
  })
  .describe('PDUs taken apart');

/** The body of a request for octets. */
export interface EncodeQuestion {
  readonly pdu: { readonly [field: string]: unknown };
}

/** Schema of `EncodeQuestion`. */
export const encodeQuestion: z.ZodType<EncodeQuestion> = z
  .strictObject({ pdu: pduValues })
  .describe('A PDU by its fields');

/** The octets. */
export const encodeAnswer: z.ZodType = z
  .object({ hex: z.string(), length: z.int().describe('In octets') })
  .describe('The octets of a PDU');
