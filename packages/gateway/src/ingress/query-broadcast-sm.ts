/** query_broadcast_sm (SMPP 5.0 4.4.2): how far a broadcast has come, area by area. */
import type { Message } from '@chappe/center';
import { formatAbsoluteTime, type PduOf, status, type TlvInput, type TlvName } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { broadcastLane } from '../lanes/lanes.ts';
import { percentOf, repetitionOf } from '../message/broadcast-times.ts';
import { type Content, readContent } from '../message/content.ts';
import { isFinal, stateValue } from '../message/states.ts';
import { type Ingress, refuse } from './ingress.ts';
import { referencedBy } from './referenced.ts';

// SMPP 5.0 4.8.4.5: percent, 255 for "not known".
const notKnown = 255;
// SMPP 5.0 4.4.2.1: what an answer has; others are between the operator and us.
const answered: ReadonlySet<TlvName> = new Set<TlvName>([
  'message_state',
  'broadcast_area_identifier',
  'broadcast_area_success',
  'broadcast_end_time',
  'user_message_reference',
]);

/**
 * Answers with the state and, for each area, with how much of the broadcast has gone out there: two of four repetitions
 * are 50 percent. What an operator has is asked of the operator.
 */
export async function queryBroadcastSm(
  pdu: PduOf<'query_broadcast_sm'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'query_broadcast_sm'>> {
  const found = await broadcastOf(pdu, session, ingress, status.ESME_RBCASTQUERYFAIL);
  if (typeof found === 'number') return refuse(ingress, found);
  const content = readContent(found.content);
  const told = isAtOperator(found) ? await ingress.operators.queryBroadcast(found) : undefined;
  if (told !== undefined) {
    const about = told.tlvs.filter(({ name }) => name !== undefined && answered.has(name));
    return { message_id: found.publicId, tlvs: about as readonly TlvInput[] };
  }
  const success = successOf(found, content);
  const tlvs: TlvInput[] = [{ name: 'message_state', value: stateValue(found.state) }];
  for (const item of content.tlvs) {
    if (item.name !== 'broadcast_area_identifier') continue;
    tlvs.push(item, { name: 'broadcast_area_success', value: success });
  }
  if (isFinal(found.state)) {
    tlvs.push({ name: 'broadcast_end_time', value: formatAbsoluteTime(new Date(found.doneMs)) });
  }
  if (content.userMessageReference !== undefined) {
    tlvs.push({ name: 'user_message_reference', value: content.userMessageReference });
  }
  return { message_id: found.publicId, tlvs };
}

/** Whether an operator has taken a broadcast, and repeats it there. */
export function isAtOperator({ state }: Message): boolean {
  return state === 'accepted';
}

function successOf({ lane, state, attempts }: Message, { tlvs }: Content): number {
  if (lane === broadcastLane && attempts > 0) return percentOf(attempts, repetitionOf(tlvs));
  // Of what an operator has taken, nobody here knows how far it has come.
  return isFinal(state) && state !== 'accepted' ? 0 : notKnown;
}

/** The broadcast that a request names by its id; a status for anything else. */
export async function broadcastOf(
  reference: { readonly message_id: string; readonly source_addr: string },
  session: Session,
  ingress: Ingress,
  failure: number,
): Promise<Message | number> {
  const found = await referencedBy(reference, session, ingress, failure);
  if (typeof found === 'number') return found;
  return readContent(found.content).shape === 'broadcast' ? found : status.ESME_RINVMSGID;
}
