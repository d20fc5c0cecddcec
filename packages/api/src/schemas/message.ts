/** Messages as the API shows them. */
import type { MessageView, Meta } from '@chappe/gateway';
import { z } from 'zod';
import { type Caller, seesTexts } from '../auth/caller.ts';
import { shortened } from '../list-text.ts';
import { isoOf } from '../times.ts';

/** One segment of a message. */
export interface SegmentBody {
  readonly id: string;
  readonly state: string;
  readonly error: number;
  readonly text: string | null;
  readonly attempts: number;
}

/** One step of a message's life. */
export interface StepBody {
  readonly at: string;
  readonly step: string;
  readonly detail: string;
  readonly segment: number;
}

/** A message in a list. */
export interface MessageSummaryBody {
  readonly id: string;
  readonly kind: string;
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly text: string | null;
  readonly hex: string | null;
  readonly coding: string;
  readonly state: string;
  readonly final: boolean;
  readonly error: number;
  readonly operatorError: string | null;
  readonly attempts: number;
  readonly acceptedAt: string;
  readonly dueAt: string;
  readonly expiresAt: string;
  readonly doneAt: string | null;
  readonly clientReference: string | null;
  readonly meta?: Meta | undefined;
  readonly segments: readonly SegmentBody[];
  readonly shortened: boolean;
}

/** A message with all that happened to it. */
export interface MessageBody extends MessageSummaryBody {
  readonly timeline: readonly StepBody[];
}

const time = z.iso.datetime();

const segment = z.object({
  id: z.string(),
  state: z.string(),
  error: z.int(),
  text: z.string().nullable(),
  attempts: z.int(),
});

const step = z.object({
  at: time,
  step: z.string().describe('accepted, attempt, delivered and the like'),
  detail: z.string().describe('What is known about it, as "session=3 error=27"'),
  segment: z.int().describe('Which segment, from 1'),
});

const summary = z.object({
  id: z.string().describe('The id of its first segment, as its submitter was told'),
  kind: z.string().describe('mt: to a handset or ESME; mo: from a handset; receipt; notice'),
  account: z.string(),
  from: z.string(),
  to: z.string(),
  text: z.string().nullable().describe('The whole text; null for octets, and for a key that is read-only'),
  hex: z.string().nullable().describe('Content that is no text, in hexadecimal, user data header included'),
  coding: z.string(),
  state: z.string().describe('Delivered when all segments are; else the first other state among them'),
  final: z.boolean().describe('False while it can still change'),
  error: z.int().describe('The last error in the words of the way out; 0: none'),
  operatorError: z
    .string()
    .nullable()
    .describe("The operator's own error code, as its receipt wrote it; null: it gave none"),
  attempts: z.int(),
  acceptedAt: time,
  dueAt: time.describe('Not tried before'),
  expiresAt: time.describe('Not tried after'),
  doneAt: time.nullable().describe("When it came to its end, by the operator's receipt where that says so"),
  clientReference: z.string().nullable(),
  meta: z.record(z.string(), z.string()).optional().describe('Words of its submitter, where it gave any'),
  segments: z.array(segment),
  shortened: z
    .boolean()
    .describe('In a list: true when text, hex or the text of a segment is only its first 1,000 characters'),
});

/** Schema of `MessageSummaryBody`. */
export const messageSummaryBody: z.ZodType<MessageSummaryBody> = summary.describe('A message');

/** Schema of `MessageBody`. */
export const messageBody: z.ZodType<MessageBody> = summary
  .extend({ timeline: z.array(step).describe('Oldest first') })
  .describe('A message with its timeline');

/** A message in a list: long texts are shortened there. */
export function listedOf(view: MessageView, caller: Caller): MessageSummaryBody {
  const whole = summaryOf(shownTo(caller, view));
  const text = shortened(whole.text);
  const hex = shortened(whole.hex);
  const segments = whole.segments.map((one) => ({ ...one, text: shortened(one.text) }));
  // The text of a segment is a part of that of the message.
  return { ...whole, text, hex, segments, shortened: text !== whole.text || hex !== whole.hex };
}

function summaryOf(view: MessageView): MessageSummaryBody {
  return {
    id: view.id,
    kind: view.kind,
    account: view.account,
    from: view.from,
    to: view.to,
    text: view.text ?? null,
    hex: view.hex ?? null,
    coding: view.coding,
    state: view.state,
    final: view.isFinal,
    error: view.error,
    operatorError: view.operatorError ?? null,
    attempts: view.attempts,
    acceptedAt: isoOf(view.acceptedMs),
    dueAt: isoOf(view.dueMs),
    expiresAt: isoOf(view.expiresMs),
    doneAt: view.doneMs === 0 ? null : isoOf(view.doneMs),
    clientReference: view.clientReference ?? null,
    ...(view.meta === undefined ? {} : { meta: view.meta }),
    segments: view.segments.map(({ id, state, error, text, attempts }) => ({
      id,
      state,
      error,
      text: text ?? null,
      attempts,
    })),
    shortened: false,
  };
}

/** A message as a caller may see it: without texts and octets, or whole. */
export function shownTo(caller: Caller, view: MessageView): MessageView {
  if (seesTexts(caller)) return view;
  const segments = view.segments.map((one) => ({ ...one, text: undefined }));
  return { ...view, text: undefined, hex: undefined, segments };
}

/** A message with its timeline. */
export function messageOf(view: MessageView, caller: Caller): MessageBody {
  return {
    ...summaryOf(shownTo(caller, view)),
    timeline: view.timeline.map(({ atMs, step: name, detail, segment: number }) => ({
      at: isoOf(atMs),
      step: name,
      detail,
      segment: number,
    })),
  };
}

// message_id has at most 64 characters (SMPP 3.4 5.2.23).
const maxIdCharacters = 64;

/** The id of a message in a path. */
export const idPath: z.ZodType<{ readonly id: string }> = z.strictObject({
  id: z.string().min(1).max(maxIdCharacters).describe('The id of any of its segments'),
});
