/** Messages: looking for them, at one of them, and at submissions that were not taken. */
import { z } from 'zod';
import { accountOf, ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { ListText } from '../list-text.ts';
import { filterParameters, ownFilter, searchText } from '../message-filter.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { refusedBeside } from '../refused-beside.ts';
import { type Route, route } from '../route.ts';
import {
  idPath,
  listedOf,
  type MessageSummaryBody,
  messageBody,
  messageOf,
  messageSummaryBody,
} from '../schemas/message.ts';
import { type RefusalBody, refusalBody, refusalOf } from '../schemas/refusal.ts';
import { momentMs } from '../times.ts';

// What the gateway gives at once; long messages are fewer, since a page ends by octets too.
const maxLimit = 1_000;
const defaultLimit = 50;

/** One page of messages. */
export interface MessagesBody {
  readonly messages: readonly MessageSummaryBody[];
  readonly next: string | null;
  readonly refused: readonly RefusalBody[];
  readonly daysAside: readonly string[];
}

/** Schema of `MessagesBody`. */
export const messagesBody: z.ZodType<MessagesBody> = z
  .object({
    messages: z
      .array(messageSummaryBody)
      .describe('Newest first; as many as there is room for in a megabyte, long texts shortened'),
    next: z.string().nullable().describe('cursor of the next page; null on the last'),
    refused: z
      .array(refusalBody)
      .describe(
        'On the first page: submissions of the last day that fulfil the same conditions and were not taken, newest first, ' +
          'at most 100; more by GET /api/v1/refusals',
      ),
    daysAside: z
      .array(z.string())
      .describe('Days (UTC) that are not searched since their file is damaged and set aside'),
  })
  .describe('One page of messages');

/** Messages that fulfil all conditions, newest first. */
export function searchMessages({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/messages',
    operationId: 'searchMessages',
    tag: 'messages',
    access: 'read',
    isForAccounts: true,
    summary: 'Search messages, newest first',
    query: z.strictObject({
      ...filterParameters,
      limit: wholeNumber(1, maxLimit).optional().describe(`Messages in one page; default ${defaultLimit}`),
      cursor: z
        .string()
        .regex(/^[0-9a-f]{1,14}$/, { error: 'must be "next" of the page before' })
        .optional()
        .describe('next of the page before'),
    }),
    answers: { 200: { description: 'One page', schema: messagesBody } },
    takesTurns: true,
    problems: ['store_failed', 'stopping'],
    handle: async ({ query: { limit = defaultLimit, cursor, ...filter }, caller }) => {
      const text = searchText(ownFilter(filter, caller), clock.nowMs(), caller);
      const list = new ListText();
      const next = await gateway.messages.walk(text, { limit, cursor }, (view) =>
        list.add(listedOf(view, caller)),
      );
      const refused = cursor === undefined ? refusedBeside(gateway, text, clock.nowMs(), caller) : [];
      const daysAside = gateway.center.files.aside.map(({ day }) => day);
      return { status: 200, body: list.toJson('messages', { next: next ?? null, refused, daysAside }) };
    },
  });
}

/** One message with its timeline. */
export function getMessage({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/messages/{id}',
    operationId: 'getMessage',
    tag: 'messages',
    access: 'read',
    isForAccounts: true,
    summary: 'One message with its timeline',
    params: idPath,
    answers: { 200: { description: 'The message', schema: messageBody } },
    problems: ['message_not_found', 'store_failed'],
    handle: async ({ params: { id }, caller }) => {
      const view = await gateway.messages.get(id, accountOf(caller));
      if (view === undefined) {
        throw new Problem('message_not_found', 'there is no message with this id', {
          hint: 'GET /api/v1/messages lists the newest',
        });
      }
      return { status: 200, body: messageOf(view, caller) };
    },
  });
}

const defaultRefusals = 100;
const maxWordCharacters = 80;

const word = z.string().min(1).max(maxWordCharacters);

const refusalsBody = z.object({
  refusals: z.array(refusalBody).describe('Newest first'),
  next: z.int().nullable().describe('before of the next page; null on the last'),
});

/** Who was refused what, and why. */
export function listRefusals({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/refusals',
    operationId: 'listRefusals',
    tag: 'messages',
    access: 'read',
    isForAccounts: true,
    summary: 'Submissions that were not taken',
    description:
      'Those of the last day, by SMPP and HTTP, since this process runs: at most 50,000, and of all accounts a share. ' +
      'What they said is not kept.',
    query: z.strictObject({
      account: word.optional().describe('Only of this account'),
      to: word.optional().describe('Destination; 4477* for all that begin so'),
      from: word.optional().describe('Sender; as to'),
      reason: word.optional().describe('Only for this reason'),
      after: word.optional().describe('At or after, ISO 8601 with a zone'),
      before: wholeNumber(1, 999_999_999).optional().describe('next of the page before'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultRefusals}`),
    }),
    answers: { 200: { description: 'One page', schema: refusalsBody } },
    handle: ({ query: { account, after, limit = defaultRefusals, ...query }, caller }) => {
      const fromMs = after === undefined ? undefined : momentMs(after, clock.nowMs());
      if (after !== undefined && fromMs === undefined) {
        throw new Problem('invalid_parameter', 'must be a time such as 2026-11-29T00:00:00Z', {
          field: 'after',
        });
      }
      const found = gateway.refusals.find({ ...query, account: ownAccount(caller, account), fromMs }, limit);
      const isCustomer = accountOf(caller) !== undefined;
      const last = found.at(-1);
      return {
        status: 200,
        body: {
          refusals: found.map((refusal) => refusalOf(refusal, isCustomer)),
          next: found.length < limit || last === undefined ? null : last.number,
        },
      };
    },
  });
}
