/** What is allowed in a connector and hardly meant: told by `check` and by the API alike. */
import { describe, expect, test } from 'vitest';
import { flawText, parseEntry, pathText } from '../src/index.ts';
import { load, shortText } from './support/load.ts';

/** Warnings that are about connectors, of a file with these. */
async function warningsOf(...connectors: readonly object[]): Promise<string[]> {
  const text = JSON.stringify({ connectors, routes: [{ name: 'all', via: 'op' }] });
  const result = await load(text, { env: { PASSWORD: 'p'.repeat(9), SHORT: 'p'.repeat(8) } });
  if (!result.ok) throw new Error(result.flaws.map(flawText).join('\n'));
  return result.warnings.map((flaw) => shortText(flaw).replace(/^\d+:\d+ /, ''));
}

const op = { name: 'op', host: 'h.example', systemId: 'us' };

describe('what an operator has handed out', () => {
  const documented = { systemId: 15, password: 8, systemType: 12, addressRange: 40 };

  test.each(Object.entries(documented))('%s: up to %i characters nothing is said', async (key, most) => {
    const entry = { ...op, [key]: 'x'.repeat(most) };
    const parsed = await parseEntry('connector', entry, { hashPassword: async () => '' });
    expect(parsed).toMatchObject({ ok: true, warnings: [], entry: { [key]: 'x'.repeat(most) } });
  });

  test.each(
    Object.entries(documented).flatMap(([key, most]) =>
      [most + 1, 64, 255].map((length) => [key, length, most] as const),
    ),
  )('%s of %i characters is taken with a warning', async (key, length, most) => {
    const value = `${'x'.repeat(length - 1)}é`;
    const parsed = await parseEntry('connector', { ...op, [key]: value }, { hashPassword: async () => '' });
    expect(parsed).toMatchObject({ ok: true, entry: { [key]: value } });
    const told = parsed.ok ? parsed.warnings.map(({ path, message }) => `${pathText(path)}: ${message}`) : [];
    expect(told).toEqual([
      `${key}: ${key} has more than ${most} characters, which SMPP does not provide for: it is sent as it is`,
    ]);
  });

  test.each(Object.keys(documented))('%s: more than a bind can carry is refused', async (key) => {
    for (const [value, said] of [
      ['x'.repeat(256), 'expected at most 255 characters'],
      ['a€b', /Latin-1/],
      ['a\nb', /control characters/],
    ] as const) {
      const parsed = await parseEntry('connector', { ...op, [key]: value }, { hashPassword: async () => '' });
      expect(parsed).toMatchObject({
        ok: false,
        flaws: [{ path: [key], message: typeof said === 'string' ? said : expect.stringMatching(said) }],
      });
    }
  });

  test('the file says it too, and no secret', async () => {
    expect(await warningsOf({ ...op, password: `\${SHORT}` })).toEqual([]);
    expect(await warningsOf({ ...op, systemId: 's'.repeat(16), password: `\${PASSWORD}` })).toEqual([
      'systemId has more than 15 characters, which SMPP does not provide for: it is sent as it is (look whether this is what the operator has given out)',
      'password has more than 8 characters, which SMPP does not provide for: it is sent as it is (look whether this is what the operator has given out)',
    ]);
  });

  test('the outbind of an operator may say as much', async () => {
    const outbind = { port: 2780, systemId: 's'.repeat(100), password: 'p'.repeat(100) };
    const parsed = await parseEntry('connector', { ...op, outbind }, { hashPassword: async () => '' });
    expect(parsed).toMatchObject({ ok: true, entry: { outbind }, warnings: [] });
  });
});
