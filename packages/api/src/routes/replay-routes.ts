/** POST /api/v1/routes/replay: messages of the past against other routes. */

import { type ReplayResult, replayRoutes } from '@chappe/gateway';
import { formatAmount } from '@chappe/policy';
import { z } from 'zod';
import { entryShape } from '../body-shape.ts';
import type { Context } from '../context.ts';
import { readRoutes } from '../entry-body.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { entryBody } from '../schemas/entry.ts';
import { dateTimePattern, durationMs } from '../times.ts';
import { conflicting } from './put-entry.ts';

const dayMs = 86_400_000;
// Some seconds of reading; a file with more routes is loaded and replayed in parts.
const maxRoutes = 10_000;
const maxMessages = 1_000_000;
const defaultMessages = 100_000;
const shownTime = 'a time such as 2026-07-20T10:00:00Z, or a duration such as 24h for that long ago';

const moment = z.string().max(40);

const replayBody = z
  .strictObject({
    routes: z.array(entryBody).max(maxRoutes).describe('As in the configuration file'),
    from: moment
      .optional()
      .describe(`Accepted at or after: ${shownTime}; default: the beginning of yesterday, UTC`),
    until: moment.optional().describe(`Accepted before, likewise; default: a day after "from"`),
    limit: z.int().min(1).max(maxMessages).optional().describe(`Newest messages; default ${defaultMessages}`),
  })
  .describe('Other routes');

const choice = z.object({
  route: z.string().nullable().describe('null: no route takes it'),
  way: z.string(),
});
const prices = { priceBefore: z.string(), priceAfter: z.string() };

const comparisonBody = z.object({
  messages: z.int(),
  segments: z.int(),
  changed: z.int().describe('Messages that would take another route, or one that does something else'),
  repriced: z.int(),
  ...prices,
  flows: z
    .array(z.object({ before: choice, after: choice, messages: z.int(), segments: z.int(), ...prices }))
    .describe('From which route to which, the most messages first, at most 1,000'),
  otherMessages: z.int().describe('Messages of pairs beyond these'),
  examples: z.array(
    z.object({
      account: z.string(),
      from: z.string(),
      to: z.string(),
      segments: z.int(),
      before: choice,
      after: choice,
      ...prices,
    }),
  ),
  cut: z.boolean().describe('There were more messages than the limit'),
});

/** Says what other routes would have done with the messages of a time. */
export function replayOtherRoutes({ gateway, clock }: Context): Route {
  let isRunning = false;
  return route({
    method: 'POST',
    path: '/api/v1/routes/replay',
    operationId: 'replayRoutes',
    tag: 'routes',
    // Routes look at texts, and whoever compares them learns what stands there.
    access: 'operate',
    summary: 'What other routes would have done with the messages of yesterday',
    description:
      'Compares the routes in force with those of the body; nothing is sent or changed. One at a time.',
    body: replayBody,
    example: { routes: [{ name: 'uk', to: '44', via: 'op-b', price: '0.012' }], from: '24h' },
    bodyShape: entryShape,
    isAudited: false,
    answers: { 200: { description: 'What would change', schema: comparisonBody } },
    problems: ['conflict', 'full', 'store_failed'],
    handle: async ({ body: { routes, from, until, limit = defaultMessages } }) => {
      if (isRunning) throw new Problem('full', 'another one is under way', { hint: 'wait until it is done' });
      isRunning = true;
      try {
        const nowMs = clock.nowMs();
        const fromMs = from === undefined ? startOfYesterday(nowMs) : momentOf('from', from, nowMs);
        const untilMs = until === undefined ? fromMs + dayMs : momentOf('until', until, nowMs);
        const settings = await readRoutes(gateway, routes);
        const result = await conflicting(() => replayRoutes(gateway, settings, { fromMs, untilMs, limit }));
        return { status: 200, body: comparisonOf(result) };
      } finally {
        isRunning = false;
      }
    },
  });
}

function startOfYesterday(nowMs: number): number {
  return (Math.floor(nowMs / dayMs) - 1) * dayMs;
}

function momentOf(field: string, text: string, nowMs: number): number {
  const agoMs = durationMs(text);
  const atMs =
    agoMs === undefined ? (dateTimePattern.test(text) ? Date.parse(text) : Number.NaN) : nowMs - agoMs;
  if (!Number.isNaN(atMs)) return atMs;
  throw new Problem('invalid_field', `"${field}": must be ${shownTime}`, { field });
}

interface Priced {
  readonly priceBefore: number;
  readonly priceAfter: number;
  readonly before: { readonly route: string | undefined; readonly way: string };
  readonly after: { readonly route: string | undefined; readonly way: string };
}

function comparisonOf({ isCut, ...result }: ReplayResult): z.infer<typeof comparisonBody> {
  return {
    ...result,
    priceBefore: formatAmount(result.priceBefore),
    priceAfter: formatAmount(result.priceAfter),
    flows: result.flows.map((flow) => ({ ...flow, ...priced(flow) })),
    examples: result.examples.map((example) => ({ ...example, ...priced(example) })),
    cut: isCut,
  };
}

function priced({ before, after, priceBefore, priceAfter }: Priced) {
  return {
    before: { route: before.route ?? null, way: before.way },
    after: { route: after.route ?? null, way: after.way },
    priceBefore: formatAmount(priceBefore),
    priceAfter: formatAmount(priceAfter),
  };
}
