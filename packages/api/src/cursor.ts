/** Where a page ended: ids of messages, which say nothing to anybody else. */
import { z } from 'zod';

/** The parameter that takes `next` of the page before. */
export const cursorField: z.ZodOptional<z.ZodString> = z
  .string()
  .regex(/^[0-9a-f]{1,14}$/, { error: 'must be "next" of the page before' })
  .optional()
  .describe('next of the page before');

/** The field of the answer. */
export const nextField: z.ZodType<string | null> = z
  .string()
  .nullable()
  .describe('before of the next page; null on the last');

/** The id that a page goes on below. */
export function idOfCursor(cursor: string | undefined): number | undefined {
  return cursor === undefined ? undefined : Number.parseInt(cursor, 16);
}

/** What stands in the answer for it. */
export function cursorOfId(id: number | undefined): string | null {
  return id === undefined ? null : id.toString(16);
}
