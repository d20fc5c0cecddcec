/** Who wants no messages, and from whom. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { isoOf } from '../times.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

const optOutsBody = z.object({
  optOuts: z.array(
    z.object({
      handset: z.string(),
      sender: z.string().describe('* : nobody may write'),
      at: z.iso.datetime(),
      origin: z.string().describe('STOP and the like, or api'),
    }),
  ),
  next: z.string().nullable().describe('cursor of the next page; null on the last'),
});

/** Opt-outs by handset. */
export function listOptOuts({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/opt-outs',
    operationId: 'listOptOuts',
    tag: 'opt-outs',
    access: 'read',
    summary: 'Handsets that want no messages, and from whom',
    query: z.strictObject({
      handset: z.string().min(1).max(65).optional().describe('Only of this one'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
      cursor: z.string().min(1).max(200).optional().describe('next of the page before'),
    }),
    answers: { 200: { description: 'One page', schema: optOutsBody } },
    problems: ['store_failed'],
    handle: async ({ query: { handset, limit = defaultLimit, cursor } }) => {
      const { entries, next } = await gateway.optOuts.list({
        handset: handset?.trim(),
        after: cursor,
        limit,
      });
      const optOuts = entries.map(({ atMs, ...rest }) => ({ ...rest, at: isoOf(atMs) }));
      return { status: 200, body: { optOuts, next: next ?? null } };
    },
  });
}

const maxCharacters = 65;
/** The sender that stands for all. */
export const everybody = '*';

/** The handset in a path. */
export const handsetPath: z.ZodType<{ readonly handset: string }> = z.strictObject({
  handset: z.string().min(1).max(maxCharacters).describe('Its number, with or without plus'),
});

/** The sender of an opt-out. */
export const senderField: z.ZodType<string> = z
  .string()
  .min(1)
  .max(maxCharacters)
  .describe('From this sender; default *, from all');

const requestBody = z.strictObject({ sender: senderField.optional() }).describe('From whom');
const optOutBody = z.object({ handset: z.string(), sender: z.string() });

/** Adds an opt-out; on disk when it is answered. */
export function putOptOut({ gateway }: Context): Route {
  return route({
    method: 'PUT',
    path: '/api/v1/opt-outs/{handset}',
    operationId: 'putOptOut',
    tag: 'opt-outs',
    access: 'operate',
    summary: 'Send no more messages to a handset',
    params: handsetPath,
    body: requestBody.optional(),
    example: { sender: 'ACME' },
    answers: { 200: { description: 'It counts', schema: optOutBody } },
    problems: ['refused', 'full', 'store_failed', 'stopping'],
    handle: async ({ params: { handset }, body }) => {
      const sender = body?.sender ?? everybody;
      await gateway.optOuts.add(handset, sender, 'api');
      return { status: 200, body: { handset: handset.replace(/^\+/, ''), sender } };
    },
  });
}

/** Takes an opt-out away. That of one sender and that of all are two. */
export function deleteOptOut({ gateway }: Context): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/opt-outs/{handset}',
    operationId: 'deleteOptOut',
    tag: 'opt-outs',
    access: 'operate',
    summary: 'Let a handset be written to again',
    params: handsetPath,
    query: z.strictObject({ sender: senderField.optional() }),
    answers: { 204: { description: 'There is no such opt-out any more' } },
    problems: ['refused', 'full', 'store_failed', 'stopping'],
    handle: async ({ params: { handset }, query: { sender = everybody } }) => {
      await gateway.optOuts.remove(handset, sender);
      return { status: 204, body: undefined };
    },
  });
}
