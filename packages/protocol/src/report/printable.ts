/** Texts and octets of peers as they may be shown. */

/**
 * What is not seen and yet does something: C0, DEL, C1, line separators, marks that turn the direction of writing around
 * and all other formatting characters (Unicode's Cf: Arabic letter mark, zero width space, tags from U+E0000 on), and
 * halves of characters. Joiners stay: without them families of emoji fall apart, and Persian is written wrongly.
 */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{e0000}-\u{e0fff}]/gu;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text of a peer as it may be shown: control characters are escaped, so that no message can move the cursor, write a
 * line of its own, reverse what stands beside it or hide something.
 */
export function printable(text: string): string {
  return text.replace(unseen, (character) => short[character] ?? escaped(character.codePointAt(0) ?? 0));
}

function escaped(code: number): string {
  const hex = code.toString(16).padStart(4, '0');
  return code > 0xffff ? `\\u{${hex}}` : `\\u${hex}`;
}

/** A text of a peer in quotes. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}

/** Octets in hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
