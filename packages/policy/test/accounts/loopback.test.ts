import { expect, test } from 'vitest';
import { isLoopback } from '../../src/accounts/loopback.ts';

test.each([
  '127.0.0.1',
  '127.9.9.9',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  'localhost',
  'LocalHost',
])('%s is this machine only', (host) => expect(isLoopback(host)).toBe(true));

test.each([
  '',
  '*',
  '0.0.0.0',
  '::',
  '::0',
  '0:0:0:0:0:0:0:0',
  '::ffff:0.0.0.0',
  '::ffff:10.0.0.1',
  '10.0.0.1',
  '128.0.0.1',
  '126.255.255.255',
  '::2',
  'fe80::1%lo',
  '127.example.com',
  'localhost.example.com',
  'localhost.localdomain',
  'gateway',
  '0x7f.1',
])('"%s" is not, or nobody knows', (host) => expect(isLoopback(host)).toBe(false));
