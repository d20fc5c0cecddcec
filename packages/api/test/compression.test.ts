/** Answers made smaller, for who can read them so. */
import { once } from 'node:events';
import { get } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodingFor } from '../src/compression.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ cors: ['https://console.example'] });
  for (let n = 0; n < 40; n += 1) await rig.submit(`4477009${10_000 + n}`, `text ${n}`);
});
afterAll(() => rig.close());

async function raw(url: string, accepted?: string, method: 'GET' | 'HEAD' = 'GET') {
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
  const { statusCode, headers: got, rawPayload } = await rig.app.inject({ method, url, headers });
  return { status: statusCode, headers: got, octets: rawPayload };
}

const unpacked = { br: brotliDecompressSync, gzip: gunzipSync };
const list = '/api/v1/messages?limit=1000';
const hour = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const records = `/api/v1/records?after=${hour(-1)}&before=${hour(1)}`;

describe('an answer', () => {
  // Asked once before: the first request has metrics of its own.
  beforeAll(() => raw('/metrics'));

  it.each([
    ['br', list],
    ['gzip', list],
    ['br', '/openapi.json'],
    ['gzip', '/openapi.json'],
    ['br', '/metrics'],
    ['gzip', '/metrics'],
    ['br', records],
    ['gzip', records],
  ] as const)('is %s where that is asked for: %s', async (encoding, url) => {
    const plain = await raw(url);
    if (plain.status !== 200) return expect.unreachable(plain.octets.toString());
    const { headers, octets } = await raw(url, encoding);
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-type']).toBe(plain.headers['content-type']);
    expect(octets.length).toBeLessThan(plain.octets.length);
    // Of numbers that go on: the same, but for digits.
    const digits = (text: string): string => text.replaceAll(/\d+(\.\d+)?(e-?\d+)?/g, '0');
    expect(digits(unpacked[encoding](octets).toString())).toBe(digits(plain.octets.toString()));
    if (headers['content-length'] !== undefined) {
      expect(Number(headers['content-length'])).toBe(octets.length);
    }
  });

  it('says that others get it otherwise, beside what else it depends on', async () => {
    for (const accepted of [undefined, 'gzip']) {
      expect((await raw(list, accepted)).headers.vary).toBe('Origin, Accept-Encoding');
    }
    expect((await raw('/livez', 'gzip')).headers.vary).toBe('Origin');
  });

  it('stays as it is where it is short, or nothing is said', async () => {
    expect((await raw('/livez', 'gzip, br')).headers).not.toHaveProperty('content-encoding');
    expect((await raw(list)).headers).not.toHaveProperty('content-encoding');
    expect((await raw(list, 'identity')).headers).not.toHaveProperty('content-encoding');
  });

  it('to HEAD has the headers of that to GET', async () => {
    const { headers, octets } = await raw(list, 'gzip', 'HEAD');
    expect([headers['content-encoding'], octets.length]).toEqual(['gzip', 0]);
  });
});

it('events are never compressed: they come when they happen', async () => {
  const base = await rig.listen();
  const asked = get(new URL('/api/v1/events', base), { headers: { 'accept-encoding': 'gzip, br' } });
  const [response] = await once(asked, 'response');
  expect(response.headers).not.toHaveProperty('content-encoding');
  const heard = once(response, 'data');
  await rig.submit('447700900999', 'hello');
  expect(String((await heard)[0])).toMatch(/^[\x20-\x7e\n\r]/);
  asked.destroy();
});

it('what is compressed is counted as long as it is not read', async () => {
  const { UnreadAnswers } = await import('../src/unread.ts');
  const added: number[] = [];
  const add = UnreadAnswers.prototype.add;
  UnreadAnswers.prototype.add = function counted(caller, octets) {
    added.push(octets);
    const over = add.call(this, caller, octets);
    return () => {
      added.push(-octets);
      over();
    };
  };
  try {
    const plain = await raw(list);
    expect(added).toEqual([plain.octets.length, -plain.octets.length]);
    added.length = 0;
    const { octets } = await raw(list, 'gzip');
    // All of it while it is made smaller, then what is left of it.
    const whole = added[0] ?? 0;
    expect(whole).toBeGreaterThan(octets.length);
    expect(added).toEqual([whole, -whole, octets.length, -octets.length]);
  } finally {
    UnreadAnswers.prototype.add = add;
  }
});

describe('Accept-Encoding', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP;Q=0.5', 'gzip'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0, *', 'gzip'],
    ['identity, gzip;q=0.5', undefined],
    ['gzip;q=high', undefined],
    ['deflate, zstd', undefined],
  ])('%s is %s', (accepted, encoding) => {
    expect(encodingFor(accepted)).toBe(encoding);
  });
});
