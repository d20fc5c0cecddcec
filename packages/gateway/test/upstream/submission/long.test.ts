import { readConcat, type SegmentMethod, segmentText, type Tlv, type TlvInput } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Content, readContent } from '../../../src/message/content.ts';
import { isSar, type Joined, joinFor } from '../../../src/message/long.ts';
import { contentOf, gsm, hexOf, octets } from './given.ts';

const sar = (reference: number, total: number, sequence: number): Tlv[] => [
  { name: 'sar_msg_ref_num', tag: 0x020c, value: reference },
  { name: 'sar_total_segments', tag: 0x020e, value: total },
  { name: 'sar_segment_seqnum', tag: 0x020f, value: sequence },
];

function given(hex: string, esmClass = 0, tlvs: Tlv[] = [], ours = false): Content {
  const group = ours ? ({ kind: 'segments', index: 0, count: 2, reference: 0x1234 } as const) : undefined;
  return readContent(contentOf({ payload: octets(hex), esmClass, tlvs: tlvs as TlvInput[], group }));
}

function joined(content: Content, method: SegmentMethod): Joined {
  const result = joinFor(content, method);
  if ('reason' in result) throw new Error(result.reason);
  return result;
}

const shown = ({ payload, esmClass, sar: tlvs }: Joined): readonly unknown[] => [
  hexOf(payload),
  esmClass,
  tlvs.map(({ value }) => value),
];

describe('what joins the segments of a text', () => {
  const one = given('61626364');
  const udh8 = given('050003 34 0201 6162', 0x40);
  const udh16 = given('060804 1234 0201 6162', 0x43);
  const ported = given('0b 0003 34 0201 0504 158a 0000 6162', 0x40);
  const ported16 = given('0c 0804 1234 0201 0504 158a 0000 6162', 0x40);
  const bySar = given('6162', 0, sar(0x1234, 2, 1));
  const ourSar = given('6162', 0, sar(0x1234, 2, 1), true);

  it.each([
    { name: 'one piece', content: one, method: 'udh8', expected: ['61626364', 0, []] },
    { name: 'one piece', content: one, method: 'sar', expected: ['61626364', 0, []] },
    { name: '8 bits', content: udh8, method: 'udh8', expected: ['05000334 02016162', 0x40, []] },
    { name: '8 bits', content: udh8, method: 'udh16', expected: ['05000334 02016162', 0x40, []] },
    { name: '8 bits', content: udh8, method: 'payload', expected: ['05000334 02016162', 0x40, []] },
    { name: '8 bits', content: udh8, method: 'sar', expected: ['6162', 0, [0x34, 2, 1]] },
    { name: '16 bits', content: udh16, method: 'udh8', expected: ['050003 34 0201 6162', 0x43, []] },
    { name: '16 bits', content: udh16, method: 'udh16', expected: ['060804 1234 0201 6162', 0x43, []] },
    { name: '16 bits', content: udh16, method: 'payload', expected: ['060804 1234 0201 6162', 0x43, []] },
    { name: '16 bits', content: udh16, method: 'sar', expected: ['6162', 0x03, [0x1234, 2, 1]] },
    {
      name: 'ports beside',
      content: ported,
      method: 'sar',
      expected: ['0b00033402010504158a00006162', 0x40, []],
    },
    {
      name: 'ports beside 16 bits',
      content: ported16,
      method: 'udh8',
      expected: ['0b00033402010504158a00006162', 0x40, []],
    },
    { name: 'SAR', content: bySar, method: 'udh8', expected: ['050003 34 0201 6162', 0x40, []] },
    { name: 'SAR', content: bySar, method: 'udh16', expected: ['050003 34 0201 6162', 0x40, []] },
    { name: 'our SAR', content: ourSar, method: 'udh16', expected: ['060804 1234 0201 6162', 0x40, []] },
    { name: 'our SAR', content: ourSar, method: 'udh8', expected: ['050003 34 0201 6162', 0x40, []] },
    { name: 'SAR', content: bySar, method: 'sar', expected: ['6162', 0, [0x1234, 2, 1]] },
    { name: 'SAR', content: bySar, method: 'payload', expected: ['6162', 0, [0x1234, 2, 1]] },
  ] as const)('$name by $method', ({ content, method, expected: [hex, esmClass, tlvs] }) => {
    expect(shown(joined(content, method))).toEqual([hex.replaceAll(' ', ''), esmClass, tlvs]);
  });

  it('SAR beside ports stays: a header and these TLVs exclude each other', () => {
    const ports: Tlv = { name: 'destination_port', tag: 0x020b, value: 5505 };
    expect(shown(joined(given('6162', 0, [...sar(7, 2, 1), ports]), 'udh8'))).toEqual(['6162', 0, [7, 2, 1]]);
  });

  it('other elements stay behind what joins', () => {
    const shifted = given('03240101 6162', 0x40, sar(7, 2, 2));
    expect(shown(joined(shifted, 'udh8'))).toEqual(['080003070202240101 6162'.replace(' ', ''), 0x40, []]);
  });

  it.each([
    ['a total that is missing', sar(1, 2, 1).slice(0, 1)],
    ['a sequence beyond the total', sar(1, 2, 3)],
    ['a total of one', sar(1, 1, 1)],
  ])('%s joins nothing', (_, tlvs) => {
    for (const method of ['udh8', 'sar'] as const) {
      expect(shown(joined(given('6162', 0, tlvs), method))).toEqual(['6162', 0, []]);
    }
  });

  it('a header counts before SAR TLVs, and a malformed one as text', () => {
    expect(shown(joined(given('050003340201 61', 0x40, sar(9, 3, 3)), 'sar'))).toEqual([
      '61',
      0,
      [0x34, 2, 1],
    ]);
    expect(shown(joined(given('ff61', 0x40), 'sar'))).toEqual(['ff61', 0x40, []]);
  });

  it('a SAR segment that is full has no room for a header', () => {
    const full = (characters: number): Content =>
      readContent(contentOf({ payload: gsm('x'.repeat(characters)), tlvs: sar(1, 2, 1) as TlvInput[] }));
    expect(joined(full(153), 'udh8').payload.length).toBe(159);
    expect(joinFor(full(154), 'udh8')).toEqual({
      reason: 'a SAR segment of 154 octets has no room for the header that joins it',
    });
    expect(joined(full(160), 'sar').payload.length).toBe(160);
  });

  it('a header that has no room for one more element is unfit, too', () => {
    const filled = given(`ff 70fd ${'00'.repeat(253)} 6162`, 0x40, sar(1, 2, 1));
    expect(joinFor(filled, 'udh8')).toHaveProperty('reason');
  });

  it('knows the TLVs that join', () => {
    expect([0x020b, 0x020c, 0x020d, 0x020e, 0x020f, 0x0424].filter(isSar)).toEqual([0x020c, 0x020e, 0x020f]);
  });
});

describe('every way into every way', () => {
  const methods = fc.constantFrom<SegmentMethod>('udh8', 'udh16', 'sar', 'payload');
  const cuts = fc.constantFrom<'udh8' | 'udh16' | 'sar'>('udh8', 'udh16', 'sar');
  const texts = fc.string({ minLength: 161, maxLength: 800, unit: fc.constantFrom('a', 'b', '€', 'ж') });

  it('keeps text, order and count, in one kind for all segments of a text', () => {
    fc.assert(
      fc.property(methods, cuts, texts, fc.integer({ min: 0, max: 255 }), (method, cut, text, reference) => {
        const whole = segmentText(text, { method: cut, reference });
        const kinds = new Set<string>();
        const pieces = whole.segments.map((segment, index) => {
          const { short_message: payload, esmClassBits: esmClass, tlvs } = segment;
          const group = { kind: 'segments', index, count: whole.segments.length, reference } as const;
          const dataCoding = whole.dataCoding;
          const result = joined(
            readContent(contentOf({ payload, esmClass, tlvs, dataCoding, group })),
            method,
          );
          const pdu = {
            esm_class: result.esmClass,
            data_coding: dataCoding,
            short_message: result.payload,
            tlvs: result.sar as unknown as Tlv[],
          };
          expect(readConcat(pdu)).toMatchObject({
            reference,
            total: whole.segments.length,
            sequence: index + 1,
          });
          kinds.add(`${readConcat(pdu)?.bits} ${result.sar.length}`);
          const header = result.esmClass === 0 ? 0 : (result.payload[0] ?? 0) + 1;
          expect(header + (result.payload.length - header)).toBeLessThanOrEqual(160);
          return Buffer.from(result.payload.subarray(header));
        });
        expect(kinds.size).toBe(1);
        const before = whole.segments.map(({ short_message, esmClassBits }) =>
          Buffer.from(short_message.subarray(esmClassBits === 0 ? 0 : (short_message[0] ?? 0) + 1)),
        );
        expect(Buffer.concat(pieces).equals(Buffer.concat(before))).toBe(true);
      }),
    );
  });
});
