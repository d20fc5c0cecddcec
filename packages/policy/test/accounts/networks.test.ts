import { describe, expect, it } from 'vitest';
import { compileNetworks, isWide } from '../../src/accounts/networks.ts';

describe('networks', () => {
  it.each([
    [['203.0.113.0/24'], '203.0.113.255', true],
    [['203.0.113.0/24'], '203.0.114.0', false],
    [['203.0.113.7'], '203.0.113.7', true],
    [['203.0.113.7'], '203.0.113.8', false],
    [['203.0.113.0/24'], '::ffff:203.0.113.9', true],
    [['203.0.113.0/24'], '0:0:0:0:0:ffff:cb00:7109', true],
    [['203.0.113.0/24'], '::ffff:203.0.114.9', false],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['2001:db8::1'], '2001:db8:0:0:0:0:0:1', true],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['0.0.0.0/0'], '198.51.100.1', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['10.0.0.0/8', '2001:db8::/32'], '10.9.8.7', true],
    // Fail closed: an empty list, and what is no address.
    [[], '203.0.113.7', false],
    [['0.0.0.0/0', '::/0'], '', false],
    [['0.0.0.0/0', '::/0'], 'memory', false],
    [['0.0.0.0/0', '::/0'], '203.0.113.7 ', false],
    [['0.0.0.0/0', '::/0'], '203.0.113.300', false],
  ])('%j and %s: %s', (networks, address, expected) => {
    expect(compileNetworks(networks, 'allowFrom')(address)).toBe(expected);
  });

  it.each([
    '',
    'localhost',
    '203.0.113.0/33',
    '203.0.113.0/',
    '203.0.113.0/-1',
    '203.0.113.0/08',
    '203.0.113/24',
    '2001:db8::/129',
    'fe80::1%eth0',
    '203.0.113.0/24/24',
    '203.0.113.0/2.5',
  ])('%j is refused by name', (network) => {
    expect(() => compileNetworks(['10.0.0.0/8', network], 'account "a": allowFrom')).toThrow(
      `account "a": allowFrom[1]: "${network}" is no network`,
    );
  });

  it('are bounded', () => {
    expect(() =>
      compileNetworks(
        Array.from({ length: 1_001 }, () => '10.0.0.1'),
        'allowFrom',
      ),
    ).toThrow(RangeError);
  });
});

it.each([
  ['0.0.0.0/0', true],
  ['128.0.0.0/1', true],
  ['10.0.0.0/7', true],
  ['10.0.0.0/8', false],
  ['203.0.113.7', false],
  ['::/0', true],
  ['2000::/3', true],
  ['2001::/16', false],
  ['::1', false],
])('%s is a part of the world: %s', (network, expected) => {
  expect(isWide(network)).toBe(expected);
});
