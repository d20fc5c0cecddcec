import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  proxyHeaderOctetsMax,
  readProxyHeader,
  TrustedNetworks,
} from '../../src/transport/proxy-protocol.ts';
import { hex } from '../support/raw-peer.ts';

const signature = '0d0a0d0a000d0a515549540a';

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 192.0.2.1 198.51.100.2 56324 2775\r\n', '192.0.2.1', 56324],
    ['PROXY TCP6 2001:db8::1 2001:db8::2 4000 2775\r\nrest', '2001:db8::1', 4000],
  ])('%s', (line, address, port) => {
    const octets = line.indexOf('\n') + 1;
    expect(readProxyHeader(Buffer.from(line))).toEqual({ kind: 'header', octets, address, port });
  });

  test('UNKNOWN names nobody', () => {
    expect(readProxyHeader(Buffer.from('PROXY UNKNOWN\r\n'))).toEqual({ kind: 'header', octets: 15 });
    expect(readProxyHeader(Buffer.from('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n'))).toMatchObject({
      kind: 'header',
    });
  });

  test.each([
    'PROXY TCP4 192.0.2.1 198.51.100.2 56324 2775\n',
    'PROXY TCP4 2001:db8::1 198.51.100.2 56324 2775\r\n',
    'PROXY TCP4 192.0.2.999 198.51.100.2 56324 2775\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 70000 2775\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2  2775\r\n',
    'PROXY TCP9 192.0.2.1 198.51.100.2 1 2\r\n',
    'PRIXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n',
    `PROXY TCP4 ${'1'.repeat(120)}`,
    'GET / HTTP/1.1\r\n',
  ])('refused: %s', (line) => {
    expect(readProxyHeader(Buffer.from(line))).toMatchObject({ kind: 'invalid' });
  });
});

describe('version 2', () => {
  test('TCP over IPv4 and IPv6, with and without extensions', () => {
    const v4 = hex(`${signature} 21 11 000c c0000201 c6336402 dc04 0ad7`);
    expect(readProxyHeader(v4)).toEqual({ kind: 'header', octets: 28, address: '192.0.2.1', port: 56324 });
    const extended = hex(`${signature} 21 11 0010 c0000201 c6336402 dc04 0ad7 04 0001 00 ff`);
    expect(readProxyHeader(extended)).toEqual({
      kind: 'header',
      octets: 32,
      address: '192.0.2.1',
      port: 56324,
    });
    const v6 = hex(
      `${signature} 21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 0fa0 0ad7`,
    );
    expect(readProxyHeader(v6)).toEqual({
      kind: 'header',
      octets: 52,
      address: '2001:db8:0:0:0:0:0:1',
      port: 4000,
    });
  });

  test('LOCAL and unknown families name nobody', () => {
    expect(readProxyHeader(hex(`${signature} 20 00 0000`))).toEqual({ kind: 'header', octets: 16 });
    expect(readProxyHeader(hex(`${signature} 21 00 0002 0000`))).toEqual({ kind: 'header', octets: 18 });
  });

  test.each([
    ['another version', `${signature} 11 11 000c`],
    ['an unknown command', `${signature} 22 11 0000`],
    ['too short for its family', `${signature} 21 11 0004 c0000201`],
    ['too long', `${signature} 21 11 ffff`],
    ['another signature', '0d0a0d0a000d0a515549540b 21 11 0000'],
  ])('refused: %s', (_name, octets) => {
    expect(readProxyHeader(hex(octets))).toMatchObject({ kind: 'invalid' });
  });
});

test('every beginning of a header is incomplete, and needs no more than the header', () => {
  const v4 = hex(`${signature} 21 11 000c c0000201 c6336402 dc04 0ad7`);
  const line = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 56324 2775\r\n');
  for (const header of [v4, line]) {
    for (let octets = 0; octets < header.length; octets++) {
      expect(readProxyHeader(header.subarray(0, octets))).toEqual({ kind: 'incomplete' });
    }
    expect(readProxyHeader(header).kind).toBe('header');
  }
});

test('no octets whatever throw or are waited for beyond the limit', () => {
  const start = fc.constantFrom(
    Buffer.alloc(0),
    hex(signature),
    Buffer.from('PROXY '),
    Buffer.from('PROXY TCP4 '),
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), (prefix, tail) => {
      const header = readProxyHeader(Buffer.concat([prefix, tail]));
      if (header.kind === 'header') expect(header.octets).toBeLessThanOrEqual(proxyHeaderOctetsMax);
    }),
  );
});

test('networks', () => {
  const networks = new TrustedNetworks(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
  const inside = ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', 'fd00::1'];
  const outside = ['11.0.0.1', '192.0.2.8', 'fe80::1', '', 'nonsense'];
  expect(inside.map((address) => networks.has(address))).toEqual(inside.map(() => true));
  expect(outside.map((address) => networks.has(address))).toEqual(outside.map(() => false));
  for (const wrong of ['10.0.0.0/33', '10.0.0.0/', 'example.com', '10.0.0.0/-1', 'fd00::/129']) {
    expect(() => new TrustedNetworks([wrong])).toThrow(RangeError);
  }
});
