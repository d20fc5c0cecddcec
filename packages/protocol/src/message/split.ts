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

/** Above these letters characters combine and a cut may fall inside of what a reader sees as one. */
const LAST_SIMPLE_UNIT = 0x2ff;

function combines(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > LAST_SIMPLE_UNIT) return true;
  return false;
}

/** 1 at each unit where a grapheme cluster starts. */
function clusterStarts(text: string): Uint8Array {
  const starts = new Uint8Array(text.length);
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
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
  if (!several || !combines(text)) return tight;
  const gentle = cut(text, unitsOf, limit, clusterStarts(text));
  return gentle.ends.length === tight.ends.length ? gentle : tight;
}
