/** Calls of the HTTP API of a running Chappe. */

import { readFileSync } from 'node:fs';
import { printable } from '@chappe/protocol';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { Failure, usage } from './failure.ts';

/** Where the API is, and who asks. */
export interface ApiAccess {
  readonly api: string;
  /** The key; undefined: none. */
  readonly key: string | undefined;
  /** A file with the key; wins over `key`. */
  readonly keyFile: string | undefined;
}

/** One call. */
export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Parameters; undefined ones are left out. */
  readonly query?: { readonly [name: string]: string | undefined };
  readonly body?: object;
  /** How long to wait for the answer, milliseconds. */
  readonly timeoutMs: number;
}

/** A problem as the API tells it (RFC 9457). */
interface ProblemBody {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly hint?: unknown;
  readonly field?: unknown;
  /** All that is wrong, where it is more than one thing. */
  readonly errors?: unknown;
}

/** The API has answered, and says no. */
export class ApiRefusal extends Failure {
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, exitCode: ExitCode, message: string, hint: string | undefined) {
    super(exitCode, message, hint);
    this.status = status;
  }
}

// An answer of the API is a page of at most 1,000 messages.
const maxAnswerOctets = 256 * 1024 * 1024;
/** By that the server knows that a change came by a command. */
const program = 'chappe-cli';
// As many as a person mends at one go.
const maxShownFlaws = 10;

const hintsByStatus: { readonly [status: number]: string | undefined } = {
  401:
    'give a key: --key-file FILE or CHAPPE_API_KEY; ' +
    'its SHA-256 stands in the configuration as http.adminKeyHash, or as apiKeyHash of an account',
  403: "this key may not do that: the key of an account sees only what is the account's own, use the admin's",
};

function failureOfProblem(problem: ProblemBody, status: number): ApiRefusal {
  const exitCode: ExitCode = problem.code === 'wait_timeout' ? exitCodes.timeout : exitCodes.rejected;
  const detail = typeof problem.detail === 'string' ? problem.detail : `the server answered ${status}`;
  const hint = typeof problem.hint === 'string' ? printable(problem.hint) : undefined;
  const notes = [hintOf(problem, status) ?? hint, ...otherFlaws(problem)].filter(
    (note) => note !== undefined,
  );
  return new ApiRefusal(
    status,
    exitCode,
    withField(problem.field, detail),
    notes.length === 0 ? undefined : notes.join('\n  '),
  );
}

function withField(field: unknown, detail: string): string {
  return typeof field !== 'string' || detail.includes(field) ? detail : `${field}: ${detail}`;
}

/** A 403 may also be about the Host or the Origin: then the server knows better. */
function hintOf({ code }: ProblemBody, status: number): string | undefined {
  if (code === 'host_not_allowed' || code === 'origin_not_allowed') return undefined;
  if (code === 'unknown_route') return 'is that Chappe older than this program, or one without a gateway?';
  return hintsByStatus[status];
}

/** What else is wrong; the first of them is the problem itself. */
function otherFlaws({ errors }: ProblemBody): string[] {
  if (!Array.isArray(errors)) return [];
  const flaws = errors.slice(1).map((flaw: ProblemBody | null) => {
    const detail = withField(flaw?.field, String(flaw?.detail ?? ''));
    return printable(typeof flaw?.hint === 'string' ? `${detail}: ${flaw.hint}` : detail);
  });
  const more = flaws.length - maxShownFlaws;
  return more > 0 ? [...flaws.slice(0, maxShownFlaws), `and ${more} more`] : flaws;
}

function reachFailure(error: unknown, base: string): Failure {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return new Failure(exitCodes.timeout, `${base} did not answer in time`);
  // Ctrl-C aborts with the name of its signal.
  if (name === 'AbortError' || !(error instanceof Error))
    return new Failure(exitCodes.interrupted, 'interrupted');
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return new Failure(
    exitCodes.connect,
    `cannot reach ${base}: ${cause}`,
    'is `chappe start` or `chappe serve` running there, with HTTP?',
  );
}

async function readJson(response: Response, base: string): Promise<unknown> {
  if (response.status === 204) return undefined;
  if (Number(response.headers.get('content-length') ?? 0) > maxAnswerOctets) {
    throw new Failure(exitCodes.rejected, `the answer of ${base} is too long`);
  }
  try {
    return await response.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw reachFailure(error, base);
    throw new Failure(
      exitCodes.rejected,
      `${base} answered ${response.status} without JSON`,
      'is that a Chappe?',
    );
  }
}

/** The key to show; undefined: none. Throws a `Failure` when it cannot be read, or cannot be one. */
function keyOf({ key, keyFile }: ApiAccess): string | undefined {
  let given = key;
  if (keyFile !== undefined) {
    try {
      given = readFileSync(keyFile, 'utf8').trim();
    } catch (error) {
      throw usage(`--key-file: cannot read ${keyFile}: ${(error as Error).message}`);
    }
    if (given === '') throw usage(`--key-file: ${keyFile} is empty`);
  }
  // It stands in a header; what is wrong with it is not shown.
  if (given !== undefined && !/^[!-~]+$/.test(given))
    throw usage('the key has characters that no key has', 'keys are visible ASCII without blanks');
  return given;
}

async function request(access: ApiAccess, call: ApiCall, signal: AbortSignal): Promise<Response> {
  const { method = 'GET', path, query = {}, body } = call;
  const url = new URL(path, access.api);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  const key = keyOf(access);
  const headers: { [name: string]: string } = { 'user-agent': program };
  if (key !== undefined) headers.authorization = `Bearer ${key}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    return await fetch(url, {
      method,
      // A redirect would carry the key elsewhere.
      redirect: 'error',
      signal,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw reachFailure(error, access.api);
  }
}

/** Calls the API and gives the body of its answer; undefined where there is none. Throws a `Failure`. */
export async function callApi(access: ApiAccess, call: ApiCall, signal: AbortSignal): Promise<unknown> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(call.timeoutMs)]);
  const response = await request(access, call, limited);
  const answer = await readJson(response, access.api);
  if (!response.ok) throw failureOfProblem((answer ?? {}) as ProblemBody, response.status);
  return answer;
}

/** Opens a stream of the API: its octets until it ends or `signal` is aborted. Throws a `Failure` when it is refused. */
export async function openStream(
  access: ApiAccess,
  call: ApiCall,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const opening = new AbortController();
  const disarm = setTimeout(
    () => opening.abort(new DOMException('too late', 'TimeoutError')),
    call.timeoutMs,
  );
  try {
    const response = await request(access, call, AbortSignal.any([signal, opening.signal]));
    if (!response.ok) {
      const answer = await readJson(response, access.api);
      throw failureOfProblem((answer ?? {}) as ProblemBody, response.status);
    }
    if (response.body === null) throw new Failure(exitCodes.rejected, `${access.api} answered nothing`);
    return response.body;
  } finally {
    clearTimeout(disarm);
  }
}
