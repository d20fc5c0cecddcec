import { assert, constantFrom, integer, nat, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import { decodeGsm7, gsm7Alphabet, septetsOf } from '../../src/text/gsm7.ts';
import { fillBits, packSeptets, unpackSeptets } from '../../src/text/septets.ts';
import { defaultTable, extensionTable, type Gsm7Table } from '../../src/text/tables/gsm7-default.ts';
import { lockingTables } from '../../src/text/tables/gsm7-locking.ts';
import { singleTables } from '../../src/text/tables/gsm7-single.ts';
import { decodeText, encodeText } from '../../src/text/text.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

type SpecTable = readonly (string | null)[];
interface Spec {
  readonly defaultAlphabet: SpecTable;
  readonly extensionTable: SpecTable;
  readonly nationalLanguages: readonly {
    readonly id: number;
    readonly lockingShift: SpecTable | null;
    readonly singleShift: SpecTable;
  }[];
}

describeShared('the tables of 3GPP 23.038', () => {
  const spec = readShared('spec/gsm7.json') as Spec;
  const printed = (table: SpecTable): string[] =>
    table.map((name) => (name === null ? '·' : String.fromCharCode(Number.parseInt(name.slice(2), 16))));
  const ours = (table: Gsm7Table | undefined): string[] => [...(table ?? []).join('')];

  it('are ours', () => {
    expect(ours(defaultTable)).toEqual(printed(spec.defaultAlphabet));
    expect(ours(extensionTable)).toEqual(printed(spec.extensionTable));
    expect(spec.nationalLanguages).toHaveLength(13);
    for (const { id, lockingShift, singleShift } of spec.nationalLanguages) {
      expect(ours(lockingTables[id])).toEqual(lockingShift === null ? [] : printed(lockingShift));
      expect(ours(singleTables[id])).toEqual(printed(singleShift));
    }
  });
});

describe('GSM 7-bit', () => {
  it.each([
    ['@', '00'],
    ['hello', '68656c6c6f'],
    ['€', '1b65'],
    ['[\f]', '1b3c1b0a1b3e'],
    ['Ç', '09'],
  ])('writes %j one septet per octet', (text, expected) => {
    expect(hex(encodeText(text, 'gsm7').bytes)).toBe(expected);
    expect(decodeText(bytes(expected), 'gsm7')).toBe(text);
  });

  // The first is in every GSM textbook.
  it.each([
    ['hello', 'e8329bfd06'],
    ['12345678', '31d98c56b3dd70'],
  ])('packs %j', (text, expected) => {
    expect(hex(encodeText(text, 'gsm7-packed').bytes)).toBe(expected);
    expect(decodeText(bytes(expected), 'gsm7-packed')).toBe(text);
  });

  it.each([
    ['an escape and what only the default table has', '1b41', 'A'],
    ['a second escape: a space', '1b1b', ' '],
    ['an escape at the end: a space', '411b', 'A '],
    ['the reserved control code: what the default table has', '1b0d', '\r'],
    ['an octet that is no septet', '80', '\ufffd'],
    ['an escape before an octet that is no septet', '1b80', '\ufffd'],
  ])('reads %s', (_, octets, expected) => {
    expect(decodeText(bytes(octets), 'gsm7')).toBe(expected);
  });

  it('has no ç but Ç, and says what it replaced', () => {
    expect(encodeText('aç😀b', 'gsm7')).toEqual({
      bytes: bytes('613f3f62'),
      unmappable: [
        { index: 1, character: 'ç' },
        { index: 2, character: '😀' },
      ],
    });
    expect(hex(encodeText('aç😀b', 'gsm7', { replacement: '' }).bytes)).toBe('6162');
    expect(hex(encodeText('aç', 'gsm7', { replacement: 'я' }).bytes)).toBe('61');
  });

  it('uses only the tables in force', () => {
    // Turkish single shift alone: the base stays the default alphabet (node-smpp takes both).
    expect(decodeText(bytes('04 07 0b 0c 1c 1d 40 60 1b53 1b73'), 'gsm7', { single: 1 })).toBe('èìØøÆæ¡¿Şş');
    expect(decodeText(bytes('04 07 0b 0c 1c 1d 40 60 1b53'), 'gsm7', { locking: 1 })).toBe('€ıĞğŞşİçS');
    // Portuguese locking: one septet for what else takes an escape.
    expect(hex(encodeText('^\\|~', 'gsm7', { locking: 3 }).bytes)).toBe('16171a60');
    expect(hex(encodeText('^', 'gsm7', { locking: 3, single: 3 }).bytes)).toBe('16');
    // No Spanish locking table, no language 99: the default tables.
    expect(decodeText(bytes('04'), 'gsm7', { locking: 2 })).toBe('è');
    expect(decodeText(bytes('1b65'), 'gsm7', { single: 99, locking: 99 })).toBe('€');
  });

  it('writes a character that stands twice at its lower position', () => {
    expect(hex(encodeText('¡*', 'gsm7', { locking: 13, single: 13 }).bytes)).toBe('1b131b0b');
    expect(decodeText(bytes('1b151b18'), 'gsm7', { locking: 13, single: 13 })).toBe('¡*');
  });

  it('shows a position without a character', () => {
    expect(decodeText(bytes('0c'), 'gsm7', { locking: 4 })).toBe('\ufffd');
  });

  it('reads back every text of its repertoire, with every pair of tables', () => {
    for (let locking = 0; locking <= 13; locking++) {
      for (let single = 0; single <= 13; single++) {
        const alphabet = gsm7Alphabet({ locking, single });
        const text = [...alphabet.codes.keys()].map((unit) => String.fromCharCode(unit)).join('');
        const { bytes: septets, unmappable } = encodeText(text, 'gsm7', { locking, single });
        expect(unmappable).toEqual([]);
        expect(decodeGsm7(septets, alphabet)).toBe(text);
        const costs = [...alphabet.codes.keys()].map((unit) => septetsOf(alphabet, unit));
        expect(costs.reduce((sum, cost) => sum + cost, 0)).toBe(septets.length);
      }
    }
  });

  it('reads back random texts, packed at every place', () => {
    const repertoire = [...gsm7Alphabet().codes.keys()].filter((unit) => unit !== 0x0d);
    const character = constantFrom(...repertoire.map((unit) => String.fromCharCode(unit)));
    assert(
      property(string({ unit: character, maxLength: 200 }), nat(6), (text, fill) => {
        const packed = encodeText(text, 'gsm7-packed', { fillBits: fill }).bytes;
        expect(decodeText(packed, 'gsm7-packed', { fillBits: fill })).toBe(text);
      }),
    );
  });

  it('decodes whatever octets', () => {
    assert(
      property(uint8Array({ maxLength: 300 }), nat(15), nat(15), nat(6), (octets, locking, single, fill) => {
        expect(decodeText(octets, 'gsm7', { locking, single }).length).toBeLessThanOrEqual(octets.length);
        decodeText(octets, 'gsm7-packed', { locking, single, fillBits: fill });
      }),
    );
  });
});

describe('packing', () => {
  it('gives every number of septets back, whatever the fill bits', () => {
    for (let length = 0; length <= 320; length++) {
      const septets = Uint8Array.from({ length }, (_, i) => ((i * 37) % 127) + 1 || 1).map((septet) =>
        septet === 0x0d ? 0x0e : septet,
      );
      for (let fill = 0; fill <= 6; fill++) {
        const packed = packSeptets(septets, fill);
        expect(packed.length).toBe(length === 0 ? 0 : Math.ceil((fill + length * 7) / 8));
        expect(unpackSeptets(packed, fill)).toEqual(septets);
      }
    }
  });

  it('fills seven spare bits with a carriage return, or with zero', () => {
    const seven = encodeText('1234567', 'gsm7').bytes;
    expect(hex(packSeptets(seven))).toBe('31d98c56b3dd1a');
    expect(hex(packSeptets(seven, 0, 'zero'))).toBe('31d98c56b3dd00');
    expect(unpackSeptets(bytes('31d98c56b3dd1a'))).toEqual(seven);
    expect(unpackSeptets(bytes('31d98c56b3dd00'), 0, 'zero')).toEqual(seven);
    // Read by the rule, zeros are an @.
    expect(decodeText(bytes('31d98c56b3dd00'), 'gsm7-packed')).toBe('1234567@');
    // 152 septets after 6 octets of header leave seven bits.
    const part = encodeText('x'.repeat(152), 'gsm7').bytes;
    expect(packSeptets(part, 1).at(-1)! >> 1).toBe(0x0d);
    expect(unpackSeptets(packSeptets(part, 1), 1)).toEqual(part);
  });

  it('knows the fill bits of every header', () => {
    assert(
      property(integer({ min: 0, max: 140 }), (octets) => {
        const fill = fillBits(octets);
        expect((octets * 8 + fill) % 7).toBe(0);
        expect(fill).toBeLessThan(7);
      }),
    );
  });
});
