/** Readers of the values that only `start` has. Each throws a `TypeError` that says what is expected. */
import { isIP } from 'node:net';
import { weights } from '../settings/values.ts';

/** One account of `--account`. */
export interface AccountValue {
  readonly systemId: string;
  readonly password: string;
}

/** Relative weights of what handsets do. */
export type OutcomeValues = {
  readonly [outcome in 'delivered' | 'undeliverable' | 'expired' | 'rejected']?: number;
};

// SMPP 3.4 4.1.1: 16 and 9 octets with the NUL. Longer ones exist in the field; 64 is what is let through.
const maxAccountLength = 64;
const maxSystemIdLength = 15;
const maxHostLength = 253;
// Shorter ones are guessed; as in the configuration.
const minKeyLength = 16;

/** An account as `id:password`; the password may have colons. */
function account(value: string): AccountValue {
  const at = value.indexOf(':');
  const systemId = value.slice(0, at);
  const password = value.slice(at + 1);
  if (at < 1) throw new TypeError('expected id:password, such as acme:secret');
  if (systemId.length > maxAccountLength || password.length > maxAccountLength) {
    throw new TypeError(`id and password have at most ${maxAccountLength} characters each`);
  }
  if (!isAscii(value)) throw new TypeError('id and password are ASCII without control characters');
  return { systemId, password };
}

/** A key for the HTTP API: it stands in a header. What is wrong with it is not shown. */
export function httpAdminKey(value: string): string {
  if (value.length >= minKeyLength && /^[!-~]+$/.test(value)) return value;
  throw new TypeError(`expected at least ${minKeyLength} visible ASCII characters`);
}

/** Accounts, each name once. */
export function accounts(values: readonly string[]): readonly AccountValue[] {
  const read = values.map(account);
  const names = new Set<string>();
  for (const { systemId } of read) {
    if (names.has(systemId)) throw new TypeError(`account ${JSON.stringify(systemId)} is given twice`);
    names.add(systemId);
  }
  return read;
}

/** Weights of outcomes, at least one of them above 0. */
export function outcomes(value: string): OutcomeValues {
  const read = weights('delivered', 'undeliverable', 'expired', 'rejected')(value);
  if (Object.values(read).some((weight) => weight > 0)) return read;
  throw new TypeError('expected a weight above 0');
}

/** Our system_id: 1 to 15 ASCII characters (SMPP 3.4 4.1.2). */
export function systemId(value: string): string {
  if (value.length > 0 && value.length <= maxSystemIdLength && isAscii(value)) return value;
  throw new TypeError(`expected 1 to ${maxSystemIdLength} ASCII characters`);
}

/** Milliseconds as `50-500`, or one number for both ends. */
export function delayRange(value: string): readonly [number, number] {
  const [from = '', to = from, ...more] = value.split('-').map((part) => part.trim());
  const isNumber = (text: string): boolean => /^\d{1,7}$/.test(text);
  if (more.length > 0 || !isNumber(from) || !isNumber(to)) {
    throw new TypeError('expected milliseconds as MIN-MAX, such as 50-500');
  }
  if (Number(from) > Number(to)) throw new TypeError(`expected the shorter one first: ${to}-${from}`);
  return [Number(from), Number(to)];
}

/** An address or a name to listen on. */
export function host(value: string): string {
  const plain = value.replace(/^\[|\]$/g, '');
  if (isIP(plain) !== 0 || isName(plain)) return plain;
  throw new TypeError('expected an address or host name, such as 127.0.0.1, ::1 or 0.0.0.0');
}

/** A host name, or `*`. */
export function hostName(value: string): string {
  if (value === '*' || isName(value)) return value.toLowerCase();
  throw new TypeError('expected a host name without port, or *');
}

/** A network as CIDR, or an address. */
export function network(value: string): string {
  const [address = '', prefix, ...more] = value.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  if (isIP(address) !== 0 && isPrefix && more.length === 0) return value;
  throw new TypeError('expected a network such as 10.0.0.0/8 or fd00::/8, or an address');
}

function isName(value: string): boolean {
  return (
    value.length <= maxHostLength &&
    /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(value) &&
    !/^[\d.]+$/.test(value)
  );
}

function isAscii(value: string): boolean {
  return /^[ -~]*$/.test(value);
}
