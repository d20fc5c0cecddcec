/** Requests that never become one: broken HTTP, unreadable URLs; and the ids of those that do. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest, RawRequestDefaultExpression } from 'fastify';
import type { Connections } from './connections.ts';
import { sendProblem } from './failures.ts';
import { Problem, type ProblemCode } from './problem.ts';

const callerId = /^[\w.:-]{1,64}$/;

/** Ids of requests: the caller's `x-request-id` when it is a plain one, else one of ours. */
export function requestIds(startedMs: number): (request: RawRequestDefaultExpression) => string {
  // Two runs of the server have different ids, so that a log of both can be searched.
  const run = startedMs.toString(36);
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    if (typeof given === 'string' && callerId.test(given)) return given;
    count += 1;
    return `${run}-${count.toString(36)}`;
  };
}

/** Answers a URL that cannot be read, as one with `%zz`. */
export function unreadableUrl(_error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, new Problem('bad_request', 'the path cannot be read', { hint: 'write % as %25' }));
}

/** Answers what is no HTTP request, and closes the connection. */
export function brokenRequests(
  connections: Connections,
): (error: Error & { readonly code?: string }, socket: Socket) => void {
  return (error, socket) => {
    // Said once for each request, and then nothing more is done about it.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && connections.isWatched(socket)) return;
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    connections.finish(socket, answerTo(error.code));
  };
}

function answerTo(errorCode: string | undefined): string {
  const problem = new Problem(codeOf(errorCode), detailOf(errorCode));
  const body = JSON.stringify(problem.body('-'));
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function codeOf(code: string | undefined): ProblemCode {
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'bad_request';
}

function detailOf(code: string | undefined): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'the headers are too large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'the request did not come to its end in time';
    default:
      return 'this is no HTTP request';
  }
}
