/** Money: what an account has and may spend, what came and went, and what is billed. */
import type { Discrepancy } from '@chappe/gateway';
import { type BillingRecord, billingRecords } from '@chappe/gateway';
import { formatAmount, parseAmount } from '@chappe/policy';
import { z } from 'zod';
import { callerName } from '../audit.ts';
import { accountOf, ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { streamLines } from '../line-stream.ts';
import { lineFormatTypes } from '../lines-format.ts';
import { accountNamed } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { recordColumns, recordHead, recordLine } from '../records-text.ts';
import { type Route, route } from '../route.ts';
import { amountField } from '../schemas/entry.ts';
import { creditBody, creditOf, ledgerBody, ledgerOf, lineBody, lineOf } from '../schemas/ledger.ts';
import { accountField } from '../schemas/submission.ts';
import { momentMs } from '../times.ts';

/** The account in a path. */
export const accountPath: z.ZodType<{ readonly account: string }> = z.strictObject({ account: accountField });

/** The money of one account. */
export function getLedger({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/ledger/{account}',
    operationId: 'getLedger',
    tag: 'ledger',
    access: 'read',
    isForAccounts: true,
    summary: 'What an account has, and may spend',
    params: accountPath,
    answers: { 200: { description: 'Its money', schema: ledgerBody } },
    problems: ['not_found'],
    handle: ({ params: { account }, caller }) => {
      const { name } = accountNamed(gateway, ownAccount(caller, account));
      return { status: 200, body: ledgerOf(gateway, name, clock.nowMs()) };
    },
  });
}

const maxLimit = 1_000;
const defaultLimit = 100;

const statementBody = z.object({
  lines: z.array(lineBody).describe('In order of time'),
  next: z.string().nullable().describe('after of the next page; null on the last'),
});

const place = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T[\dTZ:.-]{1,40})?$/, { error: 'must be a day, a time, or "next" of a page' });

/** The statement of an account. */
export function getStatement({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/ledger/{account}/entries',
    operationId: 'getStatement',
    tag: 'ledger',
    access: 'read',
    isForAccounts: true,
    summary: 'The statement of an account',
    description:
      'Days, times and places are compared as text: `after=2026-03-01&before=2026-04-01` is March.',
    params: accountPath,
    query: z.strictObject({
      after: place.optional().describe('Only later lines: 2026-03-01, or next of the page before'),
      before: place.optional().describe('Only earlier lines'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
    }),
    answers: { 200: { description: 'One page', schema: statementBody } },
    problems: ['not_found', 'store_failed'],
    handle: async ({ params: { account }, query: { after, before, limit = defaultLimit }, caller }) => {
      const { name } = accountNamed(gateway, ownAccount(caller, account));
      const { lines, next } = await gateway.ledger.statement(name, { after, before, limit });
      return { status: 200, body: { lines: lines.map(lineOf), next: next ?? null } };
    },
  });
}

const requestBody = z
  .strictObject({
    amount: amountField.describe('As "10.00"; below zero it is taken away'),
    note: z.string().max(500).optional().describe('For people'),
    reference: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('Your own name for it: the same one again makes no second credit'),
  })
  .describe('A credit');

const resultBody = z.object({ entry: creditBody, ledger: ledgerBody });

/** Credits an account; on disk when it is answered. */
export function postCredit({ gateway, clock }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/ledger/{account}/credits',
    operationId: 'postCredit',
    tag: 'ledger',
    access: 'manage',
    summary: 'Credit an account, or take credit away',
    description:
      'A top-up when above zero, an adjustment when below. Without a reference every request is a credit.',
    params: accountPath,
    body: requestBody,
    example: { amount: '10.00', note: 'invoice 7', reference: 'inv-7' },
    answers: {
      200: { description: 'There was one with this reference already', schema: resultBody },
      201: { description: 'On disk', schema: resultBody },
    },
    problems: ['not_found', 'conflict', 'store_failed', 'stopping'],
    handle: async ({ params: { account: asked }, body: { amount: text, note, reference }, caller }) => {
      const { name: account } = accountNamed(gateway, asked);
      const nowMs = clock.nowMs();
      // Where nobody needs a key there is no name.
      const by = caller.kind === 'anybody' ? 'api' : callerName(caller);
      try {
        const amount = parseAmount(text);
        const request = { account, amount, kind: amount < 0 ? 'adjustment' : 'top-up', note, by } as const;
        const { entry, isNew } =
          reference === undefined
            ? { entry: await gateway.ledger.credit(request, nowMs), isNew: true }
            : await gateway.ledger.creditOnce(request, reference, nowMs);
        return {
          status: isNew ? 201 : 200,
          body: { entry: creditOf(entry), ledger: ledgerOf(gateway, account, nowMs) },
          changed: isNew ? ['balance'] : [],
        };
      } catch (error) {
        if (error instanceof RangeError) throw problemOf(error);
        throw error;
      }
    },
  });
}

/** Which field it is about stands first in the message. */
function problemOf(error: RangeError): Problem {
  const [field = ''] = error.message.split(' ', 1);
  const isReused = error.message.includes('came with another amount');
  return new Problem(isReused ? 'conflict' : 'invalid_field', error.message, { cause: error, field });
}

const maxShown = 1_000;

const shownBody = z.object({
  account: z.string(),
  day: z.string().nullable().describe('null: over all days'),
  where: z.enum(['tally', 'sum', 'closing', 'running']),
  field: z.enum(['messages', 'accepted', 'reserved', 'settled', 'released', 'balance']),
  expected: z.string().describe('What the messages say'),
  found: z.string(),
});

const checkBody = z.object({
  ok: z.boolean(),
  difference: z
    .string()
    .describe('Sum of all differences of amounts, whatever their sign; "0" when it adds up'),
  accounts: z.array(shownBody).describe(`What does not add up; the first ${maxShown}`),
  daysAside: z
    .array(z.object({ day: z.string(), money: z.enum(['known', 'unknown']) }))
    .describe(
      'Days whose file is damaged: their messages are not added up. known: their sums are, as they stood then and with what ' +
        'has ended since; unknown: of their money nothing is known but the sums of the last full hour',
    ),
  uncertain: z
    .array(shownBody)
    .describe('Accounts whose running balance cannot be checked since the money of a day is unknown'),
});

/** Adds up every message and every entry, and compares. */
export function checkLedger({ gateway }: Context): Route {
  let isRunning = false;
  return route({
    method: 'GET',
    path: '/api/v1/ledger/check',
    operationId: 'checkLedger',
    tag: 'ledger',
    access: 'read',
    summary: 'Add everything up: entries, messages, balances',
    description:
      'Reads every stored message: slow on a large store. May be called under load; one at a time.',
    answers: { 200: { description: 'What came out', schema: checkBody } },
    problems: ['full', 'store_failed'],
    handle: async () => {
      if (isRunning)
        throw new Problem('full', 'another check is under way', { hint: 'wait until it is done' });
      isRunning = true;
      try {
        const all = await gateway.ledger.verify(() => gateway.center.recount());
        const daysAside = gateway.center.files.aside;
        const isUncertain = ({ where }: Discrepancy): boolean =>
          where === 'running' && daysAside.some(({ hasTallies }) => !hasTallies);
        const found = all.filter((one) => !isUncertain(one));
        const difference = found.reduce((sum, one) => sum + differenceOf(one), 0);
        return {
          status: 200,
          body: {
            ok: found.length === 0,
            difference: formatAmount(difference),
            accounts: found.slice(0, maxShown).map(shown),
            daysAside: daysAside.map(({ day, hasTallies }) => ({
              day,
              money: hasTallies ? 'known' : 'unknown',
            })),
            uncertain: all.filter(isUncertain).slice(0, maxShown).map(shown),
          },
        };
      } finally {
        isRunning = false;
      }
    },
  });
}

function differenceOf({ field, expected, found }: Discrepancy): number {
  return field === 'messages' ? 0 : Math.abs(expected - found);
}

function shown(one: Discrepancy): z.infer<typeof checkBody>['accounts'][number] {
  const text = (value: number): string => (one.field === 'messages' ? String(value) : formatAmount(value));
  const { account, day, where, field, expected, found } = one;
  return { account, day: day ?? null, where, field, expected: text(expected), found: text(found) };
}

const dayMs = 86_400_000;
const maxNameCharacters = 64;

const query = z.strictObject({
  day: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'must be a day such as 2026-11-29' })
    .optional()
    .describe('Messages accepted on that day, UTC'),
  after: z.string().optional().describe('Instead of day: accepted at or after, ISO 8601 with a zone'),
  before: z.string().optional().describe('Accepted before; default now'),
  account: z.string().min(1).max(maxNameCharacters).optional().describe('Only of this account'),
  format: z.enum(['csv', 'jsonl']).optional().describe('csv (default) or jsonl, one JSON object a line'),
});

const someRecord: BillingRecord = {
  id: '00dfa69f9f40002576a01d',
  kind: 'mt',
  account: 'acme',
  from: 'ACME',
  to: '447700900123',
  segments: 1,
  route: 'uk',
  connector: 'op-a',
  operatorId: '7f3a01',
  state: 'delivered',
  error: 0,
  price: '0.01',
  charged: true,
  attempts: 1,
  clientReference: 'order-1',
  acceptedMs: Date.UTC(2026, 10, 26, 20, 37, 4),
  sentMs: Date.UTC(2026, 10, 26, 20, 37, 4),
  doneMs: Date.UTC(2026, 10, 26, 20, 37, 5),
};

/** All messages of a time, as a stream that ends with the last one. */
export function exportRecords({ gateway, clock }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/records',
    operationId: 'exportRecords',
    tag: 'ledger',
    access: 'read',
    isForAccounts: true,
    summary: 'Billing records of a day',
    description:
      'One record for each stored message (each segment that a text was cut into is one), newest first, without texts: ' +
      `${recordColumns.join(', ')}. Read while it is written, whatever its length; a connection that is cut before its ` +
      'end has not told all. A message that has not ended stands there as it is now.',
    query,
    answers: {
      200: {
        description: 'The records',
        type: 'text/csv',
        otherTypes: ['application/jsonl'],
        examples: {
          'text/csv': `${recordHead('csv')}${recordLine(someRecord, 'csv')}`,
          'application/jsonl': recordLine(someRecord, 'jsonl'),
        },
      },
    },
    takesTurns: true,
    problems: ['store_failed', 'stopping'],
    handle: async ({ query: { format = 'csv', account, ...time }, caller, signal }) => {
      const span = spanOf(time, clock.nowMs());
      const pages = billingRecords(gateway.center, { ...span, account: ownAccount(caller, account) });
      const shown = accountOf(caller) === undefined ? whole : withoutOperator;
      const pieces = textsOf(pages, (record) => recordLine(shown(record), format));
      const body = await streamLines({ head: recordHead(format), pieces, signal });
      return { status: 200, body, type: lineFormatTypes[format] };
    },
  });
}

async function* textsOf(
  pages: AsyncIterable<readonly BillingRecord[]>,
  lineOf: (record: BillingRecord) => string,
): AsyncGenerator<string> {
  for await (const page of pages) yield page.map(lineOf).join('');
}

function whole(record: BillingRecord): BillingRecord {
  return record;
}

/** Which operators there are is no affair of customers. */
function withoutOperator(record: BillingRecord): BillingRecord {
  return { ...record, route: '', connector: '', operatorId: '' };
}

type Time = Pick<z.infer<typeof query>, 'day' | 'after' | 'before'>;

function spanOf({ day, after, before }: Time, nowMs: number): { fromMs: number; untilMs: number } {
  if (day !== undefined) {
    if (after !== undefined || before !== undefined) {
      throw new Problem('invalid_parameter', 'day goes without after and before', { field: 'day' });
    }
    const fromMs = Date.parse(`${day}T00:00:00Z`);
    if (Number.isNaN(fromMs))
      throw new Problem('invalid_parameter', 'there is no such day', { field: 'day' });
    return { fromMs, untilMs: fromMs + dayMs };
  }
  if (after === undefined) {
    throw new Problem('missing_parameter', 'say which messages: day=2026-11-29, or after and before', {
      field: 'day',
    });
  }
  return {
    fromMs: atMs('after', after, nowMs),
    untilMs: before === undefined ? nowMs : atMs('before', before, nowMs),
  };
}

function atMs(field: string, text: string, nowMs: number): number {
  const moment = momentMs(text, nowMs);
  if (moment !== undefined) return moment;
  throw new Problem('invalid_parameter', 'must be a time such as 2026-11-29T00:00:00Z', { field });
}
