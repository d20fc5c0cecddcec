/** Routes and rules for messages from handsets: in their order, tried on one message, and on those of the past. */
import { exportEntry } from '@chappe/config';
import { type ReplayResult, replayRoutes, testRoutes } from '@chappe/gateway';
import { formatAmount } from '@chappe/policy';
import { z } from 'zod';
import { entryShape } from '../body-shape.ts';
import type { Context } from '../context.ts';
import { readRoutes } from '../entry-body.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { entryBody, originField } from '../schemas/entry.ts';
import { accountField, addressField, textCodings, textField } from '../schemas/submission.ts';
import { dateTimePattern, durationMs } from '../times.ts';
import { conflicting } from './entries.ts';

const routesBody = z.object({
  routes: z
    .array(
      z.object({
        name: z.string(),
        origin: originField,
        hits: z.int().describe('Messages that took it, since the start'),
        whenFailures: z.int().describe('Messages for which its `when` failed and so did not match'),
        disabled: z.boolean(),
        settings: entryBody,
      }),
    )
    .describe('In their order: those made over HTTP, then those of the file'),
  unrouted: z.int().describe('Messages that no route took'),
});

/** All routes. */
export function listRoutes({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/routes',
    operationId: 'listRoutes',
    tag: 'routes',
    access: 'read',
    summary: 'Routes in their order',
    answers: { 200: { description: 'All routes', schema: routesBody } },
    takesTurns: true,
    handle: () => {
      const { router } = gateway.network;
      const counts = new Map(router?.hits().map((one) => [one.route, one]));
      const originOf = gateway.entries.originsOf('route');
      const routes = gateway.settings.routes.map((settings) => {
        const { name, disabled = false } = settings;
        return {
          name,
          origin: originOf(name) ?? null,
          hits: counts.get(name)?.hits ?? 0,
          whenFailures: counts.get(name)?.whenFailures ?? 0,
          disabled,
          settings: exportEntry('route', settings),
        };
      });
      return { status: 200, body: { routes, unrouted: router?.unrouted ?? 0 } };
    },
  });
}

const moRoutesBody = z.object({
  moRoutes: z
    .array(z.object({ name: z.string(), origin: originField, settings: entryBody }))
    .describe('In their order: those made over HTTP, then those of the file'),
});

/** All rules for messages from handsets. */
export function listMoRoutes({ gateway, actions }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/mo-routes',
    operationId: 'listMoRoutes',
    tag: 'routes',
    access: 'read',
    summary: 'Rules for messages from handsets, in their order',
    answers: { 200: { description: 'All rules', schema: moRoutesBody } },
    takesTurns: true,
    handle: () => {
      const originOf = gateway.entries.originsOf('mo');
      const moRoutes = gateway.settings.mo.map((settings) => ({
        name: settings.name,
        origin: originOf(settings.name) ?? null,
        settings: exportEntry('mo', settings, actions),
      }));
      return { status: 200, body: { moRoutes } };
    },
  });
}

// A message has few; each is looked at by each rule.
const maxTlvs = 50;
const maxTags = 100;

const questionBody = z
  .strictObject({
    account: accountField.describe('Who sends it'),
    from: z.string().max(21).optional().describe('Default: none'),
    to: addressField,
    text: textField.optional(),
    coding: z
      .enum([...textCodings, 'octet'])
      .optional()
      .describe('Default: the smallest that holds the text'),
    tlvs: z
      .array(
        z.strictObject({
          tag: z.int().min(0).max(0xffff),
          hex: z
            .string()
            .regex(/^([0-9a-fA-F]{2}){0,1000}$/, { error: 'must be pairs of hexadecimal digits' })
            .optional(),
        }),
      )
      .max(maxTlvs)
      .optional(),
    tags: z.array(z.string().max(64)).max(maxTags).optional().describe('Default: those of the account'),
    at: z
      .string()
      .regex(dateTimePattern, { error: 'must be a time with its zone such as 2026-07-20T10:00:00Z' })
      .optional()
      .describe('Default: now'),
  })
  .describe('A message that nobody sends');

const answerBody = z.object({
  route: z.string().nullable().describe('The rule that takes it; null: none does'),
  way: z.string().describe('What the rule does: "op-a 70, op-b 30; else op-c", "held", "no route"'),
  from: z.string().describe("As the account's rules make it"),
  to: z.string(),
  refusedBy: z
    .enum(['sender', 'destination'])
    .nullable()
    .describe('The account may not send it, whatever the routes say'),
  coding: z.string(),
  segments: z.int(),
  price: z.string().describe('Of one segment'),
  totalPrice: z.string(),
  rules: z
    .array(
      z.object({
        rule: z.string(),
        outcome: z.enum(['chosen', 'matches', 'fails', 'disabled']),
        field: z.string().nullable().describe('The first condition that failed'),
        words: z.string(),
      }),
    )
    .describe('In their order, at most 1,000. matches: it would, had the chosen one not come first'),
});

/** Asks the routes in force; nothing is sent or counted. */
export function testRoute({ gateway, clock }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/routes/test',
    operationId: 'testRoutes',
    tag: 'routes',
    access: 'read',
    summary: 'Which route takes a message, and why the others do not',
    body: questionBody,
    example: { account: 'acme', from: 'ACME', to: '447700900123', text: 'Hello' },
    isAudited: false,
    answers: { 200: { description: 'The answer', schema: answerBody } },
    problems: ['refused'],
    handle: ({ body: { account, from = '', to, text, coding, tlvs, tags, at } }) => {
      const answer = testRoutes(gateway, {
        account,
        from,
        to,
        text,
        coding,
        tlvs: tlvs?.map(({ tag, hex = '' }) => ({ tag, value: Buffer.from(hex, 'hex') })),
        tags,
        nowMs: at === undefined ? clock.nowMs() : timeOf(at),
      });
      const { route: name, refusedBy, price, totalPrice, rules, ...rest } = answer;
      return {
        status: 200,
        body: {
          ...rest,
          route: name ?? null,
          refusedBy: refusedBy ?? null,
          price: formatAmount(price),
          totalPrice: formatAmount(totalPrice),
          rules: rules.map(({ rule, outcome, field, words }) => ({
            rule,
            outcome,
            field: field ?? null,
            words,
          })),
        },
      };
    },
  });
}

function timeOf(at: string): number {
  const atMs = Date.parse(at);
  if (!Number.isNaN(atMs)) return atMs;
  throw new Problem('invalid_field', '"at": there is no such time', { field: 'at' });
}

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
