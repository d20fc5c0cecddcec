/** Who may bind: anybody, or the accounts of flags, variables and files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SmppClient } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { chappeArgs } from '../../../../test/support/our-programs.ts';
import { Program } from '../../../../test/support/program.ts';

const command = [...chappeArgs(), 'start', '--json', '--no-http', '--no-tls'];

/** Starts with these flags and variables, and gives the port. */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  const program = new Program(process.execPath, [...command, ...args], {
    env: { CHAPPE_SMPP_PORT: '0', CHAPPE_DATA: ':memory:', ...env },
  });
  onTestFinished(async () => void (await program.stop()));
  const { text } = await program.line('its banner', ({ from }) => from === 'stdout');
  return (JSON.parse(text) as { readonly smpp: { readonly port: number } }).smpp.port;
}

/** `bound`, or the status that a bind was refused with. */
async function bind(port: number, systemId: string, password: string): Promise<string> {
  try {
    const esme = await SmppClient.connect(`smpp://127.0.0.1:${port}`, { systemId, password });
    await esme.close();
    return 'bound';
  } catch (error) {
    return (error as { readonly statusName?: string }).statusName ?? String(error);
  }
}

test('without accounts everybody is let in; ports and data come from variables here', async () => {
  const port = await start([]);
  expect(await bind(port, 'anybody', 'anything')).toBe('bound');
  expect(await bind(port, '', '')).toBe('bound');
});

test('with accounts only they are let in; colons belong to the password', async () => {
  const port = await start(['--account', 'acme:se:cret', '--account', 'beta:']);
  expect(await bind(port, 'acme', 'se:cret')).toBe('bound');
  expect(await bind(port, 'beta', '')).toBe('bound');
  expect(await bind(port, 'acme', 'secret')).toBe('ESME_RINVPASWD');
  expect(await bind(port, 'gamma', '')).toBe('ESME_RINVPASWD');
});

test('CHAPPE_ACCOUNT and CHAPPE_ACCOUNT_FILE: one per line; the flag wins over both', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-accounts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'accounts');
  writeFileSync(file, 'acme:one\n\nbeta:two\n');

  const fromFile = await start([], { CHAPPE_ACCOUNT_FILE: file });
  expect(await bind(fromFile, 'beta', 'two')).toBe('bound');
  expect(await bind(fromFile, 'beta', 'three')).toBe('ESME_RINVPASWD');

  const fromVariable = await start([], {
    CHAPPE_ACCOUNT: 'acme:three\nbeta:four',
    CHAPPE_ACCOUNT_FILE: file,
  });
  expect(await bind(fromVariable, 'beta', 'four')).toBe('bound');
  expect(await bind(fromVariable, 'beta', 'two')).toBe('ESME_RINVPASWD');

  const fromFlag = await start(['--account', 'gamma:five'], { CHAPPE_ACCOUNT_FILE: file });
  expect(await bind(fromFlag, 'gamma', 'five')).toBe('bound');
  expect(await bind(fromFlag, 'beta', 'two')).toBe('ESME_RINVPASWD');
});

test('beyond this machine with accounts: it listens there', async () => {
  const port = await start(['--host', '0.0.0.0', '--account', 'acme:one']);
  expect(await bind(port, 'acme', 'one')).toBe('bound');
  expect(await bind(port, 'acme', 'two')).toBe('ESME_RINVPASWD');
});
