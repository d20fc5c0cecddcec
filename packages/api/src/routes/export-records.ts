/** GET /api/v1/records: who sent what by whom, and what it cost. */
import { Readable } from 'node:stream';
import { type BillingRecord, billingRecords } from '@chappe/gateway';
import { z } from 'zod';
import { accountOf, ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { recordColumns, recordHead, recordLine, recordTypes } from '../records-text.ts';
import { type Route, route } from '../route.ts';
import { momentMs } from '../times.ts';

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
    answers: { 200: { description: 'The records', type: 'text/csv', otherTypes: ['application/jsonl'] } },
    takesTurns: true,
    problems: ['store_failed', 'stopping'],
    handle: async ({ query: { format = 'csv', account, ...time }, caller, signal }) => {
      const span = spanOf(time, clock.nowMs());
      const pages = billingRecords(gateway.center, { ...span, account: ownAccount(caller, account) });
      // A store that fails is told with a status, not by a cut connection, if it does so at once.
      const first = await pages.next();
      const shown = accountOf(caller) === undefined ? whole : withoutOperator;
      const lineOf = (record: BillingRecord): string => recordLine(shown(record), format);
      const body = Readable.from(textOf(recordHead(format), first, pages, { lineOf, signal }), {
        objectMode: false,
      });
      return { status: 200, body, type: recordTypes[format] };
    },
  });
}

interface Lines {
  readonly lineOf: (record: BillingRecord) => string;
  readonly signal: AbortSignal;
}

async function* textOf(
  head: string,
  first: IteratorResult<readonly BillingRecord[]>,
  pages: AsyncGenerator<readonly BillingRecord[]>,
  { lineOf, signal }: Lines,
): AsyncGenerator<string> {
  yield head;
  for (let page = first; page.done !== true; page = await pages.next()) {
    signal.throwIfAborted();
    yield page.value.map(lineOf).join('');
  }
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
