/** Message states of the center in the words of the wire. */
import type { MessageState } from '@chappe/center';
import { messageStateValue, stateWord, type MessageState as WireState } from '@chappe/protocol';

interface StateRow {
  readonly value: number;
  readonly stat: string;
  readonly final: boolean;
}

function row(wire: WireState, final: boolean): StateRow {
  return { value: messageStateValue(wire), stat: stateWord(wire), final };
}

// SMPP 5.0 4.7.15 calls ACCEPTED final, and so is everything that we tell ourselves.
const states: Readonly<Record<MessageState, StateRow>> = {
  scheduled: row('SCHEDULED', false),
  enroute: row('ENROUTE', false),
  delivered: row('DELIVERED', true),
  expired: row('EXPIRED', true),
  deleted: row('DELETED', true),
  undeliverable: row('UNDELIVERABLE', true),
  accepted: row('ACCEPTED', true),
  unknown: row('UNKNOWN', true),
  rejected: row('REJECTED', true),
  skipped: row('SKIPPED', true),
};

/** message_state of a state, as 5.0 has it. */
export function stateValue(state: MessageState): number {
  return states[state].value;
}

/** The seven letters of `stat:` in receipts. */
export function statWord(state: MessageState): string {
  return states[state].stat;
}

/** True for states that never change again. */
export function isFinal(state: MessageState): boolean {
  return states[state].final;
}

const byValue: ReadonlyMap<number, MessageState> = new Map(
  (Object.keys(states) as MessageState[]).map((state) => [states[state].value, state]),
);

/** The state of a message_state; `unknown` for those that there are not. */
export function stateOfValue(value: number): MessageState {
  return byValue.get(value) ?? 'unknown';
}
