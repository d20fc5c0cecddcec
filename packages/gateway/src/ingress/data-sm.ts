/** data_sm from an ESME (SMPP 3.4 4.7, SMPP 5.0 4.2.2): a message whose text is always in message_payload. */

import { cleanDestination } from '@chappe/policy';
import { type PduOf, status } from '@chappe/protocol';
import type { OperationResult, Session } from '@chappe/smpp';
import { checkDestination, checkFlags, checkSource, checkTolerated } from '../message/validation.ts';
import { type Ingress, refuse, storeAndAnswer } from './ingress.ts';
import { prepare } from './prepare.ts';
import { readTlvs, submissionOf } from './submission.ts';

/** Stores the message; answered with its id once it is on disk. */
export function dataSm(
  pdu: PduOf<'data_sm'>,
  session: Session,
  ingress: Ingress,
): OperationResult<'data_sm'> {
  const { version } = session;
  // Who sends data_sm knows TLVs, whatever version its bind said: the text is in one.
  const tlvs = readTlvs(pdu.tlvs, version === 0x33 ? 0x34 : version);
  const refused =
    checkTolerated(pdu.flags) ||
    checkSource(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr) ||
    checkDestination(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr, ingress.numbersOnly) ||
    checkFlags(pdu, version, true) ||
    (tlvs.payload === undefined ? status.ESME_RMISSINGTLV : 0);
  if (refused !== 0) return refuse(ingress, refused);
  const submission = submissionOf(pdu, tlvs, 'data', session, ingress);
  if (typeof submission === 'number') return refuse(ingress, submission);
  const destination = cleanDestination({
    ton: pdu.dest_addr_ton,
    npi: pdu.dest_addr_npi,
    digits: pdu.destination_addr,
  });
  const prepared = prepare(submission, destination, ingress);
  if (prepared.refusal !== undefined) return refuse(ingress, prepared.status);
  return storeAndAnswer(ingress, session, pdu, prepared, (messages) => ({
    message_id: messages[0]?.publicId ?? '',
  }));
}
