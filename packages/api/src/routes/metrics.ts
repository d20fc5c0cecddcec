/** GET /metrics: for Prometheus. */
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';

/** All metrics in the Prometheus text format. */
export function scrapeMetrics({ metrics }: Context): Route {
  return route({
    method: 'GET',
    path: '/metrics',
    operationId: 'metrics',
    tag: 'operation',
    access: 'read',
    summary: 'Metrics in the Prometheus text format',
    answers: {
      200: {
        description: 'All metrics',
        type: 'text/plain',
        examples: {
          'text/plain':
            '# TYPE chappe_smpp_sessions gauge\nchappe_smpp_sessions{side="customer",account="acme",bind="transceiver"} 1\n',
        },
      },
    },
    handle: async () => ({ status: 200, body: await metrics.text(), type: metrics.contentType }),
  });
}
