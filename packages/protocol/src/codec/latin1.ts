const { latin1Slice } = Buffer.prototype;

/** The octets from `start` to `end` as a string of one character each: 8-bit clean, nothing is decoded. */
export function readLatin1(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/**
 * Writes `text` at `offset`, one octet per character. False, with octets possibly written, when it holds a NUL or a
 * character above U+00FF.
 */
export function writeLatin1(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 0xff) return false;
    bytes[offset + i] = code;
  }
  return true;
}
