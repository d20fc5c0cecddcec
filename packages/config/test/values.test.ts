/** Readers of single values, at their edges. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpolate } from '../src/interpolation.ts';
import { meantKey } from '../src/suggestion.ts';
import {
  amount,
  duration,
  durations,
  offsetMinutes,
  rate,
  share,
  timeZone,
  whole,
} from '../src/values/values.ts';
import {
  credential,
  digitPrefix,
  digits,
  endpoint,
  host,
  network,
  pattern,
  port,
  systemId,
  textPattern,
  timeOfDay,
  webUrl,
} from '../src/values/words.ts';

type Reader = (text: string) => unknown;

const good: readonly (readonly [name: string, read: Reader, text: string, value: unknown])[] = [
  ['duration', duration, '500ms', 500],
  ['duration', duration, '1.5h', 5_400_000],
  ['duration', duration, '0', 0],
  ['durations', durations, '0..1s', [0, 1_000]],
  ['rate', rate, '0.5/s', 0.5],
  ['rate', rate, '7200/h', 2],
  ['share', share, '100%', 1],
  ['share', share, '0', 0],
  ['amount', amount, '0', 0],
  ['amount', amount, '999999999.999999', 999_999_999_999_999],
  ['amount', amount, '000000000001', 1_000_000],
  ['offset', offsetMinutes, '-00:30', -30],
  ['offset', offsetMinutes, '+14:00', 840],
  ['offset', offsetMinutes, 'utc', 0],
  ['offset', offsetMinutes, '-00:00', 0],
  ['time zone', timeZone, 'UTC', 'UTC'],
  ['time zone', timeZone, 'America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['time zone', timeZone, '-5:00', '-300'],
  ['prefix', digitPrefix, '+447*', '447'],
  ['digits', digits, '00', '00'],
  ['pattern', pattern, '', ''],
  ['pattern', pattern, '*', '*'],
  ['pattern', pattern, '+4477*', '4477*'],
  ['endpoint', endpoint, '2775', { host: '127.0.0.1', port: 2775 }],
  ['endpoint', endpoint, '[::1]:2775', { host: '::1', port: 2775 }],
  ['endpoint', endpoint, 'a.example:0', { host: 'a.example', port: 0 }],
  ['host', host, '[fe80::1]', 'fe80::1'],
  ['network', network, '::/0', '::/0'],
  ['network', network, '10.0.0.1', '10.0.0.1'],
  ['credential', credential, 'x'.repeat(64), 'x'.repeat(64)],
  ['text', textPattern, '/a\\/b/is', { pattern: 'a\\/b', flags: 'is' }],
  ['text', textPattern, '/', { pattern: '/', flags: undefined }],
  ['text', textPattern, 'a.b', { pattern: 'a\\.b', flags: undefined }],
  ['time', timeOfDay, '7:05', '07:05'],
  ['time', timeOfDay, '24:00', '24:00'],
];

const bad: readonly (readonly [name: string, read: Reader, text: string])[] = [
  ...['', '5', '-1s', '1 s', '1S', '1e3s', '.5s', '1w', 'Infinity'].map(
    (text) => ['duration', duration, text] as const,
  ),
  ...['1s..', '..1s', '1s..2s..3s', '2s..1s', '1s-2s'].map((text) => ['durations', durations, text] as const),
  ...['0', '-1/s', '200/d', 'max', '1e9'].map((text) => ['rate', rate, text] as const),
  ...['101%', '1.01', '-1', 'half'].map((text) => ['share', share, text] as const),
  ...['', '-1', '1.', '.5', '1e3', '0.0000001', '1,5', '1000000000', '0x1', 'NaN'].map(
    (text) => ['amount', amount, text] as const,
  ),
  ...['+14:01', '+2', '02:00:00', 'Europe/Paris', '900'].map(
    (text) => ['offset', offsetMinutes, text] as const,
  ),
  ...['Mars/Base', '', '+99:00', 'a'.repeat(100)].map((text) => ['time zone', timeZone, text] as const),
  ...['', '+', '44a', '4*4', '1'.repeat(21)].map((text) => ['prefix', digitPrefix, text] as const),
  ...['a*b', 'x'.repeat(21), 'a\nb'].map((text) => ['pattern', pattern, text] as const),
  ...['', ':2775', 'host', '::1:2775', '1.2.3.4:70000', '256.0.0.1:1', '1.2.3.4:1:2'].map(
    (text) => ['endpoint', endpoint, text] as const,
  ),
  ...['10.0.0.0/33', '10.0.0/8', '::/129', 'host/8', '10.0.0.0/', '10.0.0.0/8/8'].map(
    (text) => ['network', network, text] as const,
  ),
  ...['-1', '65536', '1.5', '0x10', ''].map((text) => ['port', port, text] as const),
  ...['', 'a b', 'é', 'x'.repeat(65)].map((text) => ['system_id', systemId, text] as const),
  ...['', '/a/g'].map((text) => ['text', textPattern, text] as const),
  ...['24:01', '8', '8:5', '08:60', '-1:00'].map((text) => ['time', timeOfDay, text] as const),
  ...['', 'example.com', 'javascript:1', 'https://a:b@c/'].map((text) => ['url', webUrl, text] as const),
  ...['', '1.5', '11', '-1', '1e1', '٣'].map((text) => ['whole', whole(0, 10), text] as const),
];

describe('values', () => {
  test.each(good)('%s takes %j', (_name, read, text, value) => {
    const read1 = read as (text: string) => unknown;
    expect(read1(text)).toEqual(value);
  });

  test.each(bad)('%s refuses %j', (_name, read, text) => {
    expect(() => read(text)).toThrow(TypeError);
  });

  test('amounts are exact: digit by digit, for every number of places', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.integer({ min: 0, max: 999_999 }),
        fc.integer({ min: 1, max: 6 }),
        (units, millionths, places) => {
          const fraction = String(millionths).padStart(6, '0').slice(0, places);
          const exact = BigInt(units) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
          expect(BigInt(amount(`${units}.${fraction}`))).toBe(exact);
        },
      ),
    );
  });

  test('no text makes a reader throw anything but a TypeError', () => {
    const readers = [...good, ...bad].map(([, read]) => read);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...readers), (text, read) => {
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('suggestions', () => {
  test.each([
    ['bindz', ['binds', 'window'], 'binds'],
    ['windwo', ['binds', 'window'], 'window'],
    ['ALLOWFROM', ['allowFrom'], 'allowFrom'],
    ['to', ['do', 'tlvs'], 'do'],
    ['xyz', ['to', 'from'], undefined],
    ['tps', ['throughput', 'binds'], 'throughput'],
    ['max_binds', ['throughput', 'binds'], 'binds'],
    ['charset', ['defaultAlphabet'], 'defaultAlphabet'],
    ['constructor', ['binds'], undefined],
    ['x'.repeat(10_000), ['binds'], undefined],
  ])('%s', (word, known, meant) => {
    expect(meantKey(word, known)).toBe(meant);
  });
});

describe('variables in values', () => {
  test('whatever is written, it ends, and text without variables stays', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', '1') }), (text) => {
        const result = interpolate(text, { A: 'x' });
        if (!text.includes('${')) expect(result).toEqual({ text });
        else expect('text' in result || 'missing' in result).toBe(true);
      }),
    );
  });
});
