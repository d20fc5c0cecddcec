import { encode, type Tlv, type TlvInput, tlvByTag } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import type { TlvRule } from '../../../../policy/src/settings/connector.ts';
import { tlvOctets } from '../../../src/upstream/submission/tlv-value.ts';
import { noTlvs, type TlvSettings, tlvFilter } from '../../../src/upstream/submission/tlvs.ts';
import { hexOf, vendorTlv } from './given.ts';

const rule = (fields: Partial<TlvRule> = {}): TlvRule => ({
  name: 'pe_id',
  tag: 0x1400,
  type: 'text',
  ...fields,
});

const settings = (fields: Partial<TlvSettings> = {}): TlvSettings => ({ name: 'op-a', ...fields });

function passed(fields: Partial<TlvSettings>, tlvs: readonly Tlv[], reference?: number): string[] {
  const result = tlvFilter(settings(fields), 0x34)(tlvs, reference, 'submit_sm');
  if ('reason' in result) return [result.reason];
  return shown(result);
}

function shown(tlvs: readonly TlvInput[]): string[] {
  // Through the encoder: what is said of a TLV is what leaves.
  encode({ command: 'submit_sm', tlvs });
  return tlvs.map((item) => {
    const tag = item.tag ?? -1;
    const [raw] = tlvByTag({ tlvs: [item as Tlv] }, tag);
    return `${tag.toString(16)}=${hexOf(raw ?? new Uint8Array(0))}`;
  });
}

const subunit: Tlv = { name: 'dest_addr_subunit', tag: 0x0005, value: 1 };
const state: Tlv = { name: 'message_state', tag: 0x0427, value: 2 };
const bearer: Tlv = { name: 'dest_bearer_type', tag: 0x0007, value: 1 };
const billing: Tlv = { name: 'billing_identification', tag: 0x060b, value: Uint8Array.of(0, 1) };

describe('which TLVs go on', () => {
  it('none of none is one shared list', () => {
    for (const passTlvs of ['all', 'none', 'listed'] as const) {
      expect(tlvFilter(settings({ passTlvs }), 0x34)([], undefined, 'submit_sm')).toBe(noTlvs);
    }
    expect(Object.isFrozen(noTlvs)).toBe(true);
  });

  it('vendors and what an ESME may send, in order; not what only a centre says', () => {
    const tlvs = [subunit, vendorTlv(0x1400, 'A'), state, vendorTlv(0x8081, 'B'), vendorTlv(0x1400, 'C')];
    expect(passed({}, tlvs)).toEqual(['5=01', '1400=41', '8081=42', '1400=43']);
    expect(passed({ passTlvs: 'none' }, tlvs, 5)).toEqual([]);
    expect(passed({ passTlvs: 'listed' }, tlvs, 5)).toEqual([]);
  });

  it.each([
    { tlv: subunit, submit34: 1, data34: 1, submit50: 1, data50: 1 },
    { tlv: bearer, submit34: 0, data34: 1, submit50: 1, data50: 1 },
    { tlv: billing, submit34: 0, data34: 0, submit50: 1, data50: 1 },
    { tlv: state, submit34: 0, data34: 0, submit50: 0, data50: 0 },
    {
      tlv: { name: 'ussd_service_op', tag: 0x0501, value: 1 } as Tlv,
      submit34: 1,
      data34: 0,
      submit50: 1,
      data50: 1,
    },
    {
      tlv: { name: 'receipted_message_id', tag: 0x1e, value: 'x' } as Tlv,
      submit34: 0,
      data34: 0,
      submit50: 0,
      data50: 0,
    },
  ])('$tlv.name by version and command', ({ tlv, submit34, data34, submit50, data50 }) => {
    const count = (version: 0x34 | 0x50, command: 'submit_sm' | 'data_sm'): unknown =>
      (tlvFilter(settings(), version)([tlv], undefined, command) as readonly TlvInput[]).length;
    expect([
      count(0x34, 'submit_sm'),
      count(0x34, 'data_sm'),
      count(0x50, 'submit_sm'),
      count(0x50, 'data_sm'),
    ]).toEqual([submit34, data34, submit50, data50]);
  });

  it('3.3 gets none', () => {
    const filter = tlvFilter(settings({ tlvs: [rule()] }), 0x33);
    expect(filter([vendorTlv(0x1400, 'A')], 5, 'submit_sm')).toBe(noTlvs);
  });

  it('text, segments and lifetime are written by the gateway alone', () => {
    const ours: Tlv[] = [
      { name: 'message_payload', tag: 0x0424, value: Uint8Array.of(1) },
      { name: 'sar_msg_ref_num', tag: 0x020c, value: 1 },
      { name: 'sar_total_segments', tag: 0x020e, value: 1 },
      { name: 'sar_segment_seqnum', tag: 0x020f, value: 1 },
      { name: 'qos_time_to_live', tag: 0x0017, value: 1 },
    ];
    expect(passed({}, ours)).toEqual([]);
  });

  it('user_message_reference goes on like any other', () => {
    expect(passed({}, [subunit], 0x1234)).toEqual(['204=1234', '5=01']);
    expect(passed({ passTlvs: 'listed', tlvs: [rule({ name: 'ref', tag: 0x0204 })] }, [], 7)).toEqual([
      '204=0007',
    ]);
  });

  it('a TLV of a wrong length goes on as it came', () => {
    const wide: Tlv = { name: 'dest_addr_subunit', tag: 5, value: 1, bytes: Uint8Array.of(0, 0, 1) };
    expect(passed({}, [wide])).toEqual(['5=000001']);
  });
});

describe('rules', () => {
  it('listed: those with a rule', () => {
    const tlvs = [vendorTlv(0x1400, 'A'), vendorTlv(0x1401, 'B'), subunit];
    expect(passed({ passTlvs: 'listed', tlvs: [rule()] }, tlvs)).toEqual(['1400=41']);
    expect(passed({ passTlvs: 'listed', tlvs: [rule({ name: 'subunit', tag: 5 })] }, tlvs)).toEqual(['5=01']);
  });

  it('a rule lets through what only a centre says: its operator knows better', () => {
    expect(passed({ tlvs: [rule({ name: 'state', tag: 0x0427 })] }, [state])).toEqual(['427=02']);
  });

  it('required: without it the message is unfit', () => {
    const tlvs = [rule({ required: true })];
    expect(passed({ tlvs }, [])).toEqual(['TLV pe_id (0x1400) is missing']);
    expect(passed({ tlvs }, [subunit])).toEqual(['TLV pe_id (0x1400) is missing']);
    expect(passed({ tlvs }, [vendorTlv(0x1400, 'A')])).toEqual(['1400=41']);
  });

  it('a value stands in for a missing TLV, also for a required one and where nothing passes', () => {
    const tlvs = [rule({ required: true, value: '1101' })];
    for (const passTlvs of ['all', 'listed', 'none'] as const) {
      expect(passed({ tlvs, passTlvs }, [])).toEqual(['1400=31313031']);
    }
    expect(passed({ tlvs }, [vendorTlv(0x1400, 'A')])).toEqual(['1400=41']);
    expect(passed({ tlvs, passTlvs: 'none' }, [vendorTlv(0x1400, 'A')])).toEqual(['1400=31313031']);
  });

  it('what is put in is one shared list for messages without TLVs', () => {
    const filter = tlvFilter(settings({ tlvs: [rule({ value: '1' })] }), 0x34);
    expect(filter([], undefined, 'submit_sm')).toBe(filter([], undefined, 'data_sm'));
  });

  it('fromTag: another TLV under this tag', () => {
    const tlvs = [rule({ fromTag: 0x2000 })];
    expect(passed({ tlvs }, [vendorTlv(0x2000, 'A')])).toEqual(['1400=41']);
    expect(passed({ tlvs }, [vendorTlv(0x1400, 'B'), vendorTlv(0x2000, 'A')])).toEqual(['1400=41']);
    expect(passed({ tlvs }, [vendorTlv(0x1400, 'B')])).toEqual(['1400=42']);
    expect(passed({ tlvs: [rule({ fromTag: 5 })] }, [subunit])).toEqual(['1400=01']);
    expect(passed({ tlvs: [rule({ fromTag: 0x2000, required: true })] }, [])).toEqual([
      'TLV pe_id (0x1400) is missing',
    ]);
  });

  it('one TLV may be taken under two tags', () => {
    const tlvs = [rule({ fromTag: 0x2000 }), rule({ name: 'copy', tag: 0x1401, fromTag: 0x2000 })];
    expect(passed({ tlvs }, [vendorTlv(0x2000, 'A')])).toEqual(['1400=41', '1401=41']);
    const kept = [...tlvs, rule({ name: 'same', tag: 0x2000 })];
    expect(passed({ tlvs: kept }, [vendorTlv(0x2000, 'A')])).toEqual(['1400=41', '1401=41', '2000=41']);
  });

  it('two tags may change places', () => {
    const tlvs = [rule({ fromTag: 0x1401 }), rule({ name: 'other', tag: 0x1401, fromTag: 0x1400 })];
    expect(passed({ tlvs }, [vendorTlv(0x1400, 'A'), vendorTlv(0x1401, 'B')])).toEqual([
      '1401=41',
      '1400=42',
    ]);
  });

  it('maxOctets: what is longer is unfit', () => {
    const tlvs = [rule({ maxOctets: 3 })];
    expect(passed({ tlvs }, [vendorTlv(0x1400, 'ABC')])).toEqual(['1400=414243']);
    expect(passed({ tlvs }, [vendorTlv(0x1400, 'ABCD')])).toEqual([
      'TLV pe_id (0x1400) has 4 octets, at most 3 go there',
    ]);
  });

  it.each([
    [[rule({ tag: 0x10000 })], 'all', 0x34, /tag must be a whole number/],
    [[rule({ fromTag: -1 })], 'all', 0x34, /fromTag must be a whole number/],
    [[rule({ tag: 0x0424 })], 'all', 0x34, /tag is written by the gateway itself/],
    [[rule({ fromTag: 0x020e })], 'all', 0x34, /fromTag is written by the gateway itself/],
    [[rule({ required: true })], 'all', 0x33, /3.3 has no TLVs; set version to 3.4/],
    [[rule({ required: true })], 'none', 0x34, /use listed, or give a value/],
    [[rule({ fromTag: 0x2000 })], 'none', 0x34, /use listed, or give a value/],
    [[rule(), rule()], 'all', 0x34, /two rules for one tag/],
    [[rule({ value: '12345', maxOctets: 4 })], 'all', 0x34, /value: the value has 5 octets; at most 4 go/],
    [[rule({ type: 'hex', value: '0g' })], 'all', 0x34, /value: "0g" is not hexadecimal/],
    [Array.from({ length: 101 }, (_, i) => rule({ tag: 0x1400 + i })), 'all', 0x34, /101 rules; at most 100/],
  ] as const)('rules that cannot be: %#', (tlvs, passTlvs, version, message) => {
    expect(() => tlvFilter(settings({ tlvs, passTlvs }), version)).toThrow(RangeError);
    expect(() => tlvFilter(settings({ tlvs, passTlvs }), version)).toThrow(/^connector "op-a": tlvs: /);
    expect(() => tlvFilter(settings({ tlvs, passTlvs }), version)).toThrow(message);
  });
});

describe('values as people write them', () => {
  const hex = (form: Partial<TlvRule>, value: string): string => hexOf(tlvOctets(rule(form), value));

  it.each([
    [{ type: 'text' }, '', ''],
    [{ type: 'text' }, 'Aé', '41e9'],
    [{ type: 'text', tag: 0x060d }, 'net', '6e657400'],
    [{ type: 'hex' }, '00ffA0', '00ffa0'],
    [{ type: 'hex' }, '', ''],
    [{ type: 'integer' }, '0', '00'],
    [{ type: 'integer' }, '255', 'ff'],
    [{ type: 'integer' }, '256', '0100'],
    [{ type: 'integer' }, '65536', '00010000'],
    [{ type: 'integer' }, '0x1234', '1234'],
    [{ type: 'integer' }, '4294967295', 'ffffffff'],
    [{ type: 'integer', octets: 4 }, '1', '00000001'],
    [{ type: 'integer', octets: 2 }, '65535', 'ffff'],
    [{ type: 'integer', tag: 0x0204 }, '5', '0005'],
    [{ type: 'integer', tag: 0x0030 }, '5', '05'],
  ] as const)('%o %s is %s', (form, value, expected) => {
    expect(hex(form, value)).toBe(expected);
  });

  it.each([
    [{ type: 'text' }, '日', /Latin-1/],
    [{ type: 'text' }, 'a\0b', /Latin-1/],
    [{ type: 'hex' }, 'abc', /two digits/],
    [{ type: 'hex' }, '0x41', /two digits/],
    [{ type: 'integer' }, '', /no whole number/],
    [{ type: 'integer' }, '1.5', /no whole number/],
    [{ type: 'integer' }, '-1', /no whole number/],
    [{ type: 'integer' }, '4294967296', /no whole number/],
    [{ type: 'integer', octets: 1 }, '256', /more than 1 octets/],
    [{ type: 'text', maxOctets: 2 }, 'abc', /at most 2/],
  ] as const)('%o %s is refused', (form, value, message) => {
    expect(() => hex(form, value)).toThrow(message);
  });
});
