/** PUT /api/v1/opt-outs/{handset}: no more messages to it. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';

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
