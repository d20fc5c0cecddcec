import type { Address } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { rewriteAddress } from '../../src/numbers/rewrite-address.ts';
import type { AddressRewrite } from '../../src/settings/connector.ts';

const international: Address = { ton: 1, npi: 1, digits: '447700900123' };

describe('an address towards a connector', () => {
  it.each<[string, AddressRewrite, string]>([
    ['447700900123', {}, '447700900123'],
    ['447700900123', { addPrefix: '+' }, '+447700900123'],
    ['447700900123', { addPrefix: '00' }, '00447700900123'],
    ['+447700900123', { addPrefix: '00' }, '00447700900123'],
    ['+447700900123', { addPrefix: '+' }, '+447700900123'],
    ['+447700900123', { stripPrefix: '+' }, '447700900123'],
    ['447700900123', { stripPrefix: '+' }, '447700900123'],
    ['447700900123', { stripPrefix: '44', addPrefix: '0' }, '07700900123'],
    ['+447700900123', { stripPrefix: '44', addPrefix: '0' }, '07700900123'],
    ['447700900123', { stripPrefix: '+44', addPrefix: '0' }, '07700900123'],
    ['337700900123', { stripPrefix: '44', addPrefix: '0' }, '337700900123'],
    ['+337700900123', { stripPrefix: '44', addPrefix: '0' }, '+337700900123'],
    ['447700900123', { stripPrefix: '44' }, '7700900123'],
    ['447700900123', { stripPrefix: '447700900123' }, '447700900123'],
    ['60100', { addPrefix: '+' }, '60100'],
    ['447700', { stripPrefix: '44' }, '447700'],
    ['4477000', { stripPrefix: '44' }, '77000'],
    ['ACME', { addPrefix: '00', stripPrefix: 'AC' }, 'ACME'],
    ['44 7700 900123', { stripPrefix: '44' }, '44 7700 900123'],
    ['', { addPrefix: '00' }, ''],
  ])('%s with %j is %s', (digits, rewrite, expected) => {
    expect(rewriteAddress({ ton: 1, npi: 1, digits }, rewrite)).toEqual({ ton: 1, npi: 1, digits: expected });
  });

  it.each<[string, AddressRewrite, number, number]>([
    ['447700900123', { ton: 'auto', npi: 'auto' }, 1, 1],
    ['60100', { ton: 'auto', npi: 'auto' }, 3, 1],
    ['ACME', { ton: 'auto', npi: 'auto' }, 5, 0],
    ['', { ton: 'auto', npi: 'auto' }, 0, 0],
    ['+447700900123', { ton: 'auto', npi: 'auto' }, 1, 1],
    ['447700900123', { ton: 2, npi: 8 }, 2, 8],
    ['447700900123', { ton: 0 }, 0, 9],
    ['ACME', { ton: 'auto' }, 5, 9],
    ['ACME', { npi: 'auto' }, 9, 0],
  ])('%s with %j has TON %i and NPI %i', (digits, rewrite, ton, npi) => {
    expect(rewriteAddress({ ton: 9, npi: 9, digits }, rewrite)).toEqual({ ton, npi, digits });
  });

  describe('by what it is', () => {
    const kinds: NonNullable<AddressRewrite['kinds']> = {
      name: { ton: 5, npi: 0 },
      shortCode: { ton: 3, npi: 0 },
      international: { ton: 1, npi: 1 },
      national: { ton: 2, npi: 8 },
      number: { ton: 0, npi: 1 },
    };

    it.each<[string, number, number, number]>([
      ['ACME', 9, 5, 0],
      ['AC 12', 1, 5, 0],
      ['60100', 9, 3, 0],
      ['1', 1, 3, 0],
      ['447700900123', 3, 3, 0],
      ['447700900123', 6, 3, 0],
      ['+447700900123', 9, 1, 1],
      ['+447', 0, 1, 1],
      ['447700900123', 1, 1, 1],
      ['07700900123', 2, 2, 8],
      ['07700900123', 0, 0, 1],
      ['447700900123', 5, 0, 1],
      ['', 9, 9, 9],
    ])('%s with TON %i has TON %i and NPI %i', (digits, given, ton, npi) => {
      expect(rewriteAddress({ ton: given, npi: 9, digits }, { kinds })).toEqual({ ton, npi, digits });
    });

    it('counts before what is said for all, as far as it says something', () => {
      const rewrite: AddressRewrite = {
        ton: 7,
        npi: 'auto',
        kinds: { shortCode: { npi: 4 }, name: { ton: 2 } },
      };
      const typesOf = (digits: string) => {
        const { ton, npi } = rewriteAddress({ ton: 9, npi: 9, digits }, rewrite);
        return [ton, npi];
      };
      expect([typesOf('60100'), typesOf('ACME'), typesOf('447700900123')]).toEqual([
        [7, 4],
        [2, 0],
        [7, 1],
      ]);
    });

    it('looks at the number as it goes out', () => {
      const rewrite: AddressRewrite = { addPrefix: '+', kinds };
      expect(rewriteAddress({ ton: 0, npi: 0, digits: '447700900123' }, rewrite)).toEqual({
        ton: 1,
        npi: 1,
        digits: '+447700900123',
      });
    });
  });

  it('is guessed from the result', () => {
    const rewrite = { ton: 'auto', npi: 'auto', stripPrefix: '4477009' } as const;
    expect(rewriteAddress({ ton: 0, npi: 0, digits: '447700900123' }, rewrite)).toEqual({
      ton: 3,
      npi: 1,
      digits: '00123',
    });
  });

  it('is the same object when nothing changes', () => {
    expect(rewriteAddress(international, {})).toBe(international);
    expect(rewriteAddress(international, { ton: 1, npi: 'auto', stripPrefix: '33' })).toBe(international);
  });
});
