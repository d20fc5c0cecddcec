/** Receipts once more: of one message, and of all messages of a time. */
import { finalStates } from '@chappe/center';
import type { ReceiptRefusal, ReplayedReceipts } from '@chappe/gateway';
import { z } from 'zod';
import { ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { cursorField, cursorOfId, idOfCursor, nextField } from '../cursor.ts';
import { accountNamed } from '../not-found.ts';
import { idempotencyHeader, messageNotFound, messageProblems, onceFor, ownMessage } from '../own-message.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idPath } from '../schemas/message.ts';
import { accountField } from '../schemas/submission.ts';
import { dateTimePattern, durationMs, durationPattern, isoOf } from '../times.ts';

const maxReceipts = 10_000;
const defaultReceipts = 1_000;

const receiptRequest = z
  .strictObject({
    force: z.boolean().optional().describe('Also where no receipt was asked for'),
  })
  .describe('How');

const madeBody = z.object({
  id: z.string(),
  receipts: z
    .int()
    .describe('Made, and waiting for the account: more than one where each segment has its own'),
});

/** Makes the receipt of a message once more. */
export function redeliverReceipt(context: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/messages/{id}/receipt',
    operationId: 'redeliverReceipt',
    tag: 'messages',
    access: 'operate',
    isForAccounts: true,
    summary: 'Deliver the final receipt of a message once more',
    description:
      'It is made anew of what is stored and goes to the binds of the account or its webhook, as the first did; for a long ' +
      "message by the account's settings (receipts.longMessages). TLVs of an operator's receipt are not stored.",
    params: idPath,
    body: receiptRequest.optional(),
    example: { force: true },
    headers: [idempotencyHeader],
    isAudited: 'operators',
    answers: { 202: { description: 'On disk', schema: madeBody } },
    problems: messageProblems,
    handle: (call) =>
      onceFor(context, call, { receipt: call.params.id, ...call.body }, async () => {
        const { id, state } = await ownMessage(context, call.params.id, call.caller);
        const made = await context.gateway.afterwards.receiptAgain(id, call.body?.force === true);
        if (made === undefined) throw messageNotFound();
        if (typeof made === 'string') throw notMade(made, state);
        return { status: 202, body: { id, receipts: made } };
      }),
  });
}

function notMade(refusal: ReceiptRefusal, state: string): Problem {
  const members = { state };
  switch (refusal) {
    case 'not-final':
      return new Problem('conflict', `it is not over: it is ${state}`, {
        members,
        hint: 'its receipt is made when it is',
      });
    case 'not-wanted':
      return new Problem('conflict', 'no receipt was asked for', {
        members,
        hint: 'with "force": true one is made all the same',
      });
    case 'no-account':
      return new Problem('conflict', 'its account is gone', { members });
    case 'full':
      return new Problem('full', 'as many receipts wait for its account as may (receipts.limit)', {
        hint: 'its program has to take them first',
        headers: { 'retry-after': '60' },
      });
  }
}

const moment = z
  .union([z.string().regex(dateTimePattern), z.string().regex(durationPattern)], {
    error:
      'must be a time with its zone such as 2026-11-29T10:00:00Z, or a duration such as 6h: that long ago',
  })
  .describe('2026-11-29T10:00:00Z, or 6h for that long ago');

const replayRequest = z
  .strictObject({
    account: accountField.optional().describe('Whose; an account that calls means itself'),
    from: moment.describe('Of messages accepted at or after: 2026-11-29T10:00:00Z, or 6h for that long ago'),
    to: moment.optional().describe('Accepted before, likewise; default: now'),
    states: z
      .array(z.enum(finalStates))
      .min(1)
      .max(finalStates.length)
      .optional()
      .describe('Only of messages that ended so'),
    confirm: z.boolean().optional().describe('Deliver them; without it they are only counted'),
    limit: z
      .int()
      .min(1)
      .max(maxReceipts)
      .optional()
      .describe(`Receipts made by one call; default ${defaultReceipts}`),
    cursor: cursorField.describe('next of the call before'),
  })
  .describe('Which receipts');

const stops = ['limit', 'account-limit', 'looked-at', 'full'] as const;

const replayBody = z.object({
  confirmed: z.boolean().describe('Whether they were made'),
  messages: z.int(),
  receipts: z.int().describe('Made; or that would be, as far as was looked'),
  oldest: z.iso.datetime().nullable().describe('When the eldest of these messages was accepted'),
  newest: z.iso.datetime().nullable(),
  stoppedBy: z
    .enum(stops)
    .nullable()
    .describe(
      'limit: as many as were asked for; account-limit: as many receipts wait for the account as may (receipts.limit); ' +
        'looked-at: one call looks at 100,000 messages; full: the store takes no more now; null: that was all',
    ),
  next: nextField.describe('cursor of the next call; null: that was all'),
});

/** Makes the receipts of a time once more. */
export function replayReceipts(context: Context): Route {
  const { gateway, clock } = context;
  return route({
    method: 'POST',
    path: '/api/v1/receipts/replay',
    operationId: 'replayReceipts',
    tag: 'receipts',
    access: 'operate',
    isForAccounts: true,
    summary: 'Deliver the receipts of a time once more',
    description:
      'Of messages of one account that were accepted in that time, have ended, and asked for a receipt; newest first. ' +
      'Without `confirm` they are only counted. Only so many as may wait for the account (receipts.limit) are made.',
    body: replayRequest,
    example: { account: 'acme', from: '6h', states: ['delivered', 'undeliverable'], confirm: true },
    headers: [idempotencyHeader],
    isAudited: 'operators',
    takesTurns: true,
    answers: { 200: { description: 'What was found, or made', schema: replayBody } },
    problems: [
      ...messageProblems.filter((code) => code !== 'message_not_found'),
      'not_found',
      'missing_field',
    ],
    handle: (call) => {
      const { body, caller } = call;
      const account = ownAccount(caller, body.account);
      if (account === undefined) {
        throw new Problem('missing_field', '"account" is missing', {
          field: 'account',
          hint: 'receipts are replayed account by account',
        });
      }
      if (!gateway.accounts.open) accountNamed(gateway, account);
      return onceFor(context, call, { replay: account, ...body }, async () => {
        const nowMs = clock.nowMs();
        const isConfirmed = body.confirm === true;
        const fromMs = momentOf('from', body.from, nowMs);
        const untilMs = body.to === undefined ? nowMs + 1 : momentOf('to', body.to, nowMs);
        if (untilMs <= fromMs) {
          throw new Problem('invalid_field', '"to" must be after "from"', { field: 'to' });
        }
        const replayed = await gateway.afterwards.replayReceipts({
          account,
          fromMs,
          untilMs,
          states: body.states,
          isConfirmed,
          limit: body.limit ?? defaultReceipts,
          beforeId: idOfCursor(body.cursor),
        });
        const told = { ...replayOf(replayed), confirmed: isConfirmed };
        return { status: 200, body: told, isChange: isConfirmed ? undefined : false };
      });
    },
  });
}

function replayOf({ messages, receipts, oldestMs, newestMs, stop, next }: ReplayedReceipts) {
  return {
    messages,
    receipts,
    oldest: oldestMs === undefined ? null : isoOf(oldestMs),
    newest: newestMs === undefined ? null : isoOf(newestMs),
    stoppedBy: stop ?? null,
    next: cursorOfId(next),
  };
}

function momentOf(field: string, text: string, nowMs: number): number {
  const agoMs = durationMs(text);
  const atMs = agoMs === undefined ? Date.parse(text) : nowMs - agoMs;
  if (!Number.isNaN(atMs)) return atMs;
  throw new Problem('invalid_field', `"${field}": there is no such time`, { field });
}
