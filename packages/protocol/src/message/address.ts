/** Numbers as people write them: `+44 (0)7700 900-123` and `447700900123` are one. */

/** A number taken apart. */
export interface WrittenNumber {
  /** Its digits, 1 or more, and nothing else. */
  readonly digits: string;
  /** A plus stood before them: country code first (E.164). */
  readonly hasPlus: boolean;
}

// Fewer are a short code, which nobody writes in groups.
const leastDigits = 7;
const plus = 0x2b;
const open = 0x28;
const close = 0x29;
const zero = 0x30;
const nine = 0x39;

// Blanks, hyphens and dashes of all kinds, dots, slashes, parentheses; and what comes along unseen when a number is
// copied: soft hyphens, marks of direction, joiners.
const separators = new Set(
  '\t \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' +
    '-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d./()\u00b7' +
    '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff',
);

/** True for one or more digits 0 to 9 and nothing else. */
export function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) return false;
  }
  return text.length > 0;
}

/**
 * Reads a number: digits, perhaps a plus before them, and between them whatever people put there. `(0)` behind a plus is
 * left out: it stands for the zero that is dialled at home, and is no part of the number. Undefined for names, and for
 * what has other signs in it.
 */
export function readNumber(text: string): WrittenNumber | undefined {
  // Nearly all are digits, and then there is nothing to write anew.
  if (isDigits(text)) return { digits: text, hasPlus: false };
  let digits = '';
  let hasPlus = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= zero && code <= nine) digits += text[at];
    else if (code === plus && digits === '' && !hasPlus) hasPlus = true;
    else if (code === open && hasPlus && isTrunkZero(text, at)) at += 2;
    else if (!separators.has(text[at] as string)) return undefined;
  }
  return digits === '' ? undefined : { digits, hasPlus };
}

/** As `readNumber`, of a sender: with signs between fewer than seven digits it is a name, as `7-11`. */
export function readSenderNumber(text: string): WrittenNumber | undefined {
  const number = readNumber(text);
  if (number === undefined || number.hasPlus || number.digits === text) return number;
  return number.digits.length < leastDigits ? undefined : number;
}

/** A number without its plus; anything else as it is: signs between digits count. */
export function withoutPlus(text: string): string {
  if (text.charCodeAt(0) !== plus) return text;
  const rest = text.slice(1);
  return isDigits(rest) ? rest : text;
}

/**
 * The form in which addresses are compared: the digits of a number; a name as it is written, without a plus before it and
 * blanks around it, which nobody sees.
 */
export function numberKey(text: string): string {
  if (isDigits(text)) return text;
  return readNumber(text)?.digits ?? (text.charCodeAt(0) === plus ? text.slice(1) : text).trim();
}

function isTrunkZero(text: string, at: number): boolean {
  return text.charCodeAt(at + 1) === zero && text.charCodeAt(at + 2) === close;
}
