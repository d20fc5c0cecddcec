/** The first word of a text, as a keyword: `stop`, ` "STOP"!`, `Стоп, спасибо`. */

// A keyword is shorter; without a bound one message without spaces would be looked through as a whole.
/** Longest keyword, in UTF-16 units. */
export const maxKeywordCharacters = 64;
// Room for the marks around it.
const maxTokenCharacters = maxKeywordCharacters + 8;

/** The characters before the first space, after leading spaces; cut after 72. */
export function firstWord(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charCodeAt(start))) start += 1;
  let end = start;
  const limit = Math.min(text.length, start + maxTokenCharacters);
  while (end < limit && !isSpace(text.charCodeAt(end))) end += 1;
  return text.slice(start, end);
}

/**
 * The same for all spellings of a word: upper and lower case, composed and decomposed letters, and the four letters i
 * of Turkish, of which neither case conversion makes one.
 */
export function foldWord(word: string): string {
  return word.normalize('NFC').toUpperCase().normalize('NFC').replaceAll('\u0130', 'I');
}

/** The word without the quotes and marks that people put around it. Empty when there is nothing else. */
export function bareWord(word: string): string {
  let start = 0;
  let end = word.length;
  while (start < end && isMark(word.charCodeAt(start))) start += 1;
  while (end > start && isMark(word.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === word.length ? word : word.slice(start, end);
}

function isSpace(code: number): boolean {
  if (code <= 0x20) return true;
  if (code < 0x85) return false;
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    // Spaces of all widths, the one of no width, and the invisible marks of writing direction.
    (code >= 0x2000 && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202f) ||
    code === 0x205f ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function isMark(code: number): boolean {
  if (code < 0x80) {
    const isLetterOrDigit =
      (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    return !isLetterOrDigit;
  }
  return (
    code === 0xa1 ||
    code === 0xab ||
    code === 0xb7 ||
    code === 0xbb ||
    code === 0xbf ||
    // Arabic comma, semicolon, question mark and full stop.
    code === 0x060c ||
    code === 0x061b ||
    code === 0x061f ||
    code === 0x06d4 ||
    // Danda of the Indian scripts.
    code === 0x0964 ||
    (code >= 0x2010 && code <= 0x205e) ||
    (code >= 0x3001 && code <= 0x3003) ||
    (code >= 0x3008 && code <= 0x3011) ||
    // Full-width forms of Chinese and Japanese.
    code === 0xff01 ||
    code === 0xff0c ||
    code === 0xff0e ||
    code === 0xff1a ||
    code === 0xff1b ||
    code === 0xff1f
  );
}
