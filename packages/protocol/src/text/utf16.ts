/** `String.fromCharCode` takes its units as arguments; engines allow some 100,000 of them. */
const CHUNK_UNITS = 8192;

function textOfChunk(units: Uint16Array): string {
  // `apply` reads a typed array by index, a spread would run its iterator: three times slower.
  return String.fromCharCode.apply(null, units as unknown as number[]);
}

/** The text of UTF-16 units, lone surrogates included. */
export function textOfUnits(units: Uint16Array): string {
  if (units.length <= CHUNK_UNITS) return textOfChunk(units);
  let text = '';
  for (let start = 0; start < units.length; start += CHUNK_UNITS) {
    text += textOfChunk(units.subarray(start, start + CHUNK_UNITS));
  }
  return text;
}

/** UTF-16 big endian, as SMPP carries UCS2. Every text has one: surrogates are written as they are. */
export function encodeUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0, at = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[at++] = unit >> 8;
    bytes[at++] = unit & 0xff;
  }
  return bytes;
}

const BYTE_ORDER_MARK = 0xfeff;
const SWAPPED_MARK = 0xfffe;
const REPLACEMENT_CHARACTER = 0xfffd;

/**
 * The text of UTF-16 octets: big endian, or as a byte order mark at the start says; the mark itself is no text. An
 * odd last octet becomes U+FFFD.
 */
export function decodeUtf16(bytes: Uint8Array): string {
  const whole = bytes.length >> 1;
  const units = new Uint16Array(whole + (bytes.length & 1));
  const first = whole > 0 ? (bytes[0]! << 8) | bytes[1]! : 0;
  const swapped = first === SWAPPED_MARK ? 1 : 0;
  for (let i = 0; i < whole; i++) units[i] = (bytes[2 * i + swapped]! << 8) | bytes[2 * i + 1 - swapped]!;
  if (bytes.length & 1) units[whole] = REPLACEMENT_CHARACTER;
  return textOfUnits(first === BYTE_ORDER_MARK || swapped ? units.subarray(1) : units);
}
