/** What goes wrong, told by RFC 9457: one table of codes, one class, one body. */
import { z } from 'zod';

/** Every problem of this API. The codes are part of its contract. */
export const problems = {
  malformed_json: { status: 400, title: 'The body is no JSON' },
  missing_field: { status: 400, title: 'A field is missing' },
  invalid_field: { status: 400, title: 'A field has a wrong value' },
  unknown_field: { status: 400, title: 'There is no such field' },
  missing_parameter: { status: 400, title: 'A parameter is missing' },
  invalid_parameter: { status: 400, title: 'A parameter has a wrong value' },
  unknown_parameter: { status: 400, title: 'There is no such parameter' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key cannot be used' },
  bad_request: { status: 400, title: 'The request cannot be read' },
  unauthorized: { status: 401, title: 'A key is needed' },
  forbidden: { status: 403, title: 'This key may not do that' },
  host_not_allowed: { status: 403, title: 'The Host is not ours' },
  origin_not_allowed: { status: 403, title: 'Web pages of other origins may not call' },
  unknown_route: { status: 404, title: 'There is nothing at this path' },
  message_not_found: { status: 404, title: 'There is no such message' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'This path does not take this method' },
  wait_timeout: { status: 408, title: 'No such message came in time' },
  conflict: { status: 409, title: 'It does not go together with what there is' },
  idempotency_uncertain: { status: 409, title: 'Whether this was done before is not known' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Only JSON is read here' },
  refused: { status: 422, title: 'The message was refused' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key belongs to another request' },
  throttled: { status: 429, title: 'Too fast' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something unexpected happened here' },
  full: { status: 503, title: 'Too much is waiting' },
  store_failed: { status: 503, title: 'The store has failed' },
  not_ready: { status: 503, title: 'Not ready' },
  stopping: { status: 503, title: 'Stopping' },
} as const;

/** The code of a problem. */
export type ProblemCode = keyof typeof problems;

/** All codes, in the order of the table. */
export const problemCodes: readonly ProblemCode[] = Object.keys(problems) as ProblemCode[];

/** One of several things that are wrong with a request. */
export interface Flaw {
  readonly code: ProblemCode;
  readonly detail: string;
  /** The field or parameter, as `to[2]`. */
  readonly field?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** More about a problem. */
export interface ProblemOptions extends ErrorOptions {
  readonly field?: string | undefined;
  readonly hint?: string | undefined;
  /** The command_status that an ESME would have got, by name. */
  readonly commandStatus?: string | undefined;
  /** All that is wrong, when it is more than one thing. */
  readonly flaws?: readonly Flaw[] | undefined;
  /** Headers of the answer, as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
}

/** A request that cannot be fulfilled, and why. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.name = 'Problem';
    this.code = code;
    this.options = options;
  }

  /** The HTTP status. */
  get status(): number {
    return problems[this.code].status;
  }

  /** The body of the answer. */
  body(requestId: string): ProblemBody {
    const { field, hint, commandStatus, flaws, members } = this.options;
    return {
      type: `urn:problem-type:chappe:${this.code}`,
      title: problems[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(field === undefined ? {} : { field }),
      ...(hint === undefined ? {} : { hint }),
      ...(commandStatus === undefined ? {} : { commandStatus }),
      ...(flaws === undefined || flaws.length < 2 ? {} : { errors: flaws }),
      ...members,
      requestId,
    };
  }
}

/** The problem of a request with these flaws; the first one gives it its name. Throws a RangeError when there is none. */
export function problemOf(flaws: readonly Flaw[]): Problem {
  const [first] = flaws;
  if (first === undefined) throw new RangeError('a problem without a flaw');
  const { code, detail, field, hint } = first;
  return new Problem(code, detail, { field, hint, flaws });
}

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
