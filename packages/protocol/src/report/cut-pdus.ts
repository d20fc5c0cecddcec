/** Octets of several PDUs, one after the other. */

const headerOctets = 16;

/**
 * Cuts octets into PDUs by their lengths. Where a length makes no sense the rest is one piece, so that it is shown
 * with what is wrong.
 */
export function cutPdus(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at;
    const length = left >= 4 ? Buffer.from(bytes.buffer, bytes.byteOffset + at, 4).readUInt32BE(0) : 0;
    const end = length >= headerOctets && length <= left ? at + length : bytes.length;
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
