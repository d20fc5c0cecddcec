/** Who may do what: every route with every kind of key. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedKey } from '../src/index.ts';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';

const named = {
  operator: 'key-of-an-operator-0',
  reader: 'key-of-a-reader-0000',
  shop: 'key-of-the-shop-00000',
};

let kept: readonly NamedKey[] = [
  { name: 'nights', role: 'operator', hash: keyHash(named.operator) },
  { name: 'grafana', role: 'read-only', hash: keyHash(named.reader) },
  { name: 'shop', role: 'account', account: 'acme', hash: keyHash(named.shop) },
];

let rig: ManagedRig;
beforeAll(async () => {
  const auth = { adminKeyHashes: [keyHash(keys.admin)], keys: () => kept };
  rig = await startManaged({ auth, change: (given) => ({ ...given, filters: undefined }) });
});
afterAll(() => rig.close());

/**
 * What everybody may, route by route: o, an operator too; r, whoever looks on too; a, an account too; e, everybody. An
 * admin may all of it.
 */
const table = `
  POST   /api/v1/messages                         a
  POST   /api/v1/messages/batch                   a
  POST   /api/v1/estimate                         o r a
  POST   /api/v1/decode                           o r a
  POST   /api/v1/encode                           o r a
  GET    /api/v1/messages                         o r a
  GET    /api/v1/messages/wait                    o r a
  GET    /api/v1/messages/export                  o r a
  GET    /api/v1/messages/{id}                    o r a
  POST   /api/v1/messages/{id}/cancel             o a
  POST   /api/v1/messages/{id}/replace            a
  POST   /api/v1/messages/{id}/retry              o a
  POST   /api/v1/messages/{id}/receipt            o a
  POST   /api/v1/receipts/replay                  o a
  DELETE /api/v1/messages
  GET    /api/v1/refusals                         o r a
  POST   /api/v1/phones/{msisdn}/messages         o
  DELETE /api/v1/phones/{msisdn}/messages         o
  DELETE /api/v1/phones                           o
  GET    /api/v1/phones/{msisdn}/messages         o r
  PUT    /api/v1/phones/{msisdn}/state            o
  GET    /api/v1/phones                           o r
  GET    /api/v1/sessions                         o r a
  DELETE /api/v1/sessions/{id}                    o
  GET    /api/v1/accounts                         o r
  GET    /api/v1/accounts/{name}                  o r
  PUT    /api/v1/accounts/{name}
  DELETE /api/v1/accounts/{name}
  POST   /api/v1/accounts/{name}/suspend          o
  POST   /api/v1/accounts/{name}/resume           o
  GET    /api/v1/connectors                       o r
  GET    /api/v1/connectors/{name}                o r
  PUT    /api/v1/connectors/{name}
  DELETE /api/v1/connectors/{name}
  POST   /api/v1/connectors/{name}/start          o
  POST   /api/v1/connectors/{name}/stop           o
  POST   /api/v1/connectors/{name}/drain          o
  POST   /api/v1/connectors/{name}/pause          o
  POST   /api/v1/connectors/{name}/resume         o
  POST   /api/v1/connectors/{name}/test           o
  GET    /api/v1/routes                           o r
  PUT    /api/v1/routes/{name}
  DELETE /api/v1/routes/{name}
  POST   /api/v1/routes/test                      o r
  POST   /api/v1/routes/replay                    o
  GET    /api/v1/mo-routes                        o r
  PUT    /api/v1/mo-routes/{name}
  DELETE /api/v1/mo-routes/{name}
  GET    /api/v1/webhooks                         o r
  PUT    /api/v1/webhooks/{name}
  DELETE /api/v1/webhooks/{name}
  GET    /api/v1/webhooks/{name}/deliveries       o r
  POST   /api/v1/webhooks/{name}/deliveries/{id}/redeliver o
  POST   /api/v1/webhooks/{name}/test             o
  POST   /api/v1/webhooks/{name}/enable           o
  GET    /api/v1/receipts/unmatched               o r
  POST   /api/v1/receipts/unmatched/rematch       o
  DELETE /api/v1/receipts/unmatched/{id}          o
  GET    /api/v1/ledger/check                     o r
  GET    /api/v1/ledger/{account}                 o r a
  GET    /api/v1/records                          o r a
  GET    /api/v1/ledger/{account}/entries         o r a
  POST   /api/v1/ledger/{account}/credits
  GET    /api/v1/held                             o r
  POST   /api/v1/held/{id}/release                o
  POST   /api/v1/held/release                     o
  GET    /api/v1/opt-outs                         o r
  PUT    /api/v1/opt-outs/{handset}               o
  DELETE /api/v1/opt-outs/{handset}               o
  GET    /api/v1/pumping                          o r
  DELETE /api/v1/pumping/{account}/{prefix}       o
  GET    /api/v1/config                           o r
  POST   /api/v1/backup
  GET    /api/v1/backup
  GET    /api/v1/audit                            o r
  GET    /api/v1/events                           o r a
  GET    /api/v1/trace                            o r
  GET    /api/v1/info                             o r
  GET    /                                        e
  GET    /api/v1                                  e
  GET    /livez                                   e
  GET    /readyz                                  e
  GET    /openapi.json                            e
  GET    /docs                                    e
  GET    /docs/{file}                             e
  GET    /metrics                                 o r
`;

const expected = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [method, path, ...who] = line.trim().split(/ +/);
      return [`${method} ${path}`, new Set(who)] as const;
    }),
);

/** Every route that there is. */
async function documented(): Promise<string[]> {
  const { json } = await rig.as(undefined)('GET', '/openapi.json');
  return Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** Calls a route with something in its parameters, so that nothing is done by it. */
async function call(route: string, key: string | undefined): Promise<{ status: number; code: unknown }> {
  const [method = '', path = ''] = route.split(' ');
  const plain = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    name === 'id' || name === 'msisdn' ? '1' : 'acme',
  );
  // A stream would not end; this is refused once it is known who asks.
  const url =
    route === 'GET /api/v1/events' ? `${plain}?kind=none` : plain.replace(/wait$/, 'wait?timeout=1ms');
  const { status, json } = await rig.as(key)(
    method as 'GET',
    url,
    method === 'GET' ? undefined : { nonsense: 1 },
  );
  return { status, code: json?.code };
}

it('every route has its line, and every line its route', async () => {
  expect([...expected.keys()].sort()).toEqual((await documented()).sort());
});

describe.each([
  ['nobody', undefined, ['e']],
  ['an account', keys.acme, ['e', 'a']],
  ['an account, by another of its keys', named.shop, ['e', 'a']],
  ['one who looks on', named.reader, ['e', 'r']],
  ['an operator', named.operator, ['e', 'o']],
  ['an admin', keys.admin, ['e', 'a', 'o', 'r', '']],
] as const)('%s', (who, key, letters) => {
  it.each([...expected.keys()])('%s', async (route) => {
    const lets = expected.get(route) ?? new Set();
    const isAllowed = who === 'an admin' || letters.some((letter) => lets.has(letter));
    const { status, code } = await call(route, key);
    if (isAllowed) expect([401, 403], `${status} ${code}`).not.toContain(status);
    else if (key === undefined) expect([status, code]).toEqual([401, 'unauthorized']);
    else expect([status, code]).toEqual([403, 'forbidden']);
  });
});

it('the description says which roles may', async () => {
  const { json } = await rig.as(undefined)('GET', '/openapi.json');
  expect(json.paths['/api/v1/config'].get['x-roles']).toEqual(['admin', 'operator', 'read-only']);
  expect(json.paths['/api/v1/messages'].post['x-roles']).toEqual(['admin', 'account']);
  expect(json.paths['/livez'].get.security).toEqual([]);
});

describe('who looks on', () => {
  const marker = 'SECRETTEXT';

  it('sees no text of any message, wherever one is shown', async () => {
    await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
    const sent = await rig.as(keys.acme)('POST', 'messages', { to: '447700900001', text: `${marker} one` });
    const long = { to: '447700900001', text: `${marker} `.repeat(40) };
    const parts = await rig.as(keys.acme)('POST', 'messages', long);
    const hex = Buffer.from(marker).toString('hex');
    const octets = await rig.as(keys.acme)('POST', 'messages', { to: '447700900001', hex });
    const held = await rig.as(keys.bank)('POST', 'messages', { to: '449900000001', text: `${marker} held` });
    for (const { status } of [sent, parts, octets, held]) expect(status).toBe(202);
    await rig.until(async () => {
      const { json } = await rig.admin('GET', `messages/${sent.json.id}`);
      return json.state === 'delivered';
    });
    const urls = [
      'messages',
      'messages?limit=1000&account=acme',
      ...[sent, parts, octets, held].map(({ json }) => `messages/${json.id}`),
      `messages/wait?q=id:${parts.json.id}`,
      'messages/wait?to=1&timeout=1ms',
      'held',
      'receipts/unmatched',
      'phones/447700900001/messages',
    ];
    let seen = 0;
    for (const url of urls) {
      const forReader = await rig.as(named.reader)('GET', url);
      expect(forReader.text, url).not.toContain(marker);
      expect(forReader.text, url).not.toContain(hex);
      const { text } = await rig.as(named.operator)('GET', url);
      if (text.includes(marker) || text.includes(hex)) seen += 1;
    }
    // Or the walk would prove nothing.
    expect(seen).toBeGreaterThanOrEqual(8);
  });

  it.each([
    'messages?text=a',
    'messages?q=a',
    'messages?q=-text:a',
    'messages/wait?q=text:a&timeout=1ms',
    'events?text=1',
  ])('cannot ask for texts: %s', async (url) => {
    const { status, json } = await rig.as(named.reader)('GET', url);
    expect([status, json.code]).toEqual([403, 'forbidden']);
  });

  it('finds messages by all else', async () => {
    const { json } = await rig.as(named.reader)('GET', 'messages?to=447700900001&state=delivered&kind=mt');
    expect(json.messages.length).toBeGreaterThan(0);
    expect(json.messages[0]).toMatchObject({ text: null, hex: null, account: 'acme' });
  });
});

it('keys come and go while it runs', async () => {
  const status = async (): Promise<number> => (await rig.as('key-of-a-newcomer-00')('GET', 'config')).status;
  expect(await status()).toBe(401);
  const before = kept;
  kept = [...kept, { name: 'new', role: 'read-only', hash: keyHash('key-of-a-newcomer-00') }];
  expect(await status()).toBe(200);
  kept = before;
  expect(await status()).toBe(401);
});

it('a key that several have is that of the one who may most', async () => {
  const before = kept;
  const shared = 'a-key-that-two-have-0';
  kept = [
    { name: 'low', role: 'account', account: 'acme', hash: keyHash(shared) },
    { name: 'mid', role: 'read-only', hash: keyHash(shared).toUpperCase() },
    { name: 'high', role: 'operator', hash: keyHash(shared) },
  ];
  expect((await rig.as(shared)('GET', 'config')).status).toBe(200);
  expect((await rig.as(shared)('POST', 'connectors/none/start')).status).toBe(404);
  kept = before;
});

it('a live stream ends when its key is taken away, or its account suspended', async () => {
  await rig.app.listen({ host: '127.0.0.1', port: 0 });
  const address = rig.app.server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const open = async (key: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers: { authorization: `Bearer ${key}` } });
  const [operator, shop, acme, admin] = await Promise.all(
    [named.operator, named.shop, keys.acme, keys.admin].map(open),
  );
  const before = kept;
  kept = kept.filter(({ name }) => name !== 'nights');
  expect(await operator?.text()).toMatch(/^: listening/);
  kept = before;
  await rig.admin('POST', 'accounts/acme/suspend');
  expect(await shop?.text()).toMatch(/^: listening/);
  expect(await acme?.text()).toMatch(/^: listening/);
  await rig.admin('POST', 'accounts/acme/resume');
  // The others go on.
  const reader = admin?.body?.getReader();
  let text = '';
  for (let chunk = 0; chunk < 20 && !text.includes('still here'); chunk += 1) {
    text += new TextDecoder().decode((await reader?.read())?.value);
  }
  expect(text).toContain('still here');
  await reader?.cancel();
});
