/** What an operator calls a message. */
import type { Message } from '@chappe/center';

/** Begins the `upstreamId` of a message whose submission was not answered: no id of an upstream begins so. */
export const unansweredMark = '?';

/**
 * The id of the last response to its submission, as the operator wrote it; empty where it gave none. Receipts are looked
 * for by `upstreamId`, which is the same id in one form.
 */
export function operatorIdOf({ answeredAs, upstreamId }: Pick<Message, 'answeredAs' | 'upstreamId'>): string {
  const id = answeredAs ?? upstreamId ?? '';
  return id.startsWith(unansweredMark) ? '' : id;
}
