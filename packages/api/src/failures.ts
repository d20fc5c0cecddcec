/** Everything that can fail on the way to a handler and in it, as a problem. */
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOfGateway } from './gateway-problem.ts';
import { Problem, type ProblemCode } from './problem.ts';

interface CodedError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
}

/** The problem that any thrown thing is; what nobody foresaw is `internal` and tells the caller nothing. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const known = problemOfGateway(error);
  if (known !== undefined) return known;
  const { code, statusCode } = (error ?? {}) as CodedError;
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported_media_type', 'the content type is not application/json', {
        hint: 'send the header "content-type: application/json"',
      });
    default:
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Problem('bad_request', 'the request cannot be read', { cause: error });
  }
  return new Problem(
    'internal',
    'this should not happen; the log of the server has more under the requestId',
    {
      cause: error,
    },
  );
}

/** Sends a problem. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .headers({ ...problem.options.headers })
    .type('application/problem+json')
    .send(problem.body(reply.request.id));
}

/** Answers failures, unknown paths and wrong methods. `allowed`: methods of a path, empty for an unknown one. */
export function answerFailures(app: FastifyInstance, allowed: (path: string) => readonly string[]): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    const problem = problemOfError(error);
    logFailure(request.log, request, problem);
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(reply, problemOfPath(request, allowed)));
}

// What a caller brings about by asking too much, and what the log has already when it begins: no line for each request.
const withoutLine: ReadonlySet<ProblemCode> = new Set(['full', 'not_ready', 'stopping']);

/** Only failures of ours are worth a line, and never what the caller wrote: neither its body nor its query. */
function logFailure(log: FastifyBaseLogger, request: FastifyRequest, problem: Problem): void {
  if (problem.status < 500 || withoutLine.has(problem.code)) return;
  const { method } = request;
  const where = request.routeOptions.url;
  log.error(
    { requestId: request.id, method, route: where, code: problem.code, err: problem.options.cause },
    'failed',
  );
}

function problemOfPath(request: FastifyRequest, allowed: (path: string) => readonly string[]): Problem {
  const path = request.url.split('?', 1)[0] ?? '';
  const methods = allowed(path);
  if (methods.length > 0) {
    return new Problem('method_not_allowed', `${request.method} is not possible here`, {
      hint: `use ${methods.join(' or ')}`,
      headers: { allow: methods.join(', ') },
    });
  }
  return new Problem('unknown_route', `there is nothing at ${request.method} ${path.slice(0, 200)}`, {
    hint: 'GET /openapi.json lists all paths',
  });
}
