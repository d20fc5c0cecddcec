/** Every answer gets its id and is counted; slow and failed ones get a line. */
import type { Clock } from '@chappe/center';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

// Paths that are no route are one label: who asks for a million of them makes no million time series.
const noRoute = '(none)';

/** Adds the hooks. */
export function observe(app: FastifyInstance, metrics: Metrics, clock: Clock): void {
  const begun = new WeakMap<object, number>();
  app.addHook('onRequest', async (request, reply) => {
    begun.set(request, clock.monotonicMs());
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });
  app.addHook('onResponse', async (request, reply) => {
    const ms = clock.monotonicMs() - (begun.get(request) ?? clock.monotonicMs());
    const route = request.routeOptions.url ?? noRoute;
    const { statusCode: status } = reply;
    metrics.answered(route, status, ms / 1_000);
    request.log.debug({ requestId: request.id, method: request.method, route, status, ms }, 'answered');
  });
}
