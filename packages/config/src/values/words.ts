/** Readers of words: names, addresses of the network, numbers of handsets. Each throws a `TypeError`. */
import { isIP } from 'node:net';
import { readNumber } from '@chappe/protocol';

// Labels of metrics and keys of the store are made of them.
const maxNameLength = 64;

/** The name of a connector, a route, a webhook: also a label of metrics. */
export function name(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text) && text.length <= maxNameLength) return text;
  throw new TypeError(`expected a name of letters, digits, dots and dashes, at most ${maxNameLength}`);
}

/** The name of a connector; that of the simulated handsets is taken. */
export function connectorName(text: string): string {
  if (text === 'handsets') throw new TypeError('"handsets" is the name of the simulated handsets');
  return name(text);
}

// SMPP 3.4 4.1.1: 16 octets with the NUL. Longer ones exist in the field; 64 is what is let through.
const maxSystemIdLength = 64;

/** A system_id or password of SMPP: ASCII. */
export function credential(text: string): string {
  if (text.length > maxSystemIdLength)
    throw new TypeError(`expected at most ${maxSystemIdLength} characters`);
  if (/^[ -~]*$/.test(text)) return text;
  throw new TypeError('expected ASCII without control characters');
}

// What the codec encodes in a bind: 256 octets with the NUL.
const maxHandedOut = 255;

/** What an operator has handed out for our binds there: goes as it is, so it is Latin-1 without control characters. */
export function handedOut(text: string): string {
  if (text.length > maxHandedOut) throw new TypeError(`expected at most ${maxHandedOut} characters`);
  if (/^[ -~\u00a0-\u00ff]*$/.test(text)) return text;
  throw new TypeError('expected characters of Latin-1 without control characters: a bind carries no others');
}

/** A system_id; it is also a label of metrics and a key of the store. */
export function systemId(text: string): string {
  if (/^[!-~]+$/.test(text)) return credential(text);
  throw new TypeError('expected a system_id of ASCII characters without blanks');
}

/** Our system_id in bind responses (SMPP 3.4 4.1.2). */
export function ownSystemId(text: string): string {
  if (/^[!-~]{1,15}$/.test(text)) return text;
  throw new TypeError('expected 1 to 15 ASCII characters');
}

/** Text without control characters. */
export function plainText(maxLength: number): (text: string) => string {
  return (text) => {
    if (text.length > maxLength) throw new TypeError(`expected at most ${maxLength} characters`);
    if (!/\p{Cc}/u.test(text)) return text;
    throw new TypeError('expected text without control characters');
  };
}

/** Text of any kind, not empty. */
export function anyText(maxLength: number): (text: string) => string {
  return (text) => {
    if (text !== '' && text.length <= maxLength) return text;
    throw new TypeError(`expected a text of at most ${maxLength} characters`);
  };
}

const maxHostLength = 253;

function isHostName(text: string): boolean {
  const isName = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(text);
  return text.length <= maxHostLength && isName && !/^[\d.]+$/.test(text);
}

/** An address or a host name. */
export function host(text: string): string {
  const plain = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(plain) !== 0 || isHostName(plain)) return plain;
  throw new TypeError('expected an address or a host name');
}

/** A host name without port, or `*`. */
export function hostName(text: string): string {
  if (text === '*' || isHostName(text)) return text.toLowerCase();
  throw new TypeError('expected a host name without port, or *');
}

/** A port; 0 takes any free one. */
export function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= 65_535) return number;
  throw new TypeError('expected a port from 0 to 65535');
}

/** A port of somebody else. */
export function remotePort(text: string): number {
  if (port(text) > 0) return port(text);
  throw new TypeError('expected a port from 1 to 65535');
}

/** Where to listen. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `[::1]:port`, or a port alone (then on this machine only). */
export function endpoint(text: string): Endpoint {
  if (/^\d+$/.test(text)) return { host: '127.0.0.1', port: port(text) };
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+):(\d+)$/i.exec(text);
  if (match === null) throw new TypeError('expected an address and a port such as 127.0.0.1:2775');
  return { host: host(match[1]!), port: port(match[2]!) };
}

/** An address of somebody else: `host`, `host:port`, `[::1]:port`. */
export function remoteEnd(text: string): { readonly host: string; readonly port?: number } {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(text);
  if (match === null) {
    if (isIP(text) === 6) return { host: text };
    throw new TypeError('expected a host, or host:port such as smsc.example:2775');
  }
  const [, name = '', at] = match;
  return at === undefined ? { host: host(name) } : { host: host(name), port: remotePort(at) };
}

/** A network as CIDR, or an address. */
export function network(text: string): string {
  const [address = '', prefix, ...more] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  if (isIP(address) !== 0 && isPrefix && more.length === 0) return text;
  throw new TypeError('expected a network such as 203.0.113.0/24 or 2001:db8::/32, or an address');
}

// E.164 has 15; longer ones exist in the field, SMPP 3.4 4.4.1 has 20.
const maxDigits = 20;

/** The first digits of numbers, with or without plus, with or without `*` at the end. */
export function digitPrefix(text: string): string {
  const digits = text.replace(/^\+/, '').replace(/\*$/, '');
  if (/^\d+$/.test(digits) && digits.length <= maxDigits) return digits;
  throw new TypeError('expected the first digits of numbers, such as 447');
}

/** Digits only. */
export function digits(text: string): string {
  const plain = text.replace(/^\+/, '');
  if (/^\d+$/.test(plain) && plain.length <= maxDigits) return plain;
  throw new TypeError('expected digits');
}

/** A number or an alphanumeric name, exact or with `*` at the end. */
export function pattern(text: string): string {
  const body = text.replace(/\*$/, '');
  const number = readNumber(body);
  // Here, as only the plus tells that the zero in `+44 (0)7700` is none of the number.
  if (number?.hasPlus === true && number.digits.length <= maxDigits)
    return `${number.digits}${text.slice(body.length)}`;
  const plain = /^\+\d/.test(text) ? text.slice(1) : text;
  if (body.length <= maxDigits && !body.includes('*') && !/\p{Cc}/u.test(body)) return plain;
  throw new TypeError('expected a sender or number, with * only at the end: ACME, 4477009*');
}

/** Which account: exact, or with `*` at the end. */
export function accountPattern(text: string): string {
  const body = text.replace(/\*$/, '');
  if (!body.includes('*') && (body === '' || systemId(body) === body)) return text;
  throw new TypeError('expected an account, with * only at the end');
}

/** A regular expression and its flags: `/code|otp/i`; a text without slashes is looked for as it stands. */
export interface TextPattern {
  readonly pattern: string;
  readonly flags: string | undefined;
}

// The gateway's own limit, with the slashes and flags.
const maxPatternLength = 10_010;

/** Reads `/pattern/flags`, or a text that is looked for as it stands. The gateway says whether RE2 takes it. */
export function textPattern(text: string): TextPattern {
  if (text === '' || text.length > maxPatternLength)
    throw new TypeError(`expected a text or /pattern/ of at most ${maxPatternLength} characters`);
  const match = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (match === null) return { pattern: text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), flags: undefined };
  const [, pattern = '', flags = ''] = match;
  if (!/^[ims]*$/.test(flags)) throw new TypeError('the flags are i (any case), m and s');
  return { pattern, flags: flags === '' ? undefined : flags };
}

/** An address of the web. */
export function webUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError('expected a URL such as https://example.com/hook');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('a URL here has no name and password: calls are signed with the secret');
  return text;
}

/** An origin of web pages as browsers send it (RFC 6454 6.2): scheme and host, no path, no port that goes without saying. */
export function webOrigin(text: string): string {
  if (text.includes('*'))
    throw new TypeError(
      'expected exact origins: a pattern would let pages of strangers call with keys they got hold of',
    );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError('expected an origin such as https://console.example.com');
  if (text.toLowerCase() !== url.origin) throw new TypeError(`expected an origin alone: write ${url.origin}`);
  return url.origin;
}

/** `HH:MM`, 00:00 to 24:00. */
export function timeOfDay(text: string): string {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const minutes = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  if (minutes <= 24 * 60 && Number(match?.[2]) < 60) return `${match![1]!.padStart(2, '0')}:${match![2]}`;
  throw new TypeError('expected a time of day such as 08:00');
}
