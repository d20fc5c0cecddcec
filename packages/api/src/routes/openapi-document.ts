/** GET /openapi.json: this API, described. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';

/** The OpenAPI document. */
export function openapiDocument({ openapi }: Context): Route {
  // All answers are the same octets: whoever asks often and reads nothing holds nothing of its own.
  let octets: Buffer | undefined;
  return route({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'openapi',
    tag: 'operation',
    access: 'open',
    summary: 'This description (OpenAPI 3.1)',
    answers: { 200: { description: 'The document', schema: z.record(z.string(), z.unknown()) } },
    handle: () => {
      octets ??= Buffer.from(JSON.stringify(openapi()));
      return { status: 200, body: octets, type: 'application/json; charset=utf-8' };
    },
  });
}
