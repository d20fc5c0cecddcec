/** Characters of links, by UTF-16 unit; all are false for NaN, the end of a text. */
import { breaks, classOf } from './characters.ts';

const percent = 0x25;

/** True for `0` to `9`; false for NaN (the end of a text). */
export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** True for an ASCII letter. */
export function isAsciiLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

/** True for an ASCII letter or digit. */
export function isAlphanumeric(unit: number): boolean {
  return isAsciiLetter(unit) || isDigit(unit);
}

/** True for what may stand in a host behind a scheme: `%6d` may stand for a letter there (WHATWG URL 3.5). */
export function isHostUnit(text: string, at: number): boolean {
  return classOf(text.charCodeAt(at)) !== breaks || isEscape(text, at);
}

/** True when an octet is written there as `%6d`. */
export function isEscape(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== percent) return false;
  return isHex(text.charCodeAt(at + 1)) && isHex(text.charCodeAt(at + 2));
}

function isHex(unit: number): boolean {
  return isDigit(unit) || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66);
}

/** True for a slash, and for the backslash that browsers take for one. */
export function isSlash(unit: number): boolean {
  return unit === 0x2f || unit === 0x5c;
}

/** True for what begins a path, a query or a fragment. */
export function isPathStart(unit: number): boolean {
  return isSlash(unit) || unit === 0x3f || unit === 0x23;
}

/**
 * True for what ends a path: spaces, controls, quotes, and what phones take for no part of a link:
 * `<>[]^`{|}`; anything beyond ASCII.
 */
export function isPathEnd(unit: number): boolean {
  return (
    unit <= 0x20 ||
    unit === 0x22 ||
    unit === 0x3c ||
    unit === 0x3e ||
    (unit >= 0x5b && unit <= 0x5e && unit !== 0x5c) ||
    unit === 0x60 ||
    (unit >= 0x7b && unit <= 0x7d) ||
    unit >= 0x7f
  );
}

/** True for what ends an authority: a path, or what ends any link. Brackets may stand in it (IPv6). */
export function isAuthorityEnd(unit: number): boolean {
  if (isPathStart(unit) || unit <= 0x20 || unit === 0x22 || unit === 0x3c || unit === 0x3e) return true;
  return unit >= 0x80 && classOf(unit) === breaks;
}
