/** GET /api/v1/routes: the rules in their order, and how often each was taken. */
import { exportEntry } from '@chappe/config';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { entryBody, originField } from '../schemas/entry.ts';

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
