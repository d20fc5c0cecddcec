import { bitsPerUnit, unitsPerSegment } from './capacity.ts';
import { gsmSafeText } from './gsm-safe.ts';
import { type Gsm7Alphabet, gsm7Alphabet, lastNationalLanguage, septetsOf } from './gsm7.ts';
import { unitCounter } from './text.ts';
import type { ShiftTables, TextCoding, UnmappableCharacter } from './text-coding.ts';

/** Options of `chooseCoding`. */
export interface ChooseCodingOptions {
  /** The codings that the peer reads, dearest last: of equally small ones the first is taken. Default GSM 7-bit, UCS2. */
  readonly allowed?: readonly TextCoding[] | undefined;
  /** Whether the peer reads national language tables (3GPP 23.038 6.2.1.2.4). Default false: old phones do not. */
  readonly nationalShifts?: boolean | undefined;
}

/** The smallest coding of a text and what stood in the way of a smaller one. */
export interface CodingChoice extends ShiftTables {
  readonly coding: TextCoding;
  /** The characters that keep the text out of GSM 7-bit (or the best narrow coding allowed) where UCS2 was taken; at most 200. */
  readonly forcedBy: readonly UnmappableCharacter[];
  /** The text as GSM 7-bit could carry it, where that avoids UCS2: see `gsmSafeText`. */
  readonly suggestion: string | undefined;
  /** Where no allowed coding holds the text, what the chosen one loses; at most 200. Empty otherwise. */
  readonly unmappable: readonly UnmappableCharacter[];
}

/** A text may be long and all foreign; whoever reads the list has seen enough by then. */
const MAX_REPORTED = 200;
/** UDH octets of one national shift element, and of the length octet with a concatenation element. */
const SHIFT_OCTETS = 3;
const CONCAT_OCTETS = 5;

const defaultCodings: readonly TextCoding[] = ['gsm7', 'ucs2'];
const nothing: readonly UnmappableCharacter[] = Object.freeze([]);

interface Candidate extends ShiftTables {
  readonly coding: TextCoding;
  readonly lost: readonly UnmappableCharacter[];
  readonly segments: number;
  readonly bits: number;
}

function measure(text: string, coding: TextCoding, shifts: ShiftTables): Candidate {
  const unitsOf = unitCounter(coding, shifts);
  const lost: UnmappableCharacter[] = [];
  let units = 0;
  let before: number | undefined;
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i)!;
    const taken = unitsOf(point, before);
    if (taken === 0) lost.push({ index: i, character: String.fromCodePoint(point) });
    units += taken;
    before = point;
    i += point > 0xffff ? 2 : 1;
  }
  const shiftOctets = (shifts.locking ? SHIFT_OCTETS : 0) + (shifts.single ? SHIFT_OCTETS : 0);
  const whole = unitsPerSegment(coding, shiftOctets && shiftOctets + 1);
  const part = unitsPerSegment(coding, shiftOctets + CONCAT_OCTETS + 1);
  const segments = units <= whole ? 1 : Math.ceil(units / part);
  return { coding, ...shifts, lost, segments, bits: units * bitsPerUnit(coding) };
}

/**
 * Fewer lost, fewer segments, no locking shift, fewer bits. A phone without the national tables shows a locking shift
 * as nonsense throughout, a single shift as the plain letter.
 */
function smaller(a: Candidate, b: Candidate): boolean {
  if (a.lost.length !== b.lost.length) return a.lost.length < b.lost.length;
  if (a.segments !== b.segments) return a.segments < b.segments;
  const locked = (candidate: Candidate): number => (candidate.locking ? 1 : 0);
  return locked(a) !== locked(b) ? locked(a) < locked(b) : a.bits < b.bits;
}

function smallest(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, next) => (smaller(next, best) ? next : best));
}

/** Whether a pair of tables holds any of the characters. */
function helps(alphabet: Gsm7Alphabet, characters: readonly UnmappableCharacter[]): boolean {
  return characters.some(({ character }) => septetsOf(alphabet, character.codePointAt(0)!) > 0);
}

/** The pairs of tables worth a try: those of the languages that hold something the default tables do not. */
function nationalPairs(lost: readonly UnmappableCharacter[]): ShiftTables[] {
  const languages = Array.from({ length: lastNationalLanguage }, (_, i) => i + 1);
  const locking = languages.filter(
    (id) => gsm7Alphabet({ locking: id }).locking !== 0 && helps(gsm7Alphabet({ locking: id }), lost),
  );
  const single = languages.filter((id) => helps(gsm7Alphabet({ single: id }), lost));
  const pairs = [undefined, ...locking].flatMap((lock) =>
    [undefined, ...single].map((shift) => ({
      ...(lock && { locking: lock }),
      ...(shift && { single: shift }),
    })),
  );
  return pairs.slice(1);
}

function isPlainGsm7(text: string): boolean {
  const alphabet = gsm7Alphabet();
  for (let i = 0; i < text.length; i++) if (septetsOf(alphabet, text.charCodeAt(i)) !== 1) return false;
  return true;
}

const isGsm7 = (coding: TextCoding): boolean => coding === 'gsm7' || coding === 'gsm7-packed';

/**
 * Chooses the coding that carries the text in the fewest segments, then without locking shift, then in the fewest
 * bits on the air. Where no allowed coding holds every character, the one that loses the fewest.
 */
export function chooseCoding(text: string, options: ChooseCodingOptions = {}): CodingChoice {
  const allowed = options.allowed?.length ? options.allowed : defaultCodings;
  // Nothing takes less than one septet per character: most texts end here.
  if (isGsm7(allowed[0]!) && isPlainGsm7(text)) {
    return { coding: allowed[0]!, forcedBy: nothing, suggestion: undefined, unmappable: nothing };
  }
  const candidates = allowed.map((coding) => measure(text, coding, {}));
  const gsm7 = candidates.find(({ coding }) => isGsm7(coding));
  if (options.nationalShifts && gsm7 !== undefined && gsm7.lost.length > 0) {
    for (const pair of nationalPairs(gsm7.lost)) candidates.push(measure(text, gsm7.coding, pair));
  }
  const best = smallest(candidates);
  const narrow = candidates.filter(({ coding }) => coding !== 'ucs2');
  const forced = best.coding === 'ucs2' && narrow.length > 0 ? (gsm7 ?? smallest(narrow)).lost : nothing;
  return {
    coding: best.coding,
    ...(best.locking && { locking: best.locking }),
    ...(best.single && { single: best.single }),
    forcedBy: forced.slice(0, MAX_REPORTED),
    suggestion: forced.length > 0 && gsm7 !== undefined ? gsmSafeText(text) : undefined,
    unmappable: best.lost.slice(0, MAX_REPORTED),
  };
}
