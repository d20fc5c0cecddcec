/** Host names as they stand in texts: where one ends, what it is called, which of its readings there are. */
import { classOf, symbol } from './characters.ts';
import { isAsciiLetter, isDigit } from './link-characters.ts';
import { knownTlds } from './tlds.ts';

// RFC 1035 2.3.4.
const maxLabel = 63;
/** Characters of a host name (RFC 1035 2.3.4); longer ones are cut to their end. */
export const maxHost = 253;

const point = 0x2e;
const hyphen = 0x2d;
const underscore = 0x5f;

/** True when all units are ASCII. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) > 0x7f) return false;
  }
  return true;
}

/**
 * Where the known end of a host name in the label `from` to `to` ends; -1 when the label is none. A hyphen or
 * letters of another script after it do not belong to it: `com-it`, `com` with a Chinese sentence behind it.
 */
export function tldEnd(host: string, from: number, to: number, tlds: ReadonlySet<string>): number {
  let at = from;
  while (at < to && at - from <= maxLabel && isAsciiLetter(host.charCodeAt(at))) at += 1;
  const next = host.charCodeAt(at);
  if (at < to && next < 0x80 && next !== hyphen) return -1;
  if (at === to) return isTld(host.slice(from, to).toLowerCase(), tlds) ? to : -1;
  if (to - from <= maxLabel) {
    const label = host.slice(from, to).normalize('NFKC').toLowerCase();
    if (label.startsWith('xn--') ? isPunycode(label) : isTld(label, tlds)) return to;
  }
  return isTld(host.slice(from, at).toLowerCase(), tlds) ? at : -1;
}

function isTld(label: string, tlds: ReadonlySet<string>): boolean {
  return label.length > 1 && (knownTlds.has(label) || tlds.has(label));
}

function isPunycode(label: string): boolean {
  for (let at = 0; at < label.length; at += 1) {
    const unit = label.charCodeAt(at);
    if (!isAsciiLetter(unit) && !isDigit(unit) && unit !== hyphen) return false;
  }
  return label.length > 'xn--'.length;
}

/**
 * Where the host name begins whose last dot is at `lastDot`; `lastDot` itself when no label before it can be
 * one.
 */
export function hostStart(host: string, lastDot: number): number {
  let first = lastDot;
  for (let end = lastDot; end > 0; ) {
    const before = host.lastIndexOf('.', end - 1);
    const label = before + 1;
    if (end === label || end - label > maxLabel) break;
    first = label;
    end = before;
  }
  return first;
}

/** A host name without the bullets and emoji before it; an emoji that is the whole first label stays. */
export function trimmedStart(host: string): string {
  let at = 0;
  while (at < host.length && (isDash(host, at) || classOf(host.charCodeAt(at)) === symbol)) at += 1;
  if (at === host.length || host.charCodeAt(at) === point) {
    at = 0;
    while (isDash(host, at)) at += 1;
    if (at === host.length || host.charCodeAt(at) === point) return '';
  }
  return host.slice(at);
}

function isDash(host: string, at: number): boolean {
  const unit = host.charCodeAt(at);
  return unit === hyphen || unit === underscore;
}

/** What stands behind the last character of another script, if that is a host name of its own; else ''. */
export function asciiTail(host: string): string {
  let from = host.length;
  while (from > 0 && host.charCodeAt(from - 1) < 0x80) from -= 1;
  if (from === 0) return '';
  while (from < host.length && (isDash(host, from) || host.charCodeAt(from) === point)) from += 1;
  const tail = host.slice(from);
  return tail.includes('.') ? tail : '';
}

/** True for `8.am` and `12.pm`: a time of day, though both are ends of host names. */
export function isClock(host: string): boolean {
  const from = host.length - 3;
  if (from < 1 || from > 2 || host.charCodeAt(from) !== point) return false;
  for (let at = 0; at < from; at += 1) {
    if (!isDigit(host.charCodeAt(at))) return false;
  }
  const half = host.slice(from + 1).toLowerCase();
  return (half === 'am' || half === 'pm') && Number(host.slice(0, from)) <= 12;
}

/** True for four numbers from 0 to 255 with dots between them. */
export function isQuad(host: string): boolean {
  let numbers = 1;
  let digits = 0;
  let value = 0;
  // A whole run of host name characters comes here; an address of this form has at most 15.
  if (host.length > 15) return false;
  for (let at = 0; at < host.length; at += 1) {
    const unit = host.charCodeAt(at);
    if (isDigit(unit)) {
      value = value * 10 + unit - 0x30;
      digits += 1;
      if (value > 255) return false;
    } else if (unit === point && digits > 0) {
      numbers += 1;
      digits = 0;
      value = 0;
    } else return false;
  }
  return numbers === 4 && digits > 0;
}

/** The part from `www.` on, when the host begins with it and a label follows; else ''. */
export function www(host: string): string {
  const name = trimmedStart(host);
  if (name.length < 5 || name.slice(0, 4).toLowerCase() !== 'www.') return '';
  return name.charCodeAt(4) === point ? '' : name;
}

/**
 * A host name as the DNS asks for it: small letters, other scripts in punycode after compatibility mapping (a
 * full-width or circled letter is that letter), `%6d` read, numbers as dotted IPv4. One that cannot be read
 * stays as it is, in small letters: it matches no list.
 */
export function canonicalHost(host: string): string {
  const bounded = host.length > maxHost ? host.slice(-maxHost) : host;
  if (isOrdinary(bounded)) return bounded.toLowerCase();
  const parsed = URL.parse(`http://${bounded}/`)?.hostname;
  return parsed === undefined || parsed === '' ? bounded.toLowerCase() : withoutLastDot(parsed);
}

/** Hot path: letters, digits, `-`, `_` and dots, and the last label does not begin with a digit. */
function isOrdinary(host: string): boolean {
  let labelStart = 0;
  for (let at = 0; at < host.length; at += 1) {
    const unit = host.charCodeAt(at);
    if (unit === point) labelStart = at + 1;
    else if (!isAsciiLetter(unit) && !isDigit(unit) && unit !== hyphen && unit !== underscore) return false;
  }
  return labelStart < host.length && !isDigit(host.charCodeAt(labelStart));
}

function withoutLastDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}
