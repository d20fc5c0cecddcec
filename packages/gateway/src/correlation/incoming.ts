/** A receipt on its way to its message, and which message it can mean. */
import type { Message } from '@chappe/center';
import type { Receipt } from '@chappe/protocol';
import type { Candidate } from '../message/id-candidates.ts';
import { operatorIdOf } from '../message/operator-id.ts';
import type { GroupReceipts } from '../receipts/group-receipts.ts';
import { handsetOf } from '../receipts/handset.ts';
import type { Ended } from '../receipts/recent-ends.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Verdict } from './receipt-outcome.ts';

/** A receipt on its way. */
export interface Incoming {
  readonly receipt: Receipt;
  readonly verdict: Verdict;
  readonly upstream: Upstream;
  /** What its group remembers. */
  readonly group: GroupReceipts;
  /** The handset that it is about, and the sender; some upstreams leave them as they were in the submission. */
  readonly from: string;
  readonly to: string;
  /** When it came, epoch milliseconds. */
  readonly receivedMs: number;
  /** All that its message may be called, likeliest first. */
  readonly candidates: readonly Candidate[];
  /** As it is kept on disk, where it is. */
  readonly kept?: Message | undefined;
  /** Called once, with the command_status of the response: 0 when what it says is on disk. */
  readonly answer: (commandStatus: number) => void;
}

/** A message that a receipt may mean, and by which of its names. */
export interface Match {
  readonly candidate: Candidate;
  readonly message: Message;
}

/** The message that has ended not long ago by a receipt of the same id and handset. */
export function endedBefore({ group, receipt, from }: Incoming): Ended | undefined {
  return group.ends.get(receipt.ids[0] ?? '', from);
}

/** Whether the message is to the handset that the receipt names. */
export function isOfHandset({ destination }: Message, { from, to }: Incoming): boolean {
  const telling = handsetOf(destination.digits);
  return telling === handsetOf(from) || telling === handsetOf(to);
}

/**
 * The message that is surely meant, of those in the order in which they were sent: one to the handset that the receipt
 * names, since an upstream may give one id to two messages. Where it names none that we know, what is known of its ids
 * must do.
 */
export function sureMatch(matches: readonly Match[], incoming: Incoming): Match | undefined {
  const { group } = incoming;
  const ofHandset = matches.filter(({ message }) => isOfHandset(message, incoming));
  // Of ids that differ in capitals only, the one that is written alike.
  if (ofHandset.length > 1) return ofHandset.find(isWrittenAlike) ?? ofHandset[0];
  if (ofHandset.length === 1) return ofHandset[0];
  if (group.namesHandsets) return undefined;
  const known = group.ids.relation;
  return matches.find(({ candidate }) => known === undefined || candidate.relation === known);
}

/** When none is surely meant: the one that may be. A guess at the form of an id needs its handset where those are named. */
export function likelyMatch(matches: readonly Match[], { group }: Incoming): Match | undefined {
  const { relation } = group.ids;
  const likely = matches.find(({ candidate }) => candidate.relation === relation) ?? matches[0];
  const isGuess = likely?.candidate.relation !== (relation ?? 'same');
  return isGuess && group.hasNamedHandsets ? undefined : likely;
}

function isWrittenAlike({ candidate, message }: Match): boolean {
  return operatorIdOf(message) === candidate.id.trim();
}
