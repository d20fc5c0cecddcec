/** The message that a query, cancel or replace means: by its id, of this account, from that source address. */
import type { Message } from '@chappe/center';
import { cleanSource } from '@chappe/policy';
import { numberKey, status } from '@chappe/protocol';
import { messageIdCharactersMax, type Session } from '@chappe/smpp';
import { accountOf, type Ingress, knownAccount } from './ingress.ts';

/** How a message is named by an ESME. */
export interface Reference {
  readonly message_id: string;
  readonly source_addr: string;
}

/**
 * The message, or the status to answer with: ESME_RINVMSGID for an unknown id (somebody else's is unknown), and
 * `mismatch` when it was submitted from another source address (SMPP 3.4 4.8.1). An empty address matches any:
 * many ESMEs leave it out.
 */
export async function referencedBy(
  reference: Reference,
  session: Session,
  ingress: Ingress,
  mismatch: number,
): Promise<Message | number> {
  if (reference.message_id === '') return status.ESME_RINVMSGID;
  const message = await ingress.center.query({ publicId: reference.message_id, account: accountOf(session) });
  if (message === undefined || message.kind === 'receipt') return status.ESME_RINVMSGID;
  if (!isSource(reference.source_addr, message, ingress)) return mismatch;
  return message;
}

/** The id of a request as its response names it: '' where the peer's version has no room for it (SMPP 3.3: 8 characters). */
export function toldId({ message_id }: Reference, { version }: Session): string {
  return message_id.length > messageIdCharactersMax(version) ? '' : message_id;
}

/** As it was submitted, or as the rules of its account have changed it then. */
function isSource(digits: string, { source, account }: Message, ingress: Ingress): boolean {
  if (digits === '' || numberKey(digits) === numberKey(source.digits)) return true;
  const known = knownAccount(account, ingress);
  return (
    known?.policy.sender(cleanSource({ ton: source.ton, npi: source.npi, digits }))?.digits === source.digits
  );
}
