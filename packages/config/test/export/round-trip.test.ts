/** What is written of settings is read back as the same settings. */
import type {
  AccountSettings,
  ConnectorSettings,
  FilterSettings,
  MoRouteSettings,
  RouteConditions,
  RouteSettings,
  WebhookSettings,
} from '@chappe/policy';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Entries,
  type EntryKind,
  exportEntry,
  parseEntry,
  withSecretsOf,
  writtenFilters,
} from '../../src/index.ts';

/** An object of which any key but the required ones may be missing. */
function some<T>(
  model: { [K in keyof T]-?: Arbitrary<T[K]> },
  requiredKeys: readonly (keyof T)[] = [],
): Arbitrary<T> {
  return fc.record(model as never, { requiredKeys: requiredKeys as never }) as unknown as Arbitrary<T>;
}

const count = (max: number): Arbitrary<number> => fc.integer({ min: 1, max });
const pauseMs = fc.oneof(
  fc.integer({ min: 1, max: 900_000_000 }),
  fc.constantFrom(1_000, 60_000, 86_400_000),
);
const money = fc.integer({ min: 0, max: 900_000_000_000_000 });
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/).filter((text) => text !== 'handsets');
const digits = fc.stringMatching(/^[1-9]\d{0,12}$/);
const sender = fc.oneof(fc.stringMatching(/^[A-Z][A-Z0-9]{0,9}\*?$/), digits, fc.constantFrom('*', ''));
const condition = sender.filter((text) => text !== 'any');
const rate = fc.oneof(
  count(100_000),
  fc.tuple(count(1_000), fc.constantFrom(60, 3_600)).map(([events, seconds]) => events / seconds),
);
const flag = fc.boolean();
const list = <T>(item: Arbitrary<T>): Arbitrary<readonly T[]> =>
  fc.array(item, { minLength: 1, maxLength: 4 });
const alphabet = fc.constantFrom('gsm7', 'gsm7-packed', 'latin1', 'ascii');
const octet = fc.integer({ min: 0, max: 255 });
const zone = fc.constantFrom('UTC', 'Europe/Paris', 'Asia/Kolkata');
const scryptHash = 'scrypt$16384$8$1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo';
const whsec = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const regex = fc.constantFrom('code|otp', '^a/b$', '\\d{4}', '/', '//i');
const regexFlags = fc.constantFrom('i', 'im', 's');

const numbers = some<NonNullable<AccountSettings['numbers']>>({
  countryCode: digits,
  nationalPrefix: digits,
  internationalPrefixes: list(digits),
  leastDigits: count(15),
});
const senderRules = fc.array(
  fc.oneof(
    some<{ from: string; replaceBy?: string }>({ from: sender, replaceBy: fc.constant('NEW') }, ['from']),
    fc.record({ from: sender, refuse: fc.constant(true) }),
  ),
  { maxLength: 3 },
);
const priorities = fc.constantFrom(
  {},
  { defaultPriority: 1 },
  { maxPriority: 2 },
  { defaultPriority: 0, maxPriority: 3 },
);

const account = fc
  .tuple(
    some<AccountSettings>(
      {
        systemId: fc.stringMatching(/^[!-~]{1,15}$/),
        passwordHash: fc.constant(scryptHash),
        apiKeyHash: fc.constant('ab'.repeat(32)),
        allowFrom: list(fc.constantFrom('203.0.113.0/24', '::1', '10.0.0.1')),
        tlsOnly: flag,
        clientCertificates: list(fc.constantFrom('CN=acme,O=Acme', 'cd'.repeat(32))),
        bindKinds: list(fc.constantFrom('transmitter', 'receiver', 'transceiver')),
        binds: count(10_000),
        window: count(100_000),
        tlvOctets: fc.option(fc.integer({ min: 0, max: 131_072 }), { nil: undefined }),
        throughput: some<NonNullable<AccountSettings['throughput']>>(
          { perSecond: rate, burst: count(1_000), excess: fc.constantFrom('reject', 'shape') },
          ['perSecond'],
        ),
        quota: some<NonNullable<AccountSettings['quota']>>({ day: count(1e12), month: count(1e12) }),
        senders: list(sender),
        destinations: list(digits),
        senderRules: senderRules as Arbitrary<NonNullable<AccountSettings['senderRules']>>,
        numbers,
        defaultTon: octet,
        defaultNpi: octet,
        defaultAlphabet: alphabet as never,
        messageId: fc.constantFrom('hex', 'uuid', 'decimal', 'hexdec', 'short'),
        receipts: some<NonNullable<AccountSettings['receipts']>>({
          timeZone: fc.oneof(zone, fc.constantFrom('120', '-210')),
          seconds: flag,
          textLabel: fc.constantFrom('text', 'Text'),
          quoteText: flag,
          longMessages: fc.constantFrom('all', 'first', 'last', 'aggregate'),
          binds: fc.constantFrom('any', 'receiver', 'transceiver'),
          webhook: fc.constant('crm'),
          validityMs: pauseMs,
          limit: fc.integer({ min: 1, max: 1_000_000_000 }),
          asDataSm: flag,
          tlvs: fc.oneof(fc.constantFrom('none', 'all'), fc.constant([0x1403, 0x0501])) as Arbitrary<
            'none' | 'all' | readonly number[]
          >,
        }).filter((receipts) => Object.keys(receipts).length > 0),
        ownNumbers: list(sender),
        mo: fc.constantFrom('any', 'receiver', 'transceiver', 'none'),
        defaultPriority: fc.constant(undefined),
        maxPriority: fc.constant(undefined),
        tags: list(fc.constantFrom('vip', 'test account', 'é')),
        credit: fc.oneof(
          some<NonNullable<AccountSettings['credit']>>(
            {
              mode: fc.constant('postpaid'),
              limit: money,
              perDay: money,
              perMonth: money,
              charge: fc.constantFrom('accepted', 'delivered'),
            },
            ['mode'],
          ),
          fc.record({ mode: fc.constant('prepaid' as const), perDay: money }),
        ),
        suspended: flag,
      },
      ['systemId', 'passwordHash'],
    ),
    priorities,
  )
  .map(
    ([{ defaultPriority: _d, maxPriority: _m, ...rest }, more]) => ({ ...rest, ...more }) as AccountSettings,
  );

const filters = some<FilterSettings>({
  blockTo: list(digits),
  allowTo: list(digits),
  blockFrom: list(condition),
  texts: fc.array(
    fc.oneof(
      some<{ pattern: string; flags?: string; action?: 'reject' | 'drop' }>(
        { pattern: regex, flags: regexFlags, action: fc.constantFrom('reject', 'drop') },
        ['pattern'],
      ),
      fc.record({ pattern: regex, action: fc.constant('replace' as const), replacement: fc.constant('$1x') }),
    ),
    { maxLength: 2 },
  ) as Arbitrary<NonNullable<FilterSettings['texts']>>,
  urls: some<NonNullable<FilterSettings['urls']>>({
    allow: list(fc.constant('example.com')),
    block: list(fc.constant('evil.example')),
    none: flag,
  }),
  duplicates: some<NonNullable<FilterSettings['duplicates']>>(
    { windowMs: pauseMs, most: count(1_000), action: fc.constantFrom('reject', 'drop') },
    ['windowMs'],
  ),
  optOut: flag,
});

const type = some<{ ton: number; npi: number }>({ ton: octet, npi: octet });
const rewrite = some<NonNullable<ConnectorSettings['source']>>({
  ton: fc.oneof(octet, fc.constant('auto' as const)),
  npi: fc.oneof(octet, fc.constant('auto' as const)),
  stripPrefix: digits,
  addPrefix: digits,
  kinds: some<NonNullable<NonNullable<ConnectorSettings['source']>['kinds']>>({
    name: type,
    shortCode: type,
    international: type,
    national: type,
    number: type,
  }),
});
const delays = some<{ firstMs: number; longestMs: number; factor: number; attempts: number }>({
  firstMs: fc.integer({ min: 0, max: 1_000 }),
  longestMs: fc.integer({ min: 1_000, max: 900_000_000 }),
  factor: fc.constantFrom(1, 1.5, 2, 10.125),
  attempts: fc.oneof(count(1_000_000), fc.constant(Number.POSITIVE_INFINITY)),
});
const statuses = fc
  .uniqueArray(
    fc.record({
      status: fc.integer({ min: 1, max: 0xffff_ffff }),
      means: fc.constantFrom('permanent', 'temporary', 'throttled', 'full', 'accepted', 'rebind'),
    }),
    { selector: ({ status }) => status, maxLength: 4 },
  )
  .map((rules) => rules as NonNullable<ConnectorSettings['statuses']>);

const connector = some<ConnectorSettings>(
  {
    name,
    group: name,
    host: fc.constantFrom('smsc.example', '192.0.2.7', '2001:db8::1'),
    port: count(65_535),
    hosts: list(
      fc.constantFrom(
        { host: 'b.example' },
        { host: '192.0.2.8', port: 2776 },
        { host: '2001:db8::2' },
        { host: '2001:db8::3', port: 1 },
      ),
    ),
    tls: some<NonNullable<ConnectorSettings['tls']>>({
      ca: fc.constant(undefined),
      cert: fc.constant(undefined),
      key: fc.constant(undefined),
      serverName: fc.constant('smsc.example'),
      verify: flag,
      ciphers: fc.constantFrom('AES128-SHA', 'ECDHE-RSA-AES128-SHA256:AES256-SHA'),
    }).map(({ ca: _ca, cert: _cert, key: _key, ...tls }) => tls),
    systemId: fc.constantFrom('us', 'acme'),
    password: fc.constantFrom('', 'secret', 'pass word'),
    systemType: fc.constantFrom('SMPP', 'VMA'),
    version: fc.constantFrom('3.3', '3.4', '5.0'),
    bind: fc.constantFrom('transceiver', 'transmitter', 'receiver', 'transmitter+receiver'),
    receiveHost: fc.constant('rx.example'),
    receivePort: count(65_535),
    binds: count(1_000),
    window: count(100_000),
    messagesPerBind: count(1_000_000_000),
    perSecond: rate,
    burst: count(1_000),
    addressRange: fc.constant('^60100$'),
    bindTon: octet,
    bindNpi: octet,
    source: rewrite,
    destination: rewrite,
    numbers,
    senderRules: senderRules as Arbitrary<NonNullable<ConnectorSettings['senderRules']>>,
    serviceType: fc.constant('CMT'),
    defaultAlphabet: alphabet as never,
    longMessages: fc.constantFrom('udh8', 'udh16', 'sar', 'payload'),
    command: fc.constantFrom('submit_sm', 'data_sm'),
    passTlvs: fc.constantFrom('all', 'none', 'listed'),
    tlvs: fc.array(
      some<NonNullable<ConnectorSettings['tlvs']>[number]>(
        {
          name: fc.constant('pe_id'),
          tag: fc.integer({ min: 0, max: 0xffff }),
          type: fc.constantFrom('text', 'hex', 'integer'),
          octets: fc.constantFrom(1, 2, 4),
          required: flag,
          value: fc.constant('1101'),
          fromTag: fc.integer({ min: 0, max: 0xffff }),
          maxOctets: count(0xffff),
        },
        ['name', 'tag', 'type'],
      ),
      { maxLength: 2 },
    ),
    sendValidity: flag,
    validityMs: pauseMs,
    priorityFlag: fc.integer({ min: 0, max: 4 }),
    protocolId: octet,
    alwaysReceipt: flag,
    statuses,
    retry: some<Record<'unreachable' | 'throttled' | 'unknown', object>>({
      unreachable: delays,
      throttled: delays,
      unknown: delays,
    }) as Arbitrary<NonNullable<ConnectorSettings['retry']>>,
    unknown: fc.constantFrom('wait', 'resend', 'fail'),
    unknownWaitMs: pauseMs,
    receipts: some<Omit<NonNullable<ConnectorSettings['receipts']>, 'offsetMinutes'>>({
      ids: fc.constantFrom('auto', 'same', 'hex-dec', 'dec-hex', 'loose'),
      timeZone: fc.constantFrom('Europe/Paris', 'UTC'),
      longMessages: fc.constantFrom('auto', 'each', 'one'),
      errors: fc.dictionary(fc.constantFrom('013', 'E5'), fc.integer({ min: 0, max: 65_535 })),
      states: fc.constant({ FAILED: 'UNDELIVERABLE' }),
      earlyMs: pauseMs,
      unmatched: fc.integer({ min: 0, max: 1_000_000 }),
    }),
    breaker: some<NonNullable<ConnectorSettings['breaker']>>({
      failures: fc.integer({ min: 0, max: 100_000 }),
      pauseMs,
    }),
    enquireLinkMs: pauseMs,
    enquireLinkResponseMs: pauseMs,
    responseTimeoutMs: pauseMs,
    connectTimeoutMs: pauseMs,
    reconnect: fc.constantFrom({}, { minMs: 500 }, { minMs: 1_000, maxMs: 60_000 }),
    outbind: some<NonNullable<ConnectorSettings['outbind']>>(
      {
        host: fc.constant('127.0.0.1'),
        port: fc.integer({ min: 0, max: 65_535 }),
        systemId: fc.constant('them'),
        password: fc.constant('out'),
      },
      ['port'],
    ),
    paused: flag,
    filters,
    peer: flag,
    submitMulti: flag,
    tags: list(fc.constantFrom('de', 'fr')),
  },
  ['name', 'host', 'systemId', 'password'],
).map(({ burst, ...rest }) => (rest.perSecond === undefined ? rest : { ...rest, ...(burst && { burst }) }));

const conditions = {
  accounts: list(fc.constantFrom('acme', 'b*')),
  from: list(condition),
  to: list(digits),
  text: regex,
  textFlags: regexFlags,
  codings: list(fc.constantFrom('gsm7', 'ucs2', 'octet')),
  segments: fc.constantFrom({}, { min: 2 }, { min: 1, max: 4 }),
  time: list(
    some<NonNullable<RouteConditions['time']>[number]>(
      {
        days: list(fc.constantFrom('mon', 'sat', 'sun')),
        from: fc.constantFrom('00:00', '22:30'),
        until: fc.constantFrom('06:00', '24:00'),
        timeZone: zone,
      },
      ['from', 'until'],
    ),
  ),
  tlvs: list(
    some<NonNullable<RouteConditions['tlvs']>[number]>(
      { tag: fc.integer({ min: 0, max: 0xffff }), value: fc.constant('hex:0102') },
      ['tag'],
    ),
  ),
  tags: list(fc.constantFrom('vip', 'test')),
  keywords: list(fc.constantFrom('STOP', 'help')),
  when: fc.constantFrom('msg.segments > 2', 'hour >= 8'),
};

const targets = fc.oneof(
  fc.constantFrom('op-a', 'handsets', 'account:acme').map((connectorName) => [{ connector: connectorName }]),
  fc
    .uniqueArray(fc.record({ connector: fc.constantFrom('op-a', 'op-b', 'share'), weight: count(1_000) }), {
      minLength: 1,
      selector: (target) => target.connector,
    })
    // Keys of objects keep their order.
    .map((members) => members),
);
const action = fc.oneof(
  some<Extract<RouteSettings['action'], { kind: 'via' }>>(
    {
      kind: fc.constant('via'),
      groups: list(targets),
      failover: some<object>({
        on: list(fc.constantFrom('busy', 'rejected')),
        onReceipt: list(fc.constantFrom('expired', 'undeliverable')),
        receiptAfterMs: pauseMs,
        queuedMs: pauseMs,
        tries: count(100),
      } as never) as never,
    },
    ['kind', 'groups'],
  ),
  fc.integer({ min: 1, max: 0xffff_ffff }).map((status) => ({ kind: 'reject' as const, status })),
  fc.constantFrom({ kind: 'drop' as const }, { kind: 'hold' as const }),
) as Arbitrary<RouteSettings['action']>;

/** Flags go with a text only. */
function textual<T extends { text?: string | undefined; textFlags?: string | undefined }>(rule: T): T {
  if (rule.text !== undefined) return rule;
  const { textFlags: _flags, ...rest } = rule;
  return rest as T;
}

const route = some<RouteSettings>(
  {
    ...conditions,
    connectors: fc.constant(undefined),
    name,
    action,
    priority: fc.constantFrom(0, 3),
    price: some<NonNullable<RouteSettings['price']>>({
      perSegment: money,
      byPrefix: fc.dictionary(digits, money, { minKeys: 1 }),
      unlisted: fc.constant('free' as const),
    }),
    filters,
    disabled: flag,
  } as never,
  ['name', 'action'],
).map(({ connectors: _none, ...rest }) => textual(rest as RouteSettings));

const moTargets = fc.constantFrom(
  { kind: 'accounts' as const, accounts: ['acme', 'bank'], spread: 'sticky' as const },
  { kind: 'accounts' as const, accounts: ['acme'], spread: 'round-robin' as const },
  { kind: 'webhook' as const, webhook: 'hook' },
);
const mo = some<MoRouteSettings>(
  {
    ...conditions,
    accounts: fc.constant(undefined),
    connectors: list(fc.constantFrom('op-a', 'op-b')),
    name,
    action: fc.oneof(
      moTargets,
      fc.constant({ kind: 'drop' as const }),
      some<object>(
        // biome-ignore lint/suspicious/noThenProperty: the name in the settings
        { kind: fc.constantFrom('opt-out', 'opt-in'), reply: fc.constant('Bye'), then: moTargets } as never,
        ['kind'] as never,
      ),
    ) as never,
    reassemble: flag,
  } as never,
  ['name', 'action'],
).map(({ accounts: _none, ...rest }) => textual(rest as MoRouteSettings));

const webhook = some<WebhookSettings>(
  {
    name,
    url: fc.constant('https://hooks.example/x?y=1'),
    secret: fc.constant(whsec),
    previousSecrets: fc.constant([whsec]),
    failureLimit: count(1_000_000),
    giveUpMs: pauseMs,
    timeoutMs: pauseMs,
    concurrency: count(1_000),
    allowPrivate: flag,
  },
  ['name', 'url', 'secret'],
);

/** Secrets that must not stand in what is written. */
const secrets = [scryptHash, 'ab'.repeat(32), whsec, 'pass word', '"secret"', '"out"'];

async function readBack<K extends EntryKind>(kind: K, entry: Entries[K]): Promise<Entries[K]> {
  const written = exportEntry(kind, entry);
  const text = JSON.stringify(written);
  for (const secret of secrets) expect(text).not.toContain(secret);
  const parsed = await parseEntry(kind, withSecretsOf(kind, JSON.parse(text), entry), {
    hashPassword: () => Promise.reject(new Error('there is a hash')),
  });
  if (!parsed.ok) throw new Error(JSON.stringify([parsed.flaws, written]));
  return parsed.entry;
}

describe('an exported entry', () => {
  const same = <K extends EntryKind>(kind: K, entries: Arbitrary<Entries[K]>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(entries, async (entry) => {
        expect(await readBack(kind, entry)).toEqual(entry);
      }),
    );

  it('is read back as the same account', () => same('account', account));
  it('is read back as the same connector', () =>
    same('connector', connector as Arbitrary<ConnectorSettings>));
  it('is read back as the same webhook', () => same('webhook', webhook));
  it('is read back as the same route', () => same('route', route));
  it('is read back as the same rule for messages from handsets', () => same('mo', mo));
});

describe('what is written', () => {
  it('reads like the file', () => {
    const entry: ConnectorSettings = {
      name: 'op-a',
      host: 'smsc.example',
      systemId: 'us',
      password: 'secret',
      tls: {},
      perSecond: 0.5,
      enquireLinkMs: 90_000,
      responseTimeoutMs: 1_500,
      statuses: [{ status: 0x58, means: 'throttled' }],
      retry: { system: { firstMs: 0, attempts: Number.POSITIVE_INFINITY } },
    };
    expect(exportEntry('connector', entry)).toEqual({
      name: 'op-a',
      host: 'smsc.example',
      systemId: 'us',
      tls: true,
      throughput: { rate: '0.5/s' },
      enquireLink: '90s',
      responseTimeout: '1500ms',
      statuses: { '0x0058': 'throttled' },
      retry: { system: { first: '0ms', attempts: 'unlimited' } },
    });
  });

  it('has filters as a route has them', () => {
    expect(writtenFilters({ duplicates: { windowMs: 300_000 }, texts: [{ pattern: 'x' }] })).toEqual({
      duplicates: { window: '5m' },
      texts: [{ pattern: '/x/' }],
    });
  });
});

describe('withSecretsOf', () => {
  const account = { systemId: 'a', passwordHash: scryptHash, apiKeyHash: 'ab'.repeat(32) };
  const connector = {
    name: 'op-a',
    host: 'h',
    systemId: 'us',
    password: 'old',
    tls: { cert: 'C', key: 'K' },
    outbind: { port: 1, password: 'out' },
  };

  it('keeps what is not given anew', () => {
    expect(withSecretsOf('account', { systemId: 'a' }, account)).toMatchObject({ passwordHash: scryptHash });
    expect(withSecretsOf('account', { password: 'new' }, account)).not.toHaveProperty('passwordHash');
    expect(withSecretsOf('account', { password: 'new' }, account)).toHaveProperty('apiKeyHash');
    expect(withSecretsOf('account', { apiKey: 'new' }, account)).not.toHaveProperty('apiKeyHash');
    expect(withSecretsOf('connector', { password: 'new' }, connector)).toEqual({ password: 'new' });
    expect(withSecretsOf('connector', { tls: { cert: 'C' }, outbind: { port: 2 } }, connector)).toEqual({
      password: 'old',
      tls: { cert: 'C', key: 'K' },
      outbind: { port: 2, password: 'out' },
    });
  });

  it('does not pair a key with another certificate', () => {
    expect(withSecretsOf('connector', { tls: { cert: 'D' } }, connector).tls).toEqual({ cert: 'D' });
    expect(withSecretsOf('connector', { tls: true }, connector).tls).toBe(true);
  });
});
