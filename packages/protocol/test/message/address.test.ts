import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberKey, readNumber, readSenderNumber, withoutPlus } from '../../src/index.ts';

describe('numbers as people write them', () => {
  it.each([
    ['447700900123', '447700900123', false],
    ['+447700900123', '447700900123', true],
    ['+44 7700 900123', '447700900123', true],
    ['+44-7700-900123', '447700900123', true],
    ['+44.7700.900123', '447700900123', true],
    ['+44/7700/900123', '447700900123', true],
    ['(+44) 7700 900123', '447700900123', true],
    ['+44 (0)7700 900123', '447700900123', true],
    ['(020) 7946 0018', '02079460018', false],
    [' 44 7700900123 ', '447700900123', false],
    ['\u202a+44\u00a07700\u2009900\u2011123\u202c', '447700900123', true],
    ['+ 44 7700', '447700', true],
    ['12-345', '12345', false],
    ['0', '0', false],
  ])('%j is %s', (text, digits, hasPlus) => {
    expect(readNumber(text)).toEqual({ digits, hasPlus });
    expect(numberKey(text)).toBe(digits);
  });

  it.each([
    '',
    '+',
    ' ',
    '()',
    'ACME',
    '+ACME',
    '4477x',
    '44+7700',
    '++44',
    '44,77',
    '44;77',
    '44*',
    '#31#',
    '٤٤٧',
  ])('%j is none', (text) => {
    expect(readNumber(text)).toBeUndefined();
    expect(numberKey(text)).toBe(text.replace(/^\+/, '').trim());
  });

  it('a name is compared without the blanks around it, which nobody sees', () => {
    expect([' ACME', 'ACME\t', '+ ACME', '\u00a0ACME\u00a0', 'AC ME'].map(numberKey)).toEqual([
      'ACME',
      'ACME',
      'ACME',
      'ACME',
      'AC ME',
    ]);
  });

  it('a zero in parentheses is dialled where no plus says otherwise', () => {
    expect(numberKey('(0)20 7946')).toBe('0207946');
    expect(numberKey('+49 (0) 30')).toBe('4930');
    expect(numberKey('+39 (06) 12')).toBe('390612');
  });

  it('a sender with signs between few digits is a name', () => {
    expect(readSenderNumber('7-11')).toBeUndefined();
    expect(readSenderNumber('12 345')).toBeUndefined();
    expect(readSenderNumber('12345')).toEqual({ digits: '12345', hasPlus: false });
    expect(readSenderNumber('+12 345')).toEqual({ digits: '12345', hasPlus: true });
    expect(readSenderNumber('0800 12 34')).toEqual({ digits: '08001234', hasPlus: false });
  });

  it('without its plus a number is one, and only that is taken away', () => {
    expect(['+44', '44', '+ACME', '+44 7', '+', ''].map(withoutPlus)).toEqual([
      '44',
      '44',
      '+ACME',
      '+44 7',
      '+',
      '',
    ]);
  });

  it('however digits are written, they are compared alike, and digits stay as they are', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 15 });
    const signs = fc.string({ unit: fc.constantFrom(...' -./\u00a0'), maxLength: 2 });
    fc.assert(
      fc.property(
        digits,
        fc.array(signs, { minLength: 16, maxLength: 16 }),
        fc.boolean(),
        (number, between, hasPlus) => {
          const text = [...number].map((digit, at) => `${digit}${between[at]}`).join('');
          const written = `${between.at(-1)}${hasPlus ? '+' : ''}${text}`;
          expect(readNumber(written)).toEqual({ digits: number, hasPlus });
          expect(numberKey(written)).toBe(number);
          expect(numberKey(number)).toBe(number);
        },
      ),
    );
  });
});
