/** query_broadcast_sm (SMPP 5.0 4.4.2): how far a broadcast has come, area by area. */
import type { Message } from '@chappe/center';
import { formatAbsoluteTime, type PduOf, status, type TlvInput } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { readContent } from '../content.ts';
import { isFinal, stateValue } from '../states.ts';
import { type Ingress, refuse } from './ingress.ts';
import { referencedBy } from './referenced.ts';

// SMPP 5.0 4.8.4.5: percent of the cells of an area, 255 for "not known".
const wholeArea = 100;
const notKnown = 255;

/** Answers with the state and with the success in each area. */
export async function queryBroadcastSm(
  pdu: PduOf<'query_broadcast_sm'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'query_broadcast_sm'>> {
  const found = await broadcastOf(pdu, session, ingress, status.ESME_RBCASTQUERYFAIL);
  if (typeof found === 'number') return refuse(ingress, found);
  const content = readContent(found.content);
  const success = found.state === 'delivered' ? wholeArea : isFinal(found.state) ? 0 : notKnown;
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
