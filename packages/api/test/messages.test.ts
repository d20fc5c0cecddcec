import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.ts';

const url = '/api/v1/messages';

describe('searching', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
    for (let index = 0; index < 25; index += 1) {
      await rig.submit(`44770090${String(index).padStart(4, '0')}`, `message number ${index}`, {
        from: index % 2 === 0 ? 'EVEN' : 'ODD',
        account: index < 5 ? 'first' : 'rest',
        clientReference: `ref-${index}`,
      });
    }
    const failed = await rig.submit('447705550001', 'in "quotes" and spaces');
    await rig.until(failed, 'undeliverable');
    await rig.get(`${url}/wait?to=447700900024&state=delivered`);
    await rig.until((await rig.get(`${url}?to=447700900000`)).json.messages[0].id, 'delivered');
  });
  afterAll(() => rig.close());

  const found = async (query: string): Promise<string[]> => {
    const { status, json } = await rig.get(`${url}?limit=200&${query}`);
    if (status !== 200) throw new Error(JSON.stringify(json));
    return json.messages.map(({ to }: { to: string }) => to);
  };

  it.each([
    ['to=447700900003', 1],
    ['to=%2B447700900003', 1],
    ['to=+447700900003', 1],
    ['to=44770090*', 25],
    ['to=4477*', 26],
    ['from=EVEN', 13],
    ['account=first', 5],
    ['account=fi*&from=ODD', 2],
    ['text=NUMBER', 25],
    ['text=number%207', 1],
    ['text=quotes"', 1],
    ['state=failed', 1],
    ['state=undeliverable', 1],
    ['clientReference=ref-7', 1],
    ['q=-account:rest%20from:EVEN', 3],
    ['q=account:first&to=447700900001', 1],
    ['kind=receipt', 0],
    ['before=2001-01-01T00:00:00Z', 0],
    ['after=1h', 26],
  ])('%s finds %i', async (query, count) => {
    expect(await found(query)).toHaveLength(count);
  });

  it('gives summaries, newest first, without timeline', async () => {
    const { json } = await rig.get(`${url}?limit=3&account=rest`);
    expect(json.messages.map(({ to }: { to: string }) => to)).toEqual([
      '447700900024',
      '447700900023',
      '447700900022',
    ]);
    expect(json.messages[0]).not.toHaveProperty('timeline');
    expect(json.messages[0]).toMatchObject({ from: 'EVEN', kind: 'mt', text: 'message number 24' });
  });

  it('pages through everything once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: { json: { messages: { id: string }[]; next: string | null } } = await rig.get(
        `${url}?limit=10${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.json.messages.map(({ id }) => id));
      cursor = page.json.next;
      pages += 1;
    } while (cursor !== null && pages < 10);
    expect(seen).toHaveLength(26);
    expect(new Set(seen).size).toBe(26);
    expect(pages).toBe(3);
  });

  it.each([
    ['limit=0', 'limit', 'invalid_parameter'],
    ['limit=1001', 'limit', 'invalid_parameter'],
    ['limit=ten', 'limit', 'invalid_parameter'],
    ['limit=', 'limit', 'invalid_parameter'],
    ['limit=1e2', 'limit', 'invalid_parameter'],
    ['limit=5&limit=6', 'limit', 'invalid_parameter'],
    ['cursor=zz', 'cursor', 'invalid_parameter'],
    ['state=gone', 'state', 'invalid_parameter'],
    ['after=yesterday', 'after', 'invalid_parameter'],
    ['q=colour:red', 'q', 'invalid_parameter'],
    ['q="open', 'q', 'invalid_parameter'],
    ['to=', 'to', 'invalid_parameter'],
    ['text=a%20"b', 'text', 'invalid_parameter'],
    ['text="a"', 'text', 'invalid_parameter'],
    [`text=${'a'.repeat(1_001)}`, 'text', 'invalid_parameter'],
    [`q=${'a%20'.repeat(30)}`, 'q', 'invalid_parameter'],
    ['fromm=x', 'fromm', 'unknown_parameter'],
    ['__proto__=x', '__proto__', 'unknown_parameter'],
  ])('refuses %s', async (query, field, code) => {
    const { status, json } = await rig.get(`${url}?${query}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code, field });
    expect(json.detail).not.toMatch(/undefined|\[object/);
  });

  it('guesses the parameter that was meant', async () => {
    const { json } = await rig.get(`${url}?stat=delivered`);
    expect(json).toMatchObject({ code: 'unknown_parameter', hint: 'did you mean "state"?' });
  });
});

describe('one message', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());

  it('has its timeline, from accepted to its end', async () => {
    const id = await rig.submit('447700900001', 'hello');
    await rig.until(id, 'delivered');
    const { status, json } = await rig.get(`${url}/${id}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, state: 'delivered', final: true, attempts: 1, error: 0 });
    expect(json.timeline.map(({ step }: { step: string }) => step)).toEqual(['accepted', 'delivered']);
    expect(Date.parse(json.doneAt)).toBeGreaterThanOrEqual(Date.parse(json.acceptedAt));
  });

  it('tells of an attempt that failed', async () => {
    await rig.put('/api/v1/phones/447700900002/state', { state: 'off' });
    const id = await rig.submit('447700900002', 'hello?');
    await rig.get(`${url}/wait?q=id:${id}&state=waiting`);
    await rig.put('/api/v1/phones/447700900002/state', { state: 'on' });
    const { json } = await rig.until(id, 'delivered');
    expect(json.state).toBe('delivered');
  });

  it.each(['0123456789abcdef012345', 'nonsense', 'ffffffff', '%00', 'a'.repeat(64)])(
    'is not there under %s',
    async (id) => {
      const { status, json } = await rig.get(`${url}/${id}`);
      expect(status).toBe(404);
      expect(json.code).toBe('message_not_found');
    },
  );

  it('refuses an id that none can be', async () => {
    const { status, json } = await rig.get(`${url}/${'a'.repeat(65)}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'invalid_parameter', field: 'id' });
  });
});
