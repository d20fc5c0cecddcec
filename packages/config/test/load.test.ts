/** The whole file: what it becomes, and what is said of a wrong one. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ListFile } from '@chappe/policy';
import { describe, expect, test } from 'vitest';
import { flawText } from '../src/index.ts';
import { flawsOf, load, loaded, short, shortText, small, smallEnv } from './support/load.ts';

const example = readFileSync(
  fileURLToPath(new URL('../../../examples/chappe.yaml', import.meta.url)),
  'utf8',
);

test('an empty file is a gateway that does nothing, on this machine only', async () => {
  for (const text of ['', '# nothing\n', '---\n', 'accounts:\nroutes:\n']) {
    const { data, server, lifetime, handsets, settings } = await loaded(text);
    expect(data).toBe('./data');
    expect(server).toEqual({
      smpp: {
        systemId: 'chappe',
        listen: [{ host: '127.0.0.1', port: 2775 }],
        defaults: {},
        rememberPasswords: true,
      },
      http: {
        listen: { host: '127.0.0.1', port: 8080 },
        trustProxy: [],
        cors: [],
        doors: [],
        privateCallbacks: false,
        keys: [],
        allowHosts: [],
        adminKeyHashes: [],
      },
      logLevel: 'info',
      drainMs: 8_000,
    });
    expect(lifetime).toEqual({
      validityMs: 172_800_000,
      maxValidityMs: 604_800_000,
      maxScheduleMs: 1_209_600_000,
      receiptValidityMs: 259_200_000,
      retentionMs: 2_592_000_000,
    });
    expect(handsets).toEqual({ enabled: false });
    expect(settings).toEqual({ accounts: [], connectors: [], routes: [], mo: [], webhooks: [] });
  }
});

test('the example is right, without a warning', async () => {
  const result = await load(example);
  if (!result.ok) throw new Error(result.flaws.map(flawText).join('\n'));
  expect(result.warnings.map(shortText)).toEqual([]);
  const { settings } = result.config;
  expect(settings.accounts.map(({ systemId }) => systemId)).toEqual(['acme', 'bank']);
  expect(settings.connectors.map(({ name }) => name)).toEqual(['op-a', 'op-b', 'op-c']);
  expect(settings.routes.map(({ name, action }) => `${name} ${action.kind}`)).toEqual([
    'trials via',
    'one-time-codes via',
    'night hold',
    'too-long reject',
    'uk via',
    'rest via',
  ]);
  expect(settings.accounts[0]).toMatchObject({
    binds: 4,
    passwordHash: 'hash of secret08',
    tags: ['retail'],
  });
});

test('everything that is wrong is told at once, from top to bottom, each with its place', async () => {
  const text = `smpp: { listen: [{ port: 70000 }] }
accounts:
  - { systemId: acme, password: "\${NONE}", allowFrom: [], bindz: 4 }
  - { systemId: acme, passwordHash: x, throughput: { rate: fast } }
connectors:
  - { name: op-a, host: a.example, systemId: us, window: many, tls: { cert: us.pem } }
routes:
  - { name: r1, to: 44x, via: [op-a, op-b] }
  - { name: r2, account: acmee, via: { share: { op-a: 0 } }, reject: ESME_RSYSER }
  - { name: r3, text: /(/, when: "msg.nothing(", via: op-a }
mo:
  - { to: "60100", deliver: { webhook: nowhere } }
webhook: []
`;
  expect(await short(text)).toEqual([
    '1:26 expected a port from 0 to 65535',
    expect.stringMatching(/^3:33 the environment variable NONE is not set \(set it, or give a default: /),
    '3:55 this list is empty: leave the key out, or name something',
    '3:59 there is no key "bindz" here (did you mean "binds"?)',
    '4:17 "acme" is the name of two entries of accounts (the other one is in line 3)',
    '4:37 expected a hash of the form scrypt$N$r$p$salt$hash',
    '4:60 expected a rate such as 200/s',
    '6:58 expected a whole number from 1 to 100000',
    '6:77 us.pem cannot be read: ENOENT',
    '8:21 expected the first digits of numbers, such as 447',
    '8:38 there is no connector "op-b" (did you mean "op-a"?)',
    '9:26 there is no account "acmee" (did you mean "acme"?)',
    '9:55 expected a whole number from 1 to 1000000',
    '9:70 expected a status such as ESME_RTHROTTLED or 0x58 (did you mean "ESME_RSYSERR"?)',
    expect.stringMatching(/^10:23 .*RE2/),
    expect.stringMatching(/^10:34 "msg\.nothing\("/),
    '12:40 there is no webhook "nowhere"',
    '13:1 there is no key "webhook" here (did you mean "webhooks"?)',
  ]);
});

test('a flaw shows its line, a caret under the place, and what was meant', async () => {
  const [flaw] = await flawsOf(`${small}smppp: 1\n`, { env: smallEnv });
  expect(flawText(flaw!)).toBe(
    [
      '/etc/chappe/chappe.yaml:7:1: there is no key "smppp" here',
      '  7 | smppp: ****',
      '    | ^^^^^ did you mean "smpp"?',
    ].join('\n'),
  );
});

test('long lines are cut around the place, tabs and control characters cannot move it', async () => {
  const [flaw] = await flawsOf(`data:\t"${'x'.repeat(300)}"\ndrain: "a\u202eb"\n`);
  expect(flaw).toMatchObject({ place: { line: 2, column: 8, source: 'drain: "a b"', caret: 7 } });
  const filler = Array.from({ length: 60 }, (_, index) => `k${index}: 1`).join(', ');
  const [first] = await flawsOf(`handsets: { ${filler}, enabled: maybe }`).then((all) => all.slice(-1));
  const { source, caret } = first!.place as { readonly source: string; readonly caret: number };
  expect(source.length).toBeLessThan(130);
  expect(source.slice(caret, caret + 5)).toBe('maybe');
});

describe('YAML that is none', () => {
  const broken: readonly (readonly [text: string, expected: string | RegExp])[] = [
    ['accounts: [1, 2', /^1:\d+ the indentation is wrong, or a bracket is not closed/],
    ['data: "x', /^1:\d+ something is missing: a quote/],
    ['data: a\ndata: b\n', '2:1 this key stands here twice'],
    ['data: a: b\n', /^1:7 a second key: value on one line/],
    ['http:\n\tlisten: off\n', /tab cannot indent/],
    ['data: a\n---\ndata: b\n', /^2:1 there is a second document/],
    ['data: !secret x\n', /^1:7 there are no tags here/],
    ['data: *anchor\n', /^1:7 this alias has no anchor/],
    ['data: @x\n', /^1:7 a value cannot begin with this character/],
    ['- a\n- b\n', /^1:1 the file must have keys at its top/],
    ['just text\n', /^1:1 the file must have keys at its top/],
    ['? [a, b]\n: c\n', /a key must be a word/],
    ['data: &a [*a]\n', /no anchor/],
  ];
  test.each(broken)('%j', async (text, expected) => {
    const flaws = await short(text);
    if (typeof expected === 'string') expect(flaws).toContain(expected);
    else expect(flaws).toContainEqual(expect.stringMatching(expected));
  });

  test('aliases of aliases do not grow without end', async () => {
    const layers = Array.from({ length: 12 }, (_, index) => {
      const inner = index === 0 ? '"x"' : Array.from({ length: 10 }, () => `*a${index - 1}`).join(', ');
      return `x-${index}: &a${index} [${inner}]`;
    });
    expect((await short(layers.join('\n'))).join()).toContain('there is too much here');
  });
});

test('keys without values are told; a list whose entries are all commented out is empty', async () => {
  expect(await short('http:\n  listen:\naccounts:\n')).toEqual([
    '2:3 "listen" has no value (give it one, or take the key away)',
  ]);
  expect(await short('accounts:\n  -\n')).toEqual([expect.stringContaining('nothing after this dash')]);
});

test('anchors and merged keys; notes begin with x-', async () => {
  const text = `x-base: &base { binds: 4, window: 9, tags: [a] }
x-more: &more { window: 10, tlsOnly: true }
accounts:
  - { <<: [*base, *more], systemId: a, password: "\${PASSWORD}", tags: [b] }
connectors: [{ name: op, host: h.example, systemId: us }]
routes: [{ name: all, via: op }]
`;
  const { settings } = await loaded(text, { env: smallEnv });
  expect(settings.accounts[0]).toMatchObject({ binds: 4, window: 9, tlsOnly: true, tags: ['b'] });
});

test('numbers, words and texts are what was written: nothing is turned into something else', async () => {
  const text = `accounts:
  - { systemId: 0123, password: "\${PASSWORD}", senderIds: [yes, 1e5, 007], tags: [no, null-ish, 0x10, 1.10] }
connectors: [{ name: 3.10, host: h.example, systemId: 12_3, password: 0777 }]
routes: [{ name: 1.0, from: [true], via: 3.10 }]
`;
  const { settings } = await loaded(text, { env: smallEnv });
  expect(settings.accounts[0]).toMatchObject({
    systemId: '0123',
    senders: ['yes', '1e5', '007'],
    tags: ['no', 'null-ish', '0x10', '1.10'],
  });
  expect(settings.connectors[0]).toMatchObject({ name: '3.10', systemId: '12_3', password: '0777' });
  expect(settings.routes[0]).toMatchObject({ name: '1.0', from: ['true'] });
});

test('files are seen from the folder of the configuration', async () => {
  const files = {
    'lists/uk.txt': '447 # mobile\n\n+44*\n',
    'prices.csv': 'prefix;price\n"44";0.01\n447;0.0125\n',
  };
  const text = `${small.replace('via: op-a', 'to: [{ file: lists/uk.txt }, 353], via: op-a, price: { file: prices.csv }')}
data: store
`;
  const { data, settings } = await loaded(text, { env: smallEnv, files });
  expect(data).toBe('/etc/chappe/store');
  const [list, ...others] = settings.routes[0]?.to ?? [];
  expect(others).toEqual(['353']);
  expect(list).toMatchObject({ file: 'lists/uk.txt', kind: 'prefixes', size: 2 });
  expect((list as ListFile).has('447700900123') && (list as ListFile).has('+4412')).toBe(true);
  expect((list as ListFile).has('4') || (list as ListFile).has('353')).toBe(false);
  expect(settings.routes[0]?.price).toEqual({ byPrefix: { '44': 10_000, '447': 12_500 } });
  expect(await short(text, { env: smallEnv, files: { ...files, 'lists/uk.txt': '44\nabc\n\nx\n' } })).toEqual(
    [
      expect.stringMatching(
        /^6:31 lists\/uk\.txt line 2: expected the first digits of numbers, such as 447; line 4: expected/,
      ),
    ],
  );
  const twice = { ...files, 'prices.csv': '44,1\n44,2\n45,0.0000001\n' };
  expect((await short(text, { env: smallEnv, files: twice }))[0]).toMatch(
    /prices\.csv line 2: 44 stands there twice; line 3: an amount has at most 6 places$/,
  );
});

test('names of the store count as known', async () => {
  const text =
    'connectors: [{ name: op, host: h.example, systemId: us }]\nroutes: [{ name: r, account: web, via: [late, op] }]\n';
  expect(await short(text)).toHaveLength(2);
  const known = { accounts: new Set(['web']), connectors: new Set(['late']) };
  expect((await loaded(text, { known })).settings.routes).toHaveLength(1);
});

test('what else must hold is asked last, and told without a place', async () => {
  const check = (): void => {
    throw new RangeError('connector op-a: no');
  };
  expect(await short(small, { env: smallEnv, check })).toEqual(['connector op-a: no']);
});

test('a thousand flaws are not all told', async () => {
  const accounts = Array.from({ length: 1_000 }, () => '  - { systemId: "" }').join('\n');
  const flaws = await short(`accounts:\n${accounts}\n`);
  expect(flaws).toHaveLength(201);
  expect(flaws.at(-1)).toMatch(/^and \d+ more$/);
});

test('warnings: allowed, and hardly meant', async () => {
  const text = `smpp: { listen: [0.0.0.0:2775, "[::]:2776", 127.0.0.1:2777] }
accounts: [{ systemId: a-name-that-is-too-long, password: secret }]
connectors: [{ name: op, host: h.example, systemId: us, password: "\${PASSWORD}", tls: { verify: false } }]
routes: [{ name: all, via: op }, { name: never, via: op }]
webhooks: [{ name: w, url: "http://hooks.example/x", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }]
`;
  const result = await load(text, { env: smallEnv });
  if (!result.ok) throw new Error(result.flaws.map(flawText).join('\n'));
  expect(result.warnings.map(shortText)).toEqual([
    '1:18 plain SMPP on 0.0.0.0:2775: passwords and texts cross the network in clear (give it tls, or keep it inside of a private network)',
    expect.stringMatching(/^1:32 plain SMPP on \[::\]:2776/),
    expect.stringMatching(/^2:24 "a-name-that-is-too-long" has more than 15 characters/),
    expect.stringMatching(/^2:59 "password" stands in the file \(better /),
    '3:97 any certificate is taken: for tests only',
    expect.stringMatching(/never reached/),
    expect.stringMatching(/^5:28 texts and numbers go there in clear/),
    expect.stringMatching(/^5:62 "secret" stands in the file/),
  ]);
});
