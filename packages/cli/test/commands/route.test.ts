import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { runCli } from '../support/run-cli.ts';

let api: FakeApi;
let folder: string;
let config: string;

const yaml = `
accounts:
  - {systemId: acme, password: "\${ACME_PASSWORD}", tags: [gold], senderIds: [ACME],
     numbers: {countryCode: 44, nationalPrefix: 0}}
  - {systemId: other, password: secret}
connectors:
  - {name: op-a, host: 127.0.0.1, port: 1, systemId: us, password: pw, outbind: {port: 2799}}
  - {name: op-b, host: 127.0.0.1, port: 1, systemId: us, password: pw}
routes:
  - {name: old, via: op-b, to: ["44"], disabled: true}
  - {name: otp, text: /code/i, to: ["44"], via: {share: {op-a: 70, op-b: 30}}, price: 0.0125}
  - {name: night, to: ["44"], time: "22:00-06:00", reject: ESME_RSUBMITFAIL}
  - {name: vip, tags: [gold], tlvs: [{tag: 0x1400, value: "7"}], via: [op-b, op-a]}
  - {name: uk, to: {file: uk.txt}, via: op-a, price: {byPrefix: {"447": 0.02}, perSegment: 0.03}}
  - {name: french, to: ["33"], via: op-b}
`;

beforeAll(async () => {
  api = await startFakeApi();
  folder = mkdtempSync(join(tmpdir(), 'chappe-route-'));
  config = join(folder, 'chappe.yaml');
  writeFileSync(config, yaml);
  writeFileSync(join(folder, 'uk.txt'), '44 # all of it\n');
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  api.calls();
  api.answers = {};
});

const env = { ACME_PASSWORD: 'pw' };
const route = (...args: string[]) => runCli(['route', ...args, '--api', api.url], { env });
const test = (...args: string[]) =>
  route('test', '--config', config, '--at', '2026-07-20T12:00:00Z', ...args);

describe('chappe route test --config', () => {
  it('says which rule matches, and why each one before it does not', async () => {
    const { code, out, talk } = await test(
      '--to',
      '07700900123',
      '--account',
      'acme',
      '--from',
      'ACME',
      '--text',
      'Hi',
    );
    expect([code, talk]).toEqual([0, '']);
    const lines = out.trim().split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'old    disabled  it is disabled',
      expect.stringMatching(/^otp {4}fails {5}text: /),
      expect.stringMatching(/^night {2}fails {5}time: /),
      expect.stringMatching(/^vip {4}fails {5}tlvs: it has no such TLV/),
    ]);
    expect(lines[4]).toMatch(/^uk {5}chosen {4}all hold: to file:uk.txt/);
    expect(lines.slice(5)).toEqual(['=> uk: op-a  (segments 1 in gsm7, price 0.02 each, 0.02 in all)']);
  });

  it.each([
    [['--to', '+447700900123', '--text', 'your CODE'], 'otp: op-a 70, op-b 30', '0.0125'],
    [['--to', '447700900123', '--at', '2026-07-20T23:00:00Z'], 'night: rejected with 0x45', '0'],
    [['--to', '1', '--account', 'acme', '--from', 'ACME', '--tlv', '0x1400=7'], 'vip: op-b; else op-a', '0'],
    [['--to', '1', '--tag', 'gold', '--tlv', '0x1400=hex:37'], 'vip: op-b; else op-a', '0'],
    [['--to', '441', '--text', 'é'.repeat(200)], 'uk: op-a', '0.03 each, 0.06 in all'],
    [['--to', '441', '--text', 'ж'], 'segments 1 in ucs2', '0.03'],
    [['--to', '33612345678', '--coding', 'octet'], 'french: op-b  (segments 1 in octet', '0'],
  ])('of %j is %s', async (args, way, price) => {
    const { code, out } = await test(...args);
    expect(out.trim().split('\n').at(-1)).toContain(way);
    expect(out).toContain(`price ${price}`);
    expect(code).toBe(0);
  });

  it('shows the rules behind it with -v, and all as JSON', async () => {
    expect((await test('--to', '33612345678', '-v')).out).toContain('french  chosen');
    expect((await test('--to', '447700900123', '--text', 'code')).out).not.toContain('french');
    expect((await test('--to', '447700900123', '--text', 'code', '-v')).out).toMatch(/^french +fails/m);
    const answer = JSON.parse((await test('--to', '447700900123', '--json')).out);
    expect(answer).toMatchObject({ route: 'uk', way: 'op-a', price: '0.02', segments: 1, refusedBy: null });
    expect(answer.rules).toHaveLength(6);
  });

  it('ends with 7 when no route takes it, or the account may not send it', async () => {
    const none = await test('--to', '39');
    expect([none.code, none.out]).toEqual([7, expect.stringContaining('=> no route  (')]);
    const refused = await test('--to', '447700900123', '--account', 'acme', '--from', 'SPOOF');
    expect([refused.code, refused.out]).toEqual([7, expect.stringContaining('its sender is not permitted')]);
  });

  it('asks no server', async () => {
    await test('--to', '447700900123');
    expect(api.calls()).toEqual([]);
  });

  it('ends with 2 for what cannot be asked', async () => {
    expect((await test()).talk).toContain('--to is missing');
    const stranger = await test('--to', '1', '--account', 'nobody');
    expect([stranger.code, stranger.talk]).toEqual([2, expect.stringContaining('it has: acme, other')]);
    const coding = await test('--to', '1', '--text', 'ж', '--coding', 'gsm7');
    expect([coding.code, coding.talk]).toEqual([2, expect.stringContaining('gsm7')]);
    expect((await route('test', '--to', '1', '--at', 'noon')).code).toBe(2);
    expect((await route('test', '--to', '1', '--config', '/nowhere.yaml')).talk).toContain(
      'cannot read /nowhere.yaml',
    );
  });

  it('tells all that is wrong with the file, with its places', async () => {
    const path = join(folder, 'wrong.yaml');
    writeFileSync(path, 'routes:\n  - {name: a, via: op-z}\n  - {name: b, bindz: 2, drop: true}\n');
    const { code, out, talk } = await route('test', '--config', path, '--to', '1');
    expect([code, out]).toEqual([2, '']);
    expect(talk).toContain(`${path}:2:`);
    expect(talk).toContain(`${path}:3:`);
    expect(talk).toContain('cannot be used');
  });
});

describe('chappe route test', () => {
  const answer = {
    route: 'uk',
    way: 'op-a',
    from: 'ACME',
    to: '4477',
    refusedBy: null,
    coding: 'gsm7',
    segments: 2,
    price: '0.01',
    totalPrice: '0.02',
    rules: [
      { rule: 'fr', index: 0, outcome: 'fails', field: 'to', words: 'to: 4477 is none of 33' },
      { rule: 'uk', index: 1, outcome: 'chosen', words: 'to 44' },
      { rule: 'rest', index: 2, outcome: 'matches', words: 'all, but another came first' },
    ],
  };

  it('asks the server', async () => {
    api.answers = { 'POST /api/v1/routes/test': { body: answer } };
    const at = '2026-07-20T10:00:00Z';
    const args = [
      '--account',
      'acme',
      '--from',
      'ACME',
      '--to',
      '4477',
      '--text',
      'Hi',
      '--tag',
      'x',
      '--at',
      at,
    ];
    const { code, out } = await route(
      'test',
      ...args,
      '--tlv',
      'user_message_reference=258',
      '--tlv',
      '0x1400=ab',
    );
    expect([code, out]).toEqual([
      0,
      [
        'fr  fails   to: 4477 is none of 33',
        'uk  chosen  to 44',
        '=> uk: op-a  (segments 2 in gsm7, price 0.01 each, 0.02 in all)',
        '',
      ].join('\n'),
    ]);
    expect(api.asked.at(-1)?.body).toEqual({
      account: 'acme',
      from: 'ACME',
      to: '4477',
      text: 'Hi',
      tags: ['x'],
      tlvs: [
        { tag: 0x204, hex: '0102' },
        { tag: 0x1400, hex: '6162' },
      ],
      at: '2026-07-20T10:00:00.000Z',
    });
  });
});

it('chappe route test needs to know whose message it is', async () => {
  expect((await route('test', '--to', '4477')).talk).toContain('--account is missing');
  expect(api.calls()).toEqual([]);
});

describe('chappe route ls', () => {
  it('lists in order, with what each looks at and does', async () => {
    const routes = [
      {
        name: 'uk',
        origin: 'file',
        hits: 7,
        disabled: false,
        settings: { name: 'uk', to: ['44'], via: ['op-a'] },
      },
      {
        name: 'no',
        origin: 'store',
        hits: 0,
        disabled: true,
        settings: { name: 'no', reject: 'ESME_RSUBMITFAIL' },
      },
    ];
    api.answers = { 'GET /api/v1/routes': { body: { routes, unrouted: 3 } } };
    const { out, talk } = await route('ls');
    expect(out).toBe(
      [
        'route  origin  hits  state     way                      rest',
        'uk     file    7     on        via op-a                 to 44',
        'no     store   0     disabled  reject ESME_RSUBMITFAIL  -',
        '',
      ].join('\n'),
    );
    expect(talk).toBe('3 messages were refused because no route took them\n');
    const moRoutes = [
      { name: 'stop', origin: 'file', settings: { name: 'stop', keyword: 'STOP', do: 'optout' } },
    ];
    api.answers = { 'GET /api/v1/mo-routes': { body: { moRoutes } } };
    expect((await route('ls', '--mo')).out).toBe(
      'rule  origin  way        rest\nstop  file    do optout  keyword STOP\n',
    );
  });
});

describe('chappe route replay', () => {
  const uk = { route: 'uk', way: 'op-a' };
  const comparison = {
    messages: 1000,
    segments: 1200,
    changed: 10,
    repriced: 20,
    priceBefore: '12.5',
    priceAfter: '11',
    flows: [
      {
        before: uk,
        after: { route: null, way: 'no route' },
        messages: 10,
        segments: 12,
        priceBefore: '1',
        priceAfter: '0',
      },
    ],
    otherMessages: 2,
    examples: [{ account: 'acme', from: 'A', to: '4477', before: uk, after: { route: 'x', way: 'op-b' } }],
  };

  it('sends the routes of the file, filled in, and shows what would change', async () => {
    api.answers = { 'POST /api/v1/routes/replay': { body: comparison } };
    const { code, out } = await route('replay', '-c', config, '--since', '2026-07-19', '--limit', '5', '-v');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        '1000 messages: 10 would go another way, 20 would cost something else',
        'price 12.5 now, 11 then',
        'messages  segments  now        then      price now  price then',
        '10        12        uk (op-a)  no route  1          0',
        'and 2 messages on other ways',
        '  acme  A -> 4477  uk (op-a) => x (op-b)',
        '',
      ].join('\n'),
    );
    const body = api.asked.at(-1)?.body as { readonly routes: readonly object[] };
    expect(body).toMatchObject({ from: '2026-07-19T00:00:00.000Z', limit: 5 });
    expect(body).not.toHaveProperty('until');
    expect(body.routes).toHaveLength(6);
    expect(body.routes[4]).toMatchObject({ name: 'uk', to: ['44'] });
  });

  it('needs a file', async () => {
    expect((await route('replay')).talk).toContain('--config is missing');
    expect(api.calls()).toEqual([]);
  });
});
