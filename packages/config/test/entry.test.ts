/** Entries made at run time: the same forms in JSON, from somebody who must not read our files. */
import { describe, expect, test } from 'vitest';
import { type EntryKind, entryParser, parseEntry, pathText } from '../src/index.ts';

const hashPassword = async (password: string): Promise<string> => `hash of ${password}`;
const known = {
  accounts: new Set(['acme']),
  connectors: new Set(['op-a', 'op-b']),
  webhooks: new Set(['hook']),
};

async function flaws(kind: EntryKind, value: unknown): Promise<string[]> {
  const parsed = await parseEntry(kind, value, { hashPassword, known });
  if (parsed.ok) throw new Error('there is nothing wrong with it');
  return parsed.flaws.map(({ path, message, hint }) =>
    `${pathText(path)}: ${message}${hint === undefined ? '' : ` (${hint})`}`.replace(/^: /, ''),
  );
}

describe('entries', () => {
  test('an account, with numbers and truth values of JSON', async () => {
    const value = {
      systemId: 'acme',
      password: 'pw',
      binds: 4,
      tlsOnly: true,
      throughput: { rate: 200, burst: '400' },
      credit: { mode: 'prepaid', perDay: 0.125 },
    };
    expect(await parseEntry('account', value, { hashPassword })).toEqual({
      ok: true,
      warnings: [],
      entry: {
        systemId: 'acme',
        passwordHash: 'hash of pw',
        binds: 4,
        tlsOnly: true,
        throughput: { perSecond: 200, burst: 400 },
        credit: { mode: 'prepaid', perDay: 125_000 },
      },
    });
  });

  test('a connector, a route, a rule and a webhook', async () => {
    const connector = await parseEntry(
      'connector',
      { name: 'c', host: 'h', systemId: 'u', tls: true },
      { hashPassword },
    );
    expect(connector).toMatchObject({ ok: true, entry: { name: 'c', tls: {}, password: '' } });
    const route = await parseEntry(
      'route',
      { name: 'r', to: '44', via: ['op-a', 'op-b'] },
      { hashPassword, known },
    );
    expect(route).toMatchObject({ ok: true, entry: { name: 'r', to: ['44'], action: { kind: 'via' } } });
    const mo = await parseEntry('mo', { name: 'm', to: '60100', deliver: 'acme' }, { hashPassword, known });
    expect(mo).toMatchObject({ ok: true, entry: { name: 'm', action: { kind: 'accounts' } } });
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const hook = await parseEntry(
      'webhook',
      { name: 'w', url: 'https://h.example', secret },
      { hashPassword },
    );
    expect(hook).toMatchObject({ ok: true, entry: { name: 'w', secret } });
  });

  test('all flaws at once, with paths', async () => {
    expect(
      await flaws('connector', {
        name: 'c',
        systemId: 'u',
        window: 'many',
        tlvs: [
          { name: 'x', tag: '0x1400' },
          { name: 'y', tag: 'z', maxOctet: 3 },
        ],
        statuses: { ESME_RTHROTLED: 'throttled' },
      }),
    ).toEqual(
      [
        'tlvs[1].maxOctet: there is no key "maxOctet" here (did you mean "maxOctets"?)',
        '"host" is missing',
        'window: expected a whole number from 1 to 100000',
        'tlvs[1].tag: expected a tag such as 0x1400, or the name of a TLV',
        'statuses.ESME_RTHROTLED: expected a status such as ESME_RTHROTTLED or 0x58 (did you mean "ESME_RTHROTTLED"?)',
      ].map((text) => (text.startsWith('"host"') ? `host: ${text}` : text)),
    );
    expect(await flaws('route', { name: 'r', via: ['op-c'], account: 'acm' })).toEqual([
      'account: there is no account "acm" (did you mean "acme"?)',
      'via[0]: there is no connector "op-c" (did you mean "op-a"?)',
    ]);
    expect(await flaws('route', { name: 'r', drop: true, text: '/(/' })).toEqual([
      expect.stringMatching(/^text: .*RE2/),
    ]);
    expect(await flaws('mo', { deliver: { webhook: 'hok' } })).toEqual([
      'deliver.webhook: there is no webhook "hok" (did you mean "hook"?)',
    ]);
    expect(await flaws('mo', { do: 'drop' })).toEqual(['name: "name" is missing']);
  });

  test('names that nobody told are not checked', async () => {
    const route = { name: 'r', account: 'x', via: ['y', 'account:z'] };
    expect(await parseEntry('route', route, { hashPassword })).toMatchObject({ ok: true });
    const mo = { name: 'm', connector: 'x', deliver: { webhook: 'y' } };
    expect(await parseEntry('mo', mo, { hashPassword })).toMatchObject({ ok: true });
  });

  test('unwise, but taken', async () => {
    const parsed = await parseEntry(
      'route',
      { name: 'r', via: [{ 'op-a': 1 }], account: 'acme', when: 'hour > 3', failover: { tries: 1 } },
      { hashPassword, known },
    );
    expect(parsed).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('who sends an entry reads nothing of this machine', () => {
  test('no files', async () => {
    const account = { systemId: 'a', password: 'file:/etc/passwd' };
    expect(await flaws('account', account)).toEqual([
      'password: no files can be named here: give the value itself',
    ]);
    const tls = { ca: '/etc/ssl/cert.pem' };
    expect(await flaws('connector', { name: 'c', host: 'h', systemId: 'u', tls })).toEqual([
      'tls.ca: no files can be named here: give the value itself',
    ]);
    expect(
      await flaws('route', { name: 'r', drop: true, to: { file: '/etc/passwd' }, price: { file: '/x' } }),
    ).toEqual([
      'to.file: no files can be named here: give the value itself',
      'price.file: no files can be named here: give the value itself',
    ]);
  });

  test('no variables: they are text', async () => {
    const text = ['$', '{HOME}'].join('');
    const parsed = await parseEntry('account', { systemId: 'a', password: text }, { hashPassword });
    expect(parsed).toMatchObject({ ok: true, entry: { passwordHash: `hash of ${text}` } });
  });

  test('a value of another kind is told, whatever it is', async () => {
    for (const value of [undefined, null, 5, 'x', [], [[]], true]) {
      expect((await flaws('account', value))[0]).toMatch(/expected keys and values|is missing/);
    }
    const odd = JSON.parse('{"systemId":{"toString":"x"},"password":null,"__proto__":{"binds":1}}');
    expect(await flaws('account', odd)).toEqual(
      expect.arrayContaining([
        'systemId: expected a single value',
        '__proto__: there is no key "__proto__" here',
      ]),
    );
  });
});

describe('what is thrown away costs little', () => {
  /** A set of names that counts how often somebody looks through all of it. */
  class Names extends Set<string> {
    walks = 0;
    override *[Symbol.iterator](): SetIterator<string> {
      this.walks += 1;
      yield* super[Symbol.iterator]();
    }
  }

  test.each([
    [
      'accounts',
      { to: '44', via: 'op-a', accounts: Array.from({ length: 5_000 }, (_, at) => `nobody${at}`) },
    ],
    ['connectors', { to: '44', via: Array.from({ length: 5_000 }, (_, at) => `op${at}`) }],
    ['both', { accounts: Array(5_000).fill('x'), via: Array(5_000).fill('y') }],
  ])('names are looked through for the flaws that are told only: %s', async (_, value) => {
    const names = new Names(Array.from({ length: 5_000 }, (__, at) => `name${at}`));
    const parsed = await parseEntry(
      'route',
      { name: 'x', ...value },
      { hashPassword, known: { accounts: names, connectors: names } },
    );
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? [] : parsed.flaws).toHaveLength(20);
    expect(names.walks).toBeLessThanOrEqual(20);
  });

  test('after a thousand wrong values no further one is read, and the first are told', async () => {
    const list = Array.from({ length: 3_000 }, (_, at) => (at < 5 ? 'a' : `b${at}`));
    const parsed = await parseEntry('route', { name: 'x', to: list, via: 'op-a' }, { hashPassword, known });
    expect(parsed.ok ? [] : parsed.flaws.map(({ path }) => pathText(path))).toEqual(
      Array.from({ length: 20 }, (_, at) => `to[${at}]`),
    );
  });

  test('values that are right in another way than the first that is tried are no flaws, however many', async () => {
    const list = Array.from({ length: 3_000 }, (_, at) => `44${at}`);
    const via = Array.from({ length: 2_000 }, () => ({ 'op-a': 70, 'op-b': 30 }));
    for (const value of [
      { to: list, via: 'op-a' },
      { to: '44', via },
    ]) {
      const parsed = await parseEntry('route', { name: 'x', ...value }, { hashPassword, known });
      expect(parsed.ok ? [] : parsed.flaws).toEqual([]);
    }
  });

  test('many entries are read by what is made once', async () => {
    const parse = entryParser('route', { hashPassword, known });
    const good = await parse({ name: 'a', to: '44', via: 'op-a' });
    const bad = await parse({ name: 'b', to: '44', via: 'op-c' });
    expect([good.ok, bad.ok]).toEqual([true, false]);
    expect(bad).toMatchObject({ flaws: [{ message: 'there is no connector "op-c"' }] });
  });
});
