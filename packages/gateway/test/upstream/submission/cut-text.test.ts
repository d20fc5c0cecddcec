import { encodeText, readConcat, readText, readUserData, type TextCoding } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, type LongText } from '../../../src/message/cut-text.ts';
import type { CutSegment } from '../../../src/message/segments.ts';
import { gsm, hexOf, octets } from './given.ts';

const longText = (payload: Uint8Array, dataCoding = 0, esmClass = 0): LongText => ({
  payload,
  dataCoding,
  esmClass,
  tlvs: [],
});

const pduOf = (segment: CutSegment, dataCoding: number) => ({
  esm_class: segment.esmClassBits,
  data_coding: dataCoding,
  short_message: segment.payload,
  tlvs: [],
});

function segmentsOf(text: LongText, reference = 7, method: 'udh8' | 'udh16' = 'udh8'): readonly CutSegment[] {
  const cut = cutText(text, reference, method);
  if (cut.segments === undefined) throw new Error(cut.reason);
  return cut.segments;
}

const lengths = (segments: readonly CutSegment[], dataCoding = 0): number[] =>
  segments.map((segment) => readUserData(pduOf(segment, dataCoding)).payload.length);

describe('a long text in segments', () => {
  it.each([
    { coding: 'gsm7', dataCoding: 0, method: 'udh8', characters: 400, expected: [153, 153, 94] },
    { coding: 'gsm7', dataCoding: 0xf1, method: 'udh16', characters: 400, expected: [152, 152, 96] },
    { coding: 'ucs2', dataCoding: 8, method: 'udh8', characters: 140, expected: [134, 134, 12] },
    { coding: 'ucs2', dataCoding: 0x18, method: 'udh16', characters: 140, expected: [132, 132, 16] },
    { coding: 'latin1', dataCoding: 3, method: 'udh8', characters: 200, expected: [134, 66] },
    { coding: 'cyrillic', dataCoding: 6, method: 'udh8', characters: 200, expected: [134, 66] },
  ] as const)('$coding by $method', ({ coding, dataCoding, method, characters, expected }) => {
    const { bytes } = encodeText('x'.repeat(characters), coding);
    const segments = segmentsOf(longText(bytes, dataCoding), 0x1234, method);
    expect(lengths(segments, dataCoding)).toEqual(expected);
    segments.forEach((segment, index) => {
      expect(readConcat(pduOf(segment, dataCoding))).toEqual({
        reference: method === 'udh8' ? 0x34 : 0x1234,
        total: expected.length,
        sequence: index + 1,
        bits: method === 'udh8' ? 8 : 16,
      });
    });
    expect(segments.map(({ text }) => text).join('')).toBe('x'.repeat(characters));
  });

  it('one message stays whole', () => {
    const payload = gsm('x'.repeat(160));
    expect(segmentsOf(longText(payload))).toEqual([
      { payload, inPayloadTlv: false, esmClassBits: 0, tlvs: [], text: 'x'.repeat(160) },
    ]);
    const ported = new Uint8Array([...octets('060504158a0000'), ...gsm('x'.repeat(152))]);
    expect(segmentsOf(longText(ported, 0, 0x40))).toMatchObject([{ payload: ported, esmClassBits: 0x40 }]);
  });

  it('escape and surrogate pairs stay whole', () => {
    const euros = segmentsOf(longText(gsm(`${'x'.repeat(152)}€€${'x'.repeat(20)}`)));
    expect(euros.map(({ text }) => text)).toEqual(['x'.repeat(152), `€€${'x'.repeat(20)}`]);
    const faces = encodeText(`${'x'.repeat(66)}😀${'x'.repeat(20)}`, 'ucs2').bytes;
    expect(segmentsOf(longText(faces, 8)).map(({ text }) => text)).toEqual([
      'x'.repeat(66),
      `😀${'x'.repeat(20)}`,
    ]);
  });

  it('elements of the header stand in every segment', () => {
    const ported = new Uint8Array([...octets('060504158a0000'), ...gsm('x'.repeat(300))]);
    const segments = segmentsOf(longText(ported, 0, 0x40));
    expect(segments.map(({ payload }) => hexOf(payload.subarray(0, 12)))).toEqual([
      '0b00030703010504158a0000',
      '0b00030703020504158a0000',
      '0b00030703030504158a0000',
    ]);
    expect(lengths(segments)).toEqual([146, 146, 8]);
  });

  it('national tables go along and are read with', () => {
    const text = 'ğ'.repeat(200);
    const shifted = encodeText(text, 'gsm7', { single: 1 }).bytes;
    const segments = segmentsOf(longText(new Uint8Array([...octets('03240101'), ...shifted]), 0, 0x40));
    expect(readText(segments.map((segment) => pduOf(segment, 0))).text).toBe(text);
    expect(segments.map(({ text: piece }) => piece).join('')).toBe(text);
  });

  it('octets that mean nothing are kept, and escapes with what follows them', () => {
    // 0xe9 is no septet, 0x1b 0x05 no character of the extension table.
    const body = Uint8Array.from({ length: 400 }, (_, i) => (i === 3 ? 0xe9 : i % 51 === 50 ? 0x1b : 0x61));
    body[152] = 0x1b;
    body[153] = 0x05;
    const segments = segmentsOf(longText(body));
    const pieces = segments.map((segment) => readUserData(pduOf(segment, 0)).payload);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(body));
    for (const piece of pieces.slice(0, -1)) expect(piece.at(-1)).not.toBe(0x1b);
    expect(lengths(segments)[0]).toBe(152);
  });

  it('binary is cut by octets', () => {
    const body = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
    const segments = segmentsOf(longText(body, 4));
    expect(lengths(segments, 4)).toEqual([134, 134, 32]);
    expect(segments.every(({ text }) => text === undefined)).toBe(true);
  });

  it('Japanese with shifts between tables begins afresh in every segment', () => {
    const text = '日本語テスト'.repeat(30);
    const { bytes } = encodeText(text, 'iso-2022-jp');
    const segments = segmentsOf(longText(bytes, 10));
    expect(segments.length).toBeGreaterThan(1);
    expect(segments.map((segment) => readText([pduOf(segment, 10)]).text).join('')).toBe(text);
  });

  it('255 segments go, 256 are refused with their number', () => {
    expect(segmentsOf(longText(gsm('x'.repeat(153 * 255)))).length).toBe(255);
    expect(cutText(longText(gsm('x'.repeat(153 * 255 + 1))), 1)).toEqual({
      segments: undefined,
      reason: 'the text takes 256 segments, at most 255 go',
      count: 256,
    });
    expect(cutText(longText(new Uint8Array(134 * 299 + 1), 4), 1)).toMatchObject({ count: 300 });
  });

  it('what is a segment already is not cut', () => {
    const segment = new Uint8Array([...octets('050003070201'), ...gsm('x'.repeat(200))]);
    expect(cutText(longText(segment, 0, 0x40), 1)).toMatchObject({ segments: undefined, count: 1 });
    const bySar = { ...longText(gsm('x'.repeat(200))), tlvs: [{ tag: 0x020e }] };
    expect(cutText(bySar, 1)).toMatchObject({ segments: undefined, count: 1 });
  });

  it('a header that leaves no room is refused', () => {
    const filled = new Uint8Array([...octets('87 7085'), ...new Uint8Array(133), ...gsm('x'.repeat(50))]);
    expect(cutText(longText(filled, 0, 0x40), 1)).toMatchObject({ segments: undefined, count: 0 });
  });

  it('whatever the octets, they come back in order, and every segment is one message', () => {
    const codings = fc.constantFrom<[TextCoding, number]>(
      ['gsm7', 0],
      ['ucs2', 8],
      ['latin1', 3],
      ['octet', 4],
      ['ascii', 1],
    );
    const bodies = fc.uint8Array({ minLength: 141, maxLength: 1000 });
    fc.assert(
      fc.property(codings, bodies, fc.boolean(), ([coding, dataCoding], body, wide) => {
        const segments = segmentsOf(longText(body, dataCoding), 300, wide ? 'udh16' : 'udh8');
        const pieces = segments.map((segment) => readUserData(pduOf(segment, dataCoding)).payload);
        expect(Buffer.concat(pieces).equals(Buffer.from(body))).toBe(true);
        const isSeptets = coding === 'gsm7' || coding === 'ascii';
        for (const { payload } of segments) expect(payload.length).toBeLessThanOrEqual(isSeptets ? 160 : 140);
      }),
    );
  });
});
