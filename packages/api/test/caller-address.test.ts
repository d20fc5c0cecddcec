import { expect, test } from 'vitest';
import { callerAddress } from '../src/auth/caller-address.ts';

const isProxy = (address: string): boolean => address.startsWith('10.') || address === 'fd00::1';

test.each([
  ['192.0.2.1', undefined, '192.0.2.1'],
  ['192.0.2.1', '198.51.100.1', '192.0.2.1'],
  ['10.0.0.1', undefined, '10.0.0.1'],
  ['10.0.0.1', '', '10.0.0.1'],
  ['10.0.0.1', 'unknown', '10.0.0.1'],
  ['10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['10.0.0.1', '6.6.6.6, 192.0.2.1', '192.0.2.1'],
  ['10.0.0.1', '6.6.6.6, 192.0.2.1, 10.0.0.2', '192.0.2.1'],
  ['10.0.0.1', '6.6.6.6,192.0.2.1:4711', '192.0.2.1'],
  ['10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
  ['fd00::1', '2001:db8::1', '2001:db8::1'],
  ['10.0.0.1', 'nonsense, 10.0.0.2', '10.0.0.2'],
  ['10.0.0.1', Array(500).fill('10.0.0.3').join(), '10.0.0.3'],
])('%s with %s is %s', (peer, named, expected) => expect(callerAddress(peer, named, isProxy)).toBe(expected));
