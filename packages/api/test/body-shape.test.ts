/** Bodies that would cost far more than they are worth. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkShape, entryShape, plainShape } from '../src/body-shape.ts';
import { type Rig, startRig } from './rig.ts';

const many = <T>(count: number, of: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => of(index));
const manyKeys = (count: number): Record<string, unknown> =>
  Object.fromEntries(many(count, (index) => [`key${index}`, index]));
const nested = (levels: number, open: string, close: string): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

describe('a body is refused before anything is checked', () => {
  it.each([
    ['keys', manyKeys(25_000), /25000 keys: at most 100/],
    ['keys inside', { to: manyKeys(101), text: 'x' }, /101 keys/],
    ['keys in a list', { to: [manyKeys(101)], text: 'x' }, /101 keys/],
    ['items', { to: many(170_000, () => 1), text: 'x' }, /more than 2000 values/],
    ['items that are objects', { to: many(40_000, () => ({ a: 1 })), text: 'x' }, /more than 2000 values/],
    [
      'items of several lists',
      manyKeysOf(
        50,
        many(50, () => 1),
      ),
      /more than 2000 values/,
    ],
    ['depth', nested(250_000, '[', ']'), /more than 6 objects and lists/],
    ['depth of objects', nested(80_000, '{"a":', '}'), /more than 6 objects and lists/],
  ])('many %s', async (_, body, what) => {
    for (const url of ['/api/v1/messages', '/api/v1/phones/1/messages', '/api/v1/routes/test']) {
      const { status, json, text } = await rig.post(url, body);
      expect([status, json.code]).toEqual([400, 'invalid_field']);
      expect(json.detail).toMatch(what);
      expect(text.length).toBeLessThan(1_000);
    }
  });

  it.each(['accounts', 'connectors', 'routes', 'mo-routes', 'webhooks'])('PUT of %s too', async (kind) => {
    const deep = await rig.put(`/api/v1/${kind}/x`, nested(1_000, '{"a":', '}'));
    expect(deep.json.detail).toMatch(/more than 12 objects/);
    const wide = await rig.put(`/api/v1/${kind}/x`, { a: many(20_001, () => 1) });
    expect(wide.json.detail).toMatch(/more than 20000 values/);
  });

  it('ends at the first excess', () => {
    let looked = 0;
    const ownKeys = (): string[] => {
      looked += 1;
      return [];
    };
    const item = new Proxy({}, { ownKeys });
    expect(() =>
      checkShape(
        many(100_000, () => item),
        plainShape,
      ),
    ).toThrow(/values/);
    expect(looked).toBe(0);
    expect(() =>
      checkShape(
        many(100, () => many(100, () => item)),
        plainShape,
      ),
    ).toThrow(/values/);
    expect(looked).toBeLessThan(2_100);
  });

  it('and bodies as they are pass', () => {
    const most = { to: many(1_000, String), text: 'x', from: 'y' };
    for (const body of [undefined, 'x', most, many(1_500, String)]) checkShape(body, plainShape);
    checkShape({ price: { byPrefix: manyKeys(10_000) } }, entryShape);
  });
});

function manyKeysOf(count: number, value: unknown): Record<string, unknown> {
  return Object.fromEntries(many(count, (index) => [`key${index}`, value]));
}

describe('what is wrong is told up to a bound', () => {
  it.each([
    ['unknown keys', { ...manyKeys(100) }],
    ['wrong items', { to: many(1_000, () => 5), text: 'x' }],
  ])('%s', async (_, body) => {
    const { json } = await rig.post('/api/v1/messages', body);
    expect((json.errors ?? []).length).toBeLessThanOrEqual(20);
  });

  it.each([
    ['routes', { to: many(9_000, () => 'a'), via: 'handsets' }],
    ['routes', { to: '1', via: many(9_000, (index) => `op${index}`) }],
    ['routes', manyKeys(9_000)],
    ['routes', { to: '1', via: 'handsets', price: { perSegment: 'x', byPrefix: manyKeys(9_000) } }],
    ['accounts', { password: 'secret', senderIds: many(9_000, () => 'a*b') }],
    ['connectors', { host: 'h', systemId: 'u', tlvs: many(9_000, (index) => ({ nam: index })) }],
    ['mo-routes', { keyword: many(9_000, () => ({})), deliver: 'x' }],
  ])('%s', async (kind, body) => {
    const { status, json, text } = await rig.put(`/api/v1/${kind}/x`, body);
    expect(status).toBe(400);
    expect(json.errors.length).toBe(20);
    expect(text.length).toBeLessThan(10_000);
    expect(text).not.toContain('not looked at');
  });
});
