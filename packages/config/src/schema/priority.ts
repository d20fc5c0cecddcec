/** Priorities 0 to 3. */
import type { Priority } from '@chappe/center';
import { z } from 'zod';
import { whole } from '../values/values.ts';
import { compact, optional, scalar, section } from './field.ts';

/** That of messages that do not say, and the highest that may be asked for. */
export interface PriorityRange {
  readonly default?: Priority | undefined;
  readonly max?: Priority | undefined;
}

const read = whole(0, 3);

/** One priority. */
export const onePriority: z.ZodType<Priority> = scalar((text) => read(text) as Priority, {
  type: 'integer',
  minimum: 0,
  maximum: 3,
});

/** One, for messages that do not say; or keys `default` and `max`. */
export const priority: z.ZodType<PriorityRange> = z.union(
  [
    onePriority.transform((given): PriorityRange => ({ default: given })),
    section({
      default: optional(onePriority, 'of messages that do not say', 0),
      max: optional(onePriority, 'the highest that may be asked for', 3),
    }).transform((given, context): PriorityRange => {
      if (given.default !== undefined && given.max !== undefined && given.default > given.max)
        context.addIssue({ code: 'custom', message: 'the default is above the highest' });
      return compact<PriorityRange>({ default: given.default, max: given.max });
    }),
  ],
  { error: 'expected a priority from 0 to 3, or keys default and max' },
);
