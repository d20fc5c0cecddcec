import { type Gsm7Alphabet, gsm7Alphabet, septetsOf } from './gsm7.ts';

/**
 * What a reader takes for the same, where Unicode's own decompositions do not tell: left side a run of characters,
 * right side what stands for each of them.
 */
const substitutions: readonly (readonly [characters: string, substitute: string])[] = [
  ['\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u02b9\u02bb\u02bc\u00b4`', "'"],
  ['\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\u02ba', '"'],
  ['\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\u2022\u25cf\u00ad', '-'],
  ['\u2026', '...'],
  ['\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t', ' '],
  ['\u2028\u2029\u0085\u000b', '\n'],
  // Without a width of their own: joiners, directions, byte order mark, variation selectors.
  [
    '\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufe0e\ufe0f',
    '',
  ],
  ['\u00b7\u2219\u22c5', '.'],
  ['\u2044\u2215', '/'],
  ['\u00d7', 'x'],
  ['\u00a9', '(c)'],
  ['\u00ae', '(R)'],
  ['\u2190', '<-'],
  ['\u2192', '->'],
  ['\u2264', '<='],
  ['\u2265', '>='],
  ['\u00a6', '|'],
  ['\u00f0\u0111', 'd'],
  ['\u00d0\u0110', 'D'],
  ['\u00fe', 'th'],
  ['\u00de', 'Th'],
  ['\u0127', 'h'],
  ['\u0126', 'H'],
  ['\u0131', 'i'],
  ['\u0142', 'l'],
  ['\u0141', 'L'],
  ['\u014b', 'n'],
  ['\u014a', 'N'],
  ['\u0153', 'oe'],
  ['\u0152', 'OE'],
  ['\u0167', 't'],
  ['\u0166', 'T'],
  ['\u1e9e', 'SS'],
  // Greek is written in capitals on GSM phones: ten of them are in the alphabet, the others look like Latin ones.
  ['\u0391', 'A'],
  ['\u0392', 'B'],
  ['\u0395', 'E'],
  ['\u0396', 'Z'],
  ['\u0397', 'H'],
  ['\u0399', 'I'],
  ['\u039a', 'K'],
  ['\u039c', 'M'],
  ['\u039d', 'N'],
  ['\u039f', 'O'],
  ['\u03a1', 'P'],
  ['\u03a4', 'T'],
  ['\u03a5', 'Y'],
  ['\u03a7', 'X'],
];

const substituteOf: ReadonlyMap<string, string> = new Map(
  substitutions.flatMap(([characters, substitute]) =>
    [...characters].map((character) => [character, substitute] as const),
  ),
);

function fits(text: string, alphabet: Gsm7Alphabet): boolean {
  for (let i = 0; i < text.length; i++) if (septetsOf(alphabet, text.charCodeAt(i)) === 0) return false;
  return true;
}

const isMark = (character: string): boolean => character >= '\u0300' && character <= '\u036f';
const isGreek = (character: string): boolean => character >= '\u0370' && character <= '\u03ff';

/** A decomposition without its accents, each part substituted once more; undefined where a part remains foreign. */
function plain(decomposed: string, alphabet: Gsm7Alphabet): string | undefined {
  let result = '';
  for (const part of decomposed) {
    if (isMark(part)) continue;
    const base = isGreek(part) ? part.toUpperCase() : part;
    const kept = fits(base, alphabet) ? base : substituteOf.get(base);
    if (kept === undefined) return undefined;
    result += kept;
  }
  return result;
}

function substitute(character: string, alphabet: Gsm7Alphabet): string | undefined {
  const known = substituteOf.get(character);
  if (known !== undefined) return known;
  if (isMark(character)) return '';
  return plain(character.normalize('NFD'), alphabet) ?? plain(character.normalize('NFKD'), alphabet);
}

/**
 * The text with every character that GSM 7-bit does not hold replaced by what a reader takes for the same:
 * typographic quotes, dashes and spaces, ellipsis, ligatures, accents, Greek capitals. Undefined where a character
 * has no such thing, as Cyrillic or an emoji. A text that is GSM-safe comes back as it is.
 */
export function gsmSafeText(text: string): string | undefined {
  const alphabet = gsm7Alphabet();
  if (fits(text, alphabet)) return text;
  let safe = '';
  // Composed first: e and a combining acute are the é that GSM 7-bit has.
  for (const character of text.normalize('NFC')) {
    const kept = fits(character, alphabet) ? character : substitute(character, alphabet);
    if (kept === undefined) return undefined;
    safe += kept;
  }
  return safe;
}
