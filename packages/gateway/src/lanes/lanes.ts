/** The names of lanes: made and read here only. */

/** The lane of the simulated handsets. */
export const handsetLane = 'handsets';
/** The lane of broadcasts. */
export const broadcastLane = 'broadcast';
/** The lane of messages from handsets that no account has been found for yet. */
export const unclaimedLane = 'unclaimed';

/** The lane of messages that are accepted and go nowhere. */
export const droppedLane = 'dropped';

const heldPrefix = 'held:';

/** The lane of messages that a route holds back: nothing is attached to it. */
export function heldLane(route: string): string {
  return `${heldPrefix}${route}`;
}

/** Whether a route holds back what waits in the lane. */
export function isHeldLane(lane: string): boolean {
  return lane.startsWith(heldPrefix);
}

/** The route that a lane of held messages is named after. */
export function holderOf(lane: string): string {
  return lane.slice(heldPrefix.length);
}

/** The lane of an account: messages from handsets and receipts, waiting for its binds. */
export function accountLane(account: string): string {
  return `account:${account}`;
}

/**
 * The lane of receipts of an account whose receipts and messages go to binds of different kinds: what waits for one kind
 * must not stand before what the other could take.
 */
export function receiptLane(account: string): string {
  return `receipts:${account}`;
}

/** The lane of a webhook: what waits to be posted to it. */
export function webhookLane(name: string): string {
  return `webhook:${name}`;
}

const callbackPrefix = 'callbacks:';

/** The lane of an account's callbacks: URLs that are to be called about its messages. */
export function callbackLane(account: string): string {
  return `${callbackPrefix}${account}`;
}

/** Whether callbacks wait in the lane. */
export function isCallbackLane(lane: string): boolean {
  return lane.startsWith(callbackPrefix);
}

const unmatchedPrefix = 'unmatched:';

/** The lane of an upstream group's receipts that belong to no message of ours. */
export function unmatchedLane(group: string): string {
  return `${unmatchedPrefix}${group}`;
}

/** Whether unmatched receipts are kept in the lane. */
export function isUnmatchedLane(lane: string): boolean {
  return lane.startsWith(unmatchedPrefix);
}

/** The upstream group that a lane of unmatched receipts is named after. */
export function groupOfUnmatched(lane: string): string {
  return lane.slice(unmatchedPrefix.length);
}
