/** GET /api/v1/refusals: submissions of the last day that were not taken. */
import { z } from 'zod';
import { accountOf, ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { refusalBody, refusalOf } from '../schemas/refusal.ts';
import { momentMs } from '../times.ts';

const maxLimit = 1_000;
const defaultLimit = 100;
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
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
    }),
    answers: { 200: { description: 'One page', schema: refusalsBody } },
    handle: ({ query: { account, after, limit = defaultLimit, ...query }, caller }) => {
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
