/** From a submission to one destination to what is stored: decided, priced, and cut where the way out needs it. */
import type { Address, Draft } from '@chappe/center';
import { status } from '@chappe/protocol';
import type { Group } from '../content.ts';
import { GatewayError } from '../errors.ts';
import { type CutSegment, cut } from '../segments.ts';
import { planOfLane } from '../upstream/plan.ts';
import { cutText } from '../upstream/submission/cut-text.ts';
import type { Taken } from './acceptance.ts';
import type { Ingress, Prepared } from './ingress.ts';
import { type Destined, draftFor, priorityOf, type Submission } from './submission.ts';

// esm_class bit 6: a user data header stands before the text (SMPP 3.4 5.2.12).
const udhi = 0x40;

/** The pieces of a text that is sent in several messages, or that a filter has changed. */
export interface Pieces {
  readonly segments: readonly CutSegment[];
  /** Undefined: that of the submission. */
  readonly dataCoding: number | undefined;
}

/** Prepares a message; a number is the command_status to refuse it with. */
export function prepare(submission: Submission, destination: Address, ingress: Ingress): Prepared | number {
  const { account, source, text, dataCoding, tlvs, fields } = submission;
  const nowMs = ingress.clock.nowMs();
  // Hot path: what is in short_message is one message.
  const long = tlvs.payload === undefined ? undefined : longPieces(submission, ingress);
  if (typeof long === 'number') return long;
  const segments = long?.segments.length ?? 1;
  const taken = ingress.acceptance.decide({
    account,
    source,
    destination,
    text,
    contentKey: contentKeyOf(submission),
    dataCoding,
    segments,
    tlvs: tlvs.rest,
    priority: priorityOf(fields.priority_flag ?? 0),
    nowMs,
  });
  if (taken.refusal !== undefined) return taken.status;
  const pieces = piecesFor(taken, long, ingress);
  if (typeof pieces === 'number') {
    taken.undo?.();
    account.policy.giveBack(segments);
    return pieces;
  }
  const drafts = draftsOf(submission, taken, pieces, segments, ingress);
  return {
    drafts,
    waitMs: taken.waitMs,
    isTransaction: submission.isTransaction,
    giveBack: taken.undo,
    segments,
  };
}

/** The pieces that a text goes in by its route; undefined: it goes whole. A number: it cannot be carried. */
export function piecesFor(
  taken: Taken,
  long: Pieces | undefined,
  ingress: Ingress,
): Pieces | undefined | number {
  if (taken.text !== undefined) return changedPieces(taken.text, ingress);
  return long !== undefined && isCutFor(taken.lane, ingress) ? long : undefined;
}

/** The drafts of one text to one destination. */
export function draftsOf(
  submission: Submission,
  taken: Taken,
  pieces: Pieces | undefined,
  segments: number,
  ingress: Ingress,
): readonly Draft[] {
  const whole: Destined = { ...taken, group: undefined, piece: undefined };
  // One message that costs as much as the segments it will become.
  if (pieces === undefined) return [draftFor(submission, { ...whole, price: taken.price * segments })];
  const { dataCoding } = pieces;
  const count = pieces.segments.length;
  const price = (index: number): number => taken.price * pricedAs(index, count, segments);
  if (count === 1)
    return [draftFor(submission, { ...whole, piece: pieces.segments[0], dataCoding, price: price(0) })];
  const reference = ingress.nextReference();
  return pieces.segments.map((piece, index) => {
    const group: Group = { kind: 'segments', index, count, reference };
    // To its sender it is one message, with one id.
    const destined = { ...whole, piece, group, dataCoding, price: price(index) };
    // Piece for piece it would replace pieces of something else.
    return { ...draftFor(submission, destined), sharesPublicId: true, replaceIfPresent: false };
  });
}

/**
 * How many segments a piece is paid as: all together cost what was asked for and reserved, also where a filter has made
 * the text longer or shorter.
 */
export function pricedAs(index: number, count: number, segments: number): number {
  if (index >= segments) return 0;
  return index === 0 ? Math.max(1, segments - count + 1) : 1;
}

/** The segments of a message_payload that is too long for one message; undefined when it is not, or nobody asks. */
export function longPieces(submission: Submission, ingress: Ingress): Pieces | undefined | number {
  if (!ingress.cutsLong()) return undefined;
  const { payload, esmClass, dataCoding, tlvs } = submission;
  const made = cutText({ payload, esmClass, dataCoding, tlvs: tlvs.rest }, ingress.nextReference());
  if (made.segments !== undefined) return { segments: made.segments, dataCoding: undefined };
  return made.count > 1 ? status.ESME_RINVMSGLEN : undefined;
}

function changedPieces(text: string, ingress: Ingress): Pieces | number {
  try {
    const { segments, dataCoding } = cut({ text }, ingress.nextReference());
    return { segments, dataCoding };
  } catch (error) {
    if (error instanceof GatewayError) return status.ESME_RINVMSGLEN;
    throw error;
  }
}

/** Only a lane that leads to upstreams, one of which does not take the text whole, needs segments. */
function isCutFor(lane: string, ingress: Ingress): boolean {
  const plan = planOfLane(lane);
  return plan !== undefined && !ingress.takesWhole(plan);
}

/** Octets that stand for the content where the text does not: none, or that of one segment of several. */
export function contentKeyOf({ text, esmClass, payload }: Submission): Uint8Array | undefined {
  return text === undefined || (esmClass & udhi) !== 0 ? payload : undefined;
}
