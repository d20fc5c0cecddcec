/** message_id has 64 characters at most; a longer one is compared as it is, since conversion takes quadratic time. */
const MAX_NUMERIC_LENGTH = 64;
const DASH = 0x2d;
const ZERO = 0x30;
/** RFC 9562 4: 8-4-4-4-12. */
const UUID_LENGTH = 36;
const UUID_DASHES = [8, 13, 18, 23];

/** How a peer's ids in receipts relate to those in its responses: `hex-dec` is hexadecimal there and decimal here. */
export type IdRelation = 'same' | 'hex-dec' | 'dec-hex';

/** All relations, surest first. */
export const idRelations: readonly IdRelation[] = ['same', 'hex-dec', 'dec-hex'];

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
const isHexLetter = (unit: number): boolean => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x66;
/** Blanks, and control characters: fields of a fixed width are filled up with either. */
const isBlank = (unit: number): boolean => unit <= 0x20 || unit === 0x7f || unit === 0xa0;

/** 10 for decimal digits only, 16 for hex digits, 0 for anything else. */
function baseOf(id: string): 0 | 10 | 16 {
  if (id.length === 0 || id.length > MAX_NUMERIC_LENGTH) return 0;
  let base: 10 | 16 = 10;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    if (isDigit(unit)) continue;
    if (!isHexLetter(unit)) return 0;
    base = 16;
  }
  return base;
}

function withoutLeadingZeros(id: string): string {
  let zeros = 0;
  while (zeros < id.length - 1 && id.charCodeAt(zeros) === ZERO) zeros += 1;
  return zeros === 0 ? id : id.slice(zeros);
}

function trimmed(id: string): string {
  let from = 0;
  let to = id.length;
  while (from < to && isBlank(id.charCodeAt(from))) from += 1;
  while (to > from && isBlank(id.charCodeAt(to - 1))) to -= 1;
  return id.slice(from, to);
}

/** In small letters, without blanks around it, `0x` before it and the dashes of a UUID. */
function plain(id: string): string {
  const lower = trimmed(id).toLowerCase();
  if (lower.startsWith('0x') && baseOf(lower.slice(2)) !== 0) return lower.slice(2);
  const isUuid = lower.length === UUID_LENGTH && UUID_DASHES.every((at) => lower.charCodeAt(at) === DASH);
  const digits = isUuid ? lower.replaceAll('-', '') : '';
  return digits.length === UUID_LENGTH - UUID_DASHES.length && baseOf(digits) !== 0 ? digits : lower;
}

/**
 * An id in the one form that all its writings share but for a change of base: capitals, blanks around it, leading zeros
 * of a number, `0x` and the dashes of a UUID do not count. Empty where there is none.
 */
export function canonicalId(id: string): string {
  const lower = plain(id);
  return baseOf(lower) === 0 ? lower : withoutLeadingZeros(lower);
}

/** What the response called it, canonical, given what the receipt calls it; undefined where that cannot be. */
export function idInResponse(relation: IdRelation, idInReceipt: string): string | undefined {
  if (relation === 'same') return canonicalId(idInReceipt);
  const lower = plain(idInReceipt);
  const base = baseOf(lower);
  if (relation === 'hex-dec') return base === 10 ? BigInt(lower).toString(16) : undefined;
  return base === 0 ? undefined : BigInt(`0x${lower}`).toString();
}

/**
 * The forms under which one message id may appear: as it is, lower case, without leading zeros, as hexadecimal where
 * it may be decimal, as decimal where it may be hexadecimal. Surest first, each once. Two ids may be the same message
 * when they have a form in common. Never goes through a number: ids of 19 digits exist.
 */
export function messageIdForms(id: string): readonly string[] {
  const lower = id.toLowerCase();
  const forms = new Set([id, lower]);
  const base = baseOf(lower);
  if (base !== 0) {
    forms.add(withoutLeadingZeros(lower));
    if (base === 10) forms.add(BigInt(lower).toString(16));
    forms.add(BigInt(`0x${lower}`).toString());
  }
  return [...forms];
}
