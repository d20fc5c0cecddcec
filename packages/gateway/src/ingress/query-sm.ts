/** query_sm (SMPP 3.4 4.8, SMPP 5.0 4.2.4): what became of a message. */
import type { Message } from '@chappe/center';
import { formatAbsoluteTime, type PduOf, status } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { meantBy } from '../message/groups.ts';
import { isFinal, stateValue } from '../message/states.ts';
import { type Ingress, refuse } from './ingress.ts';
import { referencedBy, toldId } from './referenced.ts';

// SMPP 3.4 5.2.32: one octet.
const maxErrorCode = 255;
// message_state 7.
const unknown = 7;

/** Answers with state, final date and error; fields stay in an error response, since 3.4 decoders need them. */
export async function querySm(
  pdu: PduOf<'query_sm'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'query_sm'>> {
  const message_id = toldId(pdu, session);
  // The answer says whose state it is: that cannot be said of an id that does not fit.
  const found =
    message_id === pdu.message_id
      ? await referencedBy(pdu, session, ingress, status.ESME_RQUERYFAIL)
      : status.ESME_RQUERYFAIL;
  if (typeof found === 'number') {
    return {
      ...refuse(ingress, found),
      message_id,
      final_date: '',
      message_state: unknown,
      error_code: 0,
    };
  }
  return { message_id, ...outcomeOf(await meantBy(ingress.center, found)) };
}

/** State of a message; of a submit_multi: not final before its last destination is, then the first failure. */
export function outcomeOf(messages: readonly Message[]): {
  readonly final_date: string;
  readonly message_state: number;
  readonly error_code: number;
} {
  const telling =
    messages.find((message) => !isFinal(message.state)) ??
    messages.find((message) => message.state !== 'delivered') ??
    messages[0];
  if (telling === undefined) return { final_date: '', message_state: unknown, error_code: 0 };
  const doneMs = Math.max(...messages.map((message) => message.doneMs));
  return {
    final_date: isFinal(telling.state) ? formatAbsoluteTime(new Date(doneMs)) : '',
    message_state: stateValue(telling.state),
    error_code: Math.min(telling.error, maxErrorCode),
  };
}
