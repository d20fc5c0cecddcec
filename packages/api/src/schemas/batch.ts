/** Different messages in one request: what is asked, and what is answered line by line. */
import { z } from 'zod';
import type { BodyShape } from '../body-shape.ts';
import { type RefusedBody, refusedBody, type SubmittedBody, submittedBody } from './submission.ts';

/** Messages of one batch: what is committed and answered in well under a second. */
export const maxMessages = 1_000;
/** A thousand messages with all of their fields. */
export const batchShape: BodyShape = { depth: 6, keys: 100, values: 60_000 };

/** The body of POST /api/v1/messages/batch. Each message is checked by itself. */
export interface BatchBody {
  readonly messages: readonly unknown[];
}

/** Schema of `BatchBody`. */
export const batch: z.ZodType<BatchBody> = z
  .strictObject({
    messages: z
      .array(z.unknown().meta({ $ref: '#/components/schemas/SingleSubmission' }), {
        error: ({ input }) => (input === undefined ? undefined : 'must be a list of messages'),
      })
      .min(1, { error: 'must have a message' })
      .max(maxMessages, {
        error: `at most ${maxMessages} at a time; any number as lines, with content-type application/x-ndjson`,
      }),
  })
  .describe('Messages to be sent together');

/** What became of all lines. */
export interface LinesEndBody {
  readonly accepted: number;
  readonly refused: number;
  /** False: reading was ended before the last line. */
  readonly done: boolean;
  /** Why. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
}

/** One line of the answer to lines. */
export type LineResultBody = (SubmittedBody & { readonly line: number }) | RefusedBody | LinesEndBody;

const linesEnd = z.object({
  accepted: z.int(),
  refused: z.int(),
  done: z.boolean().describe('False: reading was ended before the last line'),
  code: z.string().optional().describe('Why it was ended, as in problems'),
  detail: z.string().optional(),
});

/** Schema of `LineResultBody`. */
export const lineResult: z.ZodType<LineResultBody> = z
  .union([
    z.intersection(submittedBody, z.object({ line: z.int().describe('From 1; empty lines count') })),
    refusedBody,
    linesEnd,
  ])
  .describe('What became of a line; the last one says how many were accepted');
