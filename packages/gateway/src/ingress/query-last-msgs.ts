/** query_last_msgs (SMPP 3.3 only): the ids of the last messages from a source address. */

import { cleanSource } from '@chappe/policy';
import { type PduOf, status } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { lastFrom } from '../history/store-query.ts';
import { accountOf, type Ingress, refuse } from './ingress.ts';

// The range of the field in the books on 3.3.
const maxMessages = 100;
// message_id of the response has 9 octets with the NUL.
const maxIdCharacters = 8;

/** Answers with at most as many ids as were asked for, newest first. */
export async function queryLastMsgs(
  pdu: PduOf<'query_last_msgs'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'query_last_msgs'>> {
  const { no_of_messages: count, source_addr: source } = pdu;
  if (count < 1 || count > maxMessages)
    return { ...refuse(ingress, status.ESME_RINVNUMMSGS), message_id: [] };
  const { source_addr_ton: ton, source_addr_npi: npi } = pdu;
  const cleaned = cleanSource({ ton, npi, digits: source });
  const found: string[] = [];
  let beforeId: number | undefined;
  // Long messages come some few at a time.
  do {
    const query = lastFrom(accountOf(session), cleaned.digits, count - found.length);
    const page = await ingress.center.search({ ...query, beforeId });
    found.push(...page.messages.map(({ publicId }) => publicId));
    beforeId = page.nextBeforeId;
  } while (beforeId !== undefined && found.length < count);
  // Messages that were submitted over a 3.4 session have ids that do not fit.
  return { message_id: found.filter((id) => id.length <= maxIdCharacters) };
}
