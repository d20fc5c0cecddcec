/** GET /api/v1/messages: looks for messages. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { ListText } from '../list-text.ts';
import { filterParameters, ownFilter, searchText } from '../message-filter.ts';
import { wholeNumber } from '../parameters.ts';
import { refusedBeside } from '../refused-beside.ts';
import { type Route, route } from '../route.ts';
import { listedOf, type MessageSummaryBody, messageSummaryBody } from '../schemas/message.ts';
import { type RefusalBody, refusalBody } from '../schemas/refusal.ts';

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
