import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordHead, recordLine } from '../src/records-text.ts';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged();
  await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
});
afterAll(() => rig.close());

const today = (): string => new Date().toISOString().slice(0, 10);

/** Lines without the head, each by the names of its columns. */
function rowsOf(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\r\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at], cell])));
}

describe('GET /api/v1/records', () => {
  it('tells who sent what by whom, and what it cost; to an account its own', async () => {
    const acme = rig.as(keys.acme);
    const sent = await acme('POST', 'messages', {
      to: '447700900123',
      from: 'ACME',
      text: 'one',
      clientReference: 'order-1',
    });
    expect(sent.status).toBe(202);
    const long = await acme('POST', 'messages', { to: '447700900124', text: 'x'.repeat(200) });
    expect(long.json.segments).toBe(2);
    await rig.as(keys.bank)('POST', 'messages', { to: '447700900125', text: 'two' });
    await rig.until(async () => {
      const { text } = await rig.admin('GET', `records?day=${today()}`);
      return rowsOf(text).filter(({ state }) => state === 'delivered').length === 4;
    });
    const all = await rig.admin('GET', `records?day=${today()}`);
    expect(all.status).toBe(200);
    expect(all.headers['content-type']).toMatch(/^text\/csv/);
    const rows = rowsOf(all.text);
    expect(rows.map(({ account }) => account)).toEqual(['bank', 'acme', 'acme', 'acme']);
    const [one] = rows.slice(-1);
    expect(one).toEqual({
      id: sent.json.ids[0],
      kind: 'mt',
      account: 'acme',
      from: 'ACME',
      to: '447700900123',
      segments: '1',
      route: 'uk',
      connector: 'op-a',
      operatorId: expect.stringMatching(/^[0-9a-f]{22}$/),
      state: 'delivered',
      error: '0',
      price: '0.01',
      charged: 'true',
      attempts: '1',
      clientReference: 'order-1',
      acceptedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
      doneAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const own = await rig.as(keys.bank)('GET', `records?day=${today()}`);
    // Which operators there are is not for customers.
    expect(rowsOf(own.text)).toEqual([
      expect.objectContaining({ account: 'bank', price: '0.01', route: '', connector: '', operatorId: '' }),
    ]);
    expect((await rig.as(keys.bank)('GET', `records?day=${today()}&account=acme`)).status).toBe(403);
    const lines = (await rig.admin('GET', `records?after=2020-01-01T00:00:00Z&account=acme&format=jsonl`))
      .text;
    const objects = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toHaveLength(3);
    expect(objects.at(-1)).toMatchObject({ id: sent.json.ids[0], price: '0.01', charged: true, segments: 1 });
    // What was said is nobody's affair here.
    expect(all.text + lines).not.toContain('xxxx');
  });

  it('is empty but for its head on a day without messages', async () => {
    expect((await rig.admin('GET', 'records?day=2001-01-01')).text).toBe(recordHead('csv'));
    expect((await rig.admin('GET', 'records?day=2001-01-01&format=jsonl')).text).toBe('');
  });

  it.each([
    ['records', 'missing_parameter'],
    ['records?day=2001-02-31x', 'invalid_parameter'],
    ['records?day=2001-13-01', 'invalid_parameter'],
    ['records?day=2001-01-01&after=2001-01-01T00:00:00Z', 'invalid_parameter'],
    ['records?after=yesterday', 'invalid_parameter'],
    ['records?day=2001-01-01&format=xml', 'invalid_parameter'],
  ])('%s: %s', async (path, code) => {
    const { status, json } = await rig.admin('GET', path);
    expect(status).toBe(400);
    expect(json.code).toBe(code);
  });

  it('tells of a store that fails with a status', async () => {
    const { center } = rig.gateway;
    const { search } = center;
    center.search = () => Promise.reject(Object.assign(new Error('disk'), { code: 'CHAPPE_STORE_IO' }));
    try {
      expect((await rig.admin('GET', `records?day=${today()}`)).status).toBeGreaterThanOrEqual(500);
    } finally {
      center.search = search;
    }
  });
});

describe('a line of CSV', () => {
  const record = {
    id: '1',
    kind: 'mt',
    account: 'a',
    from: 'x',
    to: '1',
    route: '',
    connector: '',
    operatorId: '',
    state: 'enroute',
    error: 0,
    segments: 1,
    price: '0',
    charged: undefined,
    attempts: 0,
    clientReference: '',
    acceptedMs: 0,
    sentMs: undefined,
    doneMs: undefined,
  } as const;

  it.each([
    ['=1+1', "'=1+1"],
    ['@sum', "'@sum"],
    ['+1+1', "'+1+1"],
    ['-cmd', "'-cmd"],
    ['\tx', "'\tx"],
    ['+447700900123', '+447700900123'],
    ['-5', '-5'],
    ['a,b', '"a,b"'],
    ['a"b\n', '"a""b\n"'],
    ['=a,"b"', '"\'=a,""b"""'],
  ])('holds %j as %j', (from, cell) => {
    const line = recordLine({ ...record, from }, 'csv');
    expect(line.startsWith(`1,mt,a,${cell},1,1,`)).toBe(true);
    expect(JSON.parse(recordLine({ ...record, from }, 'jsonl')).from).toBe(from);
  });
});
