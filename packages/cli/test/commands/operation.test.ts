import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { runCli } from '../support/run-cli.ts';

let api: FakeApi;

beforeAll(async () => {
  api = await startFakeApi();
});

afterAll(async () => await api.close());

beforeEach(() => {
  api.calls();
  api.answers = {};
});

const chappe = (...args: string[]) => {
  const words = args.indexOf('--');
  const at = words < 0 ? args.length : words;
  return runCli([...args.slice(0, at), '--api', api.url, ...args.slice(at)]);
};
const lastBody = () => api.asked.at(-1)?.body;

describe('chappe receipts', () => {
  const receipt = {
    id: '00ab',
    connector: 'op-a',
    group: 'op-a',
    receivedAt: '2026-07-20T10:00:00.000Z',
    from: '4477',
    to: 'ACME',
    ids: ['0x1F', '31'],
    stat: 'DELIVRD',
    err: '000',
    text: 'id:31 stat:DELIVRD\n',
  };

  it('unmatched lists them, and says how to go on', async () => {
    const path = 'GET /api/v1/receipts/unmatched';
    api.answers = { [path]: { body: { receipts: [receipt], next: '17' } } };
    const { out, talk } = await chappe('receipts', 'unmatched', '--connector', 'op-a', '--before', '20');
    expect(out).toContain('00ab     2026-07-20T10:00:00.000Z  op-a       4477 -> ACME  0x1F, 31  DELIVRD');
    expect(out).toContain('"id:31 stat:DELIVRD\\n"');
    expect(talk).toBe('older ones: --before 17\n');
    expect(api.calls()).toEqual(['GET /api/v1/receipts/unmatched?connector=op-a&limit=100&before=20']);
    api.answers = { [path]: { body: { receipts: [], next: null } } };
    expect(await chappe('receipts')).toEqual({
      code: 0,
      out: '',
      talk: 'every receipt has found its message\n',
    });
  });

  it('rematch names the connector and the form', async () => {
    api.answers = { 'POST /api/v1/receipts/unmatched/rematch': { body: { matched: 12, left: 3 } } };
    expect((await chappe('receipts', 'rematch', 'op-a', '--ids', 'hex-dec')).out).toBe(
      '12 matched, 3 left\n',
    );
    expect(lastBody()).toEqual({ connector: 'op-a', ids: 'hex-dec' });
    await chappe('receipts', 'rematch', 'op-a');
    expect(lastBody()).toEqual({ connector: 'op-a' });
    expect((await chappe('receipts', 'rematch', 'op-a', '--ids', 'hex')).code).toBe(2);
  });

  it('rm takes several away', async () => {
    api.answers = {
      'DELETE /api/v1/receipts/unmatched/a': { status: 204 },
      'DELETE /api/v1/receipts/unmatched/b': { status: 204 },
    };
    expect((await chappe('receipts', 'rm', 'a', 'b')).out).toBe(
      'receipt a taken away\nreceipt b taken away\n',
    );
  });
});

describe('chappe ledger', () => {
  it('balance shows all figures', async () => {
    const body = { balance: '12.5', reserved: '0.1', available: '12.4', mode: 'prepaid', limit: null };
    api.answers = { 'GET /api/v1/ledger/acme': { body } };
    expect((await chappe('ledger', 'balance', 'acme')).out).toBe(
      'balance    12.5\nreserved   0.1\navailable  12.4\nmode       prepaid\nlimit      -\n',
    );
    expect(JSON.parse((await chappe('ledger', 'balance', 'acme', '--json')).out)).toEqual(body);
  });

  it('credit sends the amount as it was written, each time with a reference of its own', async () => {
    api.answers = { 'POST /api/v1/ledger/acme/credits': { body: { ledger: { balance: '22.5' } } } };
    const args = ['ledger', 'credit', 'acme', '10.00', '--note', 'invoice', '--reference', 'r1'];
    expect((await chappe(...args)).out).toBe('10.00 credited to acme, balance 22.5  (reference r1)\n');
    expect(lastBody()).toEqual({ amount: '10.00', note: 'invoice', reference: 'r1' });
    await chappe('ledger', 'credit', 'acme', '1');
    const first = lastBody() as { readonly reference: string };
    await chappe('ledger', 'credit', 'acme', '1');
    expect(first.reference).toMatch(/^[0-9a-f-]{36}$/);
    expect(lastBody()).not.toEqual(first);
    await chappe('ledger', 'credit', '--', 'acme', '-5.5');
    expect(lastBody()).toMatchObject({ amount: '-5.5' });
  });

  it.each(['1e3', '0x10', '1,5', '', '1.1234567', '--'])('credit of %j is refused here', async (amount) => {
    expect((await chappe('ledger', 'credit', '--', 'acme', amount)).code).toBe(2);
    expect(api.calls()).toEqual([]);
  });

  it('credit says how to ask again when nobody knows whether it was taken', async () => {
    api.answers = { 'POST /api/v1/ledger/acme/credits': () => undefined };
    const { code, talk } = await chappe('ledger', 'credit', 'acme', '10', '--timeout', '50ms');
    expect(code).toBe(6);
    const asked = lastBody() as { readonly reference: string };
    expect(talk).toContain(`again with --reference ${asked.reference} it cannot count twice`);
  });

  it('statement shows credits, and what days have cost', async () => {
    const entry = { at: 'x', account: 'acme', amount: '10', kind: 'top-up', note: 'invoice', by: 'api' };
    const day = {
      kind: 'day',
      at: '2026-07-20T24',
      day: '2026-07-20',
      messages: 9,
      settled: '0.1',
      reserved: '0',
    };
    const lines = [
      { kind: 'entry', at: '2026-07-20T10:00:00.000Z', entry },
      day,
      { ...day, at: '2026-07-21T24', day: '2026-07-21', messages: 0, settled: '0' },
    ];
    api.answers = { 'GET /api/v1/ledger/acme/entries': { body: { lines, next: '2026-07-21T24' } } };
    const { out, talk } = await chappe(
      'ledger',
      'statement',
      'acme',
      '--limit',
      '3',
      '--after',
      '2026-07-01',
    );
    expect(out).toBe(
      [
        'at                        what    amount  reserved  messages  by   note',
        '2026-07-20T10:00:00.000Z  top-up  10      -         -         api  invoice',
        '2026-07-20                day     -0.1    0         9         -    -',
        '2026-07-21                day     0       0         0         -    -',
        '',
      ].join('\n'),
    );
    expect(talk).toBe('later ones: --after 2026-07-21T24\n');
    expect(api.calls()).toEqual(['GET /api/v1/ledger/acme/entries?limit=3&after=2026-07-01']);
  });

  it('check ends with 7 when it does not add up, and says where', async () => {
    const path = 'GET /api/v1/ledger/check';
    api.answers = { [path]: { body: { ok: true, difference: '0', accounts: [] } } };
    expect(await chappe('ledger', 'check')).toEqual({ code: 0, out: 'it adds up\n', talk: '' });
    const one = {
      account: 'acme',
      day: null,
      where: 'running',
      field: 'balance',
      expected: '1',
      found: '1.5',
    };
    api.answers = { [path]: { body: { ok: false, difference: '0.5', accounts: [one] } } };
    const { code, out } = await chappe('ledger', 'check');
    expect(code).toBe(7);
    expect(out).toBe(
      [
        'it does not add up: 0.5 in all',
        'account  day  where    field    expected  found',
        'acme     -    running  balance  1         1.5',
        '',
      ].join('\n'),
    );
    expect((await chappe('ledger')).code).toBe(2);
  });
});

describe('chappe held', () => {
  it('ls lists, release lets go by id, query or all, and only by one of them', async () => {
    const message = {
      id: '00ab',
      acceptedAt: '2026-07-20T10:00:00.000Z',
      expiresAt: '2026-07-22T10:00:00.000Z',
      account: 'acme',
      route: 'review',
      segments: 2,
      from: 'ACME',
      to: '4477',
      text: 'a\u202eb',
    };
    api.answers = {
      'GET /api/v1/held': { body: { messages: [message], next: null } },
      'POST /api/v1/held/release': { body: { released: 4, left: 1 } },
      'POST /api/v1/held/00ab/release': { body: {} },
    };
    const { out } = await chappe('held', '--limit', '7');
    expect(out).toContain(
      '00ab     2026-07-20T10:00:00.000Z  2026-07-22T10:00:00.000Z  acme     review  2         ACME -> 4477',
    );
    expect(out).toContain('"a\\u202eb"');
    expect((await chappe('held', 'release', '00ab')).out).toBe('message 00ab released\n');
    expect((await chappe('held', 'release', '--query', 'account:acme')).out).toBe(
      '4 released, 1 left: nobody takes those\n',
    );
    expect(lastBody()).toEqual({ query: 'account:acme' });
    await chappe('held', 'release', '--all');
    expect(lastBody()).toEqual({});
    await chappe('held', 'release', '00ab', '--to', 'acme');
    expect(lastBody()).toEqual({ account: 'acme' });
    api.calls();
    for (const args of [[], ['x', '--all'], ['--all', '--query', 'x'], ['--all', '--to', 'acme']]) {
      expect((await chappe('held', 'release', ...args)).code).toBe(2);
    }
    expect(api.calls()).toEqual([]);
  });
});

describe('chappe opt-out', () => {
  it('ls, add, rm', async () => {
    const optOuts = [
      { handset: '4477', sender: '*', at: '2026-07-20T10:00:00.000Z', origin: 'STOP' },
      { handset: '4478', sender: 'ACME', at: '2026-07-20T10:00:00.000Z', origin: 'api' },
    ];
    api.answers = {
      'GET /api/v1/opt-outs': { body: { optOuts, next: '4478 acme' } },
      'PUT /api/v1/opt-outs/4477': { status: 201, body: {} },
      'DELETE /api/v1/opt-outs/4477': { status: 204 },
    };
    const listed = await chappe('opt-out', 'ls', '--handset', '4477');
    expect(listed.talk).toBe('more: --cursor "4478 acme"\n');
    expect(listed.out).toBe(
      [
        'handset  sender  since                     origin',
        '4477     any     2026-07-20T10:00:00.000Z  STOP',
        '4478     ACME    2026-07-20T10:00:00.000Z  api',
        '',
      ].join('\n'),
    );
    expect((await chappe('opt-out', 'add', '4477')).out).toBe('4477 gets nothing from any sender\n');
    expect(lastBody()).toEqual({});
    expect((await chappe('opt-out', 'add', '4477', 'ACME')).out).toBe('4477 gets nothing from ACME\n');
    expect(lastBody()).toEqual({ sender: 'ACME' });
    expect((await chappe('opt-out', 'rm', '4477', 'ACME')).out).toBe('4477 gets messages again from ACME\n');
    expect(api.calls()).toEqual([
      'GET /api/v1/opt-outs?handset=4477&limit=100',
      'PUT /api/v1/opt-outs/4477',
      'PUT /api/v1/opt-outs/4477',
      'DELETE /api/v1/opt-outs/4477?sender=ACME',
    ]);
  });
});

describe('chappe ledger records', () => {
  const path = 'GET /api/v1/records';
  const csv = 'id,kind\r\n1,mt\r\n2,mt\r\n';

  it('prints what comes as it comes, for a day, an account and a format', async () => {
    api.answers = {
      [path]: (response) => {
        // Cut in the middle of a line.
        response.write(csv.slice(0, 12));
        response.end(csv.slice(12));
      },
    };
    expect(
      await chappe('ledger', 'records', '--day', '2026-11-29', '--account', 'acme', '--format', 'jsonl'),
    ).toEqual({
      code: 0,
      out: csv,
      talk: '',
    });
    expect(api.calls()).toEqual(['GET /api/v1/records?day=2026-11-29&account=acme&format=jsonl']);
  });

  it('means yesterday, in CSV, when nothing is said', async () => {
    api.answers = { [path]: (response) => response.end(csv) };
    expect((await chappe('ledger', 'records')).out).toBe(csv);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    expect(api.calls()).toEqual([`GET /api/v1/records?day=${yesterday}&format=csv`]);
  });

  it('says when the connection was cut before the end, and what the API refuses', async () => {
    api.answers = {
      [path]: (response) => {
        response.write(csv);
        setImmediate(() => response.destroy());
      },
    };
    const cut = await chappe('ledger', 'records');
    expect(cut.code).toBe(3);
    expect(cut.talk).toContain('ends somewhere in the middle');
    api.answers = {
      [path]: { status: 400, body: { code: 'invalid_parameter', detail: 'there is no such day' } },
    };
    expect(await chappe('ledger', 'records', '--day', '2026-99-99')).toMatchObject({ code: 5, out: '' });
  });
});

describe('chappe audit', () => {
  const path = 'GET /api/v1/audit';
  const change = {
    at: '2026-07-20T10:00:00.000Z-000000',
    by: 'alice',
    via: 'cli',
    address: '192.0.2.1',
    what: 'putAccount',
    target: 'acme',
    fields: ['binds', 'passwordHash'],
    count: null,
  };

  it('lists who changed what, and says how to go on', async () => {
    const wrong = {
      ...change,
      by: 'nobody',
      via: 'api',
      what: 'wrongKeys',
      target: '',
      fields: [],
      count: 12,
    };
    api.answers = { [path]: { body: { lines: [change, wrong], next: '2026-07-20T10:00:00.000Z-000000' } } };
    const { out, talk } = await chappe('audit', '--by', 'alice', '--after', '2026-07-01');
    expect(out).toMatch(
      /2026-07-20T10:00:00\.000Z +alice +cli +192\.0\.2\.1 +putAccount +acme +binds passwordHash/,
    );
    expect(out).toMatch(/nobody +api +192\.0\.2\.1 +wrongKeys x 12/);
    expect(talk).toBe('older ones: --before 2026-07-20T10:00:00.000Z-000000\n');
    expect(api.calls()).toEqual(['GET /api/v1/audit?by=alice&after=2026-07-01&limit=100']);
  });

  it('--json prints the lines as they are; none is said', async () => {
    api.answers = { [path]: { body: { lines: [change], next: null } } };
    expect(JSON.parse((await chappe('audit', '--json')).out)).toEqual(change);
    api.answers = { [path]: { body: { lines: [], next: null } } };
    expect((await chappe('audit')).talk).toBe('nothing was changed\n');
  });
});
