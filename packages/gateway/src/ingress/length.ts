/**
 * How many short messages a content takes on the air, and what it is cut into. It is the same number whichever field of
 * whichever door the content came in: a message centre bills a text of 200 characters as two also where it was one
 * short_message.
 */
import { fitsOneMessage, headerOctets, shortMessagesOf } from '../message/alphabet.ts';
import { cutText, type LongText } from '../message/cut-text.ts';
import type { CutSegment } from '../message/segments.ts';

/** What a content comes to. */
export interface Length {
  /** 1 or more. */
  readonly segments: number;
  /** What it is cut into; undefined: it is one, or it cannot be cut. */
  readonly pieces: readonly CutSegment[] | undefined;
  /** More than can be joined by any header (3GPP 23.040 9.2.3.24.1: 255). */
  readonly isTooLong: boolean;
}

/** Of nearly all messages. */
export const oneSegment: Length = Object.freeze({ segments: 1, pieces: undefined, isTooLong: false });

// User data of one short message (3GPP 23.040 9.2.3.24): so many octets fit into one in every coding.
const alwaysOneOctets = 140;

/** Measures a content; `references` is asked for that of its pieces, if it is long. Never throws. */
export function lengthOf(content: LongText, references: { nextReference(): number }): Length {
  const { payload, esmClass, dataCoding } = content;
  const octets = payload.length;
  if (octets <= alwaysOneOctets) return oneSegment;
  const header = headerOctets(payload, esmClass);
  if (fitsOneMessage(octets, header, dataCoding)) return oneSegment;
  const cut = cutText(content, references.nextReference());
  if (cut.segments !== undefined) {
    return { segments: cut.segments.length, pieces: cut.segments, isTooLong: false };
  }
  // What cannot be cut goes as it is, and takes the place that its octets take.
  const segments = Math.max(cut.count, shortMessagesOf(octets, header, dataCoding));
  return { segments, pieces: undefined, isTooLong: cut.count > 1 };
}
