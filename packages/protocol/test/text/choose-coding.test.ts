import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseCoding } from '../../src/text/choose-coding.ts';
import { gsmSafeText } from '../../src/text/gsm-safe.ts';
import { decodeText, encodeText } from '../../src/text/text.ts';

describe('chooseCoding', () => {
  it('takes GSM 7-bit where it holds the text', () => {
    expect(chooseCoding('Hello {€}')).toEqual({
      coding: 'gsm7',
      forcedBy: [],
      suggestion: undefined,
      unmappable: [],
    });
    expect(chooseCoding('').coding).toBe('gsm7');
    expect(chooseCoding('Hello', { allowed: ['gsm7-packed', 'ucs2'] }).coding).toBe('gsm7-packed');
    expect(chooseCoding('Hello', { allowed: ['latin1', 'ucs2'] }).coding).toBe('latin1');
    expect(chooseCoding('Hello', { allowed: ['ucs2'] }).coding).toBe('ucs2');
  });

  it('says which characters force UCS2 and what would avoid it', () => {
    expect(chooseCoding('“Hi” – it’s 5…')).toEqual({
      coding: 'ucs2',
      forcedBy: [
        { index: 0, character: '“' },
        { index: 3, character: '”' },
        { index: 5, character: '–' },
        { index: 9, character: '’' },
        { index: 13, character: '…' },
      ],
      suggestion: '"Hi" - it\'s 5...',
      unmappable: [],
    });
    expect(chooseCoding('Grüße 😀')).toMatchObject({
      coding: 'ucs2',
      forcedBy: [{ index: 6, character: '😀' }],
      suggestion: undefined,
    });
    expect(chooseCoding('я'.repeat(300)).forcedBy).toHaveLength(200);
  });

  it('takes Latin-1 where the peer allows it', () => {
    const allowed = ['gsm7', 'latin1', 'ucs2'] as const;
    expect(chooseCoding('ça va', { allowed })).toMatchObject({ coding: 'latin1', forcedBy: [] });
    // 100 escapes take 200 septets: two segments, where Latin-1 takes one.
    expect(chooseCoding('['.repeat(100), { allowed }).coding).toBe('latin1');
    expect(chooseCoding('['.repeat(60), { allowed }).coding).toBe('latin1');
    expect(chooseCoding('a'.repeat(150), { allowed }).coding).toBe('gsm7');
  });

  it('takes national tables only when told to', () => {
    const turkish = 'Şişli ışığı';
    expect(chooseCoding(turkish)).toMatchObject({ coding: 'ucs2' });
    expect(chooseCoding(turkish, { nationalShifts: true })).toMatchObject({ coding: 'gsm7', single: 1 });
    expect(chooseCoding('áéíóú y nada más', { nationalShifts: true })).toMatchObject({
      coding: 'gsm7',
      single: 2,
    });
    // 100 escapes take two segments, one septet each takes one: worth a locking shift.
    expect(chooseCoding('ş'.repeat(100), { nationalShifts: true })).toMatchObject({
      coding: 'gsm7',
      locking: 1,
    });
    // As many segments in UCS2, which every phone reads: no locking shift for that.
    expect(chooseCoding('हिन्दी भाषा', { nationalShifts: true })).toMatchObject({ coding: 'ucs2' });
    expect(chooseCoding('हिन्दी भाषा '.repeat(7), { nationalShifts: true })).toMatchObject({
      coding: 'gsm7',
      locking: 6,
    });
    expect(chooseCoding('日本', { nationalShifts: true })).toMatchObject({ coding: 'ucs2' });
    // The locking table lacks è.
    const one = chooseCoding(`${'è'.repeat(60)}ğ`, { nationalShifts: true });
    expect(one).toMatchObject({ coding: 'gsm7', single: 1 });
    expect(one.locking).toBeUndefined();
  });

  it('loses the least where nothing holds the text', () => {
    expect(chooseCoding('ça 😀', { allowed: ['gsm7', 'latin1'] })).toMatchObject({
      coding: 'latin1',
      unmappable: [{ index: 3, character: '😀' }],
    });
  });

  it('chooses a coding that gives the text back', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const { coding, locking, single } = chooseCoding(`-${text}`, { nationalShifts: true });
        const encoded = encodeText(`-${text}`, coding, { locking, single });
        expect(encoded.unmappable).toEqual([]);
        expect(decodeText(encoded.bytes, coding, { locking, single })).toBe(`-${text}`);
      }),
    );
  });
});

describe('gsmSafeText', () => {
  it.each([
    ['plain', 'plain'],
    ['“a” ‘b’ «c» – — …', '"a" \'b\' "c" - - ...'],
    ['a\u00a0b\u200bc\ufeff\td', 'a bc d'],
    ['e\u0301', 'é'],
    ['ça ô ł ş ğ İ ı œ', 'ca o l s g I i oe'],
    ['ﬁn Ａ １ ½ ™', 'fin A 1 1/2 TM'],
    ['Καλημέρα', 'KAΛHMEPA'],
    ['5 × 3 ≤ 15 → ok ©', '5 x 3 <= 15 -> ok (c)'],
    ['`code`', "'code'"],
  ])('writes %j as %j', (text, safe) => {
    expect(gsmSafeText(text)).toBe(safe);
  });

  it('has nothing for what has no likeness', () => {
    expect(gsmSafeText('Привет')).toBeUndefined();
    expect(gsmSafeText('ok 😀')).toBeUndefined();
  });

  it('gives a text that GSM 7-bit holds, or nothing', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const safe = gsmSafeText(text);
        if (safe !== undefined) expect(encodeText(safe, 'gsm7').unmappable).toEqual([]);
      }),
    );
  });
});
