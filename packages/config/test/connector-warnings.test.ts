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

describe('two connectors with one account at one operator', () => {
  const receipts = /^it has the host and systemId of "op": receipts for one may come to the other/;

  test.each([
    ['the same', {}, true],
    ['in other letters', { host: 'H.EXAMPLE' }, true],
    ['by another port', { port: 2776 }, true],
    ['by TLS', { tls: true }, true],
    ['in another group', { group: 'g' }, true],
    ['in the group of the other', { group: 'op' }, false],
    ['another account', { systemId: 'us2' }, false],
    ['another operator', { host: 'i.example' }, false],
  ] as const)('%s', async (_, more, isTold) => {
    const told = await warningsOf(op, { ...op, name: 'op2', ...more });
    expect(told.filter((line) => receipts.test(line))).toHaveLength(isTold ? 1 : 0);
    const one = await parseEntry('connector', op, { hashPassword: async () => '' });
    const connectors = one.ok ? [one.entry] : [];
    const two = { ...op, name: 'op2', ...more };
    const parsed = await parseEntry('connector', two, { hashPassword: async () => '', connectors });
    expect(parsed.ok ? parsed.warnings.map(({ message }) => message) : []).toEqual(
      isTold ? [expect.stringMatching(receipts)] : [],
    );
  });

  test('simulators on this machine differ by their ports', async () => {
    const local = { ...op, host: '127.0.0.1', port: 3001 };
    expect(await warningsOf(local, { ...local, name: 'op2', port: 3002 })).toEqual([]);
    expect(await warningsOf(local, { ...local, name: 'op2' })).toEqual([expect.stringMatching(receipts)]);
  });

  test('a connector that is replaced is not compared with itself', async () => {
    const one = await parseEntry('connector', op, { hashPassword: async () => '' });
    const connectors = one.ok ? [one.entry] : [];
    const again = await parseEntry('connector', op, { hashPassword: async () => '', connectors });
    expect(again).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('a connector that leads back', () => {
  const back = /is a listener of this gateway: messages would go round/;
  const ownAddresses = ['192.0.2.5', '2001:db8::5', 'gw1'];

  async function told(listen: string, connector: object): Promise<number> {
    const text = JSON.stringify({
      smpp: { listen: [listen] },
      connectors: [{ ...op, ...connector }],
      routes: [{ name: 'all', via: 'op' }],
    });
    const result = await load(text, { ownAddresses });
    if (!result.ok) throw new Error(result.flaws.map(flawText).join('\n'));
    return result.warnings.filter(({ message }) => back.test(message)).length;
  }

  test.each([
    ['127.0.0.1:2775', { host: '127.0.0.1' }, 1],
    ['127.0.0.1:2775', { host: 'localhost' }, 1],
    ['127.0.0.1:2775', { host: '127.0.0.1', peer: true }, 1],
    ['[::1]:2775', { host: 'localhost', port: 2775 }, 1],
    ['0.0.0.0:3550', { host: '127.0.0.1', tls: true }, 1],
    ['0.0.0.0:2775', { host: '192.0.2.5' }, 1],
    ['[::]:2775', { host: '2001:db8::5' }, 1],
    ['[::]:2775', { host: 'GW1' }, 1],
    ['192.0.2.5:2775', { host: '192.0.2.5' }, 1],
    ['192.0.2.5:2775', { host: 'gw1' }, 1],
    ['smsc.example:2775', { host: 'smsc.example' }, 1],
    ['127.0.0.1:2775', { host: 'h.example', receive: { host: '127.0.0.1' } }, 1],
    ['127.0.0.1:2775', { host: '127.0.0.1', port: 2776 }, 0],
    ['127.0.0.1:2775', { host: '127.0.0.1', tls: true }, 0],
    ['127.0.0.1:2775', { host: '192.0.2.5' }, 0],
    ['0.0.0.0:2775', { host: '192.0.2.6' }, 0],
    ['0.0.0.0:2775', { host: 'smsc.example' }, 0],
  ] as const)('listen %s, connector %o: %i', async (listen, connector, count) => {
    expect(await told(listen, connector)).toBe(count);
  });
});

describe('a file that is no UTF-8', () => {
  const latin1 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

  test('each line is told', async () => {
    const text = latin1(
      `# für alle\nconnectors:\n  - { name: op, host: h.example, systemId: us, tags: ["é"] }\nroutes:\n  - { name: all, via: op } # à\n`,
    );
    const result = await load(text);
    if (!result.ok) throw new Error(result.flaws.map(flawText).join('\n'));
    expect(
      result.warnings.map(({ message, place }) => [message, place && 'line' in place ? place.line : 0]),
    ).toEqual([1, 3, 5].map((line) => ['this line has octets that are no UTF-8, and is read wrongly', line]));
  });

  test('also where something else is wrong; ten lines are enough', async () => {
    const result = await load(latin1(`${'# é\n'.repeat(1_000)}nonsense: 1\n`));
    expect(result.ok).toBe(false);
    expect(result.warnings).toHaveLength(10);
  });

  test('a secret in such a file is refused: it could never be right', async () => {
    const files = { 'pw.txt': latin1('passwört\n') };
    const text = JSON.stringify({
      connectors: [{ ...op, password: 'file:pw.txt' }],
      routes: [{ name: 'all', via: 'op' }],
    });
    const result = await load(text, { files });
    expect(result.ok ? [] : result.flaws.map(shortText)).toEqual([
      expect.stringMatching(/this file is no UTF-8/),
    ]);
  });
});
