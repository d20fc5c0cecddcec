/** The value of a TLV as people write it, to its octets. */

import type { TlvRule } from '@chappe/policy';
import { tlvDefinition } from '@chappe/protocol';

// SMPP 3.4 3.2.4.1: the length of a TLV has two octets.
const longestValue = 0xffff;
const greatest = 0xffff_ffff;

/** What of a rule says how its value is written. */
export type TlvForm = Pick<TlvRule, 'tag' | 'type' | 'octets' | 'maxOctets'>;

/**
 * The octets of a value. `text`: Latin-1, with the NUL where the documents have a C-octet string; `hex`: two digits an
 * octet; `integer`: decimal or 0x, big endian, in `octets` octets, else as many as the documents say, else as few as
 * hold it. Throws RangeError, which says what to write instead.
 */
export function tlvOctets(form: TlvForm, value: string): Uint8Array {
  const octets =
    form.type === 'text' ? text(form, value) : form.type === 'hex' ? hex(value) : integer(form, value);
  const limit = form.maxOctets ?? longestValue;
  if (octets.length > limit)
    throw new RangeError(`the value has ${octets.length} octets; at most ${limit} go`);
  return octets;
}

function text({ tag }: TlvForm, value: string): Uint8Array {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code === 0 || code > 0xff) {
      throw new RangeError('the text has characters that Latin-1 has not; write its octets with type hex');
    }
  }
  const isString = tlvDefinition(tag)?.type === 'c_octet_string';
  return new Uint8Array(Buffer.from(isString ? `${value}\0` : value, 'latin1'));
}

function hex(value: string): Uint8Array {
  const octets = Buffer.from(value, 'hex');
  // Buffer stops at the first thing that is no pair of digits.
  if (octets.length * 2 !== value.length) {
    throw new RangeError(`"${value}" is not hexadecimal; write two digits 0-9 or a-f for each octet`);
  }
  return new Uint8Array(octets);
}

function integer({ tag, octets }: TlvForm, value: string): Uint8Array {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isInteger(number) || number < 0 || number > greatest) {
    throw new RangeError(
      `"${value}" is no whole number from 0 to ${greatest}; write longer ones with type hex`,
    );
  }
  const size = octets ?? documented(tag) ?? fewest(number);
  if (number >= 256 ** size) throw new RangeError(`${value} needs more than ${size} octets; set octets to 4`);
  const bytes = new Uint8Array(size);
  for (let at = size - 1, rest = number; at >= 0; at -= 1, rest = Math.floor(rest / 256))
    bytes[at] = rest & 0xff;
  return bytes;
}

function documented(tag: number): number | undefined {
  const definition = tlvDefinition(tag);
  return definition?.type === 'integer' || definition?.type === 'bitmask' ? definition.max : undefined;
}

function fewest(number: number): number {
  return number <= 0xff ? 1 : number <= 0xffff ? 2 : 4;
}
