import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardedLookup, isForbidden, type Resolve, urlRefusal } from '../../src/webhooks/guard.ts';
import { type HookAnswer, HttpHookClient } from '../../src/webhooks/http-client.ts';
import { WebhookConnector } from '../../src/webhooks/webhook-connector.ts';
import { SimulatedClock, settled } from '../rig.ts';

const forbidden = [
  '0.0.0.0',
  '0.255.255.255',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:a9fe:a9fe',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a00:1',
  '64:ff9b:1::7f00:1',
  '100::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:808:808::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff::1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fec0::1',
  'ff02::1',
  'localhost',
  '',
  '127.1',
];
const open = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '168.63.129.15',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2001:200::1',
  '2606:4700:4700::1111',
  '2a00:1450:4001::200e',
];

describe('addresses', () => {
  it.each(forbidden)('%s is refused', (address) => expect(isForbidden(address)).toBe(true));
  it.each(open)('%s may be called', (address) => expect(isForbidden(address)).toBe(false));
});

// All of them are this machine, or a private one, in a disguise. `P` is the port of a listener on this machine.
const urls = [
  'http://127.0.0.1:P/',
  'http://127.0.0.1.:P/',
  'http://127.1:P/',
  'http://127.0.1:P/',
  'http://127.8.9.10:P/',
  'http://2130706433:P/',
  'http://0x7f000001:P/',
  'http://0x7F.0x0.0x0.0x1:P/',
  'http://0x7f.1:P/',
  'http://017700000001:P/',
  'http://0177.0.0.01:P/',
  'http://0177.0x0.0.1:P/',
  'http://0:P/',
  'http://0.0.0.0:P/',
  'http://0x0:P/',
  'http://%31%32%37.0.0.1:P/',
  'http://①②⑦.⓪.⓪.①:P/',
  'http://127。0。0。1:P/',
  'http://user:password@127.0.0.1:P/',
  'http://example.com@127.0.0.1:P/',
  'http://127.0.0.1:P\\@example.com/',
  'http:\\\\127.0.0.1:P\\',
  'HTTP://127.0.0.1:P/',
  'http://[::1]:P/',
  'http://[0:0:0:0:0:0:0:1]:P/',
  'http://[::]:P/',
  'http://[::ffff:127.0.0.1]:P/',
  'http://[::ffff:7f00:1]:P/',
  'http://[0:0:0:0:0:ffff:7f00:0001]:P/',
  'http://[::127.0.0.1]:P/',
  'http://[64:ff9b::127.0.0.1]:P/',
  'http://[2002:7f00:1::]:P/',
  'http://[fe80::1]:P/',
  'http://[fd00:ec2::254]:P/',
  'http://169.254.169.254:P/latest/meta-data/',
  'http://2852039166:P/',
  'http://10.0.0.1:P/',
  'http://192.168.1.1:P/',
  'http://172.16.0.1:P/',
  'http://100.64.0.1:P/',
  'https://127.0.0.1:P/',
  'http://localhost:P/',
  'http://LOCALHOST:P/',
  'http://localhost.:P/',
  'http://one.example:P/',
  'http://mixed.example:P/',
  'http://mapped.example:P/',
  'http://six.example:P/',
];

const names: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'one.example': ['127.0.0.1'],
  // Of several addresses one is bad: a socket would try them one after the other.
  'mixed.example': ['8.8.8.8', '127.0.0.1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'six.example': ['::1'],
};

const resolve: Resolve = (host, done) => {
  const known = names[host];
  const addresses = (known ?? []).map(resolved);
  queueMicrotask(() => done(known === undefined ? new Error(`${host} is unknown`) : null, addresses));
};

function resolved(address: string): { readonly address: string; readonly family: number } {
  return { address, family: address.includes(':') ? 6 : 4 };
}

function post(client: HttpHookClient, url: URL): Promise<HookAnswer> {
  return new Promise((settle) => client.post({ url, headers: {}, body: '{}', timeoutMs: 15_000 }, settle));
}

describe('a listener on this machine', () => {
  let server: Server;
  let connections: number;
  let port: number;
  beforeEach(async () => {
    connections = 0;
    server = createServer((_request, response) => response.end());
    server.on('connection', () => {
      connections += 1;
    });
    // On all addresses of both families, so that no disguise misses it by chance.
    await new Promise<void>((settle) => server.listen(0, '::', settle));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it(`sees no connection by any of ${urls.length} URLs`, async () => {
    const client = new HttpHookClient({
      clock: new SimulatedClock(),
      concurrency: 4,
      allowPrivate: false,
      resolve,
    });
    for (const text of urls) {
      const answer = await post(client, new URL(text.replace(':P', `:${port}`)));
      expect([text, answer.kind]).toEqual([text, 'failed']);
      expect(answer).toMatchObject({ reason: expect.stringContaining('not on the open Internet') });
    }
    client.close();
    expect(connections).toBe(0);
  });

  it('would see them if they were allowed', async () => {
    const client = new HttpHookClient({
      clock: new SimulatedClock(),
      concurrency: 4,
      allowPrivate: true,
      resolve,
    });
    const reached = [
      'http://127.0.0.1:P/',
      'http://2130706433:P/',
      'http://localhost:P/',
      'http://one.example:P/',
    ];
    for (const text of reached) {
      expect(await post(client, new URL(text.replace(':P', `:${port}`)))).toMatchObject({ status: 200 });
    }
    client.close();
    expect(connections).toBeGreaterThan(0);
  });

  it('sees nothing of a name that leads to it only when it is asked for again', async () => {
    // Global unicast that is assigned to nobody: nothing answers there.
    const answers = ['2000::1', '127.0.0.1', '127.0.0.1'];
    let asked = 0;
    const client = new HttpHookClient({
      clock: new SimulatedClock(),
      concurrency: 1,
      allowPrivate: false,
      resolve: (_host, done) => {
        done(null, [resolved(answers[asked] as string)]);
        asked += 1;
      },
    });
    const answer = post(client, new URL(`http://rebinding.example:${port}/`));
    await settled();
    client.close();
    expect(await answer).toMatchObject({ kind: 'failed' });
    expect([asked, connections]).toEqual([1, 0]);
  });

  it('sees nothing of a redirect that leads to it', async () => {
    let posts = 0;
    const redirecting = createServer((_request, response) => {
      posts += 1;
      response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
    });
    await new Promise<void>((settle) => redirecting.listen(0, '127.0.0.1', settle));
    const client = new HttpHookClient({ clock: new SimulatedClock(), concurrency: 1, allowPrivate: true });
    const url = new URL(`http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/`);
    expect(await post(client, url)).toMatchObject({ kind: 'answered', status: 302 });
    client.close();
    redirecting.close();
    expect([posts, connections]).toEqual([1, 0]);
  });
});

describe('lookup', () => {
  const addressesOf = (
    lookup: ReturnType<typeof guardedLookup>,
    host: string,
    all = true,
  ): Promise<unknown> =>
    new Promise((settle) => {
      lookup(host, { all }, (error, address, family) => settle(error?.message ?? [address, family]));
    });

  it('gives what was checked, and asks once for each connection: a name that changes gains nothing', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1'], ['8.8.8.8', '2606:4700:4700::1111']];
    const resolve: Resolve = (_host, done) => done(null, (answers.shift() ?? []).map(resolved));
    const lookup = guardedLookup(false, resolve);
    expect(await addressesOf(lookup, 'a.example')).toEqual([[{ address: '8.8.8.8', family: 4 }], undefined]);
    expect(await addressesOf(lookup, 'a.example')).toBe('a.example is 127.0.0.1: not on the open Internet');
    expect(await addressesOf(lookup, 'a.example', false)).toEqual(['8.8.8.8', 4]);
    expect(answers).toEqual([]);
    expect(await addressesOf(lookup, 'a.example')).toBe('a.example has no address');
  });

  it('asks once for several at the same time', async () => {
    const waiting: Parameters<Resolve>[1][] = [];
    const lookup = guardedLookup(false, (_host, done) => void waiting.push(done));
    const both = [addressesOf(lookup, 'a.example'), addressesOf(lookup, 'a.example')];
    const other = addressesOf(lookup, 'b.example');
    expect(waiting).toHaveLength(2);
    waiting[0]?.(null, [{ address: '1.1.1.1', family: 4 }]);
    waiting[1]?.(new Error('no such name'), []);
    expect(await Promise.all(both)).toEqual(Array(2).fill([[{ address: '1.1.1.1', family: 4 }], undefined]));
    expect(await other).toBe('no such name');
  });

  it('gives the family that was asked for', async () => {
    const addresses = [
      { address: '2606:4700:4700::1111', family: 6 },
      { address: '1.1.1.1', family: 4 },
    ];
    const lookup = guardedLookup(false, (_host, done) => done(null, addresses));
    const got = await new Promise((settle) => {
      lookup('a.example', { family: 4 }, (_error, address) => settle(address));
    });
    expect(got).toBe('1.1.1.1');
  });
});

describe('settings', () => {
  it.each([
    ['ftp://example.com/', 'neither http: nor https:'],
    ['file:///etc/passwd', 'neither http: nor https:'],
    ['javascript:alert(1)', 'neither http: nor https:'],
    ['http://127.0.0.1/', '127.0.0.1 is not on the open Internet'],
    ['http://[::1]/', '::1 is not on the open Internet'],
    ['http://0x7f.1/', '127.0.0.1 is not on the open Internet'],
  ])('%s is refused when it is set', (url, reason) => {
    const make = (): unknown =>
      new WebhookConnector({ name: 'crm', url, secret: 'whsec_c2VjcmV0' }, { clock: new SimulatedClock() });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(`webhook "crm": url is refused`);
    expect(make).toThrow(reason);
  });

  it('names are judged when they are called', () => {
    expect(urlRefusal(new URL('https://localhost/'), false)).toBeUndefined();
    expect(urlRefusal(new URL('https://example.com/'), false)).toBeUndefined();
  });
});
