/** GET /api/v1/connectors: upstreams, and why each is not faster. */
import { connectorViews, removedViews } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { connectorBody, connectorOf } from '../schemas/connector.ts';

const connectorsBody = z.object({
  connectors: z
    .array(connectorBody)
    .describe('In the order of the settings; after them those that were removed while messages waited'),
});

/** All connectors. */
export function listConnectors({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/connectors',
    operationId: 'listConnectors',
    tag: 'connectors',
    access: 'read',
    summary: 'Upstreams: what they do, and why they are not faster',
    answers: { 200: { description: 'All connectors', schema: connectorsBody } },
    handle: () => {
      const { upstreams } = gateway.network;
      const views = [...connectorViews(upstreams.list(), gateway.center), ...removedViews(upstreams)];
      return { status: 200, body: { connectors: views.map((view) => connectorOf(gateway, view)) } };
    },
  });
}
