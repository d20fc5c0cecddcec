/** GET /api/v1/ledger/check: does the money add up. */
import type { Discrepancy } from '@chappe/gateway';
import { formatAmount } from '@chappe/policy';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';

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
