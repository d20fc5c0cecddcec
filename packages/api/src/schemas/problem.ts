/** The body of every answer that is no success (RFC 9457). */
import { z } from 'zod';

/** One of several flaws. */
export interface FlawBody {
  readonly code: string;
  readonly detail: string;
  readonly field?: string | undefined;
  readonly hint?: string | undefined;
}

/** A problem as it is sent. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly field?: string | undefined;
  readonly hint?: string | undefined;
  readonly commandStatus?: string | undefined;
  readonly errors?: readonly FlawBody[] | undefined;
  readonly requestId: string;
}

const flaw = z.object({
  code: z.string(),
  detail: z.string(),
  field: z.string().optional(),
  hint: z.string().optional(),
});

/** Schema of `ProblemBody`. */
export const problemBody: z.ZodType<ProblemBody> = z
  .object({
    type: z.string().describe('URI of the kind of problem; ends in the code'),
    title: z.string(),
    status: z.int().describe('The HTTP status'),
    detail: z.string().describe('What is wrong this time'),
    code: z.string().describe('Stable name of the kind of problem, for programs'),
    field: z.string().optional().describe('The field or parameter that is wrong, as "to[2]"'),
    hint: z.string().optional().describe('What to do about it'),
    commandStatus: z.string().optional().describe('The command_status that an ESME would have got'),
    errors: z.array(flaw).optional().describe('All flaws, when there is more than one'),
    requestId: z.string().describe('Stands in the log of the server too'),
  })
  .describe('A problem (RFC 9457)');
