/** Puts a route into the server: checks what comes, sends what the handler returns. */
import type { AuditLog } from '@chappe/gateway';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { changeOf } from './audit.ts';
import { type Caller, callerKey } from './auth/caller.ts';
import type { CallerRequest, Gate } from './auth/gate.ts';
import { BodyLines } from './body-lines.ts';
import { checkShape, plainShape } from './body-shape.ts';
import { sendProblem } from './failures.ts';
import { Problem } from './problem.ts';
import type { Answer, Call, Route } from './route.ts';
import { sendAnswer } from './send-answer.ts';
import type { Turns } from './turns.ts';
import type { UnreadAnswers } from './unread.ts';
import { check, checkEmpty } from './validation.ts';

/** What a route is mounted with. */
export interface MountOptions {
  readonly gate: Gate;
  readonly turns: Turns;
  readonly unread: UnreadAnswers;
  readonly audit: AuditLog;
  /** Aborted when the API closes. */
  readonly closing: AbortSignal;
}

/** Adds a route. */
export function mount(
  app: FastifyInstance,
  route: Route,
  { gate, turns, unread, audit, closing }: MountOptions,
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    // Before the body is read: who may not call need not send one.
    onRequest: async (request, reply) => {
      const { admitted, allowance } = await gate.admit(requestOf(request), route);
      if (allowance !== undefined) reply.headers(allowance.headers);
      if (admitted instanceof Problem) return sendProblem(reply, admitted);
      callers.set(request, admitted);
      return undefined;
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) ?? nobody;
      const owner = callerKey(caller);
      if (unread.isFull(owner)) throw notReading();
      const call = callOf(route, request, caller, { gate, closing, reply });
      const answer = route.takesTurns === true ? await inTurn(route, call, turns) : await route.handle(call);
      // Of many that are asked for at once the first ones are sent. What was changed is answered all the same.
      if (route.method === 'GET' && unread.isFull(owner)) {
        answer.done?.();
        throw notReading();
      }
      const changer = {
        caller,
        address: gate.addressOf(requestOf(request)),
        program: request.headers['user-agent'],
      };
      const change = changeOf(route, call.params, answer, changer);
      // Before it is answered: what is known to be done stands in the audit.
      if (change !== undefined) await audit.append(change).catch((error) => failed(request, error));
      await sendAnswer(reply, answer, (octets) => unread.add(owner, octets));
      return reply;
    },
  });
}

/** Does the work when it is the caller's turn, which lasts until the answer has left. */
async function inTurn(route: Route, call: Call<unknown, unknown, unknown>, turns: Turns): Promise<Answer> {
  const turn = await turns.take(callerKey(call.caller), call.signal);
  try {
    const answer = await route.handle(call);
    turn.worked();
    return { ...answer, done: turn.over };
  } catch (error) {
    turn.over();
    throw error;
  }
}

function requestOf({ headers, socket }: FastifyRequest): CallerRequest {
  return { headers, address: socket.remoteAddress ?? '' };
}

function notReading(): Problem {
  return new Problem('throttled', 'this caller has left too many answers unread', {
    hint: 'read the answers to earlier requests, or end their connections',
    headers: { 'retry-after': '1' },
  });
}

/** It is done all the same, and cannot be taken back. */
function failed({ log, id }: FastifyRequest, error: unknown): void {
  log.error({ requestId: id, err: error }, 'a change does not stand in the audit');
}

/** Never met: the gate comes first. It has no name that an account could have. */
const nobody: Caller = { kind: 'account', name: '', key: '' };

/** Methods that a path takes; none: there is nothing at that path. */
export function methodsAt(routes: readonly Route[], path: string): readonly string[] {
  const parts = partsOf(path);
  const matching = routes.filter((route) => {
    const wanted = partsOf(route.path);
    return (
      wanted.length === parts.length &&
      wanted.every((part, index) => part.startsWith('{') || part === parts[index])
    );
  });
  const methods = new Set<string>(matching.map(({ method }) => method));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods];
}

/** A slash at the end makes no difference to the router; two in a row do. */
function partsOf(path: string): readonly string[] {
  return path.replace(/\/$/, '').split('/').slice(1);
}

function callOf(
  route: Route,
  request: FastifyRequest,
  caller: Caller,
  { gate, closing, reply }: Pick<MountOptions, 'gate' | 'closing'> & { readonly reply: FastifyReply },
): Call<unknown, unknown, unknown> {
  const params =
    route.params === undefined ? {} : check(route.params, { ...(request.params as object) }, 'path');
  if (route.query === undefined) checkEmpty(request.query, 'query');
  const query =
    route.query === undefined ? {} : check(route.query, { ...(request.query as object) }, 'query');
  const lines = request.body instanceof BodyLines ? request.body : undefined;
  const body = lines === undefined ? bodyOf(route, request.body) : undefined;
  if (lines !== undefined && route.lines === undefined) throw notInLines();
  let signal: AbortSignal | undefined;
  return {
    params,
    query,
    body,
    lines,
    caller,
    isStillAllowed: () => gate.holds(requestOf(request), route),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    get signal() {
      signal ??= signalOf(reply, closing);
      return signal;
    },
  };
}

function bodyOf(route: Route, given: unknown): unknown {
  checkShape(given, route.bodyShape ?? plainShape);
  return route.body === undefined ? undefined : check(route.body, given ?? undefined, 'body');
}

function notInLines(): Problem {
  return new Problem('unsupported_media_type', 'this takes no lines', {
    hint: 'send the header "content-type: application/json"',
  });
}

/** Aborted with the connection or the API. (`request.signal` is aborted as soon as a body has been read.) */
function signalOf({ raw }: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (raw.closed) gone.abort();
  else raw.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, closing]);
}
