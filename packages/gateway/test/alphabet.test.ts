import { decodeText, encodeText, readText } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Alphabet,
  type Coded,
  fitsOneMessage,
  fromCanonical,
  toCanonical,
} from '../src/message/alphabet.ts';

const octets = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const gsm = (text: string): Uint8Array => encodeText(text, 'gsm7').bytes;
const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

function coded(value: Coded | { readonly reason: string }): Coded {
  if ('reason' in value) throw new Error(value.reason);
  return value;
}

function textOf({ payload, esmClass, dataCoding }: Coded, alphabet: Alphabet): string {
  const pdu = { esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs: [] };
  return readText([pdu], { defaultAlphabet: alphabet }).text;
}

// Worked out by hand: bits of the septets from the least significant one, behind so many zero bits that they begin on
// a septet boundary of the whole user data.
const packedVectors = [
  { name: 'no header', header: '', text: '68656c6c6f', packed: 'e8329bfd06' },
  {
    name: 'six octets of header: 1 fill bit',
    header: '0500032a0201',
    text: '68656c6c6f',
    packed: 'd06536fb0d',
  },
  {
    name: 'seven octets of header: none',
    header: '060804002a0201',
    text: '68656c6c6f',
    packed: 'e8329bfd06',
  },
  {
    name: 'four octets (Turkish shift), 3 fill bits, 7 spare',
    header: '03240101',
    text: '1b65',
    packed: 'd8941b',
  },
  {
    name: 'eight characters in seven octets',
    header: '',
    text: '4142434445464748',
    packed: '41e19058341e91',
  },
] as const;

describe('packed GSM 7-bit', () => {
  it.each(packedVectors)('$name', ({ header, text, packed }) => {
    const esmClass = header === '' ? 0 : 0x40;
    const canonical = octets(header + text);
    const wire = octets(header + packed);
    expect(hexOf(coded(fromCanonical(canonical, esmClass, 0, 'gsm7-packed')).payload)).toBe(hexOf(wire));
    expect(hexOf(toCanonical(wire, esmClass, 0, 'gsm7-packed').payload)).toBe(hexOf(canonical));
  });

  it('all GSM 7-bit text is packed, whatever data_coding says so; other text is not', () => {
    const text = octets('68656c6c6f');
    for (const dataCoding of [0, 0x10, 0xf0, 0xf1, 0xc8, 0xd0]) {
      expect(hexOf(coded(fromCanonical(text, 0, dataCoding, 'gsm7-packed')).payload)).toBe('e8329bfd06');
    }
    for (const dataCoding of [1, 3, 4, 8, 0x20, 0xf4]) {
      expect(coded(fromCanonical(text, 0, dataCoding, 'gsm7-packed')).payload).toBe(text);
      expect(toCanonical(text, 0, dataCoding, 'gsm7-packed').payload).toBe(text);
    }
  });

  it('a header that passes the end counts as text', () => {
    const payload = octets('41');
    expect(hexOf(coded(fromCanonical(payload, 0x40, 0, 'gsm7-packed')).payload)).toBe('41');
  });

  it('160 septets become 140 octets and come back', () => {
    const text = gsm('x'.repeat(160));
    const { payload } = coded(fromCanonical(text, 0, 0, 'gsm7-packed'));
    expect(payload.length).toBe(140);
    expect(toCanonical(payload, 0, 0, 'gsm7-packed').payload).toEqual(text);
  });
});

describe('to canonical form', () => {
  it.each([
    { alphabet: 'latin1' as const, text: 'café £5 ¿qué?', dataCoding: 0 },
    { alphabet: 'latin1' as const, text: '[brackets] {and} \\ ~', dataCoding: 0 },
    { alphabet: 'latin1' as const, text: 'ça va être', dataCoding: 3 },
    { alphabet: 'ascii' as const, text: 'a_b @ $5', dataCoding: 0 },
    { alphabet: 'ascii' as const, text: 'back`tick', dataCoding: 1 },
  ])('$alphabet: $text', ({ alphabet, text, dataCoding }) => {
    const canonical = toCanonical(latin(text), 0, 0, alphabet);
    expect(canonical.dataCoding).toBe(dataCoding);
    expect(textOf(canonical, 'gsm7')).toBe(text);
  });

  it('what both write alike is not copied', () => {
    const payload = latin('Hello, world 123');
    expect(toCanonical(payload, 0, 0, 'latin1').payload).toBe(payload);
    expect(toCanonical(payload, 0, 0, 'ascii').payload).toBe(payload);
    expect(coded(fromCanonical(payload, 0, 0, 'latin1')).payload).toBe(payload);
  });

  it('a text that fits only as it came keeps its octets', () => {
    const fits = toCanonical(latin('['.repeat(80)), 0, 0, 'ascii');
    expect([fits.payload.length, fits.dataCoding]).toEqual([160, 0]);
    const longer = toCanonical(latin('['.repeat(81)), 0, 0, 'ascii');
    expect([longer.payload.length, longer.dataCoding]).toEqual([81, 1]);
    const long = toCanonical(latin('['.repeat(161)), 0, 0, 'ascii');
    expect([long.payload.length, long.dataCoding]).toEqual([322, 0]);
  });

  it('a national table in the header means that the text is not of the default alphabet', () => {
    const payload = new Uint8Array([...octets('03240101'), ...latin('a[b')]);
    expect(toCanonical(payload, 0x40, 0, 'latin1')).toEqual({ payload, esmClass: 0x40, dataCoding: 3 });
  });

  it('leaves other data_codings alone, and everything of a gsm7 peer', () => {
    const payload = latin('[é]');
    expect(toCanonical(payload, 0, 3, 'latin1')).toEqual({ payload, esmClass: 0, dataCoding: 3 });
    expect(toCanonical(payload, 0, 0xf1, 'ascii')).toEqual({ payload, esmClass: 0, dataCoding: 0xf1 });
    expect(toCanonical(payload, 0, 0, 'gsm7').payload).toBe(payload);
  });
});

describe('from canonical form', () => {
  it('keeps the header apart from the text', () => {
    const header = octets('0500032a0201');
    const payload = new Uint8Array([...header, ...gsm('é[]')]);
    const result = coded(fromCanonical(payload, 0x40, 0, 'latin1'));
    expect(hexOf(result.payload)).toBe('0500032a0201e95b5d');
    expect(result.esmClass).toBe(0x40);
  });

  it('what the alphabet lacks goes as UCS-2 while that is one message', () => {
    const fits = coded(fromCanonical(gsm(`€${'x'.repeat(69)}`), 0, 0, 'latin1'));
    expect([fits.dataCoding, fits.payload.length]).toEqual([8, 140]);
    expect(textOf(fits, 'latin1')).toBe(`€${'x'.repeat(69)}`);
    const longer = gsm(`€${'x'.repeat(70)}`);
    expect(fromCanonical(longer, 0, 0, 'latin1')).toEqual({
      reason: 'latin1 lacks U+20AC, and UCS-2 takes 142 octets of 140',
    });
    expect(coded(fromCanonical(longer, 0, 0, 'latin1', 142)).dataCoding).toBe(8);
  });

  it('the header counts among the octets of UCS-2', () => {
    const segment = (characters: number): Uint8Array =>
      new Uint8Array([...octets('0500032a0201'), ...gsm('é'.repeat(characters))]);
    expect(coded(fromCanonical(segment(67), 0x40, 0, 'ascii')).payload.length).toBe(140);
    expect(fromCanonical(segment(68), 0x40, 0, 'ascii')).toHaveProperty('reason');
  });

  it('national tables are read, and their elements taken out of the header', () => {
    // Turkish single shift: escape and 0x67 is ğ.
    const alone = coded(fromCanonical(octets('03240101 61 1b67'), 0x40, 0, 'latin1'));
    expect(alone).toEqual({ payload: octets('0061 011f'), esmClass: 0, dataCoding: 8 });
    const beside = coded(fromCanonical(octets('0800032a0201240101 61'), 0x40, 0, 'latin1'));
    expect(beside).toEqual({ payload: octets('0500032a0201 61'), esmClass: 0x40, dataCoding: 0 });
  });

  it('octets that are no septets are unfit, and the remedy is named', () => {
    expect(fromCanonical(latin('café'), 0, 0, 'latin1')).toEqual({
      reason: "0xe9 is no GSM 7-bit character: the account's defaultAlphabet may be another",
    });
  });

  it('leaves other data_codings alone, also those that say GSM 7-bit outright', () => {
    for (const dataCoding of [3, 4, 8, 0xf0]) {
      const payload = gsm('é€');
      expect(coded(fromCanonical(payload, 0, dataCoding, 'latin1')).payload).toBe(payload);
    }
  });
});

describe('there and back', () => {
  const header = fc.constantFrom('', '0500032a0201', '060804002a0201', '0b00032a02010504158a0000');
  const characters = decodeText(
    Uint8Array.from({ length: 127 }, (_, i) => i).filter((i) => i !== 0x1b),
    'gsm7',
  );
  // A carriage return at the very end may be padding, see the protocol's unpackSeptets.
  const texts = fc
    .array(fc.constantFrom(...characters, '€', '[', ']', '{', '}', '\\', '^', '~', '|'), { maxLength: 60 })
    .map((list) => list.join('').replace(/\r+$/, ''));

  it('every GSM text survives each alphabet, and the protocol reads what a peer would', () => {
    fc.assert(
      fc.property(header, texts, fc.constantFrom('gsm7-packed', 'latin1', 'ascii'), (head, text, name) => {
        const alphabet = name as Alphabet;
        const esmClass = head === '' ? 0 : 0x40;
        const canonical = new Uint8Array([...octets(head), ...gsm(text)]);
        const sent = coded(fromCanonical(canonical, esmClass, 0, alphabet));
        expect(textOf(sent, alphabet)).toBe(text);
        const back = toCanonical(sent.payload, sent.esmClass, sent.dataCoding, alphabet);
        expect(textOf(back, 'gsm7')).toBe(text);
        if (alphabet === 'gsm7-packed') expect(back.payload).toEqual(canonical);
      }),
      { numRuns: 500 },
    );
  });

  it('reading what a peer sent loses nothing, whatever the octets', () => {
    const alphabets = fc.constantFrom<Alphabet>('latin1', 'ascii');
    fc.assert(
      fc.property(alphabets, fc.uint8Array({ maxLength: 200 }), (alphabet, payload) => {
        const canonical = toCanonical(payload, 0, 0, alphabet);
        const before = textOf({ payload, esmClass: 0, dataCoding: 0 }, alphabet);
        expect(textOf(canonical, 'gsm7')).toBe(before);
      }),
    );
  });
});

describe('room in one message', () => {
  it.each([
    { dataCoding: 0, header: 0, most: 160 },
    { dataCoding: 0, header: 6, most: 153 },
    { dataCoding: 0, header: 7, most: 152 },
    { dataCoding: 0xf1, header: 6, most: 153 },
    { dataCoding: 8, header: 0, most: 140 },
    { dataCoding: 8, header: 6, most: 134 },
    { dataCoding: 8, header: 7, most: 132 },
    { dataCoding: 4, header: 7, most: 133 },
    { dataCoding: 3, header: 0, most: 140 },
    { dataCoding: 0x20, header: 0, most: 140 },
  ])('data_coding $dataCoding behind $header octets: $most', ({ dataCoding, header, most }) => {
    expect(fitsOneMessage(header + most, header, dataCoding)).toBe(true);
    expect(fitsOneMessage(header + most + 1, header, dataCoding)).toBe(false);
  });
});
