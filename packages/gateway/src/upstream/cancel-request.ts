/** cancel_sm of a customer for a message that an upstream has: passed on, under the name that it has there. */
import type { Message } from '@chappe/center';
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
      message_id: idAsAnswered(message.timeline, reference),
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

/** The id as the upstream wrote it, which the timeline has where it is not the reference: `sent reference=1f ... id=001F`. */
function idAsAnswered(timeline: string, reference: string): string {
  const sent = timeline.lastIndexOf(` sent `);
  const at = sent < 0 ? -1 : timeline.indexOf(' id=', sent);
  if (at < 0) return reference;
  const end = timeline.slice(at + 4).search(/[ \n]/);
  return end < 0 ? timeline.slice(at + 4) : timeline.slice(at + 4, at + 4 + end);
}
