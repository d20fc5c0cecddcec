import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../src/index.ts';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged();
  await rig.until(() => rig.gateway.network.upstreams.get('op-a')?.isUsable === true);
  await rig.admin('POST', 'ledger/acme/credits', { amount: '100', reference: 'begin' });
});
afterAll(() => rig.close());

const submit = async (to: string, text = 'Hello', key: string = keys.acme): Promise<string> => {
  const { json, status } = await rig.as(key)('POST', 'messages', { to, text, from: 'ACME' });
  if (status !== 202) throw new Error(`${status} ${JSON.stringify(json)}`);
  return json.id;
};
const until = async (id: string, state: string): Promise<void> => {
  await rig.until(async () => (await rig.admin('GET', `messages/${id}`)).json.state === state);
};

describe('connectors', () => {
  it('are listed with why they are not faster', async () => {
    await until(await submit('447700900001'), 'delivered');
    const { json } = await rig.admin('GET', 'connectors');
    expect(json.connectors).toMatchObject([
      {
        name: 'op-a',
        group: 'op-a',
        origin: 'file',
        state: 'bound',
        binds: { bound: 1, wanted: 1 },
        window: 20,
        breaker: 'closed',
        limit: 'idle',
        lastError: null,
        ratePerSecond: null,
        counters: { submitted: 1, taken: 1 },
      },
      { name: 'op-b', state: 'stopped', binds: { bound: 0, wanted: 1 } },
    ]);
    expect(json.connectors[0].rttMs).toBeGreaterThan(0);
    expect(json.connectors[0].limitText).not.toBe('');
  });

  it('are shown with settings and sessions, without passwords', async () => {
    const { json, text } = await rig.admin('GET', 'connectors/op-a');
    expect(json.settings).toMatchObject({ name: 'op-a', systemId: 'us', window: 20 });
    expect(json.sessions).toMatchObject([
      { bind: 'transceiver', version: '3.4', tls: false, outstanding: 0 },
    ]);
    expect(text).not.toContain('op-hush');
    expect((await rig.admin('GET', 'connectors/nothing')).status).toBe(404);
  });

  it('are paused, and what waits goes on when they are resumed', async () => {
    expect((await rig.admin('POST', 'connectors/op-a/pause')).json.state).toBe('paused');
    const id = await submit('447700900002');
    expect((await rig.admin('GET', 'connectors/op-a')).json).toMatchObject({
      queued: 1,
      binds: { bound: 1 },
    });
    expect((await rig.admin('POST', 'connectors/op-a/start')).json).toMatchObject({ code: 'conflict' });
    expect((await rig.admin('POST', 'connectors/op-a/resume')).json.state).toBe('bound');
    await until(id, 'delivered');
  });

  it.each(['stop', 'drain'])('are ended by %s, and started again', async (what) => {
    expect((await rig.admin('POST', `connectors/op-a/${what}`)).status).toBe(202);
    const state = async (): Promise<string> => (await rig.admin('GET', 'connectors/op-a')).json.state;
    await rig.until(async () => (await state()) === 'stopped');
    expect((await rig.admin('POST', 'connectors/op-a/pause')).status).toBe(409);
    expect((await rig.admin('POST', 'connectors/op-a/resume')).status).toBe(409);
    const id = await submit('447700900003');
    expect((await rig.admin('POST', 'connectors/op-a/start')).status).toBe(202);
    await rig.until(async () => (await state()) === 'bound');
    await until(id, 'delivered');
  });

  it.each(['start', 'stop', 'drain', 'pause', 'resume', 'test'])(
    'that are not there cannot %s',
    async (what) => {
      const { status, json } = await rig.admin('POST', `connectors/nothing/${what}`);
      expect([status, json.code]).toEqual([404, 'not_found']);
    },
  );

  it('are tried with a bind of their own', async () => {
    const { json } = await rig.admin('POST', 'connectors/op-b/test');
    expect(json).toEqual({
      ok: true,
      rttMs: expect.any(Number),
      peerSystemId: 'operator',
      version: '3.4',
      messageIds: null,
      error: null,
    });
    expect(rig.gateway.network.upstreams.get('op-b')?.mode).toBe('stopped');
    await rig.until(() => rig.upstream.gateway.sessions().length === 1);
  });

  it('are tried with a message over that bind', async () => {
    const text = 'x'.repeat(200);
    const { json } = await rig.admin('POST', 'connectors/op-b/test', {
      to: '447700900004',
      from: 'ACME',
      text,
    });
    expect(json).toMatchObject({ ok: true, messageIds: [expect.any(String), expect.any(String)] });
    await rig.until(() => rig.upstream.simulation.handsets.inbox('447700900004').length === 1);
    expect(rig.upstream.simulation.handsets.inbox('447700900004')[0]).toMatchObject({ from: 'ACME', text });
    const { messages: receipts } = await rig.upstream.gateway.messages.search(
      'kind:receipt from:447700900004',
    );
    expect(receipts).toEqual([]);
  });

  it('tell why a trial fails', async () => {
    const refused = await rig.admin('POST', 'connectors/op-b/test', { to: '447705550006', text: 'x' });
    expect(refused.json).toMatchObject({ ok: false, error: 'refused: ESME_RINVDSTADR', version: '3.4' });
    await rig.admin('PUT', 'connectors/dead', { host: '127.0.0.1', port: 1, systemId: 'us', paused: true });
    const dead = await rig.admin('POST', 'connectors/dead/test');
    expect([dead.status, dead.json]).toMatchObject([200, { ok: false, rttMs: null, peerSystemId: null }]);
    expect(dead.json.error).toMatch(/ECONNREFUSED|connect/);
    await rig.admin('DELETE', 'connectors/dead');
  });
});

describe('routes', () => {
  it('are listed with how often they were taken', async () => {
    const { json } = await rig.admin('GET', 'routes');
    const uk = json.routes.find(({ name }: { name: string }) => name === 'uk');
    expect(uk).toMatchObject({ origin: 'file', disabled: false, whenFailures: 0 });
    expect(uk.settings).toMatchObject({
      name: 'uk',
      to: ['44'],
      via: ['op-a', 'op-b'],
      price: { perSegment: '0.01' },
    });
    expect(uk.hits).toBeGreaterThan(0);
    await rig.as(keys.acme)('POST', 'messages', { to: '15550100', text: 'x' });
    expect((await rig.admin('GET', 'routes')).json.unrouted).toBe(json.unrouted + 1);
  });

  it('say which one takes a message and why the others do not', async () => {
    const { json } = await rig.admin('POST', 'routes/test', {
      account: 'acme',
      to: '+447700900001',
      text: 'é'.repeat(200),
    });
    expect(json).toMatchObject({
      route: 'uk',
      way: 'op-a; else op-b',
      to: '447700900001',
      coding: 'gsm7',
      segments: 2,
      price: '0.01',
      totalPrice: '0.02',
      refusedBy: null,
      rules: [
        { rule: 'held', outcome: 'fails', field: 'to' },
        { rule: 'uk', outcome: 'chosen', field: null },
        { rule: 'vip', outcome: 'fails', field: 'to' },
      ],
    });
    const vip = { to: '33612345678', from: 'X' };
    expect((await rig.admin('POST', 'routes/test', { account: 'acme', ...vip })).json).toMatchObject({
      route: 'vip',
      way: 'rejected with 0x45',
    });
    expect((await rig.admin('POST', 'routes/test', { account: 'bank', ...vip })).json).toMatchObject({
      route: null,
      way: 'no route',
    });
    expect(
      (await rig.admin('POST', 'routes/test', { account: 'bank', tags: ['vip'], ...vip })).json.route,
    ).toBe('vip');
    expect((await rig.admin('POST', 'routes/test', { account: 'acme', to: '1', at: 'x' })).json.field).toBe(
      'at',
    );
  });

  it('are compared with others over what was sent', async () => {
    const routes = [{ name: 'other', to: '44', via: 'op-b', price: '0.03' }];
    const { json } = await rig.admin('POST', 'routes/replay', { routes, from: '1h', until: '0s' });
    expect(json.messages).toBeGreaterThan(3);
    expect(json).toMatchObject({
      changed: json.messages,
      repriced: json.messages,
      cut: false,
      otherMessages: 0,
    });
    expect(json.flows).toMatchObject([
      {
        before: { route: 'uk', way: 'op-a; else op-b' },
        after: { route: 'other', way: 'op-b' },
        messages: json.messages,
      },
    ]);
    expect(Number(json.priceAfter)).toBeCloseTo(3 * Number(json.priceBefore), 6);
    const cut = await rig.admin('POST', 'routes/replay', { routes, from: '1h', until: '0s', limit: 1 });
    expect(cut.json).toMatchObject({ messages: 1, cut: true });
    // Yesterday nothing was sent.
    expect((await rig.admin('POST', 'routes/replay', { routes })).json.messages).toBe(0);
    const bad = await rig.admin('POST', 'routes/replay', { routes: [{ name: 'a', via: 'nowhere' }] });
    expect([bad.status, bad.json.field]).toEqual([400, 'routes[0].via']);
    expect((await rig.admin('POST', 'routes/replay', { routes, from: 'x' })).json.field).toBe('from');
    const twice = await rig.admin('POST', 'routes/replay', { routes: [...routes, ...routes] });
    expect(twice.status).toBe(409);
  });

  it('replay puts long messages together', async () => {
    await until(await submit('447700900005', `${'x'.repeat(200)} needle`), 'delivered');
    const routes = [
      { name: 'long', text: 'xxx needle', segments: 2, via: 'op-b' },
      { name: 'rest', via: ['op-a', 'op-b'] },
    ];
    const { json } = await rig.admin('POST', 'routes/replay', { routes, from: '1h', until: '0s' });
    const long = json.flows.find(({ after }: { after: { route: string } }) => after.route === 'long');
    expect(long).toMatchObject({ messages: 1, segments: 2 });
  });
});

describe('webhooks and rules for messages from handsets', () => {
  it('are listed', async () => {
    expect((await rig.admin('GET', 'webhooks')).json).toEqual({
      webhooks: [
        { name: 'hook', origin: 'file', settings: { name: 'hook', url: 'https://hooks.example/x' } },
      ],
    });
    expect((await rig.admin('GET', 'mo-routes')).json.moRoutes).toEqual([
      {
        name: 'to-acme',
        origin: 'file',
        settings: { name: 'to-acme', deliver: { accounts: ['acme'], spread: 'round-robin' } },
      },
    ]);
  });
});

describe('the ledger', () => {
  it('shows what there is, exactly', async () => {
    const { json } = await rig.admin('GET', 'ledger/acme');
    expect(json).toMatchObject({
      account: 'acme',
      mode: 'prepaid',
      limit: null,
      perDay: '500',
      perMonth: null,
    });
    expect(json.available).toBe(json.balance);
    expect((100 - Number(json.balance)).toFixed(6)).toBe(Number(json.spentToday).toFixed(6));
    expect((await rig.admin('GET', 'ledger/bank')).json).toMatchObject({ mode: null, available: null });
    expect((await rig.admin('GET', 'ledger/nobody')).status).toBe(404);
  });

  it('takes a credit once for each reference', async () => {
    const before = Number((await rig.admin('GET', 'ledger/bank')).json.balance);
    const credit = { amount: '10.000001', note: 'invoice 7', reference: 'inv 7' };
    const first = await rig.admin('POST', 'ledger/bank/credits', credit);
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({
      entry: { account: 'bank', amount: '10.000001', kind: 'top-up', note: 'invoice 7', by: 'admin-2' },
      ledger: { account: 'bank' },
    });
    const again = await rig.admin('POST', 'ledger/bank/credits', credit);
    expect([again.status, again.json.entry]).toEqual([200, first.json.entry]);
    expect(Number(again.json.ledger.balance)).toBeCloseTo(before + 10.000001, 6);
    const other = await rig.admin('POST', 'ledger/bank/credits', { ...credit, amount: '11' });
    expect([other.status, other.json.code, other.json.field]).toEqual([409, 'conflict', 'reference']);
    // References are of one account.
    expect((await rig.admin('POST', 'ledger/acme/credits', credit)).status).toBe(201);
    const many = await Promise.all(
      Array.from({ length: 10 }, () =>
        rig.admin('POST', 'ledger/bank/credits', { amount: '1', reference: 'race' }),
      ),
    );
    expect(many.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('takes credit away', async () => {
    const { json, status } = await rig.admin('POST', 'ledger/bank/credits', {
      amount: '-2.5',
      note: 'mistake',
    });
    expect([status, json.entry]).toMatchObject([201, { amount: '-2.5', kind: 'adjustment' }]);
  });

  it.each([
    [{}, 'amount'],
    [{ amount: '0' }, 'amount'],
    [{ amount: 10 }, 'amount'],
    [{ amount: '1,5' }, 'amount'],
    [{ amount: '1.0000001' }, 'amount'],
    [{ amount: '9999999999' }, 'amount'],
    [{ amount: '1', reference: '' }, 'reference'],
    [{ amount: '1', reference: 'a\nb' }, 'reference'],
    [{ amount: '1', note: 'x'.repeat(501) }, 'note'],
  ])('refuses %j', async (body, field) => {
    const { status, json } = await rig.admin('POST', 'ledger/bank/credits', body);
    expect([status, json.field]).toEqual([400, field]);
  });

  it('has a statement', async () => {
    const { json } = await rig.admin('GET', 'ledger/bank/entries');
    const amounts = json.lines.map(({ entry }: { entry?: { amount: string } }) => entry?.amount);
    expect(amounts).toEqual(['10.000001', '1', '-2.5']);
    const page = await rig.admin('GET', 'ledger/bank/entries?limit=2');
    expect(page.json.lines).toHaveLength(2);
    const rest = await rig.admin('GET', `ledger/bank/entries?limit=2&after=${page.json.next}`);
    expect(rest.json).toMatchObject({ next: null, lines: [{ entry: { amount: '-2.5' } }] });
    expect((await rig.admin('GET', 'ledger/bank/entries?before=2020-01-01')).json.lines).toEqual([]);
    const acme = await rig.admin('GET', 'ledger/acme/entries');
    const day = acme.json.lines.find(({ kind }: { kind: string }) => kind === 'day');
    expect(day).toMatchObject({ closed: false, messages: expect.any(Number) });
    expect((await rig.admin('GET', 'ledger/bank/entries?before=x')).status).toBe(400);
  });

  it('adds up', async () => {
    expect((await rig.admin('GET', 'ledger/check')).json).toMatchObject({
      ok: true,
      difference: '0',
      accounts: [],
    });
    // Somebody took half a coin out of the till.
    rig.gateway.ledger.account('bank').credited(-500_000);
    const { json } = await rig.admin('GET', 'ledger/check');
    expect(json).toMatchObject({
      ok: false,
      difference: '0.5',
      accounts: [{ account: 'bank', where: 'running' }],
    });
    rig.gateway.ledger.account('bank').credited(500_000);
  });
});

describe('held messages', () => {
  it('are listed, released one by one, by query and all', async () => {
    const ids = [];
    for (const [index, key] of [keys.acme, keys.bank, keys.acme, keys.acme].entries())
      ids.push(await submit(`449900000${index}`, index === 0 ? 'x'.repeat(200) : `no ${index}`, key));
    const { json } = await rig.admin('GET', 'held');
    expect(json).toMatchObject({
      next: null,
      messages: [{ route: 'held' }, {}, {}, { segments: 2, text: 'x'.repeat(200) }],
    });
    expect(json.messages.map(({ id }: { id: string }) => id)).toEqual(ids.toReversed());
    const page = await rig.admin('GET', 'held?limit=1');
    expect(page.json.messages).toMatchObject([
      { id: ids[3], account: 'acme', to: '4499000003', text: 'no 3' },
    ]);
    const next = await rig.admin('GET', `held?limit=1&before=${page.json.next}`);
    expect(next.json.messages).toMatchObject([{ id: ids[2] }]);
    expect((await rig.admin('POST', `held/${ids[0]}/release`)).json).toEqual({ id: ids[0], released: true });
    await until(ids[0] ?? '', 'delivered');
    expect((await rig.admin('GET', `messages/${ids[0]}`)).json.segments).toHaveLength(2);
    expect((await rig.admin('POST', `held/${ids[0]}/release`)).json.code).toBe('not_found');
    const bank = await rig.admin('POST', 'held/release', { query: 'account:bank' });
    expect(bank.json).toEqual({ released: 1, left: 0 });
    expect((await rig.admin('GET', 'held')).json.messages).toHaveLength(2);
    expect((await rig.admin('POST', 'held/release')).json).toEqual({ released: 2, left: 0 });
    for (const id of ids) await until(id, 'delivered');
    expect((await rig.admin('GET', 'held')).json.messages).toEqual([]);
    expect((await rig.admin('POST', 'held/release', { query: 'to:"' })).status).toBe(400);
  });

  it('stay when no other route takes them', async () => {
    await rig.admin('PUT', 'routes/keep', { to: '7', hold: true });
    const id = await submit('7999000001');
    const { status, json } = await rig.admin('POST', `held/${id}/release`);
    expect([status, json.code, json.detail]).toEqual([409, 'conflict', 'no other route takes it']);
    expect((await rig.admin('POST', 'held/release')).json).toEqual({ released: 0, left: 1 });
    await rig.gateway.center.cancel({ publicId: id });
    await rig.admin('DELETE', 'routes/keep');
  });
});

describe('messages from handsets that nobody takes', () => {
  it('are listed with those that are held, and go by rules, or to an account by hand', async () => {
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three'])
      ids.push(...(await rig.gateway.injectMo({ from: '447700900123', to: '70100', text })).ids);
    const { json } = await rig.admin('GET', 'held');
    expect(json.messages).toMatchObject([
      { id: ids[2], route: null, account: '', from: '447700900123', to: '70100', text: 'three' },
      { id: ids[1] },
      { id: ids[0] },
    ]);
    const release = (id: string | undefined, body?: object) => rig.admin('POST', `held/${id}/release`, body);
    expect((await release(ids[0], { account: 'nobody' })).status).toBe(404);
    expect((await release(ids[0], { account: 'bank' })).json).toEqual({ id: ids[0], released: true });
    expect((await rig.admin('GET', `messages/${ids[0]}`)).json).toMatchObject({
      account: 'bank',
      kind: 'mo',
    });
    // By the rule that takes all of them.
    expect((await release(ids[1])).json).toEqual({ id: ids[1], released: true });
    expect((await rig.admin('GET', `messages/${ids[1]}`)).json).toMatchObject({ account: 'acme' });
    expect((await release(ids[1])).json.code).toBe('not_found');
    expect((await rig.admin('POST', 'held/release', { query: 'to:70100' })).json).toEqual({
      released: 1,
      left: 0,
    });
    const held = await submit('4499000009');
    expect((await release(held, { account: 'acme' })).json.code).toBe('invalid_parameter');
    await rig.gateway.center.cancel({ publicId: held });
  });
});

describe('opt-outs', () => {
  it('are added, listed, count, and are taken away', async () => {
    expect((await rig.admin('PUT', 'opt-outs/+447700900200', { sender: 'ACME' })).json).toEqual({
      handset: '447700900200',
      sender: 'ACME',
    });
    expect((await rig.admin('PUT', 'opt-outs/447700900201')).json).toEqual({
      handset: '447700900201',
      sender: '*',
    });
    const refused = await rig.as(keys.acme)('POST', 'messages', {
      to: '447700900200',
      from: 'ACME',
      text: 'x',
    });
    expect([refused.status, refused.json.code]).toEqual([422, 'refused']);
    await submit('447700900202');
    const { json } = await rig.admin('GET', 'opt-outs');
    expect(json).toMatchObject({
      next: null,
      optOuts: [
        { handset: '447700900200', sender: 'ACME', origin: 'api' },
        { handset: '447700900201', sender: '*' },
      ],
    });
    expect((await rig.admin('GET', 'opt-outs?handset=%2B447700900201')).json.optOuts).toHaveLength(1);
    const page = await rig.admin('GET', 'opt-outs?limit=1');
    const rest = await rig.admin('GET', `opt-outs?limit=1&cursor=${encodeURIComponent(page.json.next)}`);
    expect(rest.json.optOuts).toMatchObject([{ handset: '447700900201' }]);
    // That of one sender and that of all are two.
    expect((await rig.admin('DELETE', 'opt-outs/447700900200')).status).toBe(204);
    expect(rig.gateway.optOuts.has('447700900200', 'acme')).toBe(true);
    expect((await rig.admin('DELETE', 'opt-outs/447700900200?sender=acme')).status).toBe(204);
    expect((await rig.admin('DELETE', 'opt-outs/447700900201')).status).toBe(204);
    expect(rig.gateway.optOuts.size).toBe(0);
    await submit('447700900200');
  });

  it('refuse what is no handset', async () => {
    expect((await rig.admin('PUT', 'opt-outs/a%20b')).json).toMatchObject({
      code: 'refused',
      field: 'handset',
    });
  });
});

describe('pumping', () => {
  it('stops are told and released', async () => {
    const { pumping } = rig.gateway.network;
    for (let number = 0; number < 60; number += 1)
      pumping.note('bank', `4477001${String(number).padStart(5, '0')}`, Date.now());
    const { json } = await rig.admin('GET', 'pumping');
    expect(json.stops).toEqual([{ account: 'bank', prefix: '447700100' }]);
    const to = '447700100999';
    expect((await rig.as(keys.bank)('POST', 'messages', { to, text: 'x' })).status).toBe(422);
    expect((await rig.admin('DELETE', 'pumping/bank/4477')).status).toBe(404);
    expect((await rig.admin('DELETE', 'pumping/acme/447700100')).status).toBe(404);
    expect((await rig.admin('DELETE', 'pumping/bank/447700100')).status).toBe(204);
    expect((await rig.as(keys.bank)('POST', 'messages', { to, text: 'x' })).status).toBe(202);
    expect((await rig.admin('GET', 'pumping')).json.stops).toEqual([]);
    expect((await rig.admin('DELETE', 'pumping/bank/*')).status).toBe(404);
    expect((await rig.admin('DELETE', 'pumping/bank/x')).status).toBe(400);
  });
});

describe('GET /api/v1/config', () => {
  it('is what is in force, without secrets', async () => {
    const { json, text } = await rig.admin('GET', 'config');
    expect(json).toMatchObject({
      accounts: [{ origin: 'file', settings: { systemId: 'acme' } }, {}],
      connectors: [{ origin: 'file', settings: { name: 'op-a' } }, {}],
      routes: [{ settings: { name: 'held', hold: true } }, {}, { settings: { reject: '0x0045' } }],
      filters: { duplicates: { window: '1s', most: 1_000 } },
      pumping: { sequential: 50, action: 'stop' },
      shadowed: [],
    });
    expect(text).not.toMatch(/op-hush|whsec_|scrypt|[0-9a-f]{64}/);
  });
});

describe('sessions', () => {
  it('are ended in order', async () => {
    const app = buildApi({ gateway: rig.upstream.gateway, version: '1' });
    const sessions = (): { id: number }[] => rig.upstream.gateway.sessions();
    const id = sessions()[0]?.id;
    const ended = await app.inject({ method: 'DELETE', url: `/api/v1/sessions/${id}` });
    expect([ended.statusCode, ended.body]).toEqual([204, '']);
    await rig.until(() => !sessions().some((session) => session.id === id));
    expect((await app.inject({ method: 'DELETE', url: '/api/v1/sessions/99999' })).statusCode).toBe(404);
    expect((await app.inject({ method: 'DELETE', url: '/api/v1/sessions/x' })).statusCode).toBe(400);
    await app.close();
  });
});
