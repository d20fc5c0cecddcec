/** What is done to one message after it was taken: cancel, replace, retry. */
import type { AgainRefusal, Submitted } from '@chappe/gateway';
import { z } from 'zod';
import { checkContent } from '../content-argument.ts';
import type { Context } from '../context.ts';
import { idempotencyHeader, messageNotFound, messageProblems, onceFor, ownMessage } from '../own-message.ts';
import { Problem } from '../problem.ts';
import { type Answer, type Route, route } from '../route.ts';
import { type ActionBody, actionBody, actionOf, retryBody } from '../schemas/handled.ts';
import { idPath } from '../schemas/message.ts';
import { type ReplacementBody, replacement } from '../schemas/submission.ts';
import { argumentsOf, takenBody } from '../submissions.ts';

/** Why a segment was left as it was, for people. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['final', 'it is over'],
  ['in-flight', 'it is just being delivered, or an operator has it'],
  ['at-operator', 'an operator has it, and its receipt is awaited'],
  ['scheduled', 'its time has not come'],
  ['held', 'a route holds it back'],
  ['refused', 'a route or a filter does not let the new text stand'],
  ['not-found', 'it is gone'],
]);

/** Takes a message back. */
export function cancelMessage(context: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/messages/{id}/cancel',
    operationId: 'cancelMessage',
    tag: 'messages',
    access: 'operate',
    isForAccounts: true,
    summary: 'Take a message back',
    description:
      'By the rules of cancel_sm: what waits ends as deleted, and costs what a deleted message costs; an operator that has ' +
      'it is asked to take it back. All segments of a long message, by the id of any of them. A conflict when nothing ' +
      'could be taken back: the problem says why, segment by segment.',
    params: idPath,
    headers: [idempotencyHeader],
    isAudited: 'operators',
    answers: { 200: { description: 'At least one segment was taken back', schema: actionBody } },
    problems: messageProblems,
    handle: (call) =>
      onceFor(context, call, { cancel: call.params.id }, async () => {
        const { id } = await ownMessage(context, call.params.id, call.caller);
        const pieces = await context.gateway.afterwards.cancel(call.params.id);
        if (pieces === undefined) throw messageNotFound();
        const body = actionOf(id, pieces, (result) => result === 'cancelled');
        if (body.done === 0) throw notDone('cannot be cancelled', body);
        return { status: 200, body };
      }),
  });
}

/** Puts another text into a message, or gives it other times or receipts. */
export function replaceMessage(context: Context): Route {
  const { gateway, clock } = context;
  return route({
    method: 'POST',
    path: '/api/v1/messages/{id}/replace',
    operationId: 'replaceMessage',
    tag: 'messages',
    // What is said in the name of an account is its own affair.
    access: 'manage',
    isForAccounts: true,
    summary: 'Another text, other times or receipts for a message that waits',
    description:
      'By the rules of replace_sm: the new text goes through the routes and filters that the first went through, and takes ' +
      'no more segments than were paid; what is left out stays. The text of a message that was cut into segments cannot ' +
      'be replaced, its times and receipts can.',
    params: idPath,
    body: replacement,
    example: { text: 'Your table is ready at 8', validity: '2h' },
    headers: [idempotencyHeader],
    isAudited: 'operators',
    answers: { 200: { description: 'It was replaced', schema: actionBody } },
    problems: [...messageProblems, 'refused'],
    handle: (call) =>
      onceFor(context, call, { replace: call.params.id, ...call.body }, async () => {
        const { id } = await ownMessage(context, call.params.id, call.caller);
        const changes = changesOf(call.body, clock.nowMs());
        const pieces = await gateway.afterwards.replace(call.params.id, changes);
        if (pieces === undefined) throw messageNotFound();
        if (pieces === 'piece') {
          throw new Problem('conflict', 'its text was cut into segments, and cannot be replaced', {
            hint: 'cancel it and send another message; "validity", "schedule" and "receipt" can be replaced',
          });
        }
        const body = actionOf(id, pieces, (result) => result === 'replaced');
        if (body.done > 0) return { status: 200, body, changed: Object.keys(call.body).sort() };
        if (body.segments.some(({ result }) => result === 'refused')) {
          throw new Problem('refused', 'a route or a filter does not let the new text stand', {
            field: call.body.text === undefined ? 'hex' : 'text',
            commandStatus: 'ESME_RREPLACEFAIL',
            hint: 'POST /api/v1/estimate says what would become of it',
          });
        }
        throw notDone('cannot be replaced', body);
      }),
  });
}

const retryRequest = z
  .strictObject({
    again: z
      .boolean()
      .optional()
      .describe('Of a message that has failed: send it once more, as a new message that is charged as one'),
    mayDuplicate: z
      .boolean()
      .optional()
      .describe(
        'Also where it may have arrived already, or was sent again before: the handset may get it twice',
      ),
  })
  .describe('How');

/** Tries a message again. */
export function retryMessage(context: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/messages/{id}/retry',
    operationId: 'retryMessage',
    tag: 'messages',
    access: 'operate',
    isForAccounts: true,
    summary: 'Try a message again',
    description:
      'One that waits for its next attempt is due now. One that has failed (undeliverable, expired, rejected, unknown) is ' +
      'sent once more with `again`: as a new message, decided and charged like any other; each of the two names the ' +
      'other in its timeline. Where the first may have arrived, that takes `mayDuplicate` as well.',
    params: idPath,
    body: retryRequest.optional(),
    example: { again: true },
    headers: [idempotencyHeader],
    isAudited: 'operators',
    answers: {
      200: { description: 'It is due now', schema: retryBody },
      202: { description: 'A new message is on disk', schema: retryBody },
    },
    problems: [...messageProblems, 'refused', 'throttled'],
    handle: (call) =>
      onceFor(context, call, { retry: call.params.id, ...call.body }, async () => {
        const { afterwards } = context.gateway;
        const { again = false, mayDuplicate = false } = call.body ?? {};
        const view = await ownMessage(context, call.params.id, call.caller);
        if (view.isFinal && again) {
          const sent = await afterwards.again(call.params.id, { mayDuplicate });
          return sentAgain(view, sent);
        }
        const pieces = await afterwards.retry(call.params.id, { mayDuplicate });
        if (pieces === undefined) throw messageNotFound();
        if (pieces === 'may-have-arrived') throw againProblem('may-have-arrived', view.state);
        const body = actionOf(view.id, pieces, (result) => result === 'due-now' || result === 'under-way');
        if (body.done === 0) throw notDone('cannot be tried now', body, retryHint(body, view.state));
        return { status: 200, body: { ...body, again: null } };
      }),
  });
}

function sentAgain(
  { id, to, state }: { readonly id: string; readonly to: string; readonly state: string },
  sent: Submitted | AgainRefusal | undefined,
): Answer {
  if (sent === undefined) throw messageNotFound();
  if (typeof sent === 'string') throw againProblem(sent, state);
  const again = takenBody(to, sent);
  const headers = { location: `/api/v1/messages/${again.id}` };
  return { status: 202, body: { id, done: 0, left: 0, segments: [], again }, headers };
}

/** Why a message is not sent once more. */
function againProblem(refusal: AgainRefusal, state: string): Problem {
  const hint = 'with "mayDuplicate": true it is sent all the same';
  switch (refusal) {
    case 'may-have-arrived':
      return conflict(`it may have arrived (it is ${state}): an attempt was not answered`, state, hint);
    case 'sent-again':
      return conflict('it was sent again before: its timeline names the new message', state, hint);
    case 'not-failed':
      return conflict(`it has not failed: it is ${state}`, state);
    case 'not-final':
      return conflict(`it is not over: it is ${state}`, state, 'without "again" it is due now');
    case 'own-part':
      return conflict('it is one part of a text that its sender has cut', state, 'send the whole text again');
    case 'several':
      return conflict('it is one submit_multi', state, 'send it to the numbers that it has not reached');
    case 'no-account':
      return conflict('its account is gone', state);
  }
}

function conflict(detail: string, state: string, hint?: string): Problem {
  return new Problem('conflict', detail, { hint, members: { state } });
}

/** Nothing could be done: the state, and why, of the first; of each one in `segments`. */
function notDone(what: string, { segments }: ActionBody, hint?: string): Problem {
  const [first] = segments;
  const why = reasons.get(first?.result ?? '') ?? 'it has changed meanwhile';
  const state = first?.state ?? '';
  return new Problem('conflict', `it ${what}: ${why} (${state})`, { hint, members: { state, segments } });
}

function retryHint({ segments }: ActionBody, state: string): string | undefined {
  switch (segments[0]?.result) {
    case 'final':
      return state === 'delivered' ? undefined : 'with "again": true it is sent as a new message';
    case 'scheduled':
      return 'POST /api/v1/messages/{id}/replace takes another "schedule"';
    case 'held':
      return 'POST /api/v1/held/{id}/release lets it go on';
    default:
      return undefined;
  }
}

function changesOf(body: ReplacementBody, nowMs: number) {
  const { text, hex } = body;
  const hasContent = text !== undefined || hex !== undefined;
  if (hasContent || body.coding !== undefined || body.messageClass !== undefined) checkContent(body);
  if (Object.values(body).every((value) => value === undefined)) {
    throw new Problem('missing_field', 'nothing is to be replaced', {
      field: 'text',
      hint: 'give "text" or "hex", "validity", "schedule" or "receipt"',
    });
  }
  const { coding, replacement: instead, messageClass, ...rest } = argumentsOf(body, nowMs);
  const content = { text, hex, coding, replacement: instead, messageClass };
  return {
    content: hasContent ? content : undefined,
    validityMs: body.validity === undefined ? undefined : rest.validityMs,
    scheduleAtMs: rest.scheduleAtMs,
    receipt: rest.receipt,
  };
}
