/** From a message of a handset to what is stored for an account or a hook. */
import type { Draft } from '@chappe/center';
import type { MoCenter, Stored } from './context.ts';
import type { Received } from './received.ts';

/** Whose it is and where it waits. */
export interface MoTarget {
  /** '' when it is no account's. */
  readonly account: string;
  readonly lane: string;
}

// The center takes 1,000 drafts in one call (CenterLimits.draftsPerCall).
const maxDraftsPerCall = 1_000;

/** The draft of a message for one target. `expiresMs`: how long it waits there, epoch milliseconds. */
export function draftOf(
  received: Received,
  target: MoTarget,
  detail: string,
  nowMs: number,
  expiresMs: number,
): Draft {
  return {
    kind: 'mo',
    account: target.account,
    lane: target.lane,
    source: received.source,
    destination: received.destination,
    serviceType: received.serviceType,
    priority: received.priority,
    dueMs: nowMs,
    expiresMs,
    receiptWanted: 0,
    content: received.content,
    text: received.text,
    origin: { connector: received.connector, group: received.group, pieces: received.pieces },
    detail,
  };
}

/**
 * Stores drafts in their order. More than one call takes are stored call by call: a failure among them may leave the
 * first ones stored, which then come twice.
 */
export function storeDrafts(center: MoCenter, drafts: readonly Draft[], done: Stored): void {
  if (drafts.length <= maxDraftsPerCall) {
    center.submit(drafts, done);
    return;
  }
  center.submit(drafts.slice(0, maxDraftsPerCall), (error) => {
    if (error === undefined) storeDrafts(center, drafts.slice(maxDraftsPerCall), done);
    else done(error);
  });
}
