/** GET /api/v1/webhooks: where messages and receipts are posted to. */
import { exportEntry } from '@chappe/config';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { entryBody, originField } from '../schemas/entry.ts';

const webhooksBody = z.object({
  webhooks: z.array(z.object({ name: z.string(), origin: originField, settings: entryBody })),
});

/** All webhooks; their secrets are not shown. */
export function listWebhooks({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/webhooks',
    operationId: 'listWebhooks',
    tag: 'webhooks',
    access: 'read',
    summary: 'Webhooks',
    answers: { 200: { description: 'All webhooks', schema: webhooksBody } },
    handle: () => {
      const originOf = gateway.entries.originsOf('webhook');
      const webhooks = gateway.settings.webhooks.map((settings) => ({
        name: settings.name,
        origin: originOf(settings.name) ?? null,
        settings: exportEntry('webhook', settings),
      }));
      return { status: 200, body: { webhooks } };
    },
  });
}
