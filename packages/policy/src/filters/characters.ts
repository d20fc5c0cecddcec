/**
 * What a UTF-16 unit of a text may be to a host name or a word: one table, looked up by unit, so that
 * scanning a peer's text costs one read for each unit and no regular expression.
 */

/** Ends a host name and a word: spaces, controls, punctuation. */
export const breaks = 0;
/** Letters, digits, marks, `-` and `_`. */
export const letter = 1;
/** A full stop, or what IDNA takes for one (RFC 3490 3.1) and what looks like one. */
export const dot = 2;
/** Emoji, arrows and the like: they may stand in a host name, but mostly stand before one as a bullet. */
export const symbol = 3;
/**
 * Nothing to see: zero-width, variation and direction marks. IDNA drops them, so they must not hide a host
 * name.
 */
export const unseen = 4;

type Range = readonly [first: number, last: number];

const breaking: readonly Range[] = [
  [0x00, 0x2c],
  [0x2f, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x5e],
  [0x60, 0x60],
  [0x7b, 0xa9],
  [0xab, 0xb1],
  [0xb4, 0xb4],
  [0xb6, 0xb6],
  [0xb8, 0xb8],
  [0xbb, 0xbf],
  [0xd7, 0xd7],
  [0xf7, 0xf7],
  // Armenian, Hebrew, Arabic, Indic, Ethiopic and Khmer stops and commas; none of them is a dot to IDNA.
  [0x55a, 0x55f],
  [0x589, 0x589],
  [0x5be, 0x5be],
  [0x5c0, 0x5c0],
  [0x5c3, 0x5c3],
  [0x60c, 0x60d],
  [0x61b, 0x61b],
  [0x61e, 0x61f],
  [0x66a, 0x66d],
  [0x6d4, 0x6d4],
  [0x964, 0x965],
  [0x104a, 0x104b],
  [0x1361, 0x1368],
  [0x1680, 0x1680],
  [0x17d4, 0x17d6],
  [0x2000, 0x200a],
  [0x2012, 0x2023],
  [0x2025, 0x2029],
  [0x202f, 0x205f],
  [0x20a0, 0x20cf],
  [0x2e00, 0x2e7f],
  [0x3000, 0x3001],
  [0x3003, 0x3004],
  [0x3008, 0x3020],
  [0x3030, 0x3030],
  // The katakana middle dot is legal in Japanese names and stands before every second line as a bullet.
  [0x30fb, 0x30fb],
  [0xe000, 0xf8ff],
  [0xfd3e, 0xfd3f],
  [0xfe10, 0xfe1f],
  [0xfe30, 0xfe51],
  [0xfe53, 0xfe62],
  [0xfe64, 0xfe6f],
  [0xff00, 0xff0c],
  [0xff0f, 0xff0f],
  [0xff1a, 0xff20],
  [0xff3b, 0xff3e],
  [0xff40, 0xff40],
  [0xff5b, 0xff60],
  [0xff62, 0xff65],
  [0xffe0, 0xfffe],
  [0xffff, 0xffff],
];

const dots: readonly Range[] = [
  [0x2e, 0x2e],
  [0x2024, 0x2024],
  [0x3002, 0x3002],
  [0xfe52, 0xfe52],
  [0xff0e, 0xff0e],
  [0xff61, 0xff61],
];

const symbols: readonly Range[] = [
  [0x20d0, 0x20ff],
  [0x2190, 0x245f],
  [0x2500, 0x2bff],
  // First halves of the emoji planes; second halves go with what stands before them.
  [0xd83c, 0xd83e],
  [0xdc00, 0xdfff],
];

const notSeen: readonly Range[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  // First half of the tag characters and of the other variation selectors.
  [0xdb40, 0xdb40],
];

const classes = new Uint8Array(0x10000).fill(letter);
for (const [ranges, kind] of [
  [breaking, breaks],
  [dots, dot],
  [symbols, symbol],
  [notSeen, unseen],
] as const) {
  for (const [first, last] of ranges) classes.fill(kind, first, last + 1);
}

/** The class of one UTF-16 unit, 0 to 0xffff: `breaks`, `letter`, `dot`, `symbol` or `unseen`. */
export function classOf(unit: number): number {
  return classes[unit] as number;
}

// A pair: what is not seen is as long as a letter beyond the first plane.
const unseenHigh = 0xdb40;

/** A part of a text without what cannot be seen, and with every dot as `.`. */
export function plainHost(text: string, from: number, to: number): string {
  let out = '';
  let kept = from;
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at);
    const kind = classes[unit];
    if ((kind !== dot && kind !== unseen) || unit === 0x2e) continue;
    out += text.slice(kept, at);
    if (kind === dot) out += '.';
    if (unit === unseenHigh && at + 1 < to) at += 1;
    kept = at + 1;
  }
  return kept === from ? text.slice(from, to) : out + text.slice(kept, to);
}
