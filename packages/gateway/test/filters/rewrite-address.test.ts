import type { Address } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { rewriteAddress } from '../../src/filters/rewrite-address.ts';
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
