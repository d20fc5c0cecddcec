import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts } from '@chappe/policy';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { runCli } from '../support/run-cli.ts';

let api: FakeApi;
let folder: string;

beforeAll(async () => {
  api = await startFakeApi();
  folder = mkdtempSync(join(tmpdir(), 'chappe-account-'));
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  api.calls();
  api.answers = {};
});

const account = (args: readonly string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(['account', ...args, '--api', api.url], options);

const missing = { status: 404, body: { code: 'account_not_found', detail: 'there is no such account' } };
const made = { status: 201, body: { name: 'acme', origin: 'store' } };
const passwordHash = 'scrypt$1024$8$1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA';

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The body of the last PUT. */
function putBody(): { readonly [key: string]: unknown } {
  const put = api.asked.findLast(({ method }) => method === 'PUT');
  return put?.body as { readonly [key: string]: unknown };
}

async function isPassword(hash: unknown, password: string): Promise<boolean> {
  const settings = { systemId: 'acme', passwordHash: String(hash) };
  const accounts = await Accounts.create({ open: false, list: [settings] });
  return typeof (await accounts.verify('acme', password)) === 'object';
}

describe('chappe account ls and show', () => {
  const acme = {
    name: 'acme',
    origin: 'store',
    suspended: false,
    tags: ['gold', 'eu'],
    sessions: 2,
    balance: '12.5',
    usedToday: 100,
    usedThisMonth: 2000,
  };
  const other = { name: 'b', origin: 'file', suspended: true, tags: [], sessions: 0, usedToday: 0 };

  it('list in columns that stand under their headings', async () => {
    api.answers = { 'GET /api/v1/accounts': { body: { accounts: [acme, other] } } };
    const { code, out, talk } = await account(['ls']);
    expect([code, talk]).toEqual([0, '']);
    expect(out).toBe(
      [
        'account  origin  state      sessions  balance  today  month  tags',
        'acme     store   open       2         12.5     100    2000   gold, eu',
        'b        file    suspended  0         -        0      -      -',
        '',
      ].join('\n'),
    );
    expect((await account([])).out).toBe(out);
  });

  it('tell whose receipts wait, where any do', async () => {
    const rows = [
      { ...acme, receiptsWaiting: 30 },
      { ...other, receiptsWaiting: 0 },
    ];
    api.answers = { 'GET /api/v1/accounts': { body: { accounts: rows } } };
    expect((await account(['ls'])).out).toBe(
      [
        'account  origin  state      sessions  balance  today  month  receipts  tags',
        'acme     store   open       2         12.5     100    2000   30        gold, eu',
        'b        file    suspended  0         -        0      -      0         -',
        '',
      ].join('\n'),
    );
  });

  it('give JSON as it came', async () => {
    api.answers = { 'GET /api/v1/accounts': { body: { accounts: [acme, other] } } };
    const { out } = await account(['ls', '--json']);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([acme, other]);
  });

  it('come page by page', async () => {
    api.answers = {
      'GET /api/v1/accounts': (response, { url }) => {
        const isLast = url.includes('cursor=acme');
        response.end(JSON.stringify({ accounts: [isLast ? other : acme], next: isLast ? null : 'acme' }));
      },
    };
    expect((await account(['ls'])).out.split('\n')).toHaveLength(4);
    expect(api.calls()).toEqual([
      'GET /api/v1/accounts?limit=1000',
      'GET /api/v1/accounts?limit=1000&cursor=acme',
    ]);
  });

  it('say that there are none where a person reads, and nothing on stdout', async () => {
    api.answers = { 'GET /api/v1/accounts': { body: { accounts: [] } } };
    expect(await account(['ls'])).toEqual({ code: 0, out: '', talk: 'there are no accounts\n' });
    expect((await account(['ls', '-q'])).talk).toBe('');
  });

  it('show one with its settings as they would stand in a file', async () => {
    const settings = { systemId: 'acme', quota: { day: 5 }, senderIds: ['ACME', 'a\u001b[2J'] };
    api.answers = { 'GET /api/v1/accounts/a%2Fb': { body: { ...acme, settings } } };
    const { code, out } = await account(['show', 'a/b']);
    expect(code).toBe(0);
    expect(out).toContain('balance        12.5\n');
    expect(out).toContain('settings\n  systemId: acme\n  quota:\n    day: 5\n');
    expect(out).not.toContain('\u001b');
  });
});

describe('chappe account add', () => {
  beforeEach(() => {
    api.answers = { 'GET /api/v1/accounts/acme': missing, 'PUT /api/v1/accounts/acme': made };
  });

  it('takes values as words, and the password from standard input, which leaves only as a hash', async () => {
    const words = [
      'acme',
      'binds=4',
      'quota.day=100',
      'dlr.messageId=hex',
      'allowFrom=[10.0.0.0/8, 192.0.2.1]',
    ];
    const { code, out, talk } = await account(['add', ...words, 'tags=gold', 'tags=eu'], {
      input: 's3cret=\n',
    });
    expect([code, out, talk]).toEqual([0, 'account acme added\n', '']);
    const { passwordHash: hash, ...rest } = putBody();
    expect(rest).toEqual({
      systemId: 'acme',
      binds: '4',
      quota: { day: '100' },
      dlr: { messageId: 'hex' },
      allowFrom: ['10.0.0.0/8', '192.0.2.1'],
      tags: ['gold', 'eu'],
    });
    expect(await isPassword(hash, 's3cret=')).toBe(true);
    expect(JSON.stringify(api.asked)).not.toContain('s3cret');
  });

  it('takes a file, whose single values stay as they are written', async () => {
    const path = file(
      'acme.yaml',
      'systemId: acme\npassword: 007\nquota: {day: 0100}\nwindow:\ntags: [on, 1.10]\n',
    );
    expect((await account(['add', '-f', path, 'binds=2'])).code).toBe(0);
    const { passwordHash: hash, ...rest } = putBody();
    expect(rest).toEqual({ systemId: 'acme', quota: { day: '0100' }, tags: ['on', '1.10'], binds: '2' });
    expect(await isPassword(hash, '007')).toBe(true);
  });

  it('takes standard input with -f -, and hashes already made', async () => {
    const input = JSON.stringify({ systemId: 'acme', passwordHash });
    expect((await account(['add', '-f', '-'], { input })).code).toBe(0);
    expect(putBody()).toEqual({ systemId: 'acme', passwordHash });
  });

  it('keeps a key of the API to itself', async () => {
    const key = 'k'.repeat(32);
    const words = ['add', 'acme', `passwordHash=${passwordHash}`, 'apiKey=-'];
    expect((await account(words, { input: `${key}\n` })).code).toBe(0);
    expect(putBody().apiKeyHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(api.asked)).not.toContain(key);
    const short = await account(words, { input: 'short\n' });
    expect([short.code, short.talk]).toEqual([2, expect.stringContaining('at least 16 characters')]);
  });

  it('makes a password at random with --generate, shows it once, and hashes it with little work', async () => {
    const shown = new Set<string>();
    for (const flags of [['--generate'], ['--generate', '-q']]) {
      const { code, out } = await account(['add', 'acme', 'binds=4', ...flags]);
      expect(code).toBe(0);
      const password = /^password: ([a-zA-Z2-9]{8})$/m.exec(out)?.[1] ?? '';
      shown.add(password);
      const { passwordHash: hash, ...rest } = putBody();
      expect(rest).toEqual({ systemId: 'acme', binds: '4' });
      expect(hash).toMatch(/^scrypt\$1024\$8\$1\$/);
      expect(await isPassword(hash, password)).toBe(true);
    }
    expect(shown.size).toBe(2);
    const { out } = await account(['add', 'acme', '--generate', '--json']);
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual({
      password: expect.stringMatching(/^.{8}$/),
    });
    for (const password of shown) expect(JSON.stringify(api.asked)).not.toContain(password);
    const both = await account(['add', 'acme', '--generate', `passwordHash=${passwordHash}`]);
    expect([both.code, both.talk]).toEqual([2, expect.stringContaining('there is a password already')]);
  });

  it('does not replace one that is there', async () => {
    api.answers['GET /api/v1/accounts/acme'] = { body: { name: 'acme', origin: 'store' } };
    const { code, talk } = await account(['add', 'acme'], { input: 'x\n' });
    expect([code, talk]).toEqual([2, expect.stringContaining('chappe account set acme')]);
    expect(api.calls()).toEqual(['GET /api/v1/accounts/acme']);
  });

  it('tells all that the server finds wrong', async () => {
    const errors = [
      { code: 'invalid_field', detail: 'expected a whole number', field: 'binds' },
      {
        code: 'unknown_field',
        detail: '"bindz" is not known',
        field: 'bindz',
        hint: 'did you mean "binds"?',
      },
    ];
    const body = { ...errors[0], errors };
    api.answers['PUT /api/v1/accounts/acme'] = { status: 400, body };
    const { code, talk } = await account(['add', 'acme', 'binds=x', 'bindz=1'], { input: 'x\n' });
    expect(code).toBe(5);
    expect(talk).toBe(
      'chappe: binds: expected a whole number\n  "bindz" is not known: did you mean "binds"?\n',
    );
  });

  it.each([
    [['add'], '', 'the account has no name'],
    [['add', 'acme', 'binds'], '', '"binds" is no key=value'],
    [['add', 'acme', '__proto__.x=1'], '', 'is no key=value'],
    [['add', 'acme', 'password=hunter2'], '', 'other users can see'],
    [['add', 'acme', 'systemId=other'], 'x\n', 'two names'],
    [['add', 'acme'], '', 'there is no password'],
    [['add', 'acme'], `${'x'.repeat(65)}\n`, '1 to 64 ASCII'],
    [['add', '..'], 'x\n', 'is no name'],
    [['add', 'acme', 'tags=[a'], 'x\n', 'tags:1:'],
    [['add', '-f', '/nowhere.yaml'], '', 'cannot read /nowhere.yaml'],
    [['add', '-f', '-'], '- a\n- b\n', 'holds no entry'],
    [['add', '-f', '-'], `systemId: acme\npassword: ${'$'}{SECRET}\n`, 'stands for a variable'],
    [['add', '-f', '-'], 'systemId: acme\npassword: file:/etc/passwd\n', 'give the value itself'],
    [['add', '-f', '-'], 'systemId: acme\n', 'comes from standard input'],
    [['add', '-f', '-'], 'a: &a [1]\nb: "x\n', 'standard input:'],
    [
      ['add', '-f', '-'],
      `a: &a [x]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]\n`,
      'standard input',
    ],
  ])('ends with 2 for %j', async (args, input, message) => {
    const { code, out, talk } = await account(args, { input });
    expect(talk).toContain(message);
    expect([code, out]).toEqual([2, '']);
    expect(talk).not.toContain('hunter2');
    expect(api.calls().filter((call) => call.startsWith('PUT'))).toEqual([]);
  });
});

describe('chappe account set, rm, suspend, resume', () => {
  const settings = { systemId: 'acme', binds: 2, quota: { day: 5, month: 50 }, senderIds: ['ACME'] };

  beforeEach(() => {
    api.answers = {
      'GET /api/v1/accounts/acme': { body: { name: 'acme', origin: 'store', settings } },
      'PUT /api/v1/accounts/acme': { body: { name: 'acme' } },
      'DELETE /api/v1/accounts/acme': { status: 204 },
      'POST /api/v1/accounts/acme/suspend': { status: 204 },
      'POST /api/v1/accounts/acme/resume': { body: { suspended: false } },
    };
  });

  it('set changes what is named, takes away what is empty, and leaves the rest', async () => {
    const { code, out } = await account(['set', 'acme', 'quota.day=7', 'binds=', 'credit={mode: prepaid}']);
    expect([code, out]).toEqual([0, 'account acme set\n']);
    expect(putBody()).toEqual({
      systemId: 'acme',
      quota: { day: '7', month: 50 },
      senderIds: ['ACME'],
      credit: { mode: 'prepaid' },
    });
  });

  it('set takes away a key that nobody is shown, and tells what is hardly meant', async () => {
    const body = { name: 'acme', warnings: ['binds: \u001b are many'] };
    api.answers['PUT /api/v1/accounts/acme'] = { body };
    const { out, talk } = await account(['set', 'acme', 'apiKey=', 'quota=']);
    expect([out, talk]).toEqual(['account acme set\n', 'warning: binds: \\u001b are many\n']);
    expect(putBody()).toEqual({ systemId: 'acme', binds: 2, senderIds: ['ACME'], apiKeyHash: null });
  });

  it('set refuses what the file of the server has', async () => {
    api.answers['GET /api/v1/accounts/acme'] = { body: { name: 'acme', origin: 'file', settings } };
    const { code, talk } = await account(['set', 'acme', 'binds=3']);
    expect([code, talk]).toEqual([5, expect.stringContaining('reload the file')]);
    expect(api.calls()).toEqual(['GET /api/v1/accounts/acme']);
  });

  it('set needs something, and does not rename', async () => {
    expect((await account(['set', 'acme'])).code).toBe(2);
    expect((await account(['set', 'acme', 'systemId=b'])).code).toBe(2);
    expect((await account(['set'])).talk).toContain('NAME [key=value...] is missing');
  });

  it('rm, suspend and resume tell what they did', async () => {
    expect((await account(['rm', 'acme'])).out).toBe('account acme taken away\n');
    expect((await account(['suspend', 'acme'])).out).toBe('account acme is suspended\n');
    expect((await account(['resume', 'acme', '--json'])).out).toBe('{"suspended":false}\n');
    expect((await account(['suspend', 'acme', '--json'])).out).toBe('{"done":true}\n');
    expect((await account(['suspend', 'acme', '-q'])).out).toBe('');
    expect(api.calls()).toEqual([
      'DELETE /api/v1/accounts/acme',
      'POST /api/v1/accounts/acme/suspend',
      'POST /api/v1/accounts/acme/resume',
      'POST /api/v1/accounts/acme/suspend',
      'POST /api/v1/accounts/acme/suspend',
    ]);
  });

  it('passwd sends a hash of what stands on standard input', async () => {
    const { code, out } = await account(['passwd', 'acme'], { input: 'new one\r\n' });
    expect([code, out]).toEqual([0, 'account acme has a new password\n']);
    const { passwordHash: hash, ...rest } = putBody();
    expect(rest).toEqual(settings);
    expect(await isPassword(hash, 'new one')).toBe(true);
  });

  it('passwd of an account of the file says what to write there', async () => {
    api.answers['GET /api/v1/accounts/acme'] = { body: { name: 'acme', origin: 'file', settings } };
    const { code, talk } = await account(['passwd', 'acme'], { input: 'new one\n' });
    expect(code).toBe(5);
    const hash = /passwordHash: (\S+)/.exec(talk)?.[1];
    expect(await isPassword(hash, 'new one')).toBe(true);
    expect(api.calls()).toEqual(['GET /api/v1/accounts/acme']);
  });
});

describe('verbs', () => {
  it.each([
    [['suspnd', 'acme'], 'did you mean suspend?'],
    [['toString'], 'account has no verb "toString"'],
    [['show'], 'NAME is missing'],
    [['show', 'a', 'b'], 'too many words'],
  ])('end with 2 for %j', async (args, message) => {
    const { code, talk } = await account(args);
    expect([code, talk]).toEqual([2, expect.stringContaining(message)]);
    expect(api.calls()).toEqual([]);
  });
});

describe('the key', () => {
  const seen = () => api.asked.at(-1)?.key;

  beforeEach(() => {
    api.answers = { 'GET /api/v1/accounts': { body: { accounts: [] } } };
  });

  it('comes from the flag, the variable, or a file', async () => {
    await account(['ls']);
    expect(seen()).toBeUndefined();
    await account(['ls', '--key', 'from-flag']);
    expect(seen()).toBe('Bearer from-flag');
    await account(['ls'], { env: { CHAPPE_API_KEY: 'from-variable' } });
    expect(seen()).toBe('Bearer from-variable');
    const path = file('key', 'from-file\n');
    await account(['ls'], { env: { CHAPPE_API_KEY_FILE: path } });
    expect(seen()).toBe('Bearer from-file');
    await account(['ls', '--key-file', path], { env: { CHAPPE_API_KEY: 'from-variable' } });
    expect(seen()).toBe('Bearer from-file');
  });

  it('is not shown when it cannot be one', async () => {
    for (const args of [
      ['--key', 'two words'],
      ['--key-file', file('bad', 'two words')],
    ]) {
      const { code, talk } = await account(['ls', ...args]);
      expect([code, talk]).toEqual([2, expect.stringContaining('visible ASCII')]);
      expect(talk).not.toContain('two words');
    }
    expect((await account(['ls', '--key-file', '/nowhere'])).code).toBe(2);
    expect((await account(['ls', '--key-file', file('empty', '\n')])).talk).toContain('is empty');
  });

  it.each([
    [401, 'unauthorized', '--key-file FILE or CHAPPE_API_KEY'],
    [403, 'forbidden', "use the admin's"],
    [403, 'host_not_allowed', 'call it by an address'],
    [404, 'unknown_route', 'older than this program'],
  ])('is asked for on %i %s', async (status, code, message) => {
    const hint = code === 'host_not_allowed' ? 'call it by an address' : 'something general';
    api.answers = { 'GET /api/v1/accounts': { status, body: { code, detail: 'no', hint } } };
    const ended = await account(['ls']);
    expect([ended.code, ended.talk]).toEqual([5, expect.stringContaining(message)]);
  });
});
