/** GET /api/v1/mo-routes: rules for messages from handsets. */
import { exportEntry } from '@chappe/config';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { entryBody, originField } from '../schemas/entry.ts';

const moRoutesBody = z.object({
  moRoutes: z
    .array(z.object({ name: z.string(), origin: originField, settings: entryBody }))
    .describe('In their order: those made over HTTP, then those of the file'),
});

/** All rules for messages from handsets. */
export function listMoRoutes({ gateway }: Context): Route {
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
        settings: exportEntry('mo', settings),
      }));
      return { status: 200, body: { moRoutes } };
    },
  });
}
