/** A reload: what it applies, what it leaves alone, what it says; and what of a configuration a gateway is given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '@chappe/center';
import type { Config } from '@chappe/config';
import { type AuditEntry, Gateway } from '@chappe/gateway';
import { type GatewaySettings, SettingsError } from '@chappe/policy';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Compilations } from '../../../policy/test/support/compilations.ts';
import { ConfigFile } from '../../src/serve/config-file.ts';
import { gatewayOptions, listenersOf } from '../../src/serve/gateway-options.ts';
import { Keyring } from '../../src/serve/keyring.ts';
import { Reload, type ReloadLog } from '../../src/serve/reload.ts';
import { selfSigned } from '../../src/start/self-signed.ts';

interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

interface Rig {
  readonly file: ConfigFile;
  readonly log: ReloadLog;
  readonly keys: () => Keyring['keys'];
  readonly write: (text: string, name?: string) => void;
  readonly config: Config;
  readonly reload: () => Promise<void>;
  readonly applied: GatewaySettings[];
  readonly audited: AuditEntry[];
  readonly certificates: unknown[];
  /** Those that the listener of HTTP was given. */
  readonly httpCertificates: unknown[];
  readonly rate: () => number | undefined;
  readonly lines: Line[];
  readonly messages: () => string[];
  /** What `apply` does. */
  hold: () => Promise<void>;
  /** What `setCertificates` throws. */
  certificateError: Error | undefined;
}

const body = (password: string, more = ''): string => `http: { listen: off }
accounts:
  - { systemId: acme, password: ${password} }
connectors: [{ name: op-a, host: h.example, systemId: us }]
routes: [{ name: all, via: op-a }]
${more}`;

async function rig(text: string, files: { readonly [name: string]: string } = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (content: string, name = 'chappe.yaml'): void => writeFileSync(join(folder, name), content);
  for (const [name, content] of Object.entries(files)) write(content, name);
  write(text);
  const file = new ConfigFile(join(folder, 'chappe.yaml'), {}, async (password) => `hash of ${password}`);
  const loaded = await file.load();
  if (!loaded.ok) throw new Error(loaded.flaws[0]?.message);
  const applied: GatewaySettings[] = [];
  const audited: AuditEntry[] = [];
  const certificates: unknown[] = [];
  const httpCertificates: unknown[] = [];
  const lines: Line[] = [];
  const say = (level: Line['level']) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  const made = {
    file,
    log,
    write,
    config: loaded.config,
    applied,
    audited,
    certificates,
    lines,
    messages: () => lines.map(({ level, message }) => `${level} ${message}`),
    hold: async () => undefined,
    keys: () => [],
    rate: () => undefined,
    httpCertificates,
    reload: async () => undefined,
    certificateError: undefined,
  } as { -readonly [K in keyof Rig]: Rig[K] };
  const gateway = {
    apply: async (settings: GatewaySettings, alongside?: () => void): Promise<void> => {
      await made.hold();
      applied.push(settings);
      alongside?.();
    },
    setCertificates: (given: unknown): void => {
      if (made.certificateError !== undefined) throw made.certificateError;
      certificates.push(given);
    },
    messageCounts: { backlog: { of: (account: string): number => (account === 'acme' ? 7 : 0) } },
    audit: {
      append: async (...entries: readonly AuditEntry[]): Promise<void> => void audited.push(...entries),
    },
  };
  const keyring = new Keyring(loaded.config.server.http);
  const http = {
    setCertificates: (given: unknown): void => {
      if (made.certificateError !== undefined) throw made.certificateError;
      httpCertificates.push(given);
    },
  };
  const reload = new Reload(file, loaded.config, gateway, log, { keyring, http });
  made.keys = () => keyring.keys;
  made.rate = () => keyring.rate;
  made.reload = () => reload.reload();
  return made;
}

/** One that listens for TLS, and then finds another certificate in its files. */
async function rigWithNewCertificate() {
  const first = selfSigned(Date.UTC(2026, 0), Date.UTC(2027, 0));
  const second = selfSigned(Date.UTC(2026, 1), Date.UTC(2027, 1));
  const tls = 'smpp: { listen: { port: 0, tls: { cert: c.pem, key: k.pem } } }\n';
  const made = await rig(body('one', tls), { 'c.pem': first.cert, 'k.pem': first.key });
  made.write(second.cert, 'c.pem');
  made.write(second.key, 'k.pem');
  return { made, tls, first, second };
}

test('an account that is removed while receipts wait for it is told of', async () => {
  const other = '  - { systemId: other, password: two }\n';
  const both = body('one').replace('connectors:', `${other}connectors:`);
  const { write, reload, lines } = await rig(both);
  const told = (): Line[] => lines.filter(({ message }) => message.startsWith('receipts wait'));
  write(body('one'));
  await reload();
  expect(told()).toEqual([]);
  write(both.replace('  - { systemId: acme, password: one }\n', ''));
  await reload();
  expect(told()).toMatchObject([{ level: 'warn', fields: { account: 'acme', receipts: 7 } }]);
});

const plainWarning = expect.stringMatching(/^warn "password" stands in the file/);

describe('the certificate of HTTP', () => {
  const first = selfSigned(Date.UTC(2026, 0), Date.UTC(2027, 0));
  const second = selfSigned(Date.UTC(2026, 1), Date.UTC(2027, 1));
  const text = (password: string, more = ''): string =>
    body(password).replace(
      'http: { listen: off }',
      `http: { listen: 127.0.0.1:0, tls: { cert: c.pem, key: k.pem${more} } }`,
    );

  test('is taken over by a reload, once', async () => {
    const made = await rig(text('one'), { 'c.pem': first.cert, 'k.pem': first.key });
    await made.reload();
    expect(made.httpCertificates).toEqual([]);
    made.write(second.cert, 'c.pem');
    made.write(second.key, 'k.pem');
    await made.reload();
    await made.reload();
    expect(made.httpCertificates).toEqual([{ cert: second.cert, key: second.key }]);
    expect(made.messages().filter((one) => one.includes('certificate'))).toEqual([
      'info the certificate has changed',
    ]);
    expect(made.messages().join()).not.toContain('restart');
  });

  test('that does not go with its key keeps the whole reload from being taken', async () => {
    const made = await rig(text('one'), { 'c.pem': first.cert, 'k.pem': first.key });
    made.write(second.cert, 'c.pem');
    made.write(text('two'));
    await made.reload();
    expect([made.httpCertificates, made.applied]).toEqual([[], []]);
    expect(made.messages().join()).toContain('these certificates cannot be used');
  });

  test('that the listener refuses is told again at the next reload, and nothing else waits for it', async () => {
    const made = await rig(text('one'), { 'c.pem': first.cert, 'k.pem': first.key });
    made.write(second.cert, 'c.pem');
    made.write(second.key, 'k.pem');
    made.certificateError = new Error('not now');
    await made.reload();
    expect(made.applied).toHaveLength(1);
    expect(made.messages().join()).toContain('the certificate stays as it was: not now');
    made.certificateError = undefined;
    await made.reload();
    expect(made.httpCertificates).toHaveLength(1);
  });

  test('needs a restart where clients must show one, or none, from now on', async () => {
    const made = await rig(text('one'), { 'c.pem': first.cert, 'k.pem': first.key });
    made.write(text('one', ', clientCa: c.pem'));
    await made.reload();
    expect(made.httpCertificates).toEqual([]);
    expect(made.messages().join()).toContain('needs a restart: http');
  });
});

describe('keys of the HTTP API', () => {
  const hash = (letter: string): string => letter.repeat(64);
  const http = (keys: string, more = ''): string =>
    body('one').replace('http: { listen: off }', `http:\n  listen: off\n  keys: [${keys}]\n${more}`);
  const alice = `{ name: alice, role: admin, apiKeyHash: ${hash('a')} }`;
  const bob = `{ name: bob, role: operator, apiKeyHash: ${hash('b')} }`;

  test('are taken over by a reload: new ones, gone ones, and other roles', async () => {
    const { write, reload, keys, messages, audited } = await rig(http(`${alice}, ${bob}`));
    const before = keys();
    await reload();
    expect(keys()).toBe(before);
    write(
      http(
        `${bob.replace('operator', 'read-only')}, { name: carol, role: account, account: acme, apiKeyHash: ${hash('c')} }`,
        `  adminKeyHash: ${hash('d')}\n`,
      ),
    );
    await reload();
    expect(keys()).toEqual([
      { name: 'admin', role: 'admin', hash: hash('d') },
      { name: 'bob', role: 'read-only', hash: hash('b') },
      { name: 'carol', role: 'account', account: 'acme', hash: hash('c') },
    ]);
    expect(messages().filter((text) => text.includes('key '))).toEqual([
      'info key alice removed',
      'info key admin added',
      'info key bob changed',
      'info key carol added',
    ]);
    expect(audited.map(({ what, target, fields }) => [what, target, ...fields])).toEqual([
      ['keyRemoved', 'alice'],
      ['keyAdded', 'admin'],
      ['keyChanged', 'bob', 'role'],
      ['keyAdded', 'carol'],
    ]);
    expect(messages().join()).not.toContain('restart');
    expect(messages().join()).not.toContain(hash('c'));
  });

  test('their rates are taken over too, that of all as well', async () => {
    const limited = (rate: string, ofAll: string): string =>
      http(alice.replace(' }', `, rate: ${rate} }`), `  rate: ${ofAll}\n`);
    const { write, reload, keys, rate, messages, audited } = await rig(limited('5', '100/s'));
    expect([rate(), keys()[0]?.rate]).toEqual([100, 5]);
    write(limited('30/m', '200/s'));
    await reload();
    expect([rate(), keys()[0]?.rate]).toEqual([200, 0.5]);
    expect(messages()).toEqual(expect.arrayContaining(['info key alice changed', 'info http changed']));
    expect(audited.map(({ what, target, fields }) => [what, target, ...fields])).toEqual([
      ['keyChanged', 'alice', 'rate'],
      ['httpChanged', '', 'rate'],
    ]);
    expect(messages().join()).not.toContain('restart');
    const told = messages().length;
    await reload();
    expect(messages().slice(told)).not.toContain('info http changed');
  });

  test('of a file that is wrong stay as they are', async () => {
    const { write, reload, keys } = await rig(http(alice));
    const before = keys();
    write(http(`${alice}, ${alice}`));
    await reload();
    expect(keys()).toBe(before);
  });
});

describe('a reload', () => {
  test('applies what is new and says what changed, by name and field', async () => {
    const { write, reload, applied, messages, lines, audited } = await rig(body('one'));
    write(body('two', 'mo: [{ to: "60100", deliver: acme }]\n'));
    await reload();
    expect(applied).toHaveLength(1);
    expect(applied[0]?.accounts[0]?.passwordHash).toBe('hash of two');
    expect(audited).toEqual([
      {
        by: 'reload',
        via: 'reload',
        address: '',
        what: 'accountChanged',
        target: 'acme',
        fields: ['passwordHash'],
      },
      { by: 'reload', via: 'reload', address: '', what: 'moAdded', target: expect.any(String), fields: [] },
    ]);
    expect(messages()).toEqual([
      plainWarning,
      'info account acme changed',
      'info mo mo-1 added',
      'info the configuration was read again',
    ]);
    expect(lines[1]?.fields).toMatchObject({ kind: 'account', name: 'acme', fields: ['passwordHash'] });
    expect(JSON.stringify(lines)).not.toMatch(/hash of|: two/);
  });

  test('of an unchanged file gives equal settings', async () => {
    const { config, reload, applied, messages } = await rig(body('one'));
    await reload();
    expect(applied).toEqual([config.settings]);
    expect(messages()).toEqual([plainWarning, 'info the configuration was read again']);
  });

  test('with flaws changes nothing and tells each of them', async () => {
    const { write, reload, applied, lines, messages } = await rig(body('one'));
    write(body('one', 'mo: [{ to: "60100", deliver: acm }]\ndrian: 5s\n'));
    await reload();
    expect(applied).toEqual([]);
    expect(messages()).toEqual([
      plainWarning,
      'error there is no account "acm"',
      'error there is no key "drian" here',
      'error the configuration stays as it was',
    ]);
    expect(lines[1]?.fields).toMatchObject({ line: 6, column: 30, hint: 'did you mean "acme"?' });
  });

  test('of a file that is gone, refused by serve or by the gateway, changes nothing', async () => {
    const made = await rig(body('one'));
    made.write('accounts: [{ systemId: a, password: x }]\n');
    await made.reload();
    made.hold = async () => {
      throw new RangeError('connector op-a: window cannot be');
    };
    made.write(body('two'));
    await made.reload();
    expect(made.applied).toEqual([]);
    expect(made.messages().filter((text) => text.startsWith('error'))).toEqual([
      'error the configuration stays as it was: there are no routes and no connectors: no message could go anywhere',
      'error the configuration stays as it was: connector op-a: window cannot be',
    ]);
    // What was refused is no base for the next difference.
    made.hold = async () => undefined;
    await made.reload();
    expect(made.messages()).toContain('info account acme changed');
  });

  test('with what the gateway refuses tells each flaw of it', async () => {
    const made = await rig(body('one'));
    made.hold = async () => {
      throw new SettingsError(['account "acme": binds', 'route "all": when']);
    };
    made.write(body('two'));
    await made.reload();
    expect(made.messages()).toEqual([
      plainWarning,
      'error account "acme": binds',
      'error route "all": when',
      'error the configuration stays as it was',
    ]);
    expect(made.audited).toEqual([]);
  });

  test('whose certificate cannot be taken is in force all the same, and tries that again', async () => {
    const { made, tls } = await rigWithNewCertificate();
    made.write(body('two', tls));
    made.certificateError = new Error('this gateway does not listen for TLS there');
    await made.reload();
    expect(made.messages()).toEqual([
      plainWarning,
      'info account acme changed',
      'error the certificate stays as it was: this gateway does not listen for TLS there',
      'warn needs a restart: smpp.listen',
      'info the configuration was read again',
    ]);
    expect(made.audited).toHaveLength(1);
    made.certificateError = undefined;
    await made.reload();
    // The account is no news any more; the certificate is.
    expect(made.messages().slice(5)).toEqual([
      plainWarning,
      'info the certificate has changed',
      'info the configuration was read again',
    ]);
  });

  test('takes keys in the step in which the gateway takes the settings, and not before', async () => {
    const keyed = (hash: string): string =>
      body('one').replace('listen: off', `listen: off, adminKeyHash: ${hash.repeat(64)}`);
    const made = await rig(keyed('a'));
    const before = made.keys();
    const seen: unknown[] = [];
    made.hold = async () => {
      seen.push(made.keys());
    };
    made.write(keyed('b'));
    await made.reload();
    expect(seen).toEqual([before]);
    expect(made.keys()).toMatchObject([{ hash: 'b'.repeat(64) }]);
  });

  test('asked for while one is under way, comes once more after it', async () => {
    const made = await rig(body('one'));
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    made.hold = () => gate;
    const first = made.reload();
    made.write(body('two'));
    const others = [made.reload(), made.reload(), made.reload()];
    open();
    await Promise.all([first, ...others]);
    expect(made.applied.length).toBeLessThanOrEqual(2);
    expect(made.applied.at(-1)?.accounts[0]?.passwordHash).toBe('hash of two');
  });

  test('takes new certificates over; what else the process is needs a restart, and is told again', async () => {
    const { made, tls, first, second } = await rigWithNewCertificate();
    made.write(body('one', `${tls}drain: 1s\nlifetime: { retention: 1d }\n`));
    await made.reload();
    expect(made.certificates).toEqual([{ cert: second.cert, key: second.key }]);
    expect(made.messages()).toEqual([
      plainWarning,
      'info the certificate has changed',
      'warn needs a restart: drain, lifetime',
      'info the configuration was read again',
    ]);
    await made.reload();
    expect(made.certificates).toHaveLength(1);
    expect(made.messages().slice(4)).toEqual([
      plainWarning,
      'warn needs a restart: drain, lifetime',
      'info the configuration was read again',
    ]);
    // Half a pair is a flaw, and the old one stays.
    made.write(first.cert, 'c.pem');
    await made.reload();
    expect(made.certificates).toHaveLength(1);
    expect(made.messages()).toContainEqual(expect.stringMatching(/^error these certificates cannot be used/));
  });
});

describe('with a real gateway', () => {
  const ruled = (word: string): string =>
    `${body('one').replace('via: op-a }', `via: op-a, text: "route${word}" }`)}mo: [{ text: "mo${word}", do: drop }]
filters: { texts: [{ pattern: "filter${word}" }] }
`;

  test('compiles each table once in the thread of the gateway', async () => {
    const { file, log, write, config } = await rig(ruled('Old'));
    const gateway = await Gateway.start({
      ...gatewayOptions(config),
      smpp: { isClosed: true },
      settings: { ...config.settings, accounts: [] },
      store: new MemoryStore(),
    });
    onTestFinished(() => gateway.stop({ drainMs: 0 }));
    onTestFinished(() => void vi.restoreAllMocks());
    const { accounts: _none, ...settings } = config.settings;
    const keyring = new Keyring(config.server.http);
    const reload = new Reload(file, { ...config, settings: { ...settings, accounts: [] } }, gateway, log, {
      keyring,
    });
    const compiled = new Compilations();
    write(ruled('New').replace(/accounts:\n.*\n/, ''));
    await reload.reload();
    expect(gateway.settings.routes[0]?.text).toBe('routeNew');
    for (const once of ['routeNew', 'moNew', 'filterNew'])
      expect([once, compiled.count(once)]).toEqual([once, 1]);
  });
});

describe('the options of the gateway', () => {
  const pem = selfSigned(Date.UTC(2026, 0), Date.UTC(2027, 0));
  const files = { 'c.pem': pem.cert, 'k.pem': pem.key };

  test('listeners by kind; nobody else may bind', async () => {
    const listen = `smpp:
  systemId: mc
  listen:
    - { port: 1, trustProxy: 10.0.0.0/8 }
    - { port: 2, trustProxy: 10.0.0.0/8, tls: { cert: c.pem, key: k.pem, clientCa: c.pem } }
    - { host: "::1", port: 3 }
    - { port: 4, tls: { cert: c.pem, key: k.pem } }
  defaults: { window: 9, inactivity: 10m }
lifetime: { validity: 1h, receiptValidity: 2h, retention: 3d }
`;
    const { config } = await rig(body('one', listen), files);
    const options = gatewayOptions(config);
    const trusted = { trusted: ['10.0.0.0/8'] };
    expect(options).toMatchObject({
      accounts: { open: false, list: [] },
      settings: { accounts: [{ systemId: 'acme' }] },
      smpp: {
        host: '127.0.0.1',
        port: 1,
        systemId: 'mc',
        limits: { window: 9, inactivityMs: 600_000 },
        proxyProtocol: trusted,
      },
      tls: { host: '127.0.0.1', port: 2, cert: pem.cert, ca: pem.cert, requestClientCertificate: true },
      listeners: [
        { host: '::1', port: 3, proxyProtocol: undefined },
        { host: '127.0.0.1', port: 4, tls: { cert: pem.cert, key: pem.key } },
      ],
      lifetime: { validityMs: 3_600_000 },
      receiptValidityMs: 7_200_000,
      center: { limits: { validityMs: 3_600_000, retentionMs: 259_200_000 } },
    });
    expect(Object.keys(options.listeners?.[0] ?? {})).not.toContain('tls');
  });

  test('a TLS listener with load balancers of its own stands apart', async () => {
    const listen = `smpp:
  listen: [{ port: 1 }, { port: 2, trustProxy: 10.0.0.0/8, tls: { cert: c.pem, key: k.pem } }]
`;
    const { config } = await rig(body('one', listen), files);
    expect(listenersOf(config).tls).toBeUndefined();
    expect(gatewayOptions(config).listeners).toMatchObject([
      { port: 2, proxyProtocol: { trusted: ['10.0.0.0/8'] } },
    ]);
  });

  test('without a plain listener there is none', async () => {
    const { config } = await rig(body('one', 'smpp: { listen: off }\n'));
    expect(gatewayOptions(config)).toMatchObject({ smpp: { isClosed: true }, tls: undefined, listeners: [] });
  });
});
