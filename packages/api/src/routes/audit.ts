/** GET /api/v1/audit: who changed what. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

const auditBody = z.object({
  lines: z
    .array(
      z.object({
        at: z.string().describe('Its time and place'),
        by: z
          .string()
          .describe(
            'Name of the key; reload, start, gateway (by itself); anybody: without keys; nobody: a wrong key',
          ),
        via: z.enum(['api', 'cli', 'reload', 'start', 'gateway']),
        address: z.string(),
        what: z
          .string()
          .describe('The operation, as putAccount; what a reload did, as accountChanged; wrongKeys'),
        target: z.string().describe('What was changed, by name or id'),
        fields: z.array(z.string()).describe('Names of the fields that changed'),
        count: z.int().nullable().describe('How often, where several are told in one line'),
      }),
    )
    .describe('Newest first'),
  next: z.string().nullable().describe('before of the next page; null on the last'),
});

const place = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T[\dTZ:.-]{1,40})?$/, { error: 'must be a day, a time, or "next" of a page' });
const word = z.string().min(1).max(200).optional();

/** The audit, newest first. */
export function listAudit({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/audit',
    operationId: 'listAudit',
    tag: 'operation',
    access: 'read',
    summary: 'Who changed what, newest first',
    description:
      'One durable line for each change by API, CLI and reload, and for wrong keys in sums. Names of fields, never values. ' +
      'Kept for 400 days, at most 32 MiB.',
    query: z.strictObject({
      by: word.describe('Only by this key'),
      what: word.describe('Only this operation'),
      target: word.describe('Only of this name or id'),
      after: place.optional().describe('Only later lines: 2026-03-01, or a time in UTC'),
      before: place.optional().describe('Only earlier lines, or next of the page before'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
    }),
    answers: { 200: { description: 'One page', schema: auditBody } },
    problems: ['store_failed', 'stopping'],
    takesTurns: true,
    handle: async ({ query: { limit = defaultLimit, ...query } }) => {
      const { lines, next } = await gateway.audit.search({ ...query, limit });
      const body = {
        lines: lines.map(({ count, ...rest }) => ({ ...rest, count: count ?? null })),
        next: next ?? null,
      };
      return { status: 200, body };
    },
  });
}
