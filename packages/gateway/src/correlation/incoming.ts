/** A receipt on its way to its message, and which message it can mean. */
import type { Message } from '@chappe/center';
import type { Receipt } from '@chappe/protocol';
import type { Upstream } from '../upstream/upstream.ts';
import type { GroupReceipts } from './group-receipts.ts';
import { type Candidate, canonicalId } from './id-forms.ts';
import type { Verdict } from './receipt-outcome.ts';

/** A receipt on its way. */
export interface Incoming {
  readonly receipt: Receipt;
  readonly verdict: Verdict;
  readonly upstream: Upstream;
  readonly group: GroupReceipts;
  /** The handset that it is about, and the sender; some upstreams leave them as they were in the submission. */
  readonly from: string;
  readonly to: string;
  readonly answer: (commandStatus: number) => void;
}

// Digits at the end of a number that survive whatever an upstream puts before it.
const tellingDigits = 6;

/** The end of a number, by which a handset is known again. */
export function handsetOf(digits: string): string {
  return digits.slice(-tellingDigits);
}

/** Says whether two receipts are the same one, said twice. */
export function keyOf({ receipt, from }: Incoming): string {
  return receiptKey(receipt.ids[0] ?? '', from);
}

/** The key of the receipt about that id and handset. */
export function receiptKey(id: string, handset: string): string {
  return `${canonicalId(id)} ${handsetOf(handset)}`;
}

/**
 * Sure is a message to the handset that the receipt names: an upstream may give one id to two messages. Where it names
 * none that we know, what is known of its ids must do.
 */
export function isSure({ relation }: Candidate, incoming: Incoming, message: Message): boolean {
  const { group } = incoming;
  if (isOfHandset(message, incoming)) return true;
  const known = group.ids.relation;
  return !group.namesHandsets && (known === undefined || relation === known);
}

/** Whether the message is to the handset that the receipt names. */
export function isOfHandset({ destination }: Message, { from, to }: Incoming): boolean {
  const telling = handsetOf(destination.digits);
  return telling === handsetOf(from) || telling === handsetOf(to);
}
