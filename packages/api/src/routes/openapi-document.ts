/** GET /openapi.json: this API, described. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';

/** The OpenAPI document. */
export function openapiDocument({ openapi }: Context): Route {
  return route({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'openapi',
    tag: 'operation',
    access: 'open',
    summary: 'This description (OpenAPI 3.1)',
    answers: { 200: { description: 'The document', schema: z.record(z.string(), z.unknown()) } },
    handle: () => ({ status: 200, body: openapi() }),
  });
}
