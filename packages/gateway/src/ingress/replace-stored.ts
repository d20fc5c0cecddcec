/** Another text, other times or receipts for a message still waiting, without a PDU; and what replace_sm has in common. */
import type { Message, Replacement, ReplaceResult } from '@chappe/center';
import { GatewayError } from '@chappe/policy';
import { ESM_CLASS, status } from '@chappe/protocol';
import { readContent, readGroupOf, writeContent } from '../message/content.ts';
import { dataCodingOf } from '../message/message-text.ts';
import { ownPartOfStored } from '../message/own-part.ts';
import { type ContentArgument, cut, ownHeader } from '../message/segments.ts';
import { isFinal } from '../message/states.ts';
import { factsOfStored } from '../message/stored-facts.ts';
import type { Ingress } from './ingress.ts';
import { type ReceiptChoice, receiptBits } from './inlet.ts';
import { lengthOf } from './length.ts';

/** What is to be another; what is left out stays. */
export interface StoredReplacement {
  readonly content?: ContentArgument | undefined;
  /** Not before; epoch milliseconds. */
  readonly scheduleAtMs?: number | undefined;
  /** From now, or from when it is due. */
  readonly validityMs?: number | undefined;
  readonly receipt?: ReceiptChoice | undefined;
}

/** refused: a route or a filter does not let the new text stand. */
export type ReplacedAs = ReplaceResult | 'refused';

/** One segment, or one destination of a submit_multi. `message`: as it is now. */
export interface ReplacedPiece {
  readonly message: Message;
  readonly result: ReplacedAs;
}

/** A new content, read and measured. */
export interface NewContent {
  readonly content: Uint8Array;
  readonly text: string | undefined;
  readonly segments: number;
}

/**
 * Replaces all pieces of a message. `piece`: its text was cut, and another one would take another number of messages than
 * are stored and paid for. Rejects with a `GatewayError` that names the argument which cannot be.
 */
export async function replaceStored(
  pieces: readonly Message[],
  changes: StoredReplacement,
  ingress: Ingress,
): Promise<readonly ReplacedPiece[] | 'piece'> {
  const { center } = ingress;
  const isLate = pieces.every(({ state, upstreamId }) => isFinal(state) || upstreamId !== undefined);
  if (changes.content !== undefined && !isLate && pieces.some(isPiece)) return 'piece';
  // All are read before the first is changed.
  const prepared = isLate ? [] : pieces.map((message) => changeOf(message, changes, ingress));
  return Promise.all(
    pieces.map(async (message, at) => {
      const made = prepared[at];
      const result: ReplacedAs =
        made === undefined ? lateResult(message) : await putInPlace(message, made.next, made.more, ingress);
      return { message: (await center.find(message.id)) ?? message, result };
    }),
  );
}

/** Puts a new content into the place of a stored one, when routes and filters let it stand as they did the first. */
export async function putInPlace(
  message: Message,
  next: NewContent | undefined,
  more: Pick<Replacement, 'dueMs' | 'expiresMs' | 'receiptWanted' | 'detail'>,
  ingress: Ingress,
): Promise<ReplacedAs> {
  const { center, accounts, clock, acceptance } = ingress;
  const ref = { id: message.id, account: message.account };
  if (next === undefined) return center.replace(ref, more);
  const { content, text, segments } = next;
  const tags = accounts.get(message.account)?.policy.tags ?? [];
  const facts = { ...factsOfStored(message, tags, clock.nowMs(), text), segments };
  const allowed = acceptance.replacement(facts, message);
  if (allowed === undefined) return 'refused';
  const result = await center.replace(ref, { content, text, ...more });
  if (result !== 'replaced') allowed.release();
  return result;
}

/** A text that was cut, here or by its customer. */
function isPiece(message: Message): boolean {
  const group = readGroupOf(message.content);
  return (group?.kind === 'segments' && group.count > 1) || ownPartOfStored(message) !== undefined;
}

function lateResult({ state }: Message): ReplacedAs {
  return isFinal(state) ? 'final' : 'in-flight';
}

function changeOf(message: Message, changes: StoredReplacement, ingress: Ingress) {
  const { content, receipt } = changes;
  const next = content === undefined ? undefined : newContentOf(message, content, ingress);
  const receiptWanted = receipt === undefined ? undefined : receiptBits(receipt, false);
  return { next, more: { ...timesOf(message, changes, ingress), receiptWanted, detail: 'via=http' } };
}

function newContentOf(message: Message, given: ContentArgument, ingress: Ingress): NewContent {
  const old = readContent(message.content);
  const { messageClass } = dataCodingOf(old.dataCoding);
  // Whole, as it is stored: whether that may be is measured.
  const asked = {
    ...given,
    udh: ownHeader(old),
    messageClass: given.messageClass ?? messageClass,
    longMessage: 'payload' as const,
  };
  const { segments, dataCoding, text } = cut(asked, ingress.nextReference());
  const [whole] = segments;
  if (whole === undefined) throw tooLong(segments.length, message);
  const { payload, inPayloadTlv, esmClassBits } = whole;
  const esmClass = (old.esmClass & ~ESM_CLASS.UDHI) | esmClassBits;
  const length = lengthOf({ payload, esmClass, dataCoding, tlvs: old.tlvs }, ingress);
  const mustBeCut = length.pieces !== undefined && ingress.cutsFor(message.lane);
  if (length.segments > message.segments || mustBeCut) throw tooLong(length.segments, message);
  const written = { ...old, esmClass, dataCoding, payload, inPayloadTlv };
  const tlvs = old.tlvs as NonNullable<Parameters<typeof writeContent>[0]['tlvs']>;
  return { content: writeContent({ ...written, tlvs }), text, segments: length.segments };
}

function tooLong(segments: number, message: Message): GatewayError {
  const what = `it takes ${segments} segments, and the message was counted and paid as ${message.segments}`;
  return new GatewayError('CHAPPE_GATEWAY_INVALID', what, {
    field: 'text',
    commandStatus: status.ESME_RREPLACEFAIL,
  });
}

function timesOf(
  message: Message,
  { scheduleAtMs, validityMs }: StoredReplacement,
  { clock, lifetime }: Ingress,
): { readonly dueMs?: number; readonly expiresMs?: number } {
  if (scheduleAtMs === undefined && validityMs === undefined) return {};
  const nowMs = clock.nowMs();
  const dueMs = scheduleAtMs === undefined ? message.dueMs : Math.max(scheduleAtMs, nowMs);
  if (scheduleAtMs !== undefined && dueMs - nowMs > lifetime.maxScheduleMs)
    throw badTime('scheduleAtMs', 'scheduleAtMs is too far ahead', status.ESME_RINVSCHED);
  const fromMs = Math.max(dueMs, nowMs);
  const expiresMs =
    validityMs === undefined ? message.expiresMs : fromMs + Math.min(validityMs, lifetime.maxValidityMs);
  if (expiresMs < dueMs)
    throw badTime('scheduleAtMs', 'scheduleAtMs is after the end of its validity', status.ESME_RINVSCHED);
  return { dueMs, expiresMs };
}

function badTime(field: string, what: string, commandStatus: number): GatewayError {
  return new GatewayError('CHAPPE_GATEWAY_INVALID', what, { field, commandStatus });
}
