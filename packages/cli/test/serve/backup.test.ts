/** `chappe backup` of a gateway under load, and `chappe restore` of it: with a customer who pays and an operator. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SmppClient } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { adminKey, GatewayFolder, type Served } from '../support/gateway-folder.ts';
import { runCli } from '../support/run-cli.ts';

/** Submits without a break until it is told to end; tells what was acknowledged. */
async function load({ smppPort }: Served) {
  const client = await SmppClient.connect(`smpp://acme:secret-1@127.0.0.1:${smppPort}`);
  onTestFinished(() => client.close({ drainMs: 0 }));
  const acknowledged: string[] = [];
  let isEnding = false;
  const sending = Array.from({ length: 10 }, async () => {
    while (!isEnding) {
      const { ids } = await client.send({ from: '447700900000', to: '447700900123', text: 'hello' });
      acknowledged.push(...ids);
    }
  });
  const end = async (): Promise<void> => {
    isEnding = true;
    await Promise.all(sending);
    await client.close({ drainMs: 0 });
  };
  return { acknowledged, end };
}

async function get({ api }: Served, path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${adminKey}` } });
  return (await answer.json()) as Record<string, unknown>;
}

async function deliveredIn(served: Served): Promise<string[]> {
  const { messages } = await get(served, '/api/v1/messages?q=state:delivered&limit=500');
  return (messages as { readonly id: string }[]).map(({ id }) => id);
}

test(
  'under load: what was acknowledged before is there, and the money adds up',
  async () => {
    const folder = await GatewayFolder.make();
    const { path, data } = folder;
    const copy = join(path, 'copy');
    const served = await folder.serve();
    const { acknowledged, end } = await load(served);
    await expect.poll(() => deliveredIn(served), { timeout: patient(20_000) }).not.toEqual([]);
    const delivered = await deliveredIn(served);
    const before = [...acknowledged];
    const flags = ['--api', served.api, '--key', adminKey, '--json'];
    const made = await runCli(['backup', copy, ...flags]);
    expect(made.talk).toBe('');
    expect(JSON.parse(made.out)).toMatchObject({ state: 'done', folder: copy, why: null, daysAside: [] });
    await end();
    expect(acknowledged.length).toBeGreaterThan(before.length);
    const { lines } = (await get(served, '/api/v1/audit')) as never as { lines?: object[] };
    expect(JSON.stringify(lines ?? (await get(served, '/api/v1/audit')))).toContain('makeBackup');
    // The one of before knows nothing of the other one.
    served.kill('SIGKILL');
    await served.ended;

    expect((await runCli(['restore', copy, '--data', data])).talk).toContain('not empty');
    const restored = await runCli(['restore', copy, '--data', data, '--replace', '--json']);
    expect(JSON.parse(restored.out)).toMatchObject({ replaced: `${data}.replaced-1` });
    const { messages } = JSON.parse(restored.out) as { readonly messages: number };
    expect(messages).toBeGreaterThanOrEqual(before.length);
    const again = await folder.serve();
    for (const id of before) expect(await get(again, `/api/v1/messages/${id}`)).toMatchObject({ id });
    for (const id of delivered)
      expect(await get(again, `/api/v1/messages/${id}`)).toMatchObject({ state: 'delivered' });
    expect(await get(again, '/api/v1/ledger/check')).toMatchObject({ ok: true, accounts: [] });
    // What waited is sent after all, and nothing of what comes has an id of before.
    const more = await load(again);
    await expect.poll(() => more.acknowledged.length, { timeout: patient(20_000) }).toBeGreaterThan(10);
    await more.end();
    expect(more.acknowledged.filter((id) => acknowledged.includes(id))).toEqual([]);
  },
  patient(90_000),
);

test(
  'a folder that no process has is copied by the command itself',
  async () => {
    const folder = await GatewayFolder.make();
    const { path, data } = folder;
    const copy = join(path, 'copy');
    const served = await folder.serve();
    const busy = await runCli(['backup', copy, '--data', data]);
    expect(busy).toMatchObject({ code: 2, out: '' });
    expect(busy.talk).toContain('is in use by process');
    const inside = await runCli(['backup', join(data, 'x'), '--api', served.api, '--key', adminKey]);
    expect(inside).toMatchObject({ code: 5 });
    expect(inside.talk).toContain('lies in the data folder');
    served.kill('SIGTERM');
    await served.ended;
    const made = await runCli(['backup', copy, '--data', data]);
    expect(made).toMatchObject({ code: 0, talk: '' });
    expect(made.out).toContain(`backup made: ${copy}\nas of 20`);
    const checked = await runCli(['restore', '--check', copy]);
    expect(checked).toMatchObject({ code: 0, talk: '' });
    expect(checked.out).toContain('the backup is whole');
    const manifest = join(copy, 'backup.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"entries": \d+/, '"entries": 99999'));
    const spoilt = await runCli(['restore', '--check', copy]);
    expect(spoilt).toMatchObject({ code: 7, out: 'control.db does not hold what backup.json says\n' });
    const refused = await runCli(['restore', copy, '--data', join(path, 'new')]);
    expect(refused.code).toBe(2);
    expect(refused.talk).toContain('is not whole');
  },
  patient(60_000),
);

test.each([
  [['backup'], 'name the folder'],
  [['backup', 'a', 'b'], 'name the folder'],
  [['backup', 'a', '--data', '/nowhere/at/all'], 'there is no folder'],
  [['restore'], 'name the folder'],
  [['restore', '/nowhere'], '--data FOLDER'],
  [['restore', '/nowhere', '--data', '/nowhere/else'], 'no backup.json'],
])('%j: %s', async (args, says) => {
  const { code, out, talk } = await runCli(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(talk).toContain(says);
});
