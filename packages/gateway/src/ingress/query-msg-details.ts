/** query_msg_details (SMPP 3.3 only): a message as it was submitted, and what became of it. */
import type { Address, Message } from '@chappe/center';
import { formatAbsoluteTime, type PduOf, status } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { readContent } from '../message/content.ts';
import { meantBy } from '../message/groups.ts';
import { type Ingress, refuse } from './ingress.ts';
import { outcomeOf } from './query-sm.ts';
import { referencedBy, toldId } from './referenced.ts';

// number_of_dests is one octet.
const maxDestinations = 255;
// What a peer of 3.3 takes: a message of a later version may be longer.
const maxTextOctets = 160;

/** Answers with the message; `sm_length` of the request says how many octets of the text are wanted. */
export async function queryMsgDetails(
  pdu: PduOf<'query_msg_details'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'query_msg_details'>> {
  const message_id = toldId(pdu, session);
  const found =
    message_id === pdu.message_id
      ? await referencedBy(pdu, session, ingress, status.ESME_RQUERYFAIL)
      : status.ESME_RQUERYFAIL;
  if (typeof found === 'number') return { ...refuse(ingress, found), message_id };
  const all = await meantBy(ingress.center, found);
  const content = readContent(found.content);
  const { source } = found;
  return {
    service_type: found.serviceType,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.digits,
    dest_address: destinationsOf(all).map((destination) => ({
      dest_flag: 1 as const,
      dest_addr_ton: destination.ton,
      dest_addr_npi: destination.npi,
      destination_addr: destination.digits,
    })),
    protocol_id: content.protocolId,
    priority_flag: found.priority,
    schedule_delivery_time: found.dueMs > found.acceptedMs ? formatAbsoluteTime(new Date(found.dueMs)) : '',
    validity_period: formatAbsoluteTime(new Date(found.expiresMs)),
    registered_delivery: content.registeredDelivery,
    data_coding: content.dataCoding,
    short_message: content.payload.slice(0, Math.min(pdu.sm_length, maxTextOctets)),
    message_id,
    ...outcomeOf(all),
  };
}

/** Each number once, however many segments went to it. */
function destinationsOf(all: readonly Message[]): readonly Address[] {
  const byDigits = new Map(all.map(({ destination }) => [destination.digits, destination]));
  return [...byDigits.values()].slice(0, maxDestinations);
}
