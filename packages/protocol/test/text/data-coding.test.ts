import { describe, expect, it } from 'vitest';
import { ContentError } from '../../src/text/content-error.ts';
import {
  type DataCoding,
  type DefaultAlphabet,
  readDataCoding,
  writeDataCoding,
} from '../../src/text/data-coding.ts';

const plain = { compressed: false, reserved: false };

describe('readDataCoding', () => {
  // One line per row of SMPP 5.0 4.7.7 and of the groups of 3GPP 23.038 4.
  it.each<[number, DataCoding]>([
    [0x00, { ...plain, coding: 'gsm7' }],
    [0x01, { ...plain, coding: 'ascii' }],
    [0x02, { ...plain, coding: 'octet' }],
    [0x03, { ...plain, coding: 'latin1' }],
    [0x04, { ...plain, coding: 'octet' }],
    [0x05, { ...plain, coding: 'jis' }],
    [0x06, { ...plain, coding: 'cyrillic' }],
    [0x07, { ...plain, coding: 'hebrew' }],
    [0x08, { ...plain, coding: 'ucs2' }],
    [0x09, { ...plain, coding: 'octet' }],
    [0x0a, { ...plain, coding: 'iso-2022-jp' }],
    [0x0b, { ...plain, coding: 'octet', reserved: true }],
    [0x0c, { ...plain, coding: 'octet', reserved: true }],
    [0x0d, { ...plain, coding: 'jis-x-0212' }],
    [0x0e, { ...plain, coding: 'euc-kr' }],
    [0x0f, { ...plain, coding: 'octet', reserved: true }],
    [0x10, { ...plain, coding: 'gsm7', messageClass: 0 }],
    [0x15, { ...plain, coding: 'octet', messageClass: 1 }],
    [0x18, { ...plain, coding: 'ucs2', messageClass: 0 }],
    [0x1b, { ...plain, coding: 'ucs2', messageClass: 3 }],
    [0x1c, { ...plain, coding: 'octet', messageClass: 0, reserved: true }],
    [0x20, { ...plain, coding: 'gsm7', compressed: true }],
    [0x21, { ...plain, coding: 'gsm7', compressed: true, reserved: true }],
    [0x38, { ...plain, coding: 'ucs2', compressed: true, messageClass: 0 }],
    [0x40, { ...plain, coding: 'gsm7', autoDelete: true }],
    [0x48, { ...plain, coding: 'ucs2', autoDelete: true }],
    [0x52, { ...plain, coding: 'gsm7', autoDelete: true, messageClass: 2 }],
    [0x80, { ...plain, coding: 'octet', reserved: true }],
    [0xbf, { ...plain, coding: 'octet', reserved: true }],
    [0xc8, { ...plain, coding: 'gsm7', waiting: { indication: 'voicemail', active: true, store: false } }],
    [0xc1, { ...plain, coding: 'gsm7', waiting: { indication: 'fax', active: false, store: false } }],
    [0xda, { ...plain, coding: 'gsm7', waiting: { indication: 'email', active: true, store: true } }],
    [0xe3, { ...plain, coding: 'ucs2', waiting: { indication: 'other', active: false, store: true } }],
    [
      0xcc,
      {
        ...plain,
        coding: 'gsm7',
        reserved: true,
        waiting: { indication: 'voicemail', active: true, store: false },
      },
    ],
    [0xf0, { ...plain, coding: 'gsm7', messageClass: 0 }],
    [0xf5, { ...plain, coding: 'octet', messageClass: 1 }],
    [0xfb, { ...plain, coding: 'gsm7', messageClass: 3, reserved: true }],
  ])('reads 0x%s', (value, expected) => {
    expect(readDataCoding(value)).toEqual(expected);
  });

  it('takes 0 for what the peer means by it', () => {
    const alphabets: readonly DefaultAlphabet[] = ['gsm7', 'gsm7-packed', 'latin1', 'ascii', 'ucs2'];
    for (const defaultAlphabet of alphabets) {
      expect(readDataCoding(0, { defaultAlphabet }).coding).toBe(defaultAlphabet);
      expect(readDataCoding(8, { defaultAlphabet }).coding).toBe('ucs2');
    }
    // A peer that packs, packs with a class too.
    expect(readDataCoding(0xf1, { defaultAlphabet: 'gsm7-packed' }).coding).toBe('gsm7-packed');
    expect(readDataCoding(0x10, { defaultAlphabet: 'latin1' }).coding).toBe('gsm7');
  });
});

describe('writeDataCoding', () => {
  it('says what readDataCoding says, for every value and alphabet', () => {
    for (const defaultAlphabet of ['gsm7', 'gsm7-packed', 'latin1', 'ascii', 'ucs2'] as const) {
      for (let value = 0; value < 256; value++) {
        const read = readDataCoding(value, { defaultAlphabet });
        if (read.reserved) continue;
        const written = writeDataCoding(read, { defaultAlphabet });
        expect(readDataCoding(written, { defaultAlphabet })).toEqual(read);
      }
    }
  });

  it.each([
    [{ coding: 'gsm7' as const }, 0x00],
    [{ coding: 'latin1' as const }, 0x03],
    [{ coding: 'octet' as const }, 0x04],
    [{ coding: 'ucs2' as const }, 0x08],
    [{ coding: 'gsm7' as const, messageClass: 0 as const }, 0xf0],
    [{ coding: 'octet' as const, messageClass: 1 as const }, 0xf5],
    [{ coding: 'ucs2' as const, messageClass: 0 as const }, 0x18],
    [{ coding: 'gsm7' as const, messageClass: 0 as const, autoDelete: true }, 0x50],
  ])('writes %j', (input, expected) => {
    expect(writeDataCoding(input)).toBe(expected);
  });

  it('writes 0 for the default alphabet of the peer', () => {
    expect(writeDataCoding({ coding: 'latin1' }, { defaultAlphabet: 'latin1' })).toBe(0);
    expect(writeDataCoding({ coding: 'gsm7-packed' })).toBe(0);
    expect(writeDataCoding({ coding: 'ascii' }, { defaultAlphabet: 'latin1' })).toBe(1);
  });

  it('refuses what no value says', () => {
    const refused = expect.objectContaining({ code: 'CHAPPE_DATA_CODING' });
    const discard = { indication: 'fax', active: true, store: false } as const;
    for (const write of [
      () => writeDataCoding({ coding: 'latin1', messageClass: 0 }),
      () => writeDataCoding({ coding: 'ucs2', waiting: discard }),
      () => writeDataCoding({ coding: 'latin1', waiting: discard }),
      () => writeDataCoding({ coding: 'gsm7' }, { defaultAlphabet: 'latin1' }),
    ]) {
      expect(write).toThrow(ContentError);
      expect(write).toThrow(refused);
    }
  });
});
