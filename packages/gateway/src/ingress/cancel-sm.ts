/** cancel_sm (SMPP 3.4 4.9, SMPP 5.0 4.2.5): takes back what has not been delivered. */
import type { Message } from '@chappe/center';
import { cleanSource } from '@chappe/policy';
import { numberKey, type PduOf, status } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { meantBy } from '../message/groups.ts';
import { accountOf, type Ingress, refuse } from './ingress.ts';
import { referencedBy } from './referenced.ts';
import { takeBack } from './take-back.ts';

/** Cancels one message by its id, or all pending ones with these addresses when no id is given. */
export async function cancelSm(
  pdu: PduOf<'cancel_sm'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'cancel_sm'>> {
  const refused =
    pdu.message_id === ''
      ? await cancelByAddresses(pdu, session, ingress)
      : await cancelById(pdu, session, ingress);
  return refused === 0 ? {} : refuse(ingress, refused);
}

async function cancelById(pdu: PduOf<'cancel_sm'>, session: Session, ingress: Ingress): Promise<number> {
  const found = await referencedBy(pdu, session, ingress, status.ESME_RCANCELFAIL);
  if (typeof found === 'number') return found;
  const destination = numberKey(pdu.destination_addr);
  if (destination !== '' && destination !== found.destination.digits) {
    const all = await meantBy(ingress.center, found);
    if (!all.some((message) => message.destination.digits === destination)) return status.ESME_RCANCELFAIL;
  }
  return cancelGroup(found, destination, ingress);
}

/** A submit_multi is one message to its sender: what can be taken back of it is; one that can is enough. */
async function cancelGroup(message: Message, destination: string, ingress: Ingress): Promise<number> {
  const all = await meantBy(ingress.center, message);
  const meant = destination === '' ? all : all.filter((one) => one.destination.digits === destination);
  const results = await Promise.all(meant.map((one) => takeBack(one, ingress)));
  return results.includes('cancelled') ? 0 : status.ESME_RCANCELFAIL;
}

async function cancelByAddresses(
  pdu: PduOf<'cancel_sm'>,
  session: Session,
  ingress: Ingress,
): Promise<number> {
  // SMPP 3.4 4.9.1: without id both addresses tell which messages are meant.
  if (pdu.source_addr === '') return status.ESME_RINVSRCADR;
  if (pdu.destination_addr === '') return status.ESME_RINVDSTADR;
  const cancelled = await ingress.center.cancelMatching({
    account: accountOf(session),
    source: cleanSource({ ton: pdu.source_addr_ton, npi: pdu.source_addr_npi, digits: pdu.source_addr })
      .digits,
    destination: numberKey(pdu.destination_addr),
    ...(pdu.service_type === '' ? {} : { serviceType: pdu.service_type }),
  });
  return cancelled === 0 ? status.ESME_RCANCELFAIL : 0;
}
