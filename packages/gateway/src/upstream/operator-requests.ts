/** What a customer asks of a message that an upstream has: passed on, under the name that it has there. */

import type { Message } from '@chappe/center';
import type { PduInput, PduOf } from '@chappe/protocol';
import type { Session } from '@chappe/smpp';
import { operatorIdOf } from '../message/operator-id.ts';
import { trailOf } from '../message/trail.ts';
import type { UpstreamPdu } from './submission/profile.ts';
import type { Upstream } from './upstream.ts';

/** Requests to the operators that have taken messages. */
export class OperatorRequests {
  readonly #upstreamOf: (connector: string) => Upstream | undefined;

  constructor(upstreamOf: (connector: string) => Upstream | undefined) {
    this.#upstreamOf = upstreamOf;
  }

  /**
   * Has the operator take a message back, or repeat a broadcast no more; its label (`connector=a`) when it says that it
   * does. Never rejects.
   */
  async cancel(message: Message): Promise<string | undefined> {
    const upstream = this.#takerOf(message);
    return upstream !== undefined && (await cancelThere(message, upstream)) ? upstream.label : undefined;
  }

  /** What the operator says of a broadcast; undefined when it says nothing. Never rejects. */
  async queryBroadcast(message: Message): Promise<PduOf<'query_broadcast_sm_resp'> | undefined> {
    const upstream = this.#takerOf(message);
    return upstream === undefined ? undefined : queryThere(message, upstream);
  }

  #takerOf({ memo }: Message): Upstream | undefined {
    return this.#upstreamOf(trailOf(memo).tried.at(-1) ?? '');
  }
}

/** A message at an upstream, and a session to ask about it; undefined where that cannot be. */
function there(
  message: Message,
  upstream: Upstream,
): { readonly id: string; readonly session: Session; readonly submission: UpstreamPdu } | undefined {
  const id = operatorIdOf(message);
  // It was not answered: nobody knows what it is called there.
  if (id === '') return undefined;
  const session = upstream.binds.freest();
  const submission = upstream.requestFor(message);
  return session === undefined || 'reason' in submission ? undefined : { id, session, submission };
}

async function cancelThere(message: Message, upstream: Upstream): Promise<boolean> {
  const found = there(message, upstream);
  if (found === undefined) return false;
  const { id, session, submission } = found;
  try {
    const response = await session.request(cancellation(id, submission));
    upstream.heed(response.command_status, session);
    return response.command_status === 0;
  } catch {
    // Unbound, or no answer: then it is as it was.
    return false;
  }
}

function cancellation(
  message_id: string,
  submission: UpstreamPdu,
): PduInput<'cancel_sm'> | PduInput<'cancel_broadcast_sm'> {
  const { source_addr_ton, source_addr_npi, source_addr } = submission;
  const named = { message_id, source_addr_ton, source_addr_npi, source_addr };
  if (submission.command === 'broadcast_sm') return { command: 'cancel_broadcast_sm', ...named };
  const { dest_addr_ton, dest_addr_npi, destination_addr } = submission;
  return { command: 'cancel_sm', ...named, dest_addr_ton, dest_addr_npi, destination_addr };
}

async function queryThere(
  message: Message,
  upstream: Upstream,
): Promise<PduOf<'query_broadcast_sm_resp'> | undefined> {
  const found = there(message, upstream);
  if (found === undefined) return undefined;
  const { id, session, submission } = found;
  const { source_addr_ton, source_addr_npi, source_addr } = submission;
  try {
    const named = { message_id: id, source_addr_ton, source_addr_npi, source_addr };
    const response = await session.request({ command: 'query_broadcast_sm', ...named });
    upstream.heed(response.command_status, session);
    return response.command === 'query_broadcast_sm_resp' && response.command_status === 0
      ? response
      : undefined;
  } catch {
    return undefined;
  }
}
