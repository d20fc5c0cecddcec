/** `chappe import`: real files in a folder of their own, and our own check of what was made. */
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCheck } from '../../src/commands/check.ts';
import { runImport } from '../../src/commands/import.ts';
import type { ImportValues } from '../../src/settings/import.ts';
import { type FakeTerminal, fakeTerminal } from '../support/fake-run.ts';

const kannel = `# A centre with two operators.
group = core
admin-port = 13000
admin-password = admin-word
smsbox-port = 13001

group = smsc
smsc = smpp
smsc-id = "op a"
host = smsc.op-a.example
port = 2775
receive-port = 2776
smsc-username = us
smsc-password = "p\\"1 \${HOME}"
system-type = ""
throughput = 0.5
msg-id-type = 0x01
reconnect-delay = 90
denied-prefix = "0;999;x"

group = smsc
smsc = smpp
smsc-id = opb
host = smsc.op-b.example
use-ssl = true
transceiver-mode = 1
smsc-username = them
smsc-password = word-b
preferred-prefix = "+44;\\
33"
esm-class = 3

group = smsc
smsc = smpp
smsc-id = opb
host = smsc.op-b.example
transceiver-mode = 1
smsc-username = them\${HOME}
allowed-prefix = 49

group = smsc
smsc = at

group = smsbox
bearerbox-host = localhost
sendsms-port = 13014

group = sendsms-user
username = shop
password = word-s
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1;10.1.*.*"
forced-smsc = opb
forced-sender = ACME

group = sendsms-user
username = other
password = word-o
user-allow-ip = "10.*.1.*"

group = sms-service
keyword = default
`;

let folder: string;
let terminal: FakeTerminal;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-import-'));
  terminal = fakeTerminal();
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const common = { json: false, color: undefined, quiet: false, verbose: false } as const;
const around = { signal: new AbortController().signal, version: '1' };

async function imported(text: string, more: Partial<ImportValues> = {}): Promise<number> {
  await writeFile(at('in.conf'), text);
  const values = { from: undefined, output: at('chappe.yaml'), force: false, ...common, ...more };
  return runImport({ values, words: [at('in.conf')], terminal, ...around });
}

const made = async (): Promise<Record<string, never>> => parse(await readFile(at('chappe.yaml'), 'utf8'));
const lineOf = (text: string): number => kannel.slice(0, kannel.indexOf(text)).split('\n').length;
/** What was said of each line, in order. */
const said = (): readonly (readonly [number, string])[] =>
  terminal.said.talk.flatMap((text) => {
    const [, line, rest] = /in\.conf:(\d+): (.*)/.exec(text) ?? [];
    return line === undefined ? [] : [[Number(line), rest ?? ''] as const];
  });

describe('kannel.conf', () => {
  it('becomes a configuration that check takes', async () => {
    expect(await imported(kannel)).toBe(0);
    const values = { config: at('chappe.yaml'), schema: false, data: undefined, ...common };
    expect(await runCheck({ values, words: [], terminal, ...around })).toBe(0);
    const { http, accounts, connectors, routes } = await made();
    expect(http).toEqual({ listen: '127.0.0.1:13014', doors: ['kannel'] });
    expect(connectors).toMatchObject([
      {
        name: 'op-a',
        host: 'smsc.op-a.example',
        port: 2775,
        receive: { port: 2776 },
        bind: 'transmitter+receiver',
        systemType: '',
        throughput: '30/m',
        reconnect: { min: '90s', max: '90s' },
        dlr: { idIn: 'hex-dec' },
        source: { ton: 2, npi: 1, kinds: { name: { ton: 5, npi: 0 } } },
        filters: { blockTo: ['0*', '999*'] },
      },
      { name: 'opb', tls: true, systemType: 'VMA' },
      { name: 'opb-2', group: 'opb', filters: { allowTo: ['49*'] } },
    ]);
    expect(accounts).toMatchObject([
      {
        systemId: 'shop',
        allowFrom: ['127.0.0.1/32', '10.1.0.0/16'],
        senderRules: [{ from: '*', replaceBy: 'ACME' }],
      },
      // Nothing of it was understood: that is not everybody.
      { systemId: 'other', allowFrom: ['127.0.0.1/32'] },
    ]);
    expect(routes).toEqual([
      { name: 'account-shop', account: 'shop', via: { share: { opb: 1, 'opb-2': 1 } } },
      {
        name: 'prefer-opb',
        to: ['44', '33'],
        via: { prefer: ['opb', { share: { 'op-a': 1, 'opb-2': 1 } }] },
      },
      { name: 'all', via: { share: { 'op-a': 1, opb: 1, 'opb-2': 1 } } },
    ]);
  });

  it('names every line that is lost, in their order, and no other', async () => {
    await imported(kannel);
    expect(said().map(([line]) => line)).toEqual(
      [
        'admin-port',
        'admin-password',
        'denied-prefix',
        'esm-class',
        'group = smsc\nsmsc = at',
        'sendsms-port',
        'user-allow-ip = "10.*',
        'group = sms-service',
      ].map(lineOf),
    );
    for (const [, text] of said()) expect(text).toMatch(/^[\w ,-]+: .{10,}/);
  });

  it('has passwords in files that nobody else reads, and nowhere else', async () => {
    await imported(kannel);
    const names = (await readdir(at('secrets'))).sort();
    expect(names).toEqual(['account-other', 'account-shop', 'connector-op-a', 'connector-opb']);
    for (const name of [...names.map((one) => `secrets/${one}`), 'chappe.yaml'])
      expect((await stat(at(name))).mode & 0o777, name).toBe(0o600);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a password, and no variable
    expect(await readFile(at('secrets/connector-op-a'), 'utf8')).toBe('p"1 ${HOME}');
    const all = [await readFile(at('chappe.yaml'), 'utf8'), ...terminal.said.talk, ...terminal.said.out].join(
      '\n',
    );
    expect(all).not.toMatch(/word-|admin-word|p"1/);
  });

  it('goes to standard output without -o, and makes no file', async () => {
    expect(await imported(kannel, { output: undefined })).toBe(0);
    expect(parse(terminal.said.out.join('\n'))).toMatchObject({
      accounts: [{ password: 'file:secrets/account-shop' }, {}],
    });
    expect(await readdir(folder)).toEqual(['in.conf']);
    expect(said()).toContainEqual([
      lineOf('password = word-s'),
      expect.stringContaining('secrets/account-shop'),
    ]);
  });

  it('tells of what is no setting, of include, and of what two have in common', async () => {
    const users = 'group = sendsms-user\nusername = a\npassword = x\n\n';
    await imported(`include = "more.conf"\n${users}${users}what is this\n`);
    expect(said()).toEqual([
      [1, expect.stringContaining('include')],
      [6, expect.stringContaining('another')],
      [10, expect.stringContaining('key = value')],
    ]);
  });
});

describe('smppsim.props', () => {
  const props = `# SMPPSim
SMPP_PORT=2776
SYSTEM_IDS=smppclient1,smppclient2,nobody
PASSWORDS=word-1,word-2
MAX_TIME_ENROUTE=2000
PERCENTAGE_DELIVERED=90
PERCENTAGE_UNDELIVERABLE = 6
PERCENTAGE_REJECTED=many
HTTP_PORT=8088
LOOPBACK=FALSE
`;

  it('becomes a centre with handsets that check takes, and names what is lost', async () => {
    expect(await imported(props)).toBe(0);
    const { smpp, http, handsets, accounts, routes } = await made();
    expect([smpp, http]).toEqual([{ listen: '127.0.0.1:2776' }, { listen: '127.0.0.1:8088' }]);
    expect(handsets).toEqual({
      enabled: true,
      delay: '0ms..2000ms',
      outcomes: { delivered: 90, undeliverable: 6 },
    });
    expect(accounts).toEqual([
      { systemId: 'smppclient1', password: 'file:secrets/account-smppclient1' },
      { systemId: 'smppclient2', password: 'file:secrets/account-smppclient2' },
    ]);
    expect(routes).toEqual([{ name: 'all', via: 'handsets' }]);
    expect(said().map(([line]) => line)).toEqual([3, 8, 10]);
    expect(await readFile(at('secrets/account-smppclient2'), 'utf8')).toBe('word-2');
  });

  it('is read as what it is said to be', async () => {
    await imported('group = core\nSMPP_PORT = 2777\n', { from: 'smppsim' });
    expect(await made()).toMatchObject({ smpp: { listen: '127.0.0.1:2777' } });
  });
});

describe('files', () => {
  it('that are there stay as they are, all of them', async () => {
    await imported(kannel);
    await writeFile(at('chappe.yaml'), 'mine');
    await expect(imported(kannel)).rejects.toThrow(/is there already/);
    expect(await readFile(at('chappe.yaml'), 'utf8')).toBe('mine');
    await rm(at('chappe.yaml'));
    // One of the secrets alone is enough.
    await expect(imported(kannel)).rejects.toThrow(/secrets.* is there already/);
    expect(await readdir(folder)).not.toContain('chappe.yaml');
  });

  it('are written anew with --force, whatever a link leads to', async () => {
    await writeFile(at('elsewhere'), 'mine', { mode: 0o644 });
    await symlink(at('elsewhere'), at('chappe.yaml'));
    expect(await imported(kannel, { force: true })).toBe(0);
    expect(await readFile(at('elsewhere'), 'utf8')).toBe('mine');
    expect((await stat(at('chappe.yaml'))).mode & 0o777).toBe(0o600);
  });

  it('of nobody known are refused, and so are folders, what is not there, and what is too large', async () => {
    await expect(imported('a: 1\n')).rejects.toThrow(/whose configuration/);
    await expect(imported(`#${'x'.repeat(4 * 1024 * 1024)}`)).rejects.toThrow(/octets/);
    const values = { from: undefined, output: undefined, force: false, ...common };
    const of = (words: readonly string[]): Promise<number> =>
      runImport({ values, words, terminal, ...around });
    await expect(of([folder])).rejects.toThrow(/no file/);
    await expect(of([at('nothing')])).rejects.toThrow(/cannot be read/);
    await expect(of([])).rejects.toThrow(/one file/);
  });

  it('that check has something against are said to be so', async () => {
    const bad =
      'group = sendsms-user\nusername = a\npassword = x\nforced-sender = "1234567890123456789012345"\n';
    expect(await imported(bad)).toBe(8);
    expect(terminal.said.talk.join('\n')).toContain('replaceBy');
  });
});
