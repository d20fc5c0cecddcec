/** Who changed what. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../src/context.ts';
import { routesOf } from '../src/routes/all.ts';
import { keyHash, keys, type ManagedRig, someHash, startManaged } from './managed-rig.ts';

const alice = 'the-key-of-alice-0001';
const nights = 'the-key-of-the-nights';

let rig: ManagedRig;
beforeAll(async () => {
  const named = [
    { name: 'alice', role: 'admin', hash: keyHash(alice) },
    { name: 'nights', role: 'operator', hash: keyHash(nights) },
  ] as const;
  const auth = { adminKeyHashes: [keyHash(keys.admin)], keys: () => named };
  rig = await startManaged({ auth });
});
afterAll(() => rig.close());

interface Line {
  readonly by: string;
  readonly via: string;
  readonly address: string;
  readonly what: string;
  readonly target: string;
  readonly fields: readonly string[];
  readonly count: number | null;
}

async function lines(query = ''): Promise<Line[]> {
  const { status, json } = await rig.admin('GET', `audit?limit=1000${query}`);
  expect(status).toBe(200);
  return json.lines;
}

/** Changes something; gives the line about it. */
async function line(
  key: string,
  method: 'PUT' | 'POST' | 'DELETE',
  url: string,
  body?: object,
): Promise<Line> {
  const before = (await lines()).length;
  const { status, json } = await rig.as(key)(method, url, body);
  expect(status, JSON.stringify(json)).toBeLessThan(300);
  const after = await lines();
  expect(after.length).toBe(before + 1);
  return after[0] as Line;
}

it('has a line for each route that changes something', () => {
  const context = { gateway: {}, simulation: {}, turns: {}, clock: {} } as unknown as Context;
  const untold = routesOf(context)
    .filter(({ method, isAudited }) => method !== 'GET' && isAudited === false)
    .map(({ operationId }) => operationId)
    .sort();
  // Messages stand in their own store; what is simulated, or only tried, worked out or translated, changes nothing.
  expect(untold).toEqual([
    'clearInbox',
    'decodePdus',
    'encodePdu',
    'estimateMessage',
    'replayRoutes',
    'sendFromPhone',
    'setPhoneState',
    'submitBatch',
    'submitMessage',
    'switchPhonesOn',
    'testRoutes',
  ]);
});

describe('a change', () => {
  const password = 'pw-hush';
  it.each([
    [
      alice,
      'PUT',
      'accounts/late',
      { passwordHash: someHash, binds: 3 },
      'putAccount',
      'late',
      ['binds', 'passwordHash', 'systemId'],
    ],
    [
      alice,
      'PUT',
      'accounts/late',
      { binds: 4, apiKey: 'a-key-that-is-hushed' },
      'putAccount',
      'late',
      ['apiKeyHash', 'binds'],
    ],
    [alice, 'PUT', 'accounts/late', { password: password, binds: 4 }, 'putAccount', 'late', ['passwordHash']],
    [alice, 'PUT', 'accounts/late', { binds: 4 }, 'putAccount', 'late', []],
    [nights, 'POST', 'accounts/late/suspend', undefined, 'suspendAccount', 'late', ['suspended']],
    [nights, 'POST', 'accounts/late/resume', undefined, 'resumeAccount', 'late', ['suspended']],
    [alice, 'DELETE', 'accounts/late', undefined, 'deleteAccount', 'late', []],
    [alice, 'PUT', 'routes/made', { to: '45', via: 'op-a' }, 'putRoute', 'made', ['action', 'name', 'to']],
    [
      alice,
      'PUT',
      'routes/first',
      { to: '46', via: 'op-a', before: 'made' },
      'putRoute',
      'first',
      ['action', 'name', 'position', 'to'],
    ],
    [
      keys.admin,
      'POST',
      'ledger/acme/credits',
      { amount: '1000000', note: 'hush-hush' },
      'postCredit',
      'acme',
      ['balance'],
    ],
    [nights, 'POST', 'connectors/op-a/pause', undefined, 'pauseConnector', 'op-a', ['state']],
    [nights, 'POST', 'connectors/op-a/resume', undefined, 'resumeConnector', 'op-a', ['state']],
    [nights, 'POST', 'receipts/unmatched/rematch', { connector: 'op-a' }, 'rematchReceipts', '', []],
    [nights, 'POST', 'held/release', { query: 'text:hush-hush' }, 'releaseAllHeld', '', []],
    [nights, 'PUT', 'opt-outs/447700900123', { sender: 'ACME' }, 'putOptOut', '447700900123', []],
    [nights, 'DELETE', 'opt-outs/447700900123?sender=ACME', undefined, 'deleteOptOut', '447700900123', []],
  ] as const)('%s %s %s', async (key, method, url, body, what, target, fields) => {
    const by = key === alice ? 'alice' : key === nights ? 'nights' : 'admin';
    expect(await line(key, method, url, body)).toEqual({
      at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]{12}Z-\d{6}$/),
      ...{ by, via: 'api', address: '127.0.0.1', what, target, fields, count: null },
    });
  });

  it('leaves no value in any line', async () => {
    const { text } = await rig.admin('GET', 'audit?limit=1000');
    for (const value of ['hush', 'scrypt', '1000000', 'Bearer', alice]) expect(text).not.toContain(value);
  });

  it('by a command of ours says so', async () => {
    await rig.as(nights)('POST', 'connectors/op-a/pause', undefined, { 'user-agent': 'chappe-cli' });
    await rig.as(nights)('POST', 'connectors/op-a/resume', undefined, { 'user-agent': 'curl/8' });
    expect((await lines()).slice(0, 2).map(({ via }) => via)).toEqual(['api', 'cli']);
  });

  it('that is refused, or fails, is none', async () => {
    const before = (await lines()).length;
    for (const [key, url] of [
      [keys.acme, 'accounts/acme/suspend'],
      [nights, 'ledger/acme/credits'],
      [alice, 'connectors/none/start'],
      [alice, 'accounts/acme/suspend?x=1'],
    ] as const) {
      expect((await rig.as(key)('POST', url, {})).status).toBeGreaterThanOrEqual(400);
    }
    await rig.admin('GET', 'config');
    await rig.as(keys.bank)('POST', 'messages', { to: '447700900001', text: 'x' });
    expect((await lines()).length).toBe(before);
  });

  it('names who made a credit in the ledger too', async () => {
    await rig.as(alice)('POST', 'ledger/acme/credits', { amount: '1' });
    const { json } = await rig.admin('GET', 'ledger/acme/entries');
    expect(json.lines.filter(({ entry }: { entry?: { by: string } }) => entry?.by === 'alice')).toHaveLength(
      1,
    );
  });

  it('is done all the same when it cannot be written down', async () => {
    const { audit } = rig.gateway;
    const append = audit.append.bind(audit);
    audit.append = () => Promise.reject(new Error('no room'));
    expect((await rig.as(nights)('POST', 'connectors/op-a/pause')).status).toBe(202);
    audit.append = append;
    await rig.as(nights)('POST', 'connectors/op-a/resume');
  });
});

describe('GET /api/v1/audit', () => {
  it('finds by who, what, target and time, page by page', async () => {
    expect(new Set((await lines('&by=nights')).map(({ by }) => by))).toEqual(new Set(['nights']));
    expect((await lines('&what=postCredit')).every(({ what }) => what === 'postCredit')).toBe(true);
    expect((await lines('&target=op-a&what=pauseConnector')).length).toBeGreaterThan(1);
    expect(await lines('&after=2999-01-01')).toEqual([]);
    expect(await lines('&before=2001-01-01')).toEqual([]);
    const first = await rig.admin('GET', 'audit?limit=2');
    const second = await rig.admin('GET', `audit?limit=2&before=${first.json.next}`);
    const all = await lines();
    expect([...first.json.lines, ...second.json.lines]).toEqual(all.slice(0, 4));
  });

  it.each(['limit=0', 'after=yesterday', 'before=x', 'by=', 'who=alice'])('refuses %s', async (query) => {
    expect((await rig.admin('GET', `audit?${query}`)).status).toBe(400);
  });
});

it('wrong keys are told: the first at once, then in sums of an hour', async () => {
  for (const key of ['wrong-key-1', 'wrong-key-2', 'wrong-key-3']) await rig.as(key)('GET', 'config');
  const told = await lines('&by=nobody');
  expect(told).toMatchObject([{ via: 'api', address: '127.0.0.1', what: 'wrongKeys', count: 1 }]);
  expect(JSON.stringify(told)).not.toContain('wrong-key-1');
});
