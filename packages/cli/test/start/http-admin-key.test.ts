/** The sandbox's HTTP API with a key. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startChappe } from '../../../../test/support/chappe.ts';
import { runCli } from '../support/run-cli.ts';

const key = 'a-key-of-the-sandbox';

test('everybody needs it, on this machine too; the commands of the CLI give it', async () => {
  const chappe = await startChappe({ args: ['--http-admin-key', key] });
  onTestFinished(() => chappe.stop());
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${chappe.httpUrl}/api/v1/phones`, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: `Bearer ${key}x` })).toBe(401);
  expect(await status({ authorization: `Bearer ${key}` })).toBe(200);
  expect((await fetch(`${chappe.httpUrl}/livez`)).status).toBe(200);
  const folder = mkdtempSync(join(tmpdir(), 'chappe-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'key');
  writeFileSync(file, `${key}\n`);
  const { code, talk } = await runCli(['messages', '--api', chappe.httpUrl, '--key-file', file]);
  expect({ code, talk }).toEqual({ code: 0, talk: '' });
  expect(chappe.program.output).not.toContain(key);
});
