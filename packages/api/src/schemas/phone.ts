/** Simulated handsets as the API shows them. */

import type { InboxMessage } from '@chappe/gateway';
import { type HandsetState, handsetStates } from '@chappe/sandbox';
import { z } from 'zod';
import { isoOf } from '../times.ts';
import { accountField, addressField, hexField, textField } from './submission.ts';

/** Path parameters of one handset. */
export interface PhonePath {
  readonly msisdn: string;
}

/** Schema of `PhonePath`. */
export const phonePath: z.ZodType<PhonePath> = z.strictObject({
  msisdn: z
    .string()
    .regex(/^\+?\d{1,20}$/, { error: 'must be a number: 1 to 20 digits, with or without plus' })
    .describe('The number of the handset'),
});

/** The body of POST /api/v1/phones/{msisdn}/messages. */
export interface PhoneSubmission {
  readonly to: string;
  readonly text?: string | undefined;
  readonly hex?: string | undefined;
  readonly account?: string | undefined;
}

/** Schema of `PhoneSubmission`. */
export const phoneSubmission: z.ZodType<PhoneSubmission> = z
  .strictObject({
    to: addressField,
    text: textField.optional(),
    hex: hexField.optional(),
    account: accountField
      .optional()
      .describe(
        "Who gets it when the number is nobody's; in a sandbox, when no bind serves it and nobody there wrote before",
      ),
  })
  .describe('A message from a handset (mobile originated)');

/** A message from a handset that was taken. */
export interface PhoneSubmittedBody {
  readonly id: string;
  readonly ids: readonly string[];
}

/** Schema of `PhoneSubmittedBody`. */
export const phoneSubmittedBody: z.ZodType<PhoneSubmittedBody> = z
  .object({ id: z.string(), ids: z.array(z.string()).describe('One id for each segment') })
  .describe('The message is on disk');

/** A message as a handset shows it. */
export interface InboxMessageBody {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly account: string;
  readonly text: string | null;
  readonly hex: string | null;
  readonly receivedAt: string;
  readonly segments: readonly { readonly id: string; readonly sequence: number }[];
  readonly totalSegments: number;
  readonly flash: boolean;
  readonly waiting: { readonly indication: string; readonly active: boolean } | null;
}

/** A handset and what it shows. */
export interface InboxBody {
  readonly msisdn: string;
  readonly state: HandsetState;
  readonly messages: readonly InboxMessageBody[];
  readonly next: string | null;
}

const handsetState = z
  .enum(handsetStates as readonly [HandsetState, ...HandsetState[]])
  .describe('on; off: cannot be reached; busy: refuses for now; full: its memory is full');

const inboxMessage = z
  .object({
    id: z.string().describe('The id of its first segment, as its submitter was told'),
    from: z.string(),
    to: z.string(),
    account: z.string().describe('Who sent it'),
    text: z.string().nullable().describe('What it shows; null for octets'),
    hex: z.string().nullable().describe('Octets without user data header; null for a text'),
    receivedAt: z.iso.datetime().describe('When its last segment came'),
    segments: z.array(z.object({ id: z.string(), sequence: z.int() })).describe('Those that came'),
    totalSegments: z.int(),
    flash: z.boolean().describe('Class 0: shown at once, not kept'),
    waiting: z
      .object({ indication: z.string(), active: z.boolean() })
      .nullable()
      .describe('Message waiting indication'),
  })
  .describe('A message as a handset shows it: long ones joined');

/** Schema of `InboxBody`. */
export const inboxBody: z.ZodType<InboxBody> = z
  .object({
    msisdn: z.string(),
    state: handsetState,
    messages: z
      .array(inboxMessage)
      .describe('Oldest first; the newest as many as there is room for in a megabyte'),
    next: z.string().nullable().describe('before of the page with older ones; null when there are none'),
  })
  .describe('A handset and what it shows');

/** The body of PUT /api/v1/phones/{msisdn}/state. */
export interface PhoneStateBody {
  readonly state: HandsetState;
}

/** Schema of `PhoneStateBody`. */
export const phoneStateBody: z.ZodType<PhoneStateBody> = z
  .strictObject({ state: handsetState })
  .describe('The state of a handset');

/** One handset in a list. */
export interface PhoneBody {
  readonly msisdn: string;
  readonly state: HandsetState;
  readonly messages: number;
}

/** Some handsets. */
export interface PhonesBody {
  readonly phones: readonly PhoneBody[];
}

/** Schema of `PhoneBody`. */
export const phoneBody: z.ZodType<PhoneBody> = z
  .object({
    msisdn: z.string(),
    state: handsetState,
    messages: z.int().describe('How many it shows'),
  })
  .describe('A handset');

/** Schema of `PhonesBody`. */
export const phonesBody: z.ZodType<PhonesBody> = z
  .object({ phones: z.array(phoneBody) })
  .describe('Handsets that were switched or have messages');

/** A message of an inbox. */
export function inboxMessageOf(msisdn: string, message: InboxMessage): InboxMessageBody {
  return {
    id: message.publicId,
    from: message.from,
    to: msisdn,
    account: message.account,
    text: message.text ?? null,
    hex: message.bytes === undefined ? null : Buffer.from(message.bytes).toString('hex'),
    receivedAt: isoOf(message.receivedMs),
    segments: message.segments.map(({ publicId, sequence }) => ({ id: publicId, sequence })),
    totalSegments: message.total,
    flash: message.flash,
    waiting: message.waiting ?? null,
  };
}
