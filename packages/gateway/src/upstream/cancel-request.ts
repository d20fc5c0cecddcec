/** cancel_sm of a customer for a message that an upstream has: passed on, under the name that it has there. */

import type { Message } from '@chappe/center';
import { operatorIdOf } from './operator-id.ts';
import { unansweredMark } from './outcome.ts';
import type { Upstream } from './upstream.ts';

/** Asks the upstream; true when it says that it has taken the message back. Never rejects. */
export async function cancelThere(message: Message, upstream: Upstream): Promise<boolean> {
  const { reference = unansweredMark } = message;
  // It was not answered: nobody knows what it is called there.
  if (reference.startsWith(unansweredMark)) return false;
  const session = upstream.binds.freest();
  const submission = upstream.requestFor(message);
  if (session === undefined || 'reason' in submission || submission.command === 'broadcast_sm') return false;
  const { source_addr_ton, source_addr_npi, source_addr } = submission;
  const { dest_addr_ton, dest_addr_npi, destination_addr } = submission;
  try {
    const response = await session.request({
      command: 'cancel_sm',
      message_id: operatorIdOf(message),
      source_addr_ton,
      source_addr_npi,
      source_addr,
      dest_addr_ton,
      dest_addr_npi,
      destination_addr,
    });
    upstream.heed(response.command_status, session);
    return response.command_status === 0;
  } catch {
    // Unbound, or no answer: then it is as it was.
    return false;
  }
}
