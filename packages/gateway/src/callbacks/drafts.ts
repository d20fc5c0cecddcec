/** From what becomes of a message to the calls that its submitter wants: each is stored, and then made, as a receipt is. */
import type { Draft, Message, MessageState } from '@chappe/center';
import { statuses } from '@chappe/protocol';
import { callbackLane } from '../lanes/lanes.ts';
import { readContent, readGroupOf, writeContent } from '../message/content.ts';
import { isFinal } from '../message/states.ts';
import { type Callback, callbackKinds, readCallback } from './callback.ts';
import { filledUrl } from './kannel-url.ts';

/** What happened. */
export interface CallOccasion {
  readonly state: MessageState;
  readonly error: number;
  readonly atMs: number;
  /** Whether the end is a simulated one: an operator that takes everything. */
  readonly isSimulated: boolean;
}

const { delivered, failed, buffered, taken, refused } = callbackKinds;
const accepted = 'ACK/';

/**
 * The calls about a new state. `receipt`: the receipt as the account's binds would get it, whose text and time to live
 * they have.
 */
export function callbackDrafts(message: Message, occasion: CallOccasion, receipt: Draft): readonly Draft[] {
  const callback = readCallback(readContent(message.content).callback);
  if (callback === undefined) return [];
  const wasSent = message.sentMs > 0;
  const isTaken = wasSent || occasion.isSimulated || occasion.state === 'delivered';
  const kind = kindOf(occasion.state, isTaken);
  const calls: Draft[] = [];
  const add = (what: number, answer: string): void => {
    if ((callback.mask & what) === 0) return;
    calls.push(callOf(message, callback, { kind: what, answer, atMs: occasion.atMs }, receipt));
  };
  // Who delivers at once has taken it at once.
  if (isTaken && !wasSent && isFinal(occasion.state)) add(taken, accepted);
  add(kind, kind === refused ? refusalText(occasion) : (receipt.text ?? ''));
  return calls;
}

/** The call that says that an upstream has taken a message; undefined: it is not wanted. Of a text in segments: its first. */
export function takenDraft(message: Message, receipt: () => Draft): Draft | undefined {
  const callback = readCallback(readContent(message.content).callback);
  if (callback === undefined || (callback.mask & taken) === 0) return undefined;
  const group = readGroupOf(message.content);
  if (group?.kind === 'segments' && group.index > 0) return undefined;
  return callOf(message, callback, { kind: taken, answer: accepted, atMs: message.sentMs }, receipt());
}

function kindOf(state: MessageState, isTaken: boolean): number {
  if (state === 'delivered') return delivered;
  // Kannel reads ACCEPTD and ENROUTE so, too.
  if (state === 'accepted' || !isFinal(state)) return buffered;
  return isTaken ? failed : refused;
}

function refusalText({ error, state }: CallOccasion): string {
  if (error === 0) return `NACK/${state}`;
  const known = Object.values(statuses).find(({ value }) => value === error);
  return `NACK/0x${error.toString(16).padStart(8, '0')}/${known?.description ?? 'unknown error'}`;
}

function callOf(
  message: Message,
  callback: Callback,
  told: { readonly kind: number; readonly answer: string; readonly atMs: number },
  receipt: Draft,
): Draft {
  const url = filledUrl(callback, {
    ...told,
    id: message.publicId,
    connector: message.group ?? '',
  });
  const { receipt: content } = readContent(receipt.content);
  return {
    ...receipt,
    lane: callbackLane(message.account),
    content: writeContent({
      shape: 'receipt',
      esmClass: 0,
      protocolId: 0,
      dataCoding: 0,
      registeredDelivery: 0,
      inPayloadTlv: false,
      payload: told.answer,
      receipt: content,
      callback: url,
    }),
    text: told.answer,
  };
}
