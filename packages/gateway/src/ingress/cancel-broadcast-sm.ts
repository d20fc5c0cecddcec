/** cancel_broadcast_sm (SMPP 5.0 4.4.3): takes back a broadcast, or what is left of its repetitions. */
import { type PduOf, status } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { accountOf, type Ingress, refuse } from './ingress.ts';
import { broadcastOf, isAtOperator } from './query-broadcast-sm.ts';

/** Cancels by id; without one, all waiting broadcasts of this account from this source address. */
export async function cancelBroadcastSm(
  pdu: PduOf<'cancel_broadcast_sm'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'cancel_broadcast_sm'>> {
  const failure = status.ESME_RBCASTCANCELFAIL;
  if (pdu.message_id === '') {
    if (pdu.source_addr === '') return refuse(ingress, status.ESME_RINVSRCADR);
    const cancelled = await ingress.center.cancelMatching({
      account: accountOf(session),
      source: pdu.source_addr,
      // A broadcast has no destination, and only broadcasts have none.
      destination: '',
      ...(pdu.service_type === '' ? {} : { serviceType: pdu.service_type }),
    });
    return cancelled === 0 ? refuse(ingress, failure) : {};
  }
  const found = await broadcastOf(pdu, session, ingress, failure);
  if (typeof found === 'number') return refuse(ingress, found);
  // What an operator has taken is over here, and is repeated there.
  const isOver = isAtOperator(found)
    ? (await ingress.operators.cancel(found)) !== undefined
    : (await ingress.center.cancel({ id: found.id, account: found.account })) === 'cancelled';
  return isOver ? {} : refuse(ingress, failure);
}
