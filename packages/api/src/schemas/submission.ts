/** What is asked when a message is to be sent, and what is answered. */
import { textCodings as allCodings, readNumber, type TextCoding } from '@chappe/protocol';
import { z } from 'zod';
import { dateTimePattern, durationPattern } from '../times.ts';
import { type CarriedBody, carriedFields } from './carried.ts';

/** Codings that a text can be sent in: all but that of octets. */
export const textCodings: readonly TextCoding[] = allCodings.filter((coding) => coding !== 'octet');

// Addresses have at most 20 characters on the wire (SMPP 3.4 4.4.1); people write a plus before them, and between the
// digits of a number what they like.
const maxAddressCharacters = 21;
const maxWrittenCharacters = 40;
// message_payload has at most 64 K octets (SMPP 3.4 5.3.2.32); no text of more characters fits into it.
const maxTextCharacters = 65_536;
const maxHexDigits = 2 * maxTextCharacters;
/** Numbers in one request: what is committed and answered in well under a second. */
export const maxDestinations = 1_000;
// A thousand numbers of five segments each, or their octets in fewer.
/** Segments that one request may store. */
export const maxSegments = 5_000;
/** Octets of content that one request may store. */
export const maxStoredOctets: number = 1024 * 1024;
const maxReferenceCharacters = 128;
const maxAccountCharacters = 64;

const anyAddress = z
  .string()
  .max(maxWrittenCharacters)
  .refine((text) => text.length <= maxAddressCharacters || readNumber(text) !== undefined, {
    error: `must have at most ${maxAddressCharacters} characters`,
  });
const address = anyAddress.min(1);

/** The text of a message. */
export const textField: z.ZodType<string> = z
  .string()
  .max(maxTextCharacters)
  .describe('The text, of any length');

/** The octets of a message. */
export const hexField: z.ZodType<string> = z
  .string()
  .max(maxHexDigits)
  .regex(/^([0-9a-fA-F]{2})*$/, { error: 'must be pairs of hexadecimal digits' })
  .describe('Octets in hexadecimal, instead of a text');

/** An address: a number, a short code or a name. */
export const addressField: z.ZodType<string> = address.describe(
  'A number, with or without plus, or a short code; what people put between its digits is left out',
);

/** The name of an account. */
export const accountField: z.ZodType<string> = z.string().min(1).max(maxAccountCharacters);

/** A message without where it goes. */
export interface ContentBody extends CarriedBody {
  readonly from?: string | undefined;
  readonly text?: string | undefined;
  readonly hex?: string | undefined;
  readonly coding?: TextCoding | 'auto' | undefined;
  readonly replacement?: string | undefined;
  readonly longMessage?: 'udh8' | 'udh16' | 'sar' | 'payload' | undefined;
  readonly messageClass?: number | undefined;
  readonly receipt?: 'final' | 'failure' | 'success' | 'none' | undefined;
  readonly priority?: number | undefined;
  readonly validity?: number | string | undefined;
  readonly schedule?: string | undefined;
  readonly clientReference?: string | undefined;
  readonly account?: string | undefined;
}

/** The body of POST /api/v1/messages. */
export interface SubmissionBody extends ContentBody {
  readonly to: string | readonly string[];
}

/** One of several messages. */
export interface SingleSubmissionBody extends ContentBody {
  readonly to: string;
}

const contentFields = {
  from: anyAddress.optional().describe('A number, a short code or a name'),
  text: textField.optional(),
  hex: hexField.optional(),
  coding: z
    .enum(['auto', ...textCodings])
    .optional()
    .describe('Coding of the text; default auto: the smallest that holds it'),
  replacement: z
    .string()
    .regex(/^.?$/su, { error: 'must be one character, or none' })
    .optional()
    .describe(
      'Stands for each character of the text that the coding does not hold; empty leaves it out. ' +
        'Without it such a text is refused',
    ),
  longMessage: z
    .enum(['udh8', 'udh16', 'sar', 'payload'])
    .optional()
    .describe('How a long text is cut; default udh8'),
  messageClass: z.int().min(0).max(3).optional().describe('0: flash, shown at once and not kept'),
  receipt: z
    .enum(['final', 'failure', 'success', 'none'])
    .optional()
    .describe('Which receipts go to the binds of the account; default none'),
  priority: z.int().min(0).max(3).optional().describe('3 is served first; default 0'),
  validity: z
    .union([z.int().min(1), z.string().regex(durationPattern)], {
      error: 'must be seconds or a duration such as 90s, 10m, 2h or 3d',
    })
    .optional()
    .describe('How long delivery is tried: seconds or a duration such as 90s, 10m, 2h, 3d; default 48h'),
  schedule: z
    .union([z.string().regex(dateTimePattern), z.string().regex(durationPattern)], {
      error: 'must be a time with its zone such as 2026-07-20T10:00:00Z, or a duration from now such as 10m',
    })
    .optional()
    .describe('Not before: 2026-07-20T10:00:00Z, or a duration from now such as 10m'),
  clientReference: z
    .string()
    .min(1)
    .max(maxReferenceCharacters)
    .optional()
    .describe('Your own name for it, found again with ?clientReference='),
  account: accountField.optional().describe('Whose message it is; default http'),
  ...carriedFields,
};

/** Schema of `SubmissionBody`. */
export const submission: z.ZodType<SubmissionBody> = z
  .strictObject({
    to: z
      .union([address, z.array(address).min(1).max(maxDestinations)], {
        error: `must be a number, or a list of 1 to ${maxDestinations} numbers of 1 to ${maxAddressCharacters} characters`,
      })
      .describe(`A number, or a list of at most ${maxDestinations}: then each gets a message of its own`),
    ...contentFields,
  })
  .describe('A message to be sent');

/** The body of POST /api/v1/messages/{id}/replace: what is left out stays. */
export type ReplacementBody = Pick<
  ContentBody,
  'text' | 'hex' | 'coding' | 'replacement' | 'messageClass' | 'receipt' | 'validity' | 'schedule'
>;

const { coding, replacement: standIn, messageClass, validity, schedule } = contentFields;

/** Schema of `ReplacementBody`. */
export const replacement: z.ZodType<ReplacementBody> = z
  .strictObject({
    text: textField.optional(),
    hex: contentFields.hex,
    coding,
    replacement: standIn,
    messageClass: messageClass.describe('0: flash, shown at once and not kept; default: as it was'),
    receipt: contentFields.receipt.describe('Which receipts go to the account; default: as it was'),
    validity: validity.describe(
      'How long delivery is tried from now, or from `schedule`; default: as it was',
    ),
    schedule,
  })
  .describe('What is to be another');

/** Schema of `SingleSubmissionBody`. */
export const singleSubmission: z.ZodType<SingleSubmissionBody> = z
  .strictObject({ to: addressField, ...contentFields })
  .describe('One of several messages to be sent');

/** A message that was taken. */
export interface SubmittedBody {
  readonly id: string;
  readonly ids: readonly string[];
  readonly to: string;
  readonly segments: number;
  readonly coding: string;
  readonly replaced?: readonly string[] | undefined;
  readonly state: string;
}

/** A destination, or one of several messages, that was refused. */
export interface RefusedBody {
  /** In a batch: the place of the message in it, from 0. */
  readonly index?: number | undefined;
  /** In a stream of lines: its line, from 1. */
  readonly line?: number | undefined;
  readonly to: string;
  readonly code: string;
  readonly detail: string;
  readonly commandStatus?: string | undefined;
  /** Which field is wrong, of messages that are sent together. */
  readonly field?: string | undefined;
  readonly hint?: string | undefined;
}

/** What became of a list of destinations or messages, in its order. */
export interface SubmittedListBody {
  readonly accepted: number;
  readonly refused: number;
  readonly messages: readonly (SubmittedBody | RefusedBody)[];
}

/** Schema of `SubmittedBody`. */
export const submittedBody: z.ZodType<SubmittedBody> = z
  .object({
    id: z.string().describe('The id of the message: of its first segment'),
    ids: z.array(z.string()).describe('One id for each segment'),
    to: z.string(),
    segments: z.int(),
    coding: z.string(),
    replaced: z
      .array(z.string())
      .optional()
      .describe('The characters that `replacement` stands for, each once; left out where none was replaced'),
    state: z.string(),
  })
  .describe('The message is on disk');

/** Schema of `RefusedBody`. */
export const refusedBody: z.ZodType<RefusedBody> = z.object({
  index: z.int().optional().describe('In a batch: the place of the message in it, from 0'),
  line: z.int().optional().describe('In lines: which one, from 1'),
  to: z.string(),
  code: z.string(),
  detail: z.string(),
  commandStatus: z.string().optional(),
  field: z.string().optional().describe('The field that is wrong, as "messages[3].validity"'),
  hint: z.string().optional(),
});

/** Schema of `SubmittedListBody`. */
export const submittedListBody: z.ZodType<SubmittedListBody> = z
  .object({
    accepted: z.int(),
    refused: z.int(),
    messages: z.array(z.union([submittedBody, refusedBody])).describe('In the order of the list'),
  })
  .describe('What became of each destination or message');
