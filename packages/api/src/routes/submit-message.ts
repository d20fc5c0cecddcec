/** POST /api/v1/messages: sends a message, or the same to many. */
import { createHash } from 'node:crypto';
import type { SubmitResult, Submitted } from '@chappe/gateway';
import { GatewayError } from '@chappe/policy';
import { callerKey, ownAccount } from '../auth/caller.ts';
import { checkContent } from '../content-argument.ts';
import type { Context } from '../context.ts';
import { problemOfGateway } from '../gateway-problem.ts';
import { Problem } from '../problem.ts';
import { type Answer, type Route, route } from '../route.ts';
import {
  type RefusedBody,
  type SubmissionBody,
  type SubmittedBody,
  submission,
  submittedBody,
  submittedListBody,
} from '../schemas/submission.ts';
import { Turns } from '../turns.ts';
import { checkSize, submitRequestOf } from './submit-request.ts';

// Lists are sent one group after the other; two of a caller hide the time of a commit from each other.
const listLimits = { atOnce: 8, each: 2, waiting: 20 };

/** Takes messages. The answer leaves when they are on disk. */
export function submitMessage(context: Context): Route {
  const lists = new Turns(listLimits);
  return route({
    method: 'POST',
    path: '/api/v1/messages',
    operationId: 'submitMessage',
    tag: 'messages',
    access: 'manage',
    isForAccounts: true,
    summary: 'Send a message',
    description:
      'The answer comes when the message is on disk. With a list in `to`, each number gets a message of its own, and ' +
      'each is accepted or refused by itself; the answer is a problem only when all were refused.',
    body: submission,
    example: { to: '447700900123', from: 'ACME', text: 'Your code is 1234' },
    headers: [
      {
        name: 'Idempotency-Key',
        description:
          'A name of yours for this request. The same key with the same body gets the same answer for 24 hours, and ' +
          'nothing is sent twice, over a restart of the server too. What a crash has left open is told as ' +
          '`idempotency_uncertain`.',
      },
    ],
    isAudited: false,
    answers: { 202: { description: 'On disk', schema: submittedBody.or(submittedListBody) } },
    problems: [
      'refused',
      'throttled',
      'full',
      'store_failed',
      'stopping',
      'invalid_idempotency_key',
      'idempotency_key_reused',
      'idempotency_uncertain',
    ],
    handle: ({ body: given, header, caller, signal }) => {
      const body = { ...given, account: ownAccount(caller, given.account) };
      checkContent(body);
      const name = callerKey(caller);
      const work = async (): Promise<Answer> => {
        if (typeof body.to === 'string') return submit(context, body);
        const turn = await lists.take(name, signal);
        try {
          return await submit(context, body);
        } finally {
          turn.over();
        }
      };
      const key = header('idempotency-key');
      return key === undefined ? work() : context.idempotency.once(name, key, fingerprint(body), work);
    },
  });
}

/**
 * The same for the same fields and values, in whatever order they came: in that of the schema. It is kept over restarts, so
 * new fields come last there.
 */
function fingerprint(body: SubmissionBody): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('base64');
}

async function submit({ gateway, clock }: Context, body: SubmissionBody): Promise<Answer> {
  const rest = submitRequestOf(body, clock.nowMs());
  const { to } = body;
  if (typeof to !== 'string') {
    checkSize(to.length, rest);
    const results = await gateway.inlet.submit(to.map((one) => ({ ...rest, to: one })));
    return listAnswer(to, results);
  }
  const submitted = bodyOf(to, await gateway.submit({ ...rest, to }));
  return { status: 202, body: submitted, headers: { location: `/api/v1/messages/${submitted.id}` } };
}

function bodyOf(to: string, { ids, segments, coding, replaced, state }: Submitted): SubmittedBody {
  const told = replaced.length === 0 ? {} : { replaced };
  return { id: ids[0] ?? '', ids, to, segments, coding, ...told, state };
}

function listAnswer(destinations: readonly string[], results: readonly SubmitResult[]): Answer {
  let first: Problem | undefined;
  const messages = results.map((result, at): SubmittedBody | RefusedBody => {
    const to = destinations[at] ?? '';
    if (!(result instanceof GatewayError)) return bodyOf(to, result);
    const problem = problemOfGateway(result);
    if (problem === undefined) throw result;
    first ??= problem;
    return refusal(to, problem);
  });
  const accepted = messages.filter((message) => 'id' in message).length;
  const body = { accepted, refused: messages.length - accepted, messages };
  if (accepted === 0 && first !== undefined) {
    throw new Problem(first.code, first.message, { ...first.options, members: { messages } });
  }
  return { status: 202, body };
}

function refusal(to: string, { code, message, options: { commandStatus } }: Problem): RefusedBody {
  return { to, code, detail: message, ...(commandStatus === undefined ? {} : { commandStatus }) };
}
