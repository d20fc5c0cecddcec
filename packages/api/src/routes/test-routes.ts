/** POST /api/v1/routes/test: which rule takes a message, and why the others do not. */

import { testRoutes } from '@chappe/gateway';
import { formatAmount } from '@chappe/policy';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { accountField, addressField, textCodings, textField } from '../schemas/submission.ts';
import { dateTimePattern } from '../times.ts';

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
