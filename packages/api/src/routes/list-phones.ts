/** GET /api/v1/phones: handsets that something happened to. */
import type { Simulation } from '@chappe/sandbox';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { phonesBody } from '../schemas/phone.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

/** Handsets that were switched or have messages. */
export function listPhones(_context: Context, { handsets }: Simulation): Route {
  return route({
    method: 'GET',
    path: '/api/v1/phones',
    operationId: 'listPhones',
    tag: 'phones',
    access: 'read',
    summary: 'Handsets that were switched or have messages, latest first',
    description: 'Every number exists; this lists those that something happened to.',
    query: z.strictObject({
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
    }),
    answers: { 200: { description: 'The handsets', schema: phonesBody } },
    handle: ({ query: { limit = defaultLimit } }) => ({
      status: 200,
      body: { phones: handsets.list(limit) },
    }),
  });
}
