import { ContentError } from '../text/content-error.ts';
import type { UnitsOf } from '../text/text.ts';

/** Where a text is cut. */
export interface Cuts {
  /** The end of each segment, in UTF-16 code units; the last is the length of the text. */
  readonly ends: readonly number[];
  /** Units in the last segment. */
  readonly lastUnits: number;
  /** Units in all segments. */
  readonly units: number;
}

/**
 * What a reader may see as one with its neighbour: marks, joiners and other format characters, Hangul letters, the
 * vowels of Thai and Lao and the half-width voice marks that are no marks to Unicode, everything beyond the BMP. A text
 * without any of them, as in Cyrillic or Chinese, can be cut between any two characters.
 */
const COMBINING =
  /[\p{M}\p{Cf}\u0d4e\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0e33\u0eb3\uff9e\uff9f\u{10000}-\u{10ffff}]/u;

let segmenter: Intl.Segmenter | undefined;

/** 1 at each unit where a grapheme cluster starts. */
function clusterStarts(text: string): Uint8Array {
  const starts = new Uint8Array(text.length);
  // Takes longer to make than to use; most programs never need one.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { index } of segmenter.segment(text)) starts[index] = 1;
  return starts;
}

/**
 * Fills each segment to the brim, code point by code point: surrogate and escape pairs are one. With `starts` a cut
 * goes back to where the cluster starts, unless that one is longer than a segment. Every unit is seen twice at most.
 */
function cut(text: string, unitsOf: UnitsOf, limit: number, starts: Uint8Array | undefined): Cuts {
  const ends: number[] = [];
  let start = 0;
  let used = 0;
  let units = 0;
  let usedAtPlace = 0;
  let place = 0;
  let before: number | undefined;
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i)!;
    if (starts === undefined || starts[i] === 1) {
      place = i;
      usedAtPlace = used;
    }
    const taken = unitsOf(point, before);
    if (used + taken <= limit) {
      used += taken;
      before = point;
      i += point > 0xffff ? 2 : 1;
      continue;
    }
    if (i === start) {
      throw new ContentError(
        'CHAPPE_UDH_TOO_LONG',
        'the user data header leaves no room for the text',
        limit,
        taken,
      );
    }
    units += place > start ? usedAtPlace : used;
    start = place > start ? place : i;
    ends.push(start);
    i = start;
    place = start;
    used = 0;
    before = undefined;
  }
  ends.push(text.length);
  return { ends, lastUnits: used, units: units + used };
}

/**
 * Cuts a text into the fewest segments of `limit` units. Grapheme clusters stay whole where that costs no further
 * segment, as long as the text has at most `maxSegments`.
 */
export function splitText(text: string, unitsOf: UnitsOf, limit: number, maxSegments: number): Cuts {
  const tight = cut(text, unitsOf, limit, undefined);
  const several = tight.ends.length > 1 && tight.ends.length <= maxSegments;
  if (!several || !COMBINING.test(text)) return tight;
  const gentle = cut(text, unitsOf, limit, clusterStarts(text));
  return gentle.ends.length === tight.ends.length ? gentle : tight;
}
