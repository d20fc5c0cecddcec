/** GET /api/v1/connectors/{name}: one upstream, its settings and sessions. */
import { connectorView } from '@chappe/gateway';
import type { Context } from '../context.ts';
import { upstreamNamed } from '../not-found.ts';
import { type Route, route } from '../route.ts';
import { connectorDetailBody, connectorDetailOf } from '../schemas/connector.ts';
import { namePath } from '../schemas/entry.ts';

/** One connector; its passwords and keys are not shown. */
export function getConnector({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/connectors/{name}',
    operationId: 'getConnector',
    tag: 'connectors',
    access: 'read',
    summary: 'One upstream, its settings and sessions',
    params: namePath,
    answers: { 200: { description: 'The connector', schema: connectorDetailBody } },
    problems: ['not_found'],
    handle: ({ params: { name } }) => {
      const upstream = upstreamNamed(gateway, name);
      const view = connectorView(upstream, gateway.center);
      return { status: 200, body: connectorDetailOf(gateway, upstream, view) };
    },
  });
}
