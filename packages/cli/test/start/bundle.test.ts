/** The one-file bundle does what the sources do, from any folder, with nothing beside it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SmppClient } from '@chappe/smpp';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { Program } from '../../../../test/support/program.ts';
import { chappeVersion } from '../../src/version.ts';

const script = fileURLToPath(new URL('../../../../scripts/bundle.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'chappe-bundle-'));
const bundle = join(folder, 'chappe.mjs');

beforeAll(() => {
  const args = ['--conditions=chappe-source', script, '--outfile', bundle];
  const built = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(built.status, built.stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it is one file', () => {
  expect(readdirSync(folder).filter((name) => !name.endsWith('.LEGAL.txt'))).toEqual(['chappe.mjs']);
  const { stdout } = spawnSync(process.execPath, [bundle, '--version'], { encoding: 'utf8', cwd: tmpdir() });
  expect(stdout.trim()).toBe(chappeVersion);
});

test('start on SQLite: a message is stored by the thread, delivered, found by the reading thread', async () => {
  const args = [
    'start',
    '--json',
    '--smpp-port',
    '0',
    '--tls-port',
    '0',
    '--http-port',
    '0',
    '--delay',
    '0-5',
  ];
  const program = new Program(process.execPath, [bundle, ...args], { cwd: folder });
  onTestFinished(async () => void (await program.stop()));
  const { text } = await program.line('its banner', ({ from }) => from === 'stdout');
  const { smpp, http, data } = JSON.parse(text) as Record<'smpp' | 'http', { port: number }> & {
    data: string;
  };
  expect(data).toBe(join(folder, 'data'));
  await using esme = await SmppClient.connect(`smpp://any:thing@127.0.0.1:${smpp.port}`);
  const message = await esme.send({ from: 'ACME', to: '447700900123', text: 'Packed', receipt: 'final' });
  expect(await message.receipt({ timeoutMs: patient(10_000) })).toMatchObject({ state: 'DELIVERED' });
  const url = `http://127.0.0.1:${http.port}/api/v1/messages?q=${encodeURIComponent('to:447700900123')}`;
  expect(await (await fetch(url)).json()).toMatchObject({
    messages: [{ id: message.ids[0], text: 'Packed' }],
  });
  await esme.close();
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});
