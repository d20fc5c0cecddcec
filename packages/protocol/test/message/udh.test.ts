import { array, assert, nat, property, record, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import {
  concat8,
  concat16,
  lockingShift,
  ports8,
  ports16,
  readUdh,
  singleShift,
  udhOctets,
  waitingCount,
  writeUdh,
} from '../../src/message/udh.ts';
import { ContentError } from '../../src/text/content-error.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

interface Vector {
  readonly source: string;
  readonly hex: string;
  readonly note?: string;
  readonly expected: {
    readonly concat?: { iei: number; ref: number; total: number; seq: number } | null;
    readonly ies?: readonly { iei: number; data: string }[];
    readonly language_single?: number;
    readonly language_locking?: number;
    readonly ports16?: { dest: number; src: number };
  };
}

/**
 * What an example of jsmpp writes: element 0x08 without its length octet 04, in a header that then passes its end.
 * 3GPP 23.040 9.2.3.24 and udh.json: such a header counts as absent.
 */
const withoutLength = '060804d20201';

describeShared('vectors/udh.json', () => {
  const vectors = readShared('vectors/udh.json') as readonly Vector[];

  it('has them all', () => expect(vectors).toHaveLength(15));

  it.each(vectors)('$source $hex $note', ({ hex: octets, expected }) => {
    if (octets === withoutLength) {
      expect(readUdh(bytes(octets))).toBeUndefined();
      expect(readUdh(bytes('06080404d20201'))?.concat).toMatchObject({ reference: 1234, total: 2 });
      return;
    }
    const header = readUdh(bytes(octets));
    const { concat, ies, ports16: ports } = expected;
    expect(header?.headerOctets).toBe(bytes(octets)[0]! + 1);
    if (concat === null) expect(header?.concat).toBeUndefined();
    if (concat) {
      const bits = concat.iei === 0 ? 8 : 16;
      expect(header?.concat).toEqual({
        reference: concat.ref,
        total: concat.total,
        sequence: concat.seq,
        bits,
      });
    }
    if (ies) expect(header?.elements.map(({ id, data }) => ({ iei: id, data: hex(data) }))).toEqual(ies);
    if (ports) expect(header?.ports).toEqual({ destination: ports.dest, source: ports.src, bits: 16 });
    expect(header?.single).toBe(expected.language_single);
    expect(header?.locking).toBe(expected.language_locking);
  });
});

describe('readUdh', () => {
  it.each([
    ['no octets', ''],
    ['a length that passes the end', '0500030c02'],
  ])('takes %s for no header', (_, octets) => {
    expect(readUdh(bytes(octets))).toBeUndefined();
  });

  it('reads an empty header', () => {
    expect(readUdh(bytes('0041'))).toMatchObject({ headerOctets: 1, elements: [] });
  });

  it.each([
    ['total 0', '0500030c0000'],
    ['sequence 0', '0500030c0200'],
    ['sequence above total', '0500030c0203'],
  ])('ignores a concatenation with %s', (_, octets) => {
    expect(readUdh(bytes(octets))?.concat).toBeUndefined();
  });

  it('keeps a good element before a senseless one, and takes reference 0', () => {
    expect(readUdh(bytes('0a 0003000201 0003070200'))?.concat).toEqual({
      reference: 0,
      total: 2,
      sequence: 1,
      bits: 8,
    });
  });

  it('drops an element that passes the end of the header, not what follows the header', () => {
    const header = readUdh(bytes('08 0003110201 0804ab 41'));
    expect(header?.headerOctets).toBe(9);
    expect(header?.elements.map(({ id }) => id)).toEqual([0]);
    expect(header?.concat?.reference).toBe(0x11);
  });

  it('reads ports of 8 bits from 240 on', () => {
    expect(readUdh(bytes('04 0402f0f1'))?.ports).toEqual({ destination: 240, source: 241, bits: 8 });
    expect(readUdh(bytes('04 040210f1'))?.ports).toBeUndefined();
    // The last of two kinds counts.
    expect(readUdh(bytes('0a 05041581 0000 0402f0f1'))?.ports?.bits).toBe(8);
  });

  it('reads message waiting indications, several of them', () => {
    expect(readUdh(bytes('0c 01028003 0102a101 01020705'))?.waiting).toEqual([
      { indication: 'voicemail', count: 3, store: true, profile: 0 },
      { indication: 'fax', count: 1, store: true, profile: 1 },
      { indication: 'video', count: 5, store: false, profile: 0 },
    ]);
  });

  it('never throws, and writes back what it read whole', () => {
    const element = record({ id: nat(255), data: uint8Array({ maxLength: 20 }) });
    assert(
      property(
        array(element, { minLength: 1, maxLength: 8 }),
        uint8Array({ maxLength: 20 }),
        (elements, rest) => {
          const written = writeUdh(elements);
          expect(written.length).toBe(udhOctets(elements));
          const read = readUdh(Uint8Array.of(...written, ...rest));
          expect(read?.headerOctets).toBe(written.length);
          expect(read?.elements.map(({ id, data }) => ({ id, data: [...data] }))).toEqual(
            elements.map(({ id, data }) => ({ id, data: [...data] })),
          );
        },
      ),
    );
    assert(
      property(uint8Array({ maxLength: 60 }), (octets) => {
        const read = readUdh(octets);
        expect(read?.headerOctets ?? 0).toBeLessThanOrEqual(octets.length);
      }),
    );
  });
});

describe('elements', () => {
  it('are written as 3GPP 23.040 9.2.3.24 says', () => {
    expect(hex(writeUdh([]))).toBe('');
    expect(hex(writeUdh([concat8(0xd2, 2, 1)]))).toBe('050003d20201');
    expect(hex(writeUdh([concat16(1234, 2, 2)]))).toBe('06080404d20202');
    expect(hex(writeUdh([ports16(9204, 0)]))).toBe('06050423f40000');
    expect(hex(writeUdh([ports8(240, 255)]))).toBe('040402f0ff');
    expect(hex(writeUdh([singleShift(1), lockingShift(3)]))).toBe('06240101250103');
    const fax = { indication: 'fax', count: 2, store: true, profile: 3 } as const;
    expect(hex(writeUdh([waitingCount(fax)]))).toBe('040102e102');
    expect(readUdh(writeUdh([waitingCount(fax)]))?.waiting).toEqual([fax]);
  });

  it('refuse what does not fit', () => {
    for (const wrong of [
      () => concat8(256, 2, 1),
      () => concat8(-1, 2, 1),
      () => concat16(65_536, 2, 1),
      () => concat8(1, 256, 1),
      () => concat8(1, 0, 0),
      () => concat8(1, 2, 3),
      () => concat8(1.5, 2, 1),
      () => ports8(1, 240),
      () => ports16(1, 65_536),
      () => singleShift(256),
      () => waitingCount({ indication: 'other', count: 256, store: false, profile: 0 }),
    ]) {
      expect(wrong).toThrow(ContentError);
      expect(wrong).toThrow(expect.objectContaining({ code: 'CHAPPE_UDH_ELEMENT' }));
    }
    expect(() => writeUdh([{ id: 1, data: new Uint8Array(254) }])).toThrow(
      expect.objectContaining({ code: 'CHAPPE_UDH_TOO_LONG', limit: 256, actual: 257 }),
    );
  });
});
