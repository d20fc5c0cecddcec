/** From a submission to one destination to what is stored: decided, priced, and cut where the way out needs it. */
import type { Address, Draft } from '@chappe/center';
import { GatewayError } from '@chappe/policy';
import { type Concatenation, ESM_CLASS, status } from '@chappe/protocol';
import type { Group } from '../message/content.ts';
import { ownPartOf } from '../message/own-part.ts';
import { cutUnder } from '../message/segments.ts';
import { withUnfit } from '../message/trail.ts';
import type { Ingress } from './ingress.ts';
import { type Length, lengthOf } from './length.ts';
import { Prepared } from './prepared.ts';
import { type Contents, type Destined, draftFor, type Pieces, type Submission } from './submission.ts';
import type { Asked, RefusalKind, Taken } from './verdict.ts';
import { holdMs } from './wholes.ts';

/** Why a submission is not taken. */
export interface Refused {
  readonly refusal: RefusalKind | 'length';
  /** command_status to answer with. */
  readonly status: number;
  /** Which route or setting decided. */
  readonly rule?: string | undefined;
}

/** A destination that may be sent to, and the pieces that its text goes in; undefined: it goes whole. */
export interface Decided {
  readonly refusal: undefined;
  readonly taken: Taken;
  readonly pieces: Pieces | undefined;
}

/** Prepares a message, or says why it is not taken. */
export function prepare(submission: Submission, destination: Address, ingress: Ingress): Prepared | Refused {
  const length = measured(submission, ingress);
  if (length.isTooLong) return noted(submission, destination, tooLong, ingress);
  const decided = decide(submission, length, destination, ingress);
  return decided.refusal === undefined ? preparedOf(submission, decided, length.segments, ingress) : decided;
}

/** As `prepare`, for a word of the gateway itself to a handset: by the routes, without asking anything else. */
export function prepareReply(
  submission: Submission,
  destination: Address,
  ingress: Ingress,
): Prepared | Refused {
  const length = measured(submission, ingress);
  const taken = ingress.acceptance.decideReply(askedOf(submission, length, destination, ingress));
  if (taken.refusal !== undefined) return taken;
  const decided = { refusal: undefined, taken, pieces: submission.cut };
  return preparedOf(submission, decided, length.segments, ingress);
}

function preparedOf(
  submission: Submission,
  { taken, pieces }: Decided,
  segments: number,
  ingress: Ingress,
): Prepared {
  return new Prepared(ingress, {
    door: submission.door,
    account: submission.account.name,
    drafts: draftsOf(submission, taken, pieces, segments, ingress),
    waitMs: taken.waitMs,
    isTransaction: submission.isTransaction,
    reservation: taken.reservation,
    segments,
  });
}

/** How many segments a submission is. */
export function measured(submission: Submission, ingress: Ingress): Length {
  const { cut } = submission;
  if (cut !== undefined) return { segments: cut.segments.length, pieces: cut.segments, isTooLong: false };
  const length = lengthOf(submission, ingress);
  // A simulated handset shows whatever it is given.
  return length.isTooLong && !ingress.splitsLongMessages() ? { ...length, isTooLong: false } : length;
}

/** Asks the rules about one destination. */
export function decide(
  submission: Submission,
  length: Length,
  destination: Address,
  ingress: Ingress,
): Decided | Refused {
  const taken = ingress.acceptance.decide(askedOf(submission, length, destination, ingress));
  if (taken.refusal !== undefined) return noted(submission, destination, taken, ingress);
  const pieces = piecesFor(submission, taken, length, ingress);
  if (pieces !== 'unfit') return { refusal: undefined, taken, pieces };
  taken.reservation?.release();
  submission.account.policy.releaseQuota(length.segments);
  return noted(submission, destination, tooLong, ingress);
}

/** A refusal, remembered for those who are asked about it. */
function noted(
  { account, source, door }: Submission,
  destination: Address,
  refused: Refused,
  { refusals }: Ingress,
): Refused {
  const { refusal: reason, status: answer, rule = '' } = refused;
  const addresses = { from: source.digits, to: destination.digits };
  refusals.note({ ...door, ...addresses, account: account.name, status: answer, reason, rule });
  return refused;
}

function askedOf(
  submission: Submission,
  { segments }: Length,
  destination: Address,
  ingress: Ingress,
): Asked {
  const { account, source, text, dataCoding, tlvs, priority } = submission;
  const nowMs = ingress.clock.nowMs();
  // What its door has cut for it goes as a whole.
  const part = submission.cut === undefined ? ownPartOf(submission) : undefined;
  const contentKey = part === undefined ? submission.contentKey : partKeyOf(submission, part);
  return {
    account,
    source,
    destination,
    text,
    contentKey,
    dataCoding,
    segments,
    part,
    tlvs,
    priority,
    nowMs,
  };
}

/** What tells a part from those of other texts: another reference does not, as it changes each time a text is sent. */
function partKeyOf({ text, esmClass, payload }: Submission, { sequence, total }: Concatenation): Uint8Array {
  const hasHeader = (esmClass & ESM_CLASS.UDHI) !== 0;
  const content =
    text === undefined ? payload.subarray(hasHeader ? (payload[0] ?? 0) + 1 : 0) : Buffer.from(text);
  return Buffer.concat([Uint8Array.of(sequence, total, text === undefined ? 0 : 1), content]);
}

/** The drafts of one text to one destination. `contents`: it is one of several. */
export function draftsOf(
  submission: Submission,
  taken: Taken,
  pieces: Pieces | undefined,
  segments: number,
  ingress: Ingress,
  contents?: Contents,
): readonly Draft[] {
  const dueMs = dueOf(submission, taken, ingress);
  const whole: Destined = { ...taken, dueMs, group: undefined, piece: undefined, segments, contents };
  // One message that costs as much as the segments it will become.
  if (pieces === undefined) return [draftFor(submission, { ...whole, price: taken.price * segments })];
  const { dataCoding } = pieces;
  const count = pieces.segments.length;
  const reference = contents?.reference ?? ingress.nextReference();
  const drafts = pieces.segments.map((piece, index) => {
    const group: Group | undefined = count === 1 ? undefined : { kind: 'segments', index, count, reference };
    const share = shareOf(index, count, segments);
    const price = taken.price * share;
    const draft = draftFor(submission, {
      ...whole,
      piece,
      group,
      dataCoding,
      price,
      segments: Math.max(1, share),
    });
    if (count === 1) return draft;
    // To its sender it is one message, with one id. It takes the place of another as a whole: the first piece asks.
    const replaceIfPresent = submission.replaceIfPresent && index === 0;
    return { ...draft, sharesPublicId: submission.sharesPublicId, replaceIfPresent };
  });
  const memo = count === 1 ? taken.memo : memoOfPieces(taken, drafts, ingress);
  return memo === taken.memo ? drafts : drafts.map((draft) => ({ ...draft, memo }));
}

/** When it may leave: a part that waits for the others not before they have come, or their time is up. */
export function dueOf({ dueMs, expiresMs }: Submission, { part }: Taken, { clock }: Ingress): number {
  if (part?.isHeld !== true) return dueMs;
  const nowMs = clock.nowMs();
  // One that is to be delivered within seconds has half of them.
  return Math.max(dueMs, nowMs + Math.min(holdMs, (expiresMs - nowMs) / 2));
}

/** Which connectors are not to get the text: of its pieces alone they would take some. */
function memoOfPieces(
  { lane, memo, text, facts }: Taken,
  pieces: readonly Draft[],
  ingress: Ingress,
): string | undefined {
  if (facts === undefined) return memo;
  const contents = pieces.map(({ content }) => content);
  return withUnfit(memo, ingress.refusedBy(lane, { ...facts, text: text ?? facts.text }, contents));
}

/**
 * How many segments a piece is paid as: all together cost what was asked for and reserved, also where a filter has made
 * the text longer or shorter.
 */
function shareOf(index: number, count: number, segments: number): number {
  if (index >= segments) return 0;
  return index === 0 ? Math.max(1, segments - count + 1) : 1;
}

const tooLong: Refused = Object.freeze({ refusal: 'length', status: status.ESME_RINVMSGLEN });

function piecesFor(
  submission: Submission,
  taken: Taken,
  { pieces }: Length,
  ingress: Ingress,
): Pieces | undefined | 'unfit' {
  if (taken.text !== undefined) return changedPieces(submission, taken.text, ingress);
  if (submission.cut !== undefined) return submission.cut;
  return pieces !== undefined && ingress.cutsFor(taken.lane)
    ? { segments: pieces, dataCoding: undefined }
    : undefined;
}

function changedPieces(submission: Submission, text: string, ingress: Ingress): Pieces | 'unfit' {
  const reference = ingress.nextReference();
  try {
    return submission.recut?.(text, reference) ?? cutUnder(submission, text, reference);
  } catch (error) {
    if (error instanceof GatewayError) return 'unfit';
    throw error;
  }
}
