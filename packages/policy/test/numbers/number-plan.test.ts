import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkNumberPlan, normaliseNumber } from '../../src/numbers/number-plan.ts';
import type { NumberPlan } from '../../src/settings/account.ts';

const britain: NumberPlan = { countryCode: '44', nationalPrefix: '0', internationalPrefixes: ['00'] };
const america: NumberPlan = { countryCode: '1', nationalPrefix: '1', internationalPrefixes: ['011'] };
const russia: NumberPlan = { countryCode: '7', nationalPrefix: '8', internationalPrefixes: ['8', '810'] };
const italy: NumberPlan = { countryCode: '39', internationalPrefixes: ['00'] };
const plain: NumberPlan = {};

const plans = { britain, america, russia, italy, plain };

describe('number plans', () => {
  it.each<[keyof typeof plans, number, string, number, string]>([
    // plan, TON and digits as they came, TON and digits in international form
    ['britain', 0, '+447700900123', 1, '447700900123'],
    ['britain', 1, '+447700900123', 1, '447700900123'],
    ['britain', 0, '00447700900123', 1, '447700900123'],
    ['britain', 0, '07700900123', 1, '447700900123'],
    ['britain', 2, '07700900123', 1, '447700900123'],
    ['britain', 2, '7700900123', 1, '447700900123'],
    ['britain', 1, '447700900123', 1, '447700900123'],
    ['britain', 0, '447700900123', 0, '447700900123'],
    // Said to be international and written carelessly: no country code begins with 0.
    ['britain', 1, '00447700900123', 1, '447700900123'],
    ['britain', 1, '07700900123', 1, '447700900123'],
    ['britain', 0, '+00447700900123', 1, '447700900123'],
    ['britain', 0, '+07700900123', 1, '447700900123'],
    // Other countries.
    ['britain', 0, '0033612345678', 1, '33612345678'],
    ['britain', 0, '+33612345678', 1, '33612345678'],
    // Short codes stay; the longest of them has six digits.
    ['britain', 0, '60100', 0, '60100'],
    ['britain', 0, '012345', 0, '012345'],
    ['britain', 0, '0123456', 1, '44123456'],
    ['britain', 1, '60100', 1, '60100'],
    ['britain', 2, '60100', 2, '60100'],
    ['britain', 0, '+60100', 0, '60100'],
    ['britain', 0, '999', 0, '999'],
    // Other types stay, and names.
    ['britain', 3, '07700900123', 3, '07700900123'],
    ['britain', 4, '07700900123', 4, '07700900123'],
    ['britain', 5, '07700900123', 5, '07700900123'],
    ['britain', 5, 'ACME', 5, 'ACME'],
    ['britain', 0, 'ACME', 0, 'ACME'],
    ['britain', 0, '+ACME', 0, '+ACME'],
    ['britain', 0, '07700 900123', 0, '07700 900123'],
    ['britain', 0, '', 0, ''],
    ['britain', 0, '+', 0, '+'],
    // An international prefix and then nothing that could be a country.
    ['britain', 0, '0000000', 0, '0000000'],
    ['britain', 0, '0000447700', 0, '0000447700'],
    ['america', 0, '011447700900123', 1, '447700900123'],
    ['america', 0, '12125550100', 1, '12125550100'],
    ['america', 2, '2125550100', 1, '12125550100'],
    ['america', 0, '2125550100', 0, '2125550100'],
    // The longer of two prefixes that fit.
    ['russia', 0, '810447700900123', 1, '447700900123'],
    ['russia', 0, '+79161234567', 1, '79161234567'],
    ['russia', 1, '8613912345678', 1, '8613912345678'],
    // No national prefix: zeros belong to the number.
    ['italy', 2, '0612345678', 1, '390612345678'],
    ['italy', 0, '0612345678', 0, '0612345678'],
    ['italy', 0, '00390612345678', 1, '390612345678'],
    ['plain', 0, '+447700900123', 1, '447700900123'],
    ['plain', 0, '00447700900123', 0, '00447700900123'],
    ['plain', 2, '7700900123', 2, '7700900123'],
  ])('%s: TON %i %s is TON %i %s', (plan, ton, digits, expectedTon, expected) => {
    const { ton: gotTon, digits: got } = normaliseNumber({ ton, npi: 1, digits }, plans[plan]);
    expect([gotTon, got]).toEqual([expectedTon, expected]);
  });

  it('keeps the object when there is nothing to change', () => {
    const address = { ton: 1, npi: 1, digits: '447700900123' };
    expect(normaliseNumber(address, britain)).toBe(address);
    expect(normaliseNumber(address, undefined)).toBe(address);
    const short = { ton: 0, npi: 0, digits: '60100' };
    expect(normaliseNumber(short, britain)).toBe(short);
  });

  it('gives an unknown NPI that of telephony, and keeps another', () => {
    expect(normaliseNumber({ ton: 0, npi: 0, digits: '+447700900123' }, plain).npi).toBe(1);
    expect(normaliseNumber({ ton: 0, npi: 6, digits: '+447700900123' }, plain).npi).toBe(6);
  });

  it('takes another length for short codes', () => {
    const plan = { ...britain, leastDigits: 5 };
    expect(normaliseNumber({ ton: 0, npi: 0, digits: '01234' }, plan).digits).toBe('441234');
    expect(normaliseNumber({ ton: 0, npi: 0, digits: '0123' }, plan).digits).toBe('0123');
  });

  it('is the same when done twice, and never touches a name', () => {
    const digits = fc.oneof(
      fc.stringMatching(/^\+?[0-9]{0,16}$/),
      fc.stringMatching(/^(00|0|8|810|011)[0-9]{5,12}$/),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(britain, america, italy, plain),
        fc.integer({ min: 0, max: 6 }),
        digits,
        (plan, ton, text) => {
          const once = normaliseNumber({ ton, npi: 0, digits: text }, plan);
          expect(normaliseNumber(once, plan)).toEqual(once);
          if (!/^\+?[0-9]+$/.test(text)) expect(once.digits).toBe(text);
          if (once.ton === 1 && ton !== 1) expect(once.digits).toMatch(/^[1-9][0-9]*$/);
        },
      ),
    );
  });

  it.each<[NumberPlan, string]>([
    [{ countryCode: '+44' }, 'countryCode'],
    [{ countryCode: '044' }, 'countryCode'],
    [{ countryCode: '' }, 'countryCode'],
    [{ nationalPrefix: '0' }, 'nationalPrefix needs countryCode'],
    [{ countryCode: '44', nationalPrefix: 'x' }, 'nationalPrefix'],
    [{ internationalPrefixes: ['00', '+'] }, 'internationalPrefixes'],
    [{ internationalPrefixes: [''] }, 'internationalPrefixes'],
    [{ internationalPrefixes: Array.from({ length: 21 }, () => '00') }, 'internationalPrefixes'],
    [{ leastDigits: 0 }, 'leastDigits'],
    [{ leastDigits: 16 }, 'leastDigits'],
  ])('%j is refused by name', (plan, message) => {
    expect(() => checkNumberPlan(plan, 'account "a": numbers')).toThrow(`account "a": numbers.${message}`);
  });

  it('takes plans that can be', () => {
    for (const plan of Object.values(plans)) checkNumberPlan(plan, 'numbers');
    checkNumberPlan({ nationalPrefix: '' }, 'numbers');
  });
});
