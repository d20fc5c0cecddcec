/** submit_sm (SMPP 3.4 4.4, SMPP 5.0 4.2.1): one message to one destination. */

import { cleanDestination } from '@chappe/policy';
import type { PduOf } from '@chappe/protocol';
import type { OperationResult, Session } from '@chappe/smpp';
import {
  checkDestination,
  checkFlags,
  checkSource,
  checkText,
  checkTolerated,
} from '../message/validation.ts';
import { type Ingress, refuse, storeAndAnswer } from './ingress.ts';
import { prepare } from './prepare.ts';
import { readTlvs, submissionOf } from './submission.ts';

/** Stores the message; answered with its id once it is on disk. */
export function submitSm(
  pdu: PduOf<'submit_sm'>,
  session: Session,
  ingress: Ingress,
): OperationResult<'submit_sm'> {
  const { version } = session;
  const tlvs = readTlvs(pdu.tlvs, version);
  const refused =
    (pdu.flags.length === 0 ? 0 : checkTolerated(pdu.flags)) ||
    checkSource(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr) ||
    checkDestination(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr, ingress.numbersOnly) ||
    checkFlags(pdu, version, false) ||
    checkText(pdu.short_message.length, tlvs.payload?.length, version);
  if (refused !== 0) return refuse(ingress, refused);
  const submission = submissionOf(pdu, tlvs, 'submit', session, ingress);
  if (typeof submission === 'number') return refuse(ingress, submission);
  const destination = cleanDestination({
    ton: pdu.dest_addr_ton,
    npi: pdu.dest_addr_npi,
    digits: pdu.destination_addr,
  });
  const prepared = prepare(submission, destination, ingress);
  if (prepared.refusal !== undefined) return refuse(ingress, prepared.status);
  return storeAndAnswer(ingress, session, pdu, prepared, idOfFirst);
}

function idOfFirst(messages: readonly { readonly publicId: string }[]): { message_id: string } {
  return { message_id: messages[0]?.publicId ?? '' };
}
