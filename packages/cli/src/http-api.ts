/** Calls of the HTTP API of a running Chappe. */
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { Failure } from './failure.ts';

/** A problem as the API tells it (RFC 9457). */
interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly field?: string;
}

/** One call. */
export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** Parameters; undefined ones are left out. */
  readonly query?: { readonly [name: string]: string | undefined };
  readonly body?: object;
  /** How long to wait for the answer, milliseconds. */
  readonly timeoutMs: number;
}

// An answer of the API is a page of at most 1,000 messages.
const maxAnswerOctets = 256 * 1024 * 1024;

function failureOfProblem({ code, detail, hint, field }: ProblemBody, status: number): Failure {
  const exitCode: ExitCode = code === 'wait_timeout' ? exitCodes.timeout : exitCodes.rejected;
  const where = field === undefined ? '' : `${field}: `;
  return new Failure(exitCode, `${where}${detail ?? `the server answered ${status}`}`, hint);
}

function reachFailure(error: unknown, base: string): Failure {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return new Failure(exitCodes.timeout, `${base} did not answer in time`);
  if (name === 'AbortError') return new Failure(exitCodes.interrupted, 'interrupted');
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new Failure(
    exitCodes.connect,
    `cannot reach ${base}: ${cause}`,
    'is `chappe start` running there, with HTTP?',
  );
}

async function readJson(response: Response, base: string): Promise<unknown> {
  if (Number(response.headers.get('content-length') ?? 0) > maxAnswerOctets) {
    throw new Failure(exitCodes.rejected, `the answer of ${base} is too long`);
  }
  try {
    return await response.json();
  } catch {
    throw new Failure(
      exitCodes.rejected,
      `${base} answered ${response.status} without JSON`,
      'is that a Chappe?',
    );
  }
}

/** Calls the API and gives the body of its answer. Throws a `Failure`. */
export async function callApi(base: string, call: ApiCall, signal: AbortSignal): Promise<unknown> {
  const { method = 'GET', path, query = {}, body, timeoutMs } = call;
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
  } catch (error) {
    throw reachFailure(error, base);
  }
  const answer = await readJson(response, base);
  if (!response.ok) throw failureOfProblem((answer ?? {}) as ProblemBody, response.status);
  return answer;
}
