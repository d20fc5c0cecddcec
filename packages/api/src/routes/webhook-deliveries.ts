/** What was posted to a webhook, once more, and a test; and one that was switched off is switched on again. */
import { type HookDelivery, redeliverEvent, type WebhookConnector } from '@chappe/gateway';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { namePath } from '../schemas/entry.ts';
import { isoOf } from '../times.ts';

const maxLimit = 500;
const defaultLimit = 100;
const maxIdCharacters = 64;
// Each holds a request of ours for as long as the receiver thinks.
const maxAtOnce = 5;

const deliveryBody = z
  .object({
    id: z.string().describe('Of the event: webhook-id of every attempt'),
    type: z.string().describe('Of the event'),
    messageId: z.string().nullable().describe('The message that the event is about; null for tests'),
    state: z
      .enum(['waiting', 'delivered', 'failed'])
      .describe('waiting: it is tried again; failed: it is not, and stays with the messages'),
    tries: z.int().describe('Since the gateway was started'),
    status: z.int().nullable().describe('HTTP status of the last answer; null: there was none'),
    answer: z.string().describe('Its first 256 octets, or why there was none'),
    firstAt: z.iso.datetime().describe('End of the first attempt'),
    lastAt: z.iso.datetime().describe('End of the last attempt'),
  })
  .describe('One event on its way to a webhook');

const deliveriesBody = z.object({
  disabled: z.string().nullable().describe('Why nothing is posted any more; null: it is'),
  failures: z.int().describe('Posts in a row that nobody has taken'),
  deliveries: z.array(deliveryBody).describe('Those tried last first'),
});

const eventPath = z.strictObject({
  name: z.string().min(1).max(64).describe('Its name'),
  id: z.string().min(1).max(maxIdCharacters).describe('Of the event'),
});

/** What was posted lately. */
export function listDeliveries({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/webhooks/{name}/deliveries',
    operationId: 'listWebhookDeliveries',
    tag: 'webhooks',
    access: 'read',
    summary: 'What was posted to a webhook lately',
    description:
      'The last 500 events of a webhook, those tried last first, without what messages say. They are in memory: a restart ' +
      'forgets them, but not what waits or has failed, which is with the messages.',
    params: namePath,
    query: z.strictObject({
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
      state: z.enum(['waiting', 'delivered', 'failed']).optional().describe('Only these'),
    }),
    answers: { 200: { description: 'The newest', schema: deliveriesBody } },
    problems: ['not_found'],
    handle: ({ params: { name }, query: { limit = defaultLimit, state } }) => {
      const { health, deliveries } = webhookNamed({ gateway }, name);
      const wanted = deliveries.list().filter((one) => state === undefined || one.state === state);
      const body = {
        disabled: health.offBecause ?? null,
        failures: health.failures,
        deliveries: wanted.slice(0, limit).map(deliveryOf),
      };
      return { status: 200, body };
    },
  });
}

/** An event once more. */
export function redeliver({ gateway }: Context): Route {
  const turns = new AtOnce();
  return route({
    method: 'POST',
    path: '/api/v1/webhooks/{name}/deliveries/{id}/redeliver',
    operationId: 'redeliverWebhookEvent',
    tag: 'webhooks',
    access: 'operate',
    summary: 'Post an event to a webhook once more, now',
    description:
      'For any event whose message is still stored, also older ones than the list has. It has the id it had; the answer is 200 ' +
      'whatever the receiver says, and has that. The message stays what it is, and nothing is tried again by itself.',
    params: eventPath,
    answers: { 200: { description: 'What came of it', schema: deliveryBody } },
    problems: ['not_found', 'conflict', 'full', 'store_failed', 'stopping'],
    handle: ({ params: { name, id } }) =>
      turns.take(async () => {
        const done = await redeliverEvent(gateway, name, id);
        if (done === 'no-webhook') throw notFound('webhook', name, '/api/v1/webhooks');
        if (done === 'no-event')
          throw notFound('event of this webhook', id, '/api/v1/webhooks/{name}/deliveries');
        if (done === 'waiting')
          throw new Problem('conflict', 'it waits and is posted by itself', {
            hint: 'POST /api/v1/messages/{id}/retry has it tried now',
          });
        return { status: 200, body: deliveryOf(done) };
      }),
  });
}

/** A test. */
export function testWebhook({ gateway }: Context): Route {
  const turns = new AtOnce();
  return route({
    method: 'POST',
    path: '/api/v1/webhooks/{name}/test',
    operationId: 'testWebhook',
    tag: 'webhooks',
    access: 'operate',
    summary: 'Post a signed test event to a webhook, now',
    description:
      'The event `webhook.test`, signed as all are, also to one that is switched off, which it stays. The answer is 200 ' +
      'whatever the receiver says, and has that. It is not tried again.',
    params: namePath,
    answers: { 200: { description: 'What came of it', schema: deliveryBody } },
    problems: ['not_found', 'full'],
    handle: ({ params: { name } }) =>
      turns.take(async () => {
        const done = await webhookNamed({ gateway }, name).postTest();
        return { status: 200, body: deliveryOf(done) };
      }),
  });
}

/** Switches one on that was switched off. */
export function enableWebhook({ gateway }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/webhooks/{name}/enable',
    operationId: 'enableWebhook',
    tag: 'webhooks',
    access: 'operate',
    summary: 'Switch a webhook on again',
    description:
      'One that has said 410, or failed too often in a row (failureLimit). What has waited for it is posted. Other settings for ' +
      'it and a restart do the same.',
    params: namePath,
    answers: {
      200: {
        description: 'It is on',
        schema: z.object({ name: z.string(), changed: z.boolean().describe('false: it was on') }),
      },
    },
    problems: ['not_found'],
    handle: ({ params: { name } }) => {
      const changed = webhookNamed({ gateway }, name).health.switchOn();
      return { status: 200, body: { name, changed }, ...(changed ? {} : { isChange: false }) };
    },
  });
}

/** So many of one kind at once. */
class AtOnce {
  #running = 0;

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= maxAtOnce)
      throw new Problem('full', `${maxAtOnce} such posts are under way`, { hint: 'wait for one to end' });
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}

function webhookNamed({ gateway }: Pick<Context, 'gateway'>, name: string): WebhookConnector {
  const webhook = gateway.network.webhook(name);
  if (webhook === undefined) throw notFound('webhook', name, '/api/v1/webhooks');
  return webhook;
}

function deliveryOf(delivery: HookDelivery): z.infer<typeof deliveryBody> {
  const { id, type, messageId, state, tries, status, answer, firstMs, lastMs } = delivery;
  return {
    id,
    type,
    messageId: messageId ?? null,
    state,
    tries,
    status: status ?? null,
    answer,
    firstAt: isoOf(firstMs),
    lastAt: isoOf(lastMs),
  };
}
