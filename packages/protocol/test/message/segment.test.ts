import { array, assert, constantFrom, integer, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import { encode } from '../../src/index.ts';
import { countSegments, type SegmentMethod, segmentBytes, segmentText } from '../../src/message/segment.ts';
import { splitText } from '../../src/message/split.ts';
import { concat8, lockingShift, ports16, readUdh, singleShift, writeUdh } from '../../src/message/udh.ts';
import { unitsPerSegment } from '../../src/text/capacity.ts';
import { ContentError } from '../../src/text/content-error.ts';
import { fillBits } from '../../src/text/septets.ts';
import { decodeText, encodeText, unitCounter } from '../../src/text/text.ts';
import type { TextCoding } from '../../src/text/text-coding.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

interface Vector {
  readonly source: string;
  readonly test: string;
  readonly line: number;
  readonly encoding: string;
  readonly octet_limit?: number;
  readonly part_size?: number;
  readonly max_size?: number;
  readonly payload_hex?: string;
  readonly text?: string;
  readonly ref?: number;
  readonly method?: string;
  readonly segments_hex: readonly string[];
  readonly segments_text?: readonly string[];
}

const codingOf: { readonly [encoding: string]: TextCoding } = {
  gsm7bit: 'gsm7',
  gsm7bitpacked: 'gsm7-packed',
  ucs2: 'ucs2',
};

/** Octets of a segment as the units of `splitText`. */
function unitsIn(coding: TextCoding, octets: number): number {
  if (coding === 'ucs2') return octets >> 1;
  return coding === 'gsm7-packed' ? Math.floor((octets * 8) / 7) : octets;
}

function pieces(text: string, coding: TextCoding, limit: number): string[] {
  const { ends } = splitText(text, unitCounter(coding), limit, 255);
  return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
}

describeShared('vectors/segmentation.json', () => {
  const vectors = readShared('vectors/segmentation.json') as readonly Vector[];

  it('has them all', () => expect(vectors).toHaveLength(18));

  for (const vector of vectors) {
    const { source, test, line, encoding, segments_hex: octets } = vector;
    const name = `${source} ${test}:${line}`;
    if (source === 'gosmpp') {
      it(name, () => {
        const coding = codingOf[encoding]!;
        const cut = pieces(vector.text!, coding, unitsIn(coding, vector.octet_limit!));
        // Its decoder keeps the carriage return of the padding (gsm7.json: it is no text).
        expect(cut).toEqual(vector.segments_text!.map((piece) => piece.replace(/\r$/, '')));
        // The third "segment" of one vector is a slip of its gathering: the text of the second.
        const expected = octets.slice(0, cut.length);
        // Packed behind a header of 6 octets, which leaves one fill bit.
        const coded = cut.map((piece) => encodeText(piece, coding, { fillBits: fillBits(6) }));
        expect(coded.map((piece) => hex(piece.bytes))).toEqual(expected);
      });
    } else if (encoding === 'octets') {
      it(name, () => {
        const payload = bytes(vector.payload_hex!);
        const reference = vector.ref!;
        if (vector.max_size !== undefined) {
          const { segments } = segmentBytes(payload, { reference, maxOctets: vector.max_size });
          expect(segments.map((segment) => hex(segment.short_message))).toEqual(octets);
          return;
        }
        // python-smpplib is told the size of a part and numbers a single one as well; we number only where one
        // message does not hold it all. So its cut, with our headers.
        const size = vector.part_size!;
        const ours = octets.map((_, part) => {
          const body = payload.subarray(part * size, (part + 1) * size);
          return hex(writeUdh([concat8(reference, octets.length, part + 1)])) + hex(body);
        });
        expect(ours).toEqual(octets);
      });
    } else if (encoding === 'ucs2') {
      it(name, () => {
        const wide = vector.method!.endsWith('16bit');
        const reference = wide ? vector.ref! : vector.ref! & 0xff;
        const method = wide ? 'udh16' : 'udh8';
        const { segments } = segmentText(vector.text!, { coding: 'ucs2', reference, method });
        // jsmpp's 16-bit element lacks its own length octet and ends in a zero instead: read by 3GPP 23.040 9.2.3.24
        // it is segment 0 of 1. So its text, behind sound headers.
        const sound = octets.map((octet) => (wide ? `060804${octet.slice(4, 12)}${octet.slice(14)}` : octet));
        expect(segments.map((segment) => hex(segment.short_message))).toEqual(sound);
      });
    } else {
      // A jsmpp example that cuts Latin-1 by the septets of GSM 7-bit: 153 or 152 octets, more than a Latin-1 segment
      // has room for (udh.json: 134 and 133). So only the cut is compared, and its ? for the euro.
      it(name, () => {
        const limit = vector.method!.includes('16bit') ? 152 : 153;
        const cut = pieces(vector.text!.replace('€', '??'), 'latin1', limit);
        const bodies = octets.map((octet) => octet.slice(limit === 152 ? 14 : 12));
        if (vector.text!.includes('€')) {
          expect(bodies.map((body) => body.length / 2)).toEqual([152, 1]);
          expect(unitsPerSegment('gsm7', 6)).toBe(153);
          return;
        }
        expect(cut.map((piece) => hex(encodeText(piece, 'latin1').bytes))).toEqual(bodies);
      });
    }
  }
});

interface Sizes {
  readonly udhOctets: number;
  readonly gsm7Septets: number;
  readonly octets8: number;
  readonly ucs2Units: number;
  readonly fillBits: number;
}

describeShared('segment sizes of spec/udh.json', () => {
  const spec = readShared('spec/udh.json') as {
    readonly segmentSizes: readonly Sizes[];
    readonly segmentSizesByUdhOctets: readonly Sizes[];
  };

  it('are ours', () => {
    for (const sizes of [...spec.segmentSizes, ...spec.segmentSizesByUdhOctets]) {
      expect(unitsPerSegment('gsm7', sizes.udhOctets)).toBe(sizes.gsm7Septets);
      expect(unitsPerSegment('gsm7-packed', sizes.udhOctets)).toBe(sizes.gsm7Septets);
      expect(unitsPerSegment('latin1', sizes.udhOctets)).toBe(sizes.octets8);
      expect(unitsPerSegment('ucs2', sizes.udhOctets)).toBe(sizes.ucs2Units);
      expect(fillBits(sizes.udhOctets)).toBe(sizes.fillBits);
    }
  });
});

function sizesOf(text: string, coding: TextCoding, method: SegmentMethod): number[] {
  const { segments } = segmentText(text, { coding, method, reference: 7 });
  return segments.map((segment) => segment.text.length);
}

describe('segmentText', () => {
  it.each<[TextCoding, SegmentMethod, number, number]>([
    ['gsm7', 'udh8', 160, 153],
    ['gsm7', 'udh16', 160, 152],
    ['gsm7', 'sar', 160, 152],
    ['gsm7-packed', 'udh8', 160, 153],
    ['gsm7-packed', 'udh16', 160, 152],
    ['ascii', 'udh8', 160, 153],
    ['latin1', 'udh8', 140, 134],
    ['latin1', 'udh16', 140, 133],
    ['ucs2', 'udh8', 70, 67],
    ['ucs2', 'udh16', 70, 66],
    ['ucs2', 'sar', 70, 66],
  ])('%s by %s: %i in one message, %i in each of several', (coding, method, whole, part) => {
    expect(sizesOf('x'.repeat(whole), coding, method)).toEqual([whole]);
    expect(sizesOf('x'.repeat(whole + 1), coding, method)).toEqual([part, whole + 1 - part]);
    expect(sizesOf('x'.repeat(part * 3), coding, method)).toEqual([part, part, part]);
  });

  it('sends a short text bare', () => {
    expect(segmentText('Hi', { reference: 0 })).toEqual({
      coding: 'gsm7',
      locking: undefined,
      single: undefined,
      dataCoding: 0,
      segments: [{ short_message: bytes('4869'), esmClassBits: 0, tlvs: [], text: 'Hi' }],
      characters: 2,
      octets: 2,
      unmappable: [],
    });
    expect(segmentText('', { reference: 0 }).segments).toHaveLength(1);
  });

  it('numbers segments by UDH, by SAR TLVs', () => {
    const text = 'y'.repeat(161);
    const udh = segmentText(text, { reference: 200 }).segments;
    expect(udh.map((segment) => hex(segment.short_message.subarray(0, 6)))).toEqual([
      '050003c80201',
      '050003c80202',
    ]);
    expect(udh.every(({ esmClassBits, tlvs }) => esmClassBits === 0x40 && tlvs.length === 0)).toBe(true);
    const sar = segmentText(text, { reference: 0xabcd, method: 'sar' }).segments;
    expect(sar[1]).toEqual({
      short_message: bytes('79'.repeat(9)),
      esmClassBits: 0,
      text: 'y'.repeat(9),
      tlvs: [
        { name: 'sar_msg_ref_num', tag: 0x20c, value: 0xabcd },
        { name: 'sar_total_segments', tag: 0x20e, value: 2 },
        { name: 'sar_segment_seqnum', tag: 0x20f, value: 2 },
      ],
    });
  });

  it('puts a long text in one message_payload', () => {
    const { segments } = segmentText('z'.repeat(5000), { reference: 1, method: 'payload' });
    expect(segments).toHaveLength(1);
    expect(segments[0]?.short_message).toHaveLength(0);
    expect(segments[0]?.tlvs[0]).toMatchObject({ name: 'message_payload', value: { length: 5000 } });
    expect(() => segmentText('z'.repeat(65_536), { reference: 1, method: 'payload' })).toThrow(
      expect.objectContaining({ code: 'CHAPPE_PAYLOAD_TOO_LONG', limit: 65_535, actual: 65_536 }),
    );
  });

  it('writes what the codec takes', () => {
    for (const method of ['udh8', 'udh16', 'sar', 'payload'] as const) {
      for (const segment of segmentText('я'.repeat(200), { reference: 3, method }).segments) {
        const { short_message, esmClassBits, tlvs } = segment;
        expect(() =>
          encode({ command: 'submit_sm', esm_class: esmClassBits, short_message, tlvs }),
        ).not.toThrow();
      }
    }
  });

  it('keeps surrogate and escape pairs whole', () => {
    const emoji = segmentText(`${'a'.repeat(66)}😀${'b'.repeat(10)}`, { reference: 1 });
    expect(emoji.segments.map((segment) => segment.text)).toEqual(['a'.repeat(66), `😀${'b'.repeat(10)}`]);
    const euro = segmentText(`${'a'.repeat(152)}€${'b'.repeat(10)}`, { reference: 1 });
    expect(euro.segments.map((segment) => segment.text)).toEqual(['a'.repeat(152), `€${'b'.repeat(10)}`]);
    expect(euro.segments[0]?.short_message.at(-1)).not.toBe(0x1b);
  });

  it('keeps grapheme clusters whole where that costs nothing', () => {
    const family = '👨‍👩‍👧‍👦';
    const spared = segmentText(`${'a'.repeat(60)}${family}${'b'.repeat(10)}`, { reference: 1 });
    expect(spared.segments.map((segment) => segment.text)).toEqual([
      'a'.repeat(60),
      `${family}${'b'.repeat(10)}`,
    ]);
    // 134 units fill two segments; whole clusters would take three.
    const full = segmentText(`${'a'.repeat(61)}${family}${'b'.repeat(62)}`, { reference: 1 });
    expect(full.segments).toHaveLength(2);
    // A cluster longer than a segment is cut.
    expect(segmentText(`e${'\u0301'.repeat(200)}`, { reference: 1, coding: 'ucs2' }).segments).toHaveLength(
      3,
    );
  });

  it('counts the headers of national tables', () => {
    const text = 'ş'.repeat(200);
    const { segments, coding, locking, single } = segmentText(text, { reference: 9, nationalShifts: true });
    expect({ coding, locking, single }).toEqual({ coding: 'gsm7', locking: 1, single: undefined });
    expect(segments.map((segment) => segment.text.length)).toEqual([149, 51]);
    expect(hex(segments[0]!.short_message.subarray(0, 9))).toBe('080003090201250101');
    const both = segmentText('a'.repeat(200), { reference: 9, coding: 'gsm7', locking: 1, single: 1 });
    expect(both.segments[0]?.text).toHaveLength(146);
    expect(readUdh(both.segments[0]!.short_message)).toMatchObject({ locking: 1, single: 1 });
    // One that fits with its shift element needs no concatenation.
    expect(segmentText('ş'.repeat(155), { reference: 9, coding: 'gsm7', locking: 1 }).segments).toHaveLength(
      1,
    );
    expect(segmentText('ş'.repeat(156), { reference: 9, coding: 'gsm7', locking: 1 }).segments).toHaveLength(
      2,
    );
    // SAR excludes headers: UCS2 then.
    expect(segmentText(text, { reference: 9, nationalShifts: true, method: 'sar' }).coding).toBe('ucs2');
  });

  it('carries further elements in every segment', () => {
    const { segments } = segmentText('q'.repeat(200), { reference: 9, elements: [ports16(9204, 0)] });
    expect(segments.map((segment) => segment.text.length)).toEqual([146, 54]);
    for (const segment of segments) {
      expect(readUdh(segment.short_message)).toMatchObject({
        concat: { total: 2 },
        ports: { destination: 9204 },
      });
    }
    expect(segmentText('q', { reference: 9, elements: [ports16(1, 2)] }).segments[0]?.esmClassBits).toBe(
      0x40,
    );
  });

  it('says data_coding, class and what was lost', () => {
    expect(segmentText('я', { reference: 0, messageClass: 0 }).dataCoding).toBe(0x18);
    expect(segmentText('x', { reference: 0, messageClass: 0 }).dataCoding).toBe(0xf0);
    expect(segmentText('é', { reference: 0, defaultAlphabet: 'latin1' })).toMatchObject({
      coding: 'latin1',
      dataCoding: 0,
    });
    const lost = segmentText(`${'a'.repeat(160)}я`, { reference: 0, coding: 'gsm7' });
    expect(lost.unmappable).toEqual([{ index: 160, character: 'я' }]);
    expect(lost.segments[1]?.text).toBe('aaaaaaaя');
    expect(segmentText('😀x', { reference: 0 }).characters).toBe(2);
  });

  it('refuses more than 255 segments, saying how many it would take', () => {
    expect(segmentText('x'.repeat(255 * 153), { reference: 0 }).segments).toHaveLength(255);
    const tooLong = (): unknown => segmentText('x'.repeat(255 * 153 + 1), { reference: 0 });
    expect(tooLong).toThrow(ContentError);
    expect(tooLong).toThrow(
      expect.objectContaining({ code: 'CHAPPE_TOO_MANY_SEGMENTS', limit: 255, actual: 256 }),
    );
    expect(() => segmentText('x'.repeat(500), { reference: 0, maxSegments: 3 })).toThrow(
      expect.objectContaining({ code: 'CHAPPE_TOO_MANY_SEGMENTS', limit: 3, actual: 4 }),
    );
    expect(() => segmentText('x'.repeat(500), { reference: 0, maxSegments: 1000 })).not.toThrow();
  });

  it.each([
    ['CHAPPE_REFERENCE_RANGE', { reference: 256 }],
    ['CHAPPE_REFERENCE_RANGE', { reference: -1 }],
    ['CHAPPE_REFERENCE_RANGE', { reference: 65_536, method: 'udh16' as const }],
    ['CHAPPE_UDH_WITH_SAR', { reference: 1, method: 'sar' as const, elements: [ports16(1, 1)] }],
    ['CHAPPE_UDH_WITH_SAR', { reference: 1, method: 'sar' as const, coding: 'gsm7' as const, locking: 1 }],
    ['CHAPPE_UDH_TOO_LONG', { reference: 1, elements: [{ id: 0xe0, data: new Uint8Array(137) }] }],
    ['CHAPPE_DATA_CODING', { reference: 1, coding: 'latin1' as const, messageClass: 1 as const }],
  ])('refuses with %s', (code, options) => {
    expect(() => segmentText('text', options)).toThrow(expect.objectContaining({ code }));
  });
});

describe('countSegments', () => {
  it('counts as segmentText cuts', () => {
    expect(countSegments('a'.repeat(150))).toMatchObject({
      coding: 'gsm7',
      segments: 1,
      characters: 150,
      units: 150,
      unitsPerSegment: 160,
      unitsLeft: 10,
    });
    expect(countSegments('я'.repeat(71))).toMatchObject({
      coding: 'ucs2',
      segments: 2,
      units: 71,
      unitsPerSegment: 67,
      unitsLeft: 63,
    });
    expect(countSegments('[]')).toMatchObject({ characters: 2, units: 4 });
    expect(countSegments('x'.repeat(100_000)).segments).toBe(654);
    expect(countSegments('')).toMatchObject({ segments: 1, units: 0, unitsLeft: 160 });
  });

  it('agrees with segmentText for random texts', () => {
    const unit = constantFrom('a', '€', 'é', 'я', '😀', 'e\u0301', '👩‍👧', 'ş', 'क्ष');
    const method = constantFrom<SegmentMethod>('udh8', 'udh16', 'sar', 'payload');
    assert(
      property(string({ unit, maxLength: 300 }), method, (text, by) => {
        const options = { reference: 5, method: by, nationalShifts: true };
        const counted = countSegments(text, options);
        const cut = segmentText(text, options);
        expect(counted.segments).toBe(cut.segments.length);
        expect(counted.coding).toBe(cut.coding);
        expect(counted.characters).toBe([...text].length);
        expect(cut.segments.map((segment) => segment.text).join('')).toBe(text);
        for (const segment of cut.segments) {
          // No lone surrogate: that is what encodeURI refuses.
          expect(() => encodeURI(segment.text)).not.toThrow();
        }
      }),
    );
  });
});

describe('segments on the air', () => {
  it('fit in 140 octets and give the text back one by one', () => {
    const unit = constantFrom('a', 'b', '€', '[', 'é', 'я', '😀', '日', 'あ', 'e\u0301');
    const coding = constantFrom<TextCoding>(
      'gsm7',
      'gsm7-packed',
      'latin1',
      'ucs2',
      'jis',
      'iso-2022-jp',
      'euc-kr',
    );
    assert(
      property(string({ unit, maxLength: 400 }), coding, (text, by) => {
        const { segments, unmappable } = segmentText(text, { coding: by, reference: 5 });
        const read = segments.map(({ short_message }) => {
          const header = segments.length > 1 ? readUdh(short_message)! : undefined;
          const octets = header?.headerOctets ?? 0;
          const body = short_message.subarray(octets);
          const air = by === 'gsm7' ? Math.ceil((fillBits(octets) + body.length * 7) / 8) : body.length;
          expect(octets + air).toBeLessThanOrEqual(140);
          return decodeText(body, by, { fillBits: fillBits(octets) });
        });
        if (unmappable.length === 0) expect(read.join('')).toBe(text);
        else expect([...read.join('')]).toHaveLength([...text].length);
      }),
    );
  });

  it('of all pairs of tables say which', () => {
    assert(
      property(integer({ min: 1, max: 13 }), integer({ min: 1, max: 13 }), (locking, single) => {
        const { segments } = segmentText('0'.repeat(300), { reference: 1, coding: 'gsm7', locking, single });
        for (const { short_message } of segments)
          expect(readUdh(short_message)).toMatchObject({ locking, single });
      }),
    );
    expect(hex(writeUdh([singleShift(4), lockingShift(4)]))).toBe('06240104250104');
  });
});

describe('segmentBytes', () => {
  it.each([
    ['udh8', 140, 134],
    ['udh16', 140, 133],
    ['sar', 140, 133],
  ] as const)('by %s: %i octets in one, %i in each of several', (method, whole, part) => {
    const one = segmentBytes(new Uint8Array(whole), { method, reference: 1 });
    expect(one.segments).toHaveLength(1);
    expect(one.segments[0]?.esmClassBits).toBe(0);
    const two = segmentBytes(new Uint8Array(part * 2), { method, reference: 1 });
    expect(two.segments).toHaveLength(2);
    expect(segmentBytes(new Uint8Array(part * 2 + 1), { method, reference: 1 }).segments).toHaveLength(3);
  });

  it('gives the octets back', () => {
    assert(
      property(
        uint8Array({ maxLength: 2000 }),
        array(constantFrom(ports16(1, 2)), { maxLength: 2 }),
        (octets, elements) => {
          const { segments } = segmentBytes(octets, { reference: 255, elements });
          const joined = segments.flatMap(({ short_message, esmClassBits }) => {
            expect(short_message.length).toBeLessThanOrEqual(140);
            return [
              ...(esmClassBits
                ? short_message.subarray(readUdh(short_message)!.headerOctets)
                : short_message),
            ];
          });
          expect(joined).toEqual([...octets]);
        },
      ),
    );
  });

  it('refuses what does not fit', () => {
    expect(() => segmentBytes(new Uint8Array(255 * 134 + 1), { reference: 0 })).toThrow(
      expect.objectContaining({ code: 'CHAPPE_TOO_MANY_SEGMENTS', actual: 256 }),
    );
    expect(() => segmentBytes(new Uint8Array(10), { reference: 0, maxOctets: 6 })).toThrow(
      expect.objectContaining({ code: 'CHAPPE_UDH_TOO_LONG' }),
    );
    const payload = segmentBytes(new Uint8Array(65_535), { reference: 0, method: 'payload' });
    expect(payload.segments[0]?.tlvs).toHaveLength(1);
  });
});
