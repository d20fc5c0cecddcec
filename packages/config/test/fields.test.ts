/** Every key of every kind of entry, and what it becomes in the settings. */
import type {
  AccountSettings,
  ConnectorSettings,
  FilterSettings,
  MoRouteSettings,
  PumpingSettings,
  RouteSettings,
  WebhookSettings,
} from '@chappe/policy';
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../../cli/src/start/self-signed.ts';
import { loaded, short } from './support/load.ts';

const env = {
  PASSWORD: 'pw',
  KEY: 'a-key-of-sixteen',
  HOOK: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
};
const pem = selfSigned(Date.UTC(2026, 0), Date.UTC(2027, 0));
const files = { 'cert.pem': pem.cert, 'key.pem': pem.key };

/** `<NAME>` stands for the variable of that name. */
const filled = (text: string): string => text.replace(/<([A-Z]+)>/g, (_, name) => `"\${${name}}"`);

const operators = `
  - { name: op-a, host: a.example, systemId: us }
  - { name: op-b, host: b.example, systemId: us }
  - { name: op-c, host: c.example, systemId: us, tlvs: [{ name: pe_id, tag: 0x1400 }] }`;
const frame = (routes: string): string => `handsets: { enabled: true }
accounts: [{ systemId: acme, password: "\${PASSWORD}" }, { systemId: bank, password: "\${PASSWORD}" }]
connectors: ${operators}
webhooks: [{ name: hook, url: "https://h.example/x", secret: "\${HOOK}" }]
${routes}
`;

async function account(keys: string): Promise<AccountSettings> {
  const text = `accounts: [{ systemId: a, password: "\${PASSWORD}", ${keys} }]`;
  return (await loaded(filled(text), { env, files })).settings.accounts[0]!;
}

async function connector(keys: string): Promise<ConnectorSettings> {
  const text = `connectors: [{ name: c, host: h.example, systemId: us, ${keys} }]`;
  return (await loaded(filled(text), { env, files })).settings.connectors[0]!;
}

async function route(keys: string): Promise<RouteSettings> {
  return (await loaded(frame(`routes: [{ name: r, ${keys} }]`), { env, files })).settings.routes[0]!;
}

async function mo(keys: string): Promise<MoRouteSettings> {
  return (await loaded(frame(`mo: [{ ${keys} }]`), { env, files })).settings.mo[0]!;
}

type Case<T> = readonly [keys: string, expected: Partial<T>];

const accountCases: readonly Case<AccountSettings>[] = [
  ['', { systemId: 'a', passwordHash: 'hash of pw' }],
  ['allowFrom: 203.0.113.0/24', { allowFrom: ['203.0.113.0/24'] }],
  ['allowFrom: [::1, 10.0.0.0/8]', { allowFrom: ['::1', '10.0.0.0/8'] }],
  ['tlsOnly: yes', { tlsOnly: true }],
  ['clientCertificates: "CN=acme,O=Acme Ltd"', { clientCertificates: ['CN=acme,O=Acme Ltd'] }],
  [
    `clientCertificates: ["${'AB:'.repeat(31)}AB", "sha256:${'cd'.repeat(32)}"]`,
    { clientCertificates: ['ab'.repeat(32), 'cd'.repeat(32)] },
  ],
  ['bindKinds: [transmitter, receiver]', { bindKinds: ['transmitter', 'receiver'] }],
  ['binds: 4, window: 50', { binds: 4, window: 50 }],
  ['throughput: 200/s', { throughput: { perSecond: 200 } }],
  ['throughput: 30/m', { throughput: { perSecond: 0.5 } }],
  [
    'throughput: { rate: 200, burst: 400, excess: shape }',
    { throughput: { perSecond: 200, burst: 400, excess: 'shape' } },
  ],
  ['quota: { day: 100000, month: 2000000 }', { quota: { day: 100_000, month: 2_000_000 } }],
  ['senderIds: [ACME, "4477009*", +4477]', { senders: ['ACME', '4477009*', '4477'] }],
  ['destinations: [+44, "353*"]', { destinations: ['44', '353'] }],
  [
    'senderRules: [{ from: "", replaceBy: ACME }, { from: "*", refuse: true }]',
    {
      senderRules: [
        { from: '', replaceBy: 'ACME' },
        { from: '*', refuse: true },
      ],
    },
  ],
  [
    'numbers: { countryCode: +44, nationalPrefix: 0, internationalPrefixes: [00, 011], leastDigits: 6 }',
    {
      numbers: {
        countryCode: '44',
        nationalPrefix: '0',
        internationalPrefixes: ['00', '011'],
        leastDigits: 6,
      },
    },
  ],
  ['defaultTon: international, defaultNpi: 1', { defaultTon: 1, defaultNpi: 1 }],
  ['defaultAlphabet: gsm7packed', { defaultAlphabet: 'gsm7-packed' }],
  ['dlr: { messageId: hexdec }', { messageId: 'hexdec' }],
  [
    'dlr: { timezone: +02:00, seconds: true, textLabel: Text, quoteText: false, longMessages: last, binds: receiver, validity: 24h, dataSm: true }',
    {
      receipts: {
        timeZone: '120',
        seconds: true,
        textLabel: 'Text',
        quoteText: false,
        longMessages: 'last',
        binds: 'receiver',
        validityMs: 86_400_000,
        asDataSm: true,
      },
    },
  ],
  ['dlr: { limit: 100000 }', { receipts: { limit: 100_000 } }],
  ['dlr: { tlvs: all }', { receipts: { tlvs: 'all' } }],
  ['dlr: { tlvs: none }', { receipts: { tlvs: 'none' } }],
  ['dlr: { tlvs: 0x1403 }', { receipts: { tlvs: [0x1403] } }],
  ['dlr: { tlvs: ["0x1403", 5124, dpf_result] }', { receipts: { tlvs: [0x1403, 0x1404, 0x0420] } }],
  ['mo: none', { mo: 'none' }],
  ['priority: 2', { defaultPriority: 2 }],
  ['priority: { default: 1, max: 2 }', { defaultPriority: 1, maxPriority: 2 }],
  ['tags: retail', { tags: ['retail'] }],
  [
    'credit: { mode: postpaid, limit: 100.50, perDay: "0.1", perMonth: 5, charge: delivered }',
    {
      credit: {
        mode: 'postpaid',
        limit: 100_500_000,
        perDay: 100_000,
        perMonth: 5_000_000,
        charge: 'delivered',
      },
    },
  ],
  ['suspended: true', { suspended: true }],
];

const connectorCases: readonly Case<ConnectorSettings>[] = [
  ['', { name: 'c', host: 'h.example', systemId: 'us', password: '' }],
  [
    'group: g, port: 2776, systemType: VMA, version: "5.0"',
    { group: 'g', port: 2776, systemType: 'VMA', version: '5.0' },
  ],
  ['version: 3.3', { version: '3.3' }],
  ['tls: true', { tls: {} }],
  ['tls: false', {}],
  ['tls: { serverName: s.example, verify: false }', { tls: { serverName: 's.example', verify: false } }],
  ['tls: { ciphers: "AES128-SHA:AES256-SHA" }', { tls: { ciphers: 'AES128-SHA:AES256-SHA' } }],
  [
    'tls: { ca: cert.pem, cert: cert.pem, key: file:key.pem }',
    { tls: { ca: pem.cert, cert: pem.cert, key: pem.key } },
  ],
  ['password: <PASSWORD>', { password: 'pw' }],
  ['bind: transmitter+receiver, binds: 3', { bind: 'transmitter+receiver', binds: 3 }],
  ['receive: { host: r.example, port: 2777 }', { receiveHost: 'r.example', receivePort: 2777 }],
  ['window: 20, throughput: 100/s', { window: 20, perSecond: 100 }],
  [
    'source: { ton: auto, kinds: { shortCode: { ton: network, npi: 0 }, number: { ton: 0 }, name: { ton: 5, npi: unknown } } }',
    {
      source: {
        ton: 'auto',
        kinds: { shortCode: { ton: 3, npi: 0 }, number: { ton: 0 }, name: { ton: 5, npi: 0 } },
      },
    },
  ],
  [
    'priorityFlag: 0, protocolId: 64, validity: 2h',
    { priorityFlag: 0, protocolId: 64, validityMs: 7_200_000 },
  ],
  ['hosts: b.example', { hosts: [{ host: 'b.example' }] }],
  [
    'hosts: [b.example, "b.example:2776", "[2001:db8::1]:2777", "2001:db8::2", 192.0.2.1]',
    {
      hosts: [
        { host: 'b.example' },
        { host: 'b.example', port: 2776 },
        { host: '2001:db8::1', port: 2777 },
        { host: '2001:db8::2' },
        { host: '192.0.2.1' },
      ],
    },
  ],
  ['messagesPerBind: 1000', { messagesPerBind: 1_000 }],
  ['statuses: { "0x58": rebind }', { statuses: [{ status: 0x58, means: 'rebind' }] }],
  ['throughput: { rate: 100, burst: 7 }', { perSecond: 100, burst: 7 }],
  ['addressRange: ^336, bindTon: 1, bindNpi: isdn', { addressRange: '^336', bindTon: 1, bindNpi: 1 }],
  [
    'source: { ton: auto, npi: auto }, destination: { ton: national, npi: 1, stripPrefix: 44, addPrefix: 0 }',
    {
      source: { ton: 'auto', npi: 'auto' },
      destination: { ton: 2, npi: 1, stripPrefix: '44', addPrefix: '0' },
    },
  ],
  ['numbers: { countryCode: 353 }', { numbers: { countryCode: '353' } }],
  ['senderRules: [{ from: A, replaceBy: B }]', { senderRules: [{ from: 'A', replaceBy: 'B' }] }],
  ['serviceType: CMT', { serviceType: 'CMT' }],
  ['charset: gsm8', { defaultAlphabet: 'gsm7' }],
  ['charset: gsm7packed', { defaultAlphabet: 'gsm7-packed' }],
  ['charset: latin1', { defaultAlphabet: 'latin1' }],
  ['longMessages: udh', { longMessages: 'udh8' }],
  ['longMessages: payload, command: data_sm', { longMessages: 'payload', command: 'data_sm' }],
  [
    'passTlvs: listed, tlvs: [{ name: pe_id, tag: 0x1400, type: hex, octets: 4, required: true, value: 0102, fromTag: dest_addr_subunit, maxOctets: 9 }]',
    {
      passTlvs: 'listed',
      tlvs: [
        {
          name: 'pe_id',
          tag: 0x1400,
          type: 'hex',
          octets: 4,
          required: true,
          value: '0102',
          fromTag: 5,
          maxOctets: 9,
        },
      ],
    },
  ],
  ['sendValidity: false, alwaysReceipt: false', { sendValidity: false, alwaysReceipt: false }],
  [
    'statuses: { ESME_RTHROTTLED: throttled, RMSGQFUL: full, "0x400": permanent, 1025: accepted }',
    {
      statuses: expect.arrayContaining([
        { status: 0x58, means: 'throttled' },
        { status: 0x14, means: 'full' },
        { status: 0x400, means: 'permanent' },
        { status: 1025, means: 'accepted' },
      ]) as unknown as ConnectorSettings['statuses'],
    },
  ],
  [
    'retry: { throttled: 1s, busy: 2s..1m, system: { first: 5s, longest: 10m, factor: 1.5, attempts: 20 }, unknown: { attempts: unlimited } }',
    {
      retry: {
        throttled: { firstMs: 1_000, longestMs: 1_000 },
        busy: { firstMs: 2_000, longestMs: 60_000 },
        system: { firstMs: 5_000, longestMs: 600_000, factor: 1.5, attempts: 20 },
        unknown: { attempts: Number.POSITIVE_INFINITY },
      },
    },
  ],
  ['unknown: resend, unknownWait: 2m', { unknown: 'resend', unknownWaitMs: 120_000 }],
  [
    'dlr: { idIn: hex-dec, timezone: -03:30, errors: { "013": 27 }, states: { FAILED: UNDELIVERABLE }, early: 1m, unmatched: 5 }',
    {
      receipts: {
        ids: 'hex-dec',
        offsetMinutes: -210,
        errors: { '013': 27 },
        states: { FAILED: 'UNDELIVERABLE' },
        earlyMs: 60_000,
        unmatched: 5,
      },
    },
  ],
  [
    'dlr: { timezone: Europe/Paris, longMessages: one }',
    { receipts: { timeZone: 'Europe/Paris', longMessages: 'one' } },
  ],
  ['breaker: { failures: 0, pause: 10s }', { breaker: { failures: 0, pauseMs: 10_000 } }],
  [
    'enquireLink: 1m, enquireLinkResponse: 5s, responseTimeout: 20s, connectTimeout: 3s',
    {
      enquireLinkMs: 60_000,
      enquireLinkResponseMs: 5_000,
      responseTimeoutMs: 20_000,
      connectTimeoutMs: 3_000,
    },
  ],
  ['reconnect: 1s..60s', { reconnect: { minMs: 1_000, maxMs: 60_000 } }],
  ['reconnect: 5s', { reconnect: { minMs: 5_000, maxMs: 5_000 } }],
  ['reconnect: { max: 30s }', { reconnect: { maxMs: 30_000 } }],
  ['outbind: 2780', { outbind: { host: '127.0.0.1', port: 2780 } }],
  [
    'outbind: { port: 2780, systemId: them, password: <PASSWORD> }',
    { outbind: { port: 2780, systemId: 'them', password: 'pw' } },
  ],
  ['paused: true, tags: [a, b], peer: true', { paused: true, tags: ['a', 'b'], peer: true }],
  ['filters: { blockFrom: SPAM }', { filters: { blockFrom: ['SPAM'] } }],
];

const via = (
  ...groups: readonly (readonly (string | readonly [string, number])[])[]
): RouteSettings['action'] => ({
  kind: 'via',
  groups: groups.map((group) =>
    group.map((target) =>
      typeof target === 'string' ? { connector: target } : { connector: target[0], weight: target[1] },
    ),
  ),
});

const routeCases: readonly Case<RouteSettings>[] = [
  ['via: op-a', { name: 'r', action: via(['op-a']) }],
  ['via: [op-a, op-b]', { action: via(['op-a'], ['op-b']) }],
  [
    'via: { prefer: [op-a, { op-b: 2, op-c: 1 }] }',
    {
      action: via(
        ['op-a'],
        [
          ['op-b', 2],
          ['op-c', 1],
        ],
      ),
    },
  ],
  [
    'via: { share: { op-a: 70, op-c: 30 } }',
    {
      action: via([
        ['op-a', 70],
        ['op-c', 30],
      ]),
    },
  ],
  [
    'via: { op-a: 70, op-c: 30 }',
    {
      action: via([
        ['op-a', 70],
        ['op-c', 30],
      ]),
    },
  ],
  [
    'via: [{ op-a: 70, op-b: 30 }, op-c]',
    {
      action: via(
        [
          ['op-a', 70],
          ['op-b', 30],
        ],
        ['op-c'],
      ),
    },
  ],
  ['via: [{ share: { op-a: 1 } }, handsets]', { action: via([['op-a', 1]], ['handsets']) }],
  ['via: "account:bank"', { action: via(['account:bank']) }],
  ['reject: ESME_RSUBMITFAIL', { action: { kind: 'reject', status: 0x45 } }],
  ['reject: 0x0b', { action: { kind: 'reject', status: 11 } }],
  ['reject: true', { action: { kind: 'reject', status: 0x45 } }],
  ['drop: true', { action: { kind: 'drop' } }],
  ['hold: true', { action: { kind: 'hold' } }],
  ['drop: false, hold: true', { action: { kind: 'hold' } }],
  ['drop: true, account: acme', { accounts: ['acme'] }],
  ['drop: true, accounts: [acme, "ba*"]', { accounts: ['acme', 'ba*'] }],
  ['drop: true, account: any, from: any, to: any', { name: 'r', action: { kind: 'drop' } }],
  ['drop: true, from: [ACME, "4477*"], to: [+447, "353*"]', { from: ['ACME', '4477*'], to: ['447', '353'] }],
  ['drop: true, text: /code|OTP/i', { text: 'code|OTP', textFlags: 'i' }],
  ['drop: true, text: "1 + 1 = (2)"', { text: '1 \\+ 1 = \\(2\\)' }],
  ['drop: true, codings: [ucs2, gsm7]', { codings: ['ucs2', 'gsm7'] }],
  ['drop: true, segments: 2', { segments: { min: 2, max: 2 } }],
  ['drop: true, segments: 2..4', { segments: { min: 2, max: 4 } }],
  ['drop: true, segments: 3..', { segments: { min: 3 } }],
  ['drop: true, segments: { max: 4 }', { segments: { max: 4 } }],
  [
    'drop: true, time: "mon-wed,sun 8:00-20:00 Europe/Paris"',
    {
      time: [{ days: ['mon', 'tue', 'wed', 'sun'], from: '08:00', until: '20:00', timeZone: 'Europe/Paris' }],
    },
  ],
  [
    'drop: true, time: [22:00-06:00, { days: sat, from: "00:00", until: "24:00", timezone: Asia/Tokyo }]',
    {
      time: [
        { from: '22:00', until: '06:00' },
        { days: ['sat'], from: '00:00', until: '24:00', timeZone: 'Asia/Tokyo' },
      ],
    },
  ],
  [
    'drop: true, time: sat-mon 01:00-02:00',
    { time: [{ days: ['sat', 'sun', 'mon'], from: '01:00', until: '02:00' }] },
  ],
  [
    'drop: true, tlvs: [pe_id, 0x1401, { tag: user_message_reference, value: 7 }]',
    { tlvs: [{ tag: 0x1400 }, { tag: 0x1401 }, { tag: 0x0204, value: '7' }] },
  ],
  [
    'drop: true, tags: retail, keywords: [A, B], when: hour > 3',
    { tags: ['retail'], keywords: ['A', 'B'], when: 'hour > 3' },
  ],
  [
    'via: op-a, failover: { on: [system, rejected], onReceipt: undeliverable, receiptAfter: 2m, queued: 5s, tries: 3 }',
    {
      action: {
        ...via(['op-a']),
        failover: {
          on: ['system', 'rejected'],
          onReceipt: ['undeliverable'],
          receiptAfterMs: 120_000,
          queuedMs: 5_000,
          tries: 3,
        },
      } as RouteSettings['action'],
    },
  ],
  ['drop: true, priority: 3, disabled: true', { priority: 3, disabled: true }],
  ['drop: true, price: 0.0125', { price: { perSegment: 12_500 } }],
  [
    'drop: true, price: { perSegment: "0.1", byPrefix: { 44: 0.000001, "447": 100 } }',
    { price: { perSegment: 100_000, byPrefix: { '44': 1, '447': 100_000_000 } } },
  ],
  ['drop: true, filters: { blockTo: 44909* }', { filters: { blockTo: ['44909*'] } }],
];

const moCases: readonly Case<MoRouteSettings>[] = [
  [
    'to: 60100, deliver: acme',
    {
      name: 'mo-1',
      to: ['60100'],
      action: { kind: 'accounts', accounts: ['acme'], spread: 'round-robin' },
    },
  ],
  ['deliver: { account: bank }', { action: { kind: 'accounts', accounts: ['bank'], spread: 'round-robin' } }],
  [
    'name: m, connector: op-a, deliver: { accounts: [acme, bank], spread: sticky }, reassemble: true',
    {
      name: 'm',
      connectors: ['op-a'],
      reassemble: true,
      action: { kind: 'accounts', accounts: ['acme', 'bank'], spread: 'sticky' },
    },
  ],
  [
    'connectors: [op-a, op-b], deliver: { webhook: hook }',
    { connectors: ['op-a', 'op-b'], action: { kind: 'webhook', webhook: 'hook' } },
  ],
  ['keyword: STOP, do: optout', { keywords: ['STOP'], action: { kind: 'opt-out' } }],
  [
    'keywords: [STOP, END], do: opt-out, reply: Bye, deliver: acme',
    {
      keywords: ['STOP', 'END'],
      action: {
        kind: 'opt-out',
        reply: 'Bye',
        // biome-ignore lint/suspicious/noThenProperty: the name in the settings
        then: { kind: 'accounts', accounts: ['acme'], spread: 'round-robin' },
      },
    },
  ],
  ['do: opt-in', { action: { kind: 'opt-in' } }],
  ['do: drop, from: 4477*, when: hour > 3', { from: ['4477*'], when: 'hour > 3', action: { kind: 'drop' } }],
];

describe('accounts', () => {
  test.each(accountCases)('%s', async (keys, expected) => {
    const given = await account(keys);
    expect(given).toEqual({ systemId: 'a', passwordHash: 'hash of pw', ...expected });
  });

  test('keys of the HTTP API are kept as their SHA-256', async () => {
    const { apiKeyHash } = await account('apiKey: <KEY>');
    expect(apiKeyHash).toMatch(/^[0-9a-f]{64}$/);
    expect((await account(`apiKeyHash: ${apiKeyHash?.toUpperCase()}`)).apiKeyHash).toBe(apiKeyHash);
  });

  test('a hash instead of a password', async () => {
    const hash = 'scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
    const text = `accounts: [{ systemId: a, passwordHash: ${hash} }]`;
    expect((await loaded(text)).settings.accounts[0]?.passwordHash).toBe(hash);
  });
});

describe('connectors', () => {
  test.each(connectorCases)('%s', async (keys, expected) => {
    expect(await connector(keys)).toEqual({
      name: 'c',
      host: 'h.example',
      systemId: 'us',
      password: '',
      ...expected,
    });
  });
});

describe('routes', () => {
  test.each(routeCases)('%s', async (keys, expected) => {
    expect(await route(keys)).toEqual({
      name: 'r',
      ...(keys.startsWith('drop: true') ? { action: { kind: 'drop' } } : {}),
      ...expected,
    });
  });
});

describe('messages from handsets', () => {
  test.each(moCases)('%s', async (keys, expected) => {
    expect(await mo(keys)).toEqual({ name: 'mo-1', ...expected });
  });
});

test('webhooks', async () => {
  const text = `webhooks:
  - { name: w, url: "https://h.example/x", secret: "\${HOOK}", timeout: 3s, concurrency: 2, allowPrivate: true }`;
  const expected: WebhookSettings = {
    name: 'w',
    url: 'https://h.example/x',
    secret: env.HOOK,
    timeoutMs: 3_000,
    concurrency: 2,
    allowPrivate: true,
  };
  expect((await loaded(text, { env })).settings.webhooks).toEqual([expected]);
});

test('filters and pumping', async () => {
  const text = `filters:
  blockTo: ["44909*", +353]
  allowTo: 44*
  blockFrom: [SPAM]
  texts: [/casino/i, { pattern: free money, action: replace, replacement: "" }]
  urls: { allow: [Example.com], block: bit.ly, none: false }
  duplicates: { window: 1m, most: 2, action: drop }
  optOut: false
pumping: { sequential: 30, prefixShare: 75%, least: 10, window: 5m, action: stop }`;
  const { settings } = await loaded(text);
  const filters: FilterSettings = {
    blockTo: ['44909*', '353'],
    allowTo: ['44*'],
    blockFrom: ['SPAM'],
    texts: [
      { pattern: 'casino', flags: 'i' },
      { pattern: 'free money', action: 'replace', replacement: '' },
    ],
    urls: { allow: ['example.com'], block: ['bit.ly'], none: false },
    duplicates: { windowMs: 60_000, most: 2, action: 'drop' },
    optOut: false,
  };
  const pumping: PumpingSettings = {
    sequential: 30,
    prefixShare: 0.75,
    least: 10,
    windowMs: 300_000,
    action: 'stop',
  };
  expect(settings.filters).toEqual(filters);
  expect(settings.pumping).toEqual(pumping);
  expect((await loaded('filters: { duplicates: 5m }')).settings.filters).toEqual({
    duplicates: { windowMs: 300_000 },
  });
});

test('the server', async () => {
  const text = `data: ":memory:"
log: { level: warn }
drain: 5s
smpp:
  systemId: mc
  listen:
    - 2775
    - "[::1]:2776"
    - { host: 0.0.0.0, tls: { cert: cert.pem, key: key.pem, clientCa: cert.pem, ciphers: AES128-SHA }, trustProxy: 10.0.0.0/8 }
  defaults:
    { window: 1, outgoingWindow: 2, queue: 3, connections: 4, perAddress: 5, perAccount: 6, sessionInit: 7s, pduRead: 8s,
      enquireLink: 9s, enquireLinkResponse: 10s, inactivity: 11s, responseTimeout: 12s, writeStall: 13s, maxPdu: 65536 }
http: { listen: 8081, allowHosts: [Sms.example], adminKey: "\${KEY}", adminKeyHash: ${'0'.repeat(64)} }
lifetime: { validity: 1d, maxValidity: 2d, maxSchedule: 3d, receiptValidity: 4d, retention: 5d }
handsets: { enabled: true, delay: 0..20ms, outcomes: { delivered: 9, rejected: 1 }, seed: 7 }
`;
  const config = await loaded(text, { env, files });
  const dayMs = 86_400_000;
  expect(config).toMatchObject({
    data: ':memory:',
    server: {
      smpp: {
        systemId: 'mc',
        listen: [
          { host: '127.0.0.1', port: 2775 },
          { host: '::1', port: 2776 },
          {
            host: '0.0.0.0',
            port: 3550,
            tls: { cert: pem.cert, key: pem.key, clientCa: pem.cert, ciphers: 'AES128-SHA' },
            trustProxy: ['10.0.0.0/8'],
          },
        ],
        defaults: {
          window: 1,
          outgoingWindow: 2,
          queue: 3,
          connections: 4,
          perAddress: 5,
          perAccount: 6,
          sessionInitMs: 7_000,
          pduReadMs: 8_000,
          enquireLinkMs: 9_000,
          enquireLinkResponseMs: 10_000,
          inactivityMs: 11_000,
          responseTimeoutMs: 12_000,
          writeStallMs: 13_000,
          maxPduOctets: 65_536,
        },
      },
      http: {
        listen: { host: '127.0.0.1', port: 8081 },
        allowHosts: ['sms.example'],
        adminKeyHashes: [expect.stringMatching(/^[0-9a-f]{64}$/), '0'.repeat(64)],
      },
      logLevel: 'warn',
      drainMs: 5_000,
    },
    lifetime: {
      validityMs: dayMs,
      maxValidityMs: 2 * dayMs,
      maxScheduleMs: 3 * dayMs,
      receiptValidityMs: 4 * dayMs,
      retentionMs: 5 * dayMs,
    },
    handsets: { enabled: true, delayMs: [0, 20], outcomes: { delivered: 9, rejected: 1 }, seed: 7 },
  });
});

test('listeners can be closed', async () => {
  for (const listen of ['off', '[]']) {
    expect((await loaded(`smpp: { listen: ${listen} }`)).server.smpp.listen).toEqual([]);
  }
  expect((await loaded('http: { listen: off }')).server.http.listen).toBeUndefined();
});

const contradictions: readonly (readonly [text: string, expected: string])[] = [
  ['accounts: [{ systemId: a }]', '"password" or "passwordHash" is missing'],
  ['accounts: [{ systemId: a, password: "" }]', 'this is empty'],
  [
    'accounts: [{ systemId: a, password: x, credit: { mode: prepaid, limit: 1 } }]',
    'a limit below zero is for postpaid',
  ],
  [
    'accounts: [{ systemId: a, password: x, priority: { default: 2, max: 1 } }]',
    'the default is above the highest',
  ],
  [
    'accounts: [{ systemId: a, password: x, senderRules: [{ from: A, replaceBy: B, refuse: true }] }]',
    'a sender is replaced or refused, not both',
  ],
  ['accounts: [{ systemId: a, password: x, allowFrom: [10.0.0.0/33] }]', 'expected a network such as'],
  ['accounts: [{ systemId: a, password: x, apiKey: short }]', 'a key has at least 16 characters'],
  ['accounts: [{ systemId: a b, password: x }]', 'expected a system_id of ASCII characters without blanks'],
  ['accounts: { systemId: a }', 'expected a list'],
  ['accounts: [a]', 'expected keys and values'],
  [
    'connectors: [{ name: handsets, host: h, systemId: u }]',
    '"handsets" is the name of the simulated handsets',
  ],
  [
    'connectors: [{ name: "a:b", host: h, systemId: u }]',
    'expected a name of letters, digits, dots and dashes',
  ],
  [
    'connectors: [{ name: a, host: h, systemId: u, tls: { cert: cert.pem } }]',
    'a certificate and its key go together',
  ],
  [
    'connectors: [{ name: a, host: h, systemId: u, tls: { ciphers: NONSENSE } }]',
    'OpenSSL knows none of these suites',
  ],
  [
    'smpp: { listen: { tls: { cert: cert.pem, key: key.pem, ciphers: NONSENSE } } }',
    'OpenSSL knows none of these suites',
  ],
  [
    'connectors: [{ name: a, host: h, systemId: u, reconnect: 9s..1s }]',
    'expected the shorter one first: 1s..9s',
  ],
  [
    'connectors: [{ name: a, host: h, systemId: u, reconnect: { min: 9s, max: 1s } }]',
    'the shortest wait is longer',
  ],
  [
    'connectors: [{ name: a, host: h, systemId: u, retry: { busy: { first: 9s, longest: 1s } } }]',
    'the first delay is longer',
  ],
  [
    'connectors: [{ name: a, host: h, systemId: u, statuses: { ESME_ROK: permanent } }]',
    'ESME_ROK refuses nothing',
  ],
  [
    'connectors: [{ name: a, host: h, systemId: u, dlr: { states: { X: GONE } } }]',
    'expected one of SCHEDULED',
  ],
  ['smpp: { listen: { tls: { cert: cert.pem, key: other.pem } } }', 'these certificates cannot be used'],
  ['smpp: { listen: { tls: { cert: text.txt, key: key.pem } } }', 'expected a PEM file'],
  ['smpp: { defaults: { inactivity: 20s } }', 'must be longer than enquireLink'],
  ['lifetime: { validity: 9d, maxValidity: 7d }', 'must not be longer than maxValidity'],
  ['handsets: { outcomes: { delivered: 0 } }', 'expected a weight above 0'],
  ['webhooks: [{ name: w, url: "ftp://x", secret: <HOOK> }]', 'expected a URL'],
  ['webhooks: [{ name: w, url: "https://u:p@x", secret: <HOOK> }]', 'a URL here has no name and password'],
  ['webhooks: [{ name: w, url: "https://x", secret: abc }]', 'expected whsec_ and the base64'],
  ['filters: { texts: [{ pattern: x, action: replace }] }', '"replacement" is missing'],
  ['filters: { texts: [{ pattern: x, replacement: y }] }', 'a replacement needs action: replace'],
  ['pumping: { prefixShare: 120% }', 'expected a share such as 80%'],
];

const routeContradictions: readonly (readonly [keys: string, expected: string])[] = [
  ['via: op-a, drop: true', 'a route has exactly one of via, reject, drop and hold: this one has 2'],
  ['to: "44"', 'a route has exactly one of via, reject, drop and hold: this one has 0'],
  ['drop: true, failover: { tries: 1 }', 'only a route with via has a next group'],
  ['drop: true, account: acme, accounts: bank', 'there are account and accounts'],
  ['drop: true, keyword: A, keywords: B', 'there are keyword and keywords'],
  ['via: []', 'there are none: name a connector'],
  ['via: 5', 'there is no connector "5"'],
  ['via: "account:nobody"', 'there is no account "nobody"'],
  ['via: { op-a: 0 }', 'expected a whole number from 1 to 1000000'],
  ['drop: true, text: /a/x', 'the flags are i (any case), m and s'],
  ['drop: true, time: noon', 'expected a time such as mon-fri 08:00-20:00 Europe/Paris'],
  ['drop: true, time: 08:00-20:00 Mars/Olympus', 'expected a time zone such as Europe/Paris'],
  [
    'drop: true, tlvs: [pe_ids]',
    'expected a tag such as 0x1400, or the name of a TLV (did you mean "pe_id"?)',
  ],
  ['drop: true, segments: 3..1', 'max 1 is less than min 3'],
  ['drop: true, price: 1e3', 'expected an amount such as 0.0125'],
  ['drop: true, price: 0.0000001', 'an amount has at most 6 places'],
];

const moContradictions: readonly (readonly [keys: string, expected: string])[] = [
  ['to: "1"', 'one of "deliver", "reject" and "do" must be there'],
  ['do: drop, deliver: acme', 'it is dropped or delivered, not both'],
  ['deliver: acme, reply: Hi', 'only an opt-out or opt-in is answered'],
  ['deliver: { account: acme, webhook: hook }', 'deliver takes exactly one of account, accounts and webhook'],
  ['deliver: { account: acme, spread: all }', 'spread is for several accounts'],
  ['deliver: acm', 'there is no account "acm" (did you mean "acme"?)'],
  ['deliver: acme, connector: op-z', 'there is no connector "op-z" (did you mean "op-a"?)'],
];

describe('what contradicts itself is told', () => {
  const more = { ...files, 'other.pem': selfSigned(0, 1).key, 'text.txt': 'hello' };
  const told = async (text: string, expected: string): Promise<void> => {
    expect((await short(filled(text), { env, files: more })).join('\n')).toContain(expected);
  };
  test.each(contradictions)('%s', told);
  test.each(routeContradictions)('route: %s', (keys, expected) =>
    told(frame(`routes: [{ name: r, ${keys} }]`), expected),
  );
  test.each(moContradictions)('mo: %s', (keys, expected) => told(frame(`mo: [{ ${keys} }]`), expected));
});
