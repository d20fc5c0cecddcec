/** Conditions on TLVs: that one is there, or that it has a value. */
import { type Tlv, tlvDefinition, tlvName } from '@chappe/protocol';
import type { TlvCondition } from '../settings/conditions.ts';
import { type Condition, conditionOf } from './condition.ts';
import { listed, quoted } from './words.ts';

interface WantedTlv {
  readonly tag: number;
  /** Any one suffices; undefined: presence does. */
  readonly octets: readonly Uint8Array[] | undefined;
  /** As an unsigned integer, when the value can be one. */
  readonly number: number | undefined;
  readonly words: string;
}

/**
 * One of those TLVs is there and has its value. A value that is written as a number holds for octets that spell it and
 * for an integer of 1, 2 or 4 octets alike: vendor TLVs carry either. Throws a RangeError on a tag or value that is none.
 */
export function tlvsCondition(conditions: readonly TlvCondition[]): Condition {
  const wanted = conditions.map(compileTlv);
  return conditionOf(
    'tlvs',
    ({ facts }) => {
      for (const tlv of facts.tlvs) {
        for (const one of wanted) if (one.tag === tlv.tag && isAsWanted(tlv, one)) return true;
      }
      return false;
    },
    ({ facts }) => {
      const there = facts.tlvs.filter((tlv) => wanted.some((one) => one.tag === tlv.tag)).map(tlvWords);
      const has = there.length === 0 ? 'it has no such TLV' : `it has ${there.slice(0, 3).join(', ')}`;
      return `${has}, wanted is ${listed(wanted.map((one) => one.words))}`;
    },
  );
}

function compileTlv({ tag, value }: TlvCondition): WantedTlv {
  if (!Number.isInteger(tag) || tag < 0 || tag > 0xffff) {
    throw new RangeError(`tag ${tag}: give a number from 0 to 0xffff`);
  }
  const name = tagWords(tag);
  if (value === undefined) return { tag, octets: undefined, number: undefined, words: name };
  const words = `${name}=${value}`;
  if (value.startsWith('hex:')) {
    const digits = value.slice('hex:'.length);
    if (!/^([0-9a-f]{2})*$/i.test(digits)) {
      throw new RangeError(`${quoted(value)}: after hex: come pairs of hexadecimal digits`);
    }
    return { tag, octets: [Buffer.from(digits, 'hex')], number: undefined, words };
  }
  const number = /^(\d{1,10}|0x[0-9a-f]{1,8})$/i.test(value) ? Number(value) : undefined;
  return { tag, octets: [Buffer.from(value, 'utf8'), Buffer.from(value, 'latin1')], number, words };
}

function isAsWanted(tlv: Tlv, { octets, number }: WantedTlv): boolean {
  if (octets === undefined) return true;
  const value: number | string | Uint8Array = tlv.bytes ?? tlv.value;
  if (typeof value === 'number') {
    if (number !== undefined) return value === number;
    // The octets that the integer has on the wire.
    const length = tlvDefinition(tlv.tag)?.min ?? 0;
    return octets.some((wanted) => wanted.length === length && integerOf(wanted) === value);
  }
  for (const wanted of octets) if (isSame(value, wanted)) return true;
  return number !== undefined && typeof value !== 'string' && integerOf(value) === number;
}

/** Octet by octet; a NUL at the end of the value or of both makes no difference. */
function isSame(value: string | Uint8Array, wanted: Uint8Array): boolean {
  const isEnded = value.length === wanted.length + 1 && octetAt(value, wanted.length) === 0;
  const isUnended = wanted.length === value.length + 1 && typeof value === 'string' && wanted.at(-1) === 0;
  if (!isEnded && !isUnended && value.length !== wanted.length) return false;
  for (let at = Math.min(value.length, wanted.length) - 1; at >= 0; at -= 1) {
    if (octetAt(value, at) !== wanted[at]) return false;
  }
  return true;
}

function octetAt(value: string | Uint8Array, at: number): number | undefined {
  return typeof value === 'string' ? value.charCodeAt(at) : value[at];
}

/** Big endian and unsigned; undefined when there are not 1, 2 or 4 octets. */
function integerOf(octets: Uint8Array): number | undefined {
  const { length } = octets;
  if (length !== 1 && length !== 2 && length !== 4) return undefined;
  let value = 0;
  for (const octet of octets) value = value * 256 + octet;
  return value;
}

function tagWords(tag: number): string {
  return tlvName(tag) ?? `0x${tag.toString(16).padStart(4, '0')}`;
}

function tlvWords(tlv: Tlv): string {
  const value: number | string | Uint8Array = tlv.bytes ?? tlv.value;
  // As many octets as the other values have characters.
  const shownOctets = 20;
  if (typeof value === 'string') return `${tagWords(tlv.tag)}=${quoted(value)}`;
  if (typeof value === 'number') return `${tagWords(tlv.tag)}=${value}`;
  const cut = value.length > shownOctets ? '…' : '';
  return `${tagWords(tlv.tag)}=hex:${Buffer.from(value.subarray(0, shownOctets)).toString('hex')}${cut}`;
}
