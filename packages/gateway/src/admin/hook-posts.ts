/** What a webhook was posted, once more, since somebody asks for it. */

import type { Center } from '@chappe/center';
import { webhookLane } from '../lanes/lanes.ts';
import { isFinal } from '../message/states.ts';
import type { Network } from '../network/network.ts';
import type { HookDelivery } from '../webhooks/deliveries.ts';

/** Why an event is not posted once more. waiting: that is going to happen by itself. */
export type HookPostRefusal = 'no-webhook' | 'no-event' | 'waiting';

/**
 * Posts the event of a message that is over once more, now and with its id, and says what came back. The message stays
 * what it is. Rejects as the store does.
 */
export async function redeliverEvent(
  { center, network }: { readonly center: Center; readonly network: Network },
  name: string,
  eventId: string,
): Promise<HookDelivery | HookPostRefusal> {
  const webhook = network.webhook(name);
  if (webhook === undefined) return 'no-webhook';
  const message = await center.query({ publicId: eventId });
  if (message === undefined || message.lane !== webhookLane(name)) return 'no-event';
  return isFinal(message.state) ? webhook.postAgain(message) : 'waiting';
}
