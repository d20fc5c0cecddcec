/** POST /api/v1/messages: sends a message, or the same to many. */
import { callerKey, ownAccount } from '../auth/caller.ts';
import { checkContent } from '../content-argument.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Answer, type Route, route } from '../route.ts';
import { type SubmissionBody, submission, submittedBody, submittedListBody } from '../schemas/submission.ts';
import {
  answerToAll,
  argumentsOf,
  checkSize,
  fingerprint,
  outcomeOf,
  refusedBody,
  submissionProblems,
  takenBody,
} from '../submissions.ts';

/** Takes messages. The answer leaves when they are on disk. */
export function submitMessage(context: Context): Route {
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
    problems: submissionProblems,
    handle: ({ body: given, header, caller, signal }) => {
      const body = { ...given, account: ownAccount(caller, given.account) };
      checkContent(body);
      const name = callerKey(caller);
      const work = async (): Promise<Answer> => {
        if (typeof body.to === 'string') return submit(context, body);
        const turn = await context.sending.take(name, signal);
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

async function submit({ gateway, clock }: Context, body: SubmissionBody): Promise<Answer> {
  const rest = argumentsOf(body, clock.nowMs());
  const { to } = body;
  if (typeof to === 'string') {
    const submitted = takenBody(to, await gateway.submit({ ...rest, to }));
    return { status: 202, body: submitted, headers: { location: `/api/v1/messages/${submitted.id}` } };
  }
  checkSize(to.length, rest);
  const results = await gateway.inlet.submit(to.map((one) => ({ ...rest, to: one })));
  const outcomes = results.map(outcomeOf);
  const messages = outcomes.map((outcome, at) => {
    const one = to[at] ?? '';
    return outcome instanceof Problem ? refusedBody(one, outcome) : takenBody(one, outcome);
  });
  return answerToAll(
    messages,
    outcomes.find((outcome) => outcome instanceof Problem),
  );
}
