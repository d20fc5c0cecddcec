/** What is answered of something that was done to a stored message. */
import type { Message } from '@chappe/center';
import { z } from 'zod';
import { type SubmittedBody, submittedBody } from './submission.ts';

/** One segment, or one destination of a submit_multi. */
export interface HandledBody {
  readonly id: string;
  readonly to: string;
  readonly state: string;
  readonly result: string;
}

/** What became of a message. */
export interface ActionBody {
  readonly id: string;
  readonly done: number;
  readonly left: number;
  readonly segments: readonly HandledBody[];
}

/** What became of a message that was to be tried again. */
export interface RetryBody extends ActionBody {
  readonly again: SubmittedBody | null;
}

const handled = z.object({
  id: z.string(),
  to: z.string(),
  state: z.string().describe('As it is now'),
  result: z
    .string()
    .describe(
      'cancelled, replaced, due-now, under-way (it is due already); or why not: final, in-flight (it is being delivered, or ' +
        'an operator has it), at-operator, scheduled, held, refused (by a route or a filter), not-found',
    ),
});

const action = z.object({
  id: z.string().describe('The id of its first segment'),
  done: z.int().describe('Segments to which it was done'),
  left: z.int().describe('Segments that are as they were'),
  segments: z.array(handled).describe('One for each segment; of a submit_multi, one for each destination'),
});

/** Schema of `ActionBody`. */
export const actionBody: z.ZodType<ActionBody> = action.describe('What became of each segment');

/** Schema of `RetryBody`. */
export const retryBody: z.ZodType<RetryBody> = action
  .extend({ again: submittedBody.nullable().describe('The new message; null where none was made') })
  .describe('What became of each segment, and the new message');

/** What was done, by those results that say so. */
export function actionOf(
  id: string,
  pieces: readonly { readonly message: Message; readonly result: string }[],
  isDone: (result: string) => boolean,
): ActionBody {
  const done = pieces.filter(({ result }) => isDone(result)).length;
  const segments = pieces.map(({ message: { publicId, destination, state }, result }) => ({
    id: publicId,
    to: destination.digits,
    state,
    result,
  }));
  return { id, done, left: pieces.length - done, segments };
}
