/** POST /api/v1/messages/batch: sends different messages, a thousand as one object or any number as lines. */
import { type SubmitRequest, sizeOf } from '@chappe/gateway';
import { GatewayError } from '@chappe/policy';
import { type Caller, callerKey } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { lineAnswers, lineLimits } from '../line-answers.ts';
import { Problem } from '../problem.ts';
import { type Answer, type Route, route } from '../route.ts';
import { batch, batchShape } from '../schemas/batch.ts';
import { maxSegments, maxStoredOctets, singleSubmission, submittedListBody } from '../schemas/submission.ts';
import { Shares } from '../shares.ts';
import {
  answerToAll,
  fingerprint,
  outcomeOf,
  refusedMessage,
  requestOf,
  submissionProblems,
  takenBody,
} from '../submissions.ts';
import { check } from '../validation.ts';

const example = {
  messages: [
    { to: '447700900123', text: 'Your code is 1234' },
    { to: '447700900124', text: 'Yours is 9876' },
  ],
};

/** Takes messages, each by itself. The answer to a batch leaves when they are on disk; that to lines while they come. */
export function submitBatch(context: Context): Route {
  const places = new Shares(lineLimits.places);
  return route({
    method: 'POST',
    path: '/api/v1/messages/batch',
    operationId: 'submitBatch',
    tag: 'messages',
    access: 'manage',
    isForAccounts: true,
    summary: 'Send different messages',
    description:
      'Up to 1,000 messages as one JSON object, or any number as lines (`application/x-ndjson`), one message each. Every ' +
      'message is accepted or refused by itself. A batch is answered with 202 when it is on disk, in its order; with a ' +
      'problem only when all were refused. Lines are read as they are sent on, and answered with 200 and a line for each, in ' +
      'their order, while they come: whoever does not read the answer is not read either. The last line says how many.',
    body: batch,
    bodyShape: batchShape,
    example,
    lines: {
      eachIs: 'SingleSubmission',
      example: example.messages.map((message) => `${JSON.stringify(message)}\n`).join(''),
    },
    headers: [
      {
        name: 'Idempotency-Key',
        description:
          'Of a batch: a name of yours for this request. The same key with the same body gets the same answer for 24 ' +
          'hours, and nothing is sent twice, over restarts too. Not for lines.',
      },
    ],
    isAudited: false,
    answers: {
      200: {
        description: 'Lines: a result for each, as they are sent on',
        type: 'application/jsonl',
        eachIs: 'LineResult',
      },
      202: { description: 'A batch: on disk', schema: submittedListBody },
    },
    problems: submissionProblems,
    handle: async ({ body, lines, header, caller, signal, isStillAllowed }) => {
      const key = header('idempotency-key');
      if (lines !== undefined) {
        if (key !== undefined) throw notRemembered();
        return lineAnswers(context, { lines, places, caller, signal, isStillAllowed });
      }
      const name = callerKey(caller);
      const work = async (): Promise<Answer> => {
        const turn = await context.sending.take(name, signal);
        try {
          return await submit(context, body.messages, caller);
        } finally {
          turn.over();
        }
      };
      if (key === undefined) return work();
      return context.idempotency.once(name, key, fingerprint(body), work);
    },
  });
}

function notRemembered(): Problem {
  return new Problem('invalid_idempotency_key', 'lines cannot be remembered: they are not kept', {
    hint: 'leave the Idempotency-Key out, or send batches of at most 1,000 messages as application/json',
  });
}

async function submit(
  { gateway, clock }: Context,
  messages: readonly unknown[],
  caller: Caller,
): Promise<Answer> {
  const nowMs = clock.nowMs();
  const asked = messages.map((message, index) => askedOf(message, index, caller, nowMs));
  const requests = asked.filter((one): one is SubmitRequest => !(one instanceof Problem));
  checkSize(asked);
  const results = await gateway.inlet.submit(requests);
  const outcomes = new Map(results.map((result, at) => [requests[at], outcomeOf(result)]));
  let first: Problem | undefined;
  const answers = asked.map((one, index) => {
    const outcome = one instanceof Problem ? one : inBatch(outcomes.get(one), index);
    if (outcome === undefined) throw new Error('a message without an outcome');
    if (!(outcome instanceof Problem)) return takenBody(one instanceof Problem ? '' : one.to, outcome);
    first ??= outcome;
    return refusedMessage(messages[index], outcome, { index });
  });
  return answerToAll(answers, first);
}

/** A message as the inlet takes it, or why it cannot be. */
function askedOf(message: unknown, index: number, caller: Caller, nowMs: number): SubmitRequest | Problem {
  try {
    return requestOf(check(singleSubmission, message, 'body'), caller, nowMs);
  } catch (error) {
    if (error instanceof Problem) return inBatch(error, index);
    throw error;
  }
}

/** The same, with the field as it is called in the whole body. */
function inBatch<T>(outcome: T | Problem, index: number): T | Problem {
  if (!(outcome instanceof Problem)) return outcome;
  const { code, message, options } = outcome;
  const place = `messages[${index}]`;
  if (options.field === undefined) {
    const isWhole = message.startsWith('the body');
    const detail = message.replace(/^the body/, `"${place}"`);
    return isWhole ? new Problem(code, detail, { ...options, field: place }) : outcome;
  }
  const field = `${place}.${options.field}`;
  const detail = message.replaceAll(`"${options.field}"`, `"${field}"`);
  return new Problem(code, detail, { ...options, field, flaws: undefined });
}

/** Throws a `Problem` for what is too much for one request. */
function checkSize(asked: readonly (SubmitRequest | Problem)[]): void {
  let segments = 0;
  let octets = 0;
  for (const [index, one] of asked.entries()) {
    const size = one instanceof Problem ? undefined : sizeIn(one);
    segments += size?.segments ?? 0;
    octets += size?.octets ?? 0;
    if (index === 0 || (segments <= maxSegments && octets <= maxStoredOctets)) continue;
    const what = segments > maxSegments ? `${maxSegments} segments` : `${maxStoredOctets} octets`;
    throw new Problem('invalid_field', `"messages": more than ${what} are too much for one request`, {
      field: 'messages',
      hint: `send the first ${index} by themselves, or all as lines, with content-type application/x-ndjson`,
    });
  }
}

/** Undefined: it cannot be cut, which the inlet will say. */
function sizeIn(request: SubmitRequest): { readonly segments: number; readonly octets: number } | undefined {
  try {
    return sizeOf(request);
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}
