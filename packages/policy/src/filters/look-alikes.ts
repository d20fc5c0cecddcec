/** Hosts that look like another: letters of other scripts that cannot be told from Latin ones, and escaped characters. */
import { domainToUnicode } from 'node:url';

// Small letters as they stand in host names; each string is what looks like its key (Unicode TR 39, without what differs
// in most fonts).
const twins: Readonly<Record<string, string>> = {
  a: 'аɑα',
  b: 'ьƅ',
  c: 'сϲᴄ',
  d: 'ԁɗ',
  e: 'еєҽ',
  f: 'ϝ',
  g: 'ɡց',
  h: 'һհ',
  i: 'іıιɩӏ',
  j: 'јϳ',
  k: 'кκ',
  l: 'ӏⅼǀ',
  m: 'мᴍ',
  n: 'пո',
  o: 'оοօᴏ',
  p: 'рρ',
  q: 'ԛգ',
  r: 'гᴦ',
  s: 'ѕꜱ',
  t: 'тτ',
  u: 'υսᴜ',
  v: 'νѵᴠ',
  w: 'ԝшωᴡ',
  x: 'хχ',
  y: 'уүγ',
  z: 'ᴢ',
};
const latin: ReadonlyMap<string, readonly string[]> = latinByTwin();

/** A host of one letter of several meanings has several readings; more than so many are not looked at. */
const maxReadings = 8;

/** The Latin hosts that a host in other letters looks like; none for one that is Latin itself, accents included. */
export function latinReadings(host: string): readonly string[] {
  // In punycode (RFC 3492), as the DNS asks for it.
  if (!host.includes('xn--')) return [];
  let readings = [''];
  for (const character of domainToUnicode(host)) {
    const letters = character < '\u0080' ? [character] : latin.get(character);
    if (letters === undefined) return [];
    const grown = readings.flatMap((reading) => letters.map((letter) => `${reading}${letter}`));
    readings = grown.slice(0, maxReadings);
  }
  return readings;
}

/**
 * The text with `%2e` and the like read as the characters of host names that they stand for: browsers read them so.
 * Undefined: there are none. Others stay, or a path would fall apart.
 */
export function withoutEscapes(text: string): string | undefined {
  if (!text.includes('%')) return undefined;
  const read = text.replace(/%(2[de]|3\d|[46][1-9a-f]|[57][\da])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return read === text ? undefined : read;
}

function latinByTwin(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [letter, alike] of Object.entries(twins)) {
    for (const twin of alike) found.set(twin, [...(found.get(twin) ?? []), letter]);
  }
  return found;
}
