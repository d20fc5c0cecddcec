/** Addresses, receipts and messages as they stand in the JSON of several commands. */
import type { Receipt } from '@chappe/protocol';

/** A receipt without what it does not say. */
export function receiptJson(receipt: Receipt): object {
  const { id, state, final, stat, err, networkError, submitDate, doneDate, text } = receipt;
  return { id, state, final, stat, err, networkError, submitDate, doneDate, text };
}
