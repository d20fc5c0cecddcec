/**
 * The states of a message and how they follow each other. Everything about them is in this file.
 *
 * SMPP 5.0 4.7.15 (message_state). A message waits (`scheduled` until its time, then `enroute`) and ends in exactly
 * one final state, which it never leaves. Attempts, retries and waiting for an upstream receipt are all `enroute`.
 */

/** The state of a message, as SMPP 5.0 4.7.15 names them. */
export type MessageState =
  | 'scheduled'
  | 'enroute'
  | 'delivered'
  | 'expired'
  | 'deleted'
  | 'undeliverable'
  | 'accepted'
  | 'unknown'
  | 'rejected'
  | 'skipped';

/** The states that end a message. */
export type FinalState = Exclude<MessageState, 'scheduled' | 'enroute'>;

/** The states that end a message, in the order of `messageStates`. */
export const finalStates: readonly FinalState[] = [
  'delivered',
  'expired',
  'deleted',
  'undeliverable',
  'accepted',
  'unknown',
  'rejected',
  'skipped',
];

/**
 * For each state, the states that may follow. A scheduled message is never tried, so it can only fall due, expire, be
 * cancelled, or be refused by the center itself; replace_sm may give a waiting message another time.
 */
export const transitions: Readonly<Record<MessageState, readonly MessageState[]>> = {
  scheduled: ['scheduled', 'enroute', 'expired', 'deleted', 'rejected'],
  enroute: ['enroute', 'scheduled', ...finalStates],
  delivered: [],
  expired: [],
  deleted: [],
  undeliverable: [],
  accepted: [],
  unknown: [],
  rejected: [],
  skipped: [],
};

/** True for states that never change again. */
export function isFinalState(state: MessageState): state is FinalState {
  return transitions[state].length === 0;
}

/** True when a message may go from one state to the other. */
export function mayFollow(from: MessageState, to: MessageState): boolean {
  return transitions[from].includes(to);
}

/** All states; the index of a state is its code in stores, so the order never changes. */
export const messageStates: readonly MessageState[] = ['scheduled', 'enroute', ...finalStates];
