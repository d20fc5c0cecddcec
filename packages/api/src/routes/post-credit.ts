/** POST /api/v1/ledger/{account}/credits: money comes in, or is taken back. */
import { parseAmount } from '@chappe/policy';
import { z } from 'zod';
import { callerName } from '../audit.ts';
import type { Context } from '../context.ts';
import { accountNamed } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { amountField } from '../schemas/entry.ts';
import { creditBody, creditOf, ledgerBody, ledgerOf } from '../schemas/ledger.ts';
import { accountPath } from './get-ledger.ts';

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
