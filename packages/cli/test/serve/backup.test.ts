/** `chappe backup` of a gateway under load, and `chappe restore` of it: with a customer who pays and an operator. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SmppClient, SmppServer } from '@chappe/smpp';
import { expect, onTestFinished, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { type Running, runCli, spawnCli } from '../support/run-cli.ts';

const key = 'the-key-of-the-operator';

interface Served extends Running {
  readonly smppPort: number;
  readonly api: string;
}

/** An operator that delivers all. */
async function operator(): Promise<SmppServer> {
  let count = 0;
  const server = await SmppServer.listen({
    port: 0,
    authenticate: () => ({ accept: true }),
    operations: {
      submit_sm: (pdu, session) => {
        count += 1;
        const message_id = `up-${count}`;
        setImmediate(() => {
          const text = `id:${message_id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:`;
          session
            .request({
              command: 'deliver_sm',
              source_addr: pdu.destination_addr,
              destination_addr: pdu.source_addr,
              esm_class: 4,
              short_message: Buffer.from(text),
            })
            .catch(() => undefined);
        });
        return { message_id };
      },
    },
  });
  onTestFinished(() => server.close({ drainMs: 0 }));
  return server;
}

/** A folder with a configuration. */
async function folder(data = './data'): Promise<string> {
  const path = mkdtempSync(join(tmpdir(), 'chappe-backup-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const { port } = await operator();
  const yaml = `drain: 1s
smpp: { listen: { port: 0 } }
http: { listen: 127.0.0.1:0 }
data: ${data}
accounts: [{ systemId: acme, password: secret-1, credit: { mode: postpaid } }]
connectors: [{ name: op-a, host: 127.0.0.1, port: ${port}, systemId: us, reconnect: { min: 50ms, max: 200ms } }]
routes: [{ name: all, via: op-a, price: 0.01 }]
`;
  writeFileSync(join(path, 'chappe.yaml'), yaml);
  return path;
}

async function serve(path: string): Promise<Served> {
  const running = spawnCli(['serve', '--json', '-c', join(path, 'chappe.yaml')], {
    env: { CHAPPE_HTTP_ADMIN_KEY: key },
  });
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running.ended;
  });
  const { smpp, http } = JSON.parse(await running.line('"pid"')) as {
    readonly [name: string]: { readonly port: number } | undefined;
  };
  return { ...running, smppPort: smpp?.port ?? 0, api: `http://127.0.0.1:${http?.port}` };
}

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
  const answer = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return (await answer.json()) as Record<string, unknown>;
}

async function deliveredIn(served: Served): Promise<string[]> {
  const { messages } = await get(served, '/api/v1/messages?q=state:delivered&limit=500');
  return (messages as { readonly id: string }[]).map(({ id }) => id);
}

test(
  'under load: what was acknowledged before is there, and the money adds up',
  async () => {
    const path = await folder();
    const copy = join(path, 'copy');
    const served = await serve(path);
    const { acknowledged, end } = await load(served);
    await expect.poll(() => deliveredIn(served), { timeout: patient(20_000) }).not.toEqual([]);
    const delivered = await deliveredIn(served);
    const before = [...acknowledged];
    const flags = ['--api', served.api, '--key', key, '--json'];
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

    const data = join(path, 'data');
    expect((await runCli(['restore', copy, '--data', data])).talk).toContain('not empty');
    const restored = await runCli(['restore', copy, '--data', data, '--replace', '--json']);
    expect(JSON.parse(restored.out)).toMatchObject({ replaced: `${data}.replaced-1` });
    const { messages } = JSON.parse(restored.out) as { readonly messages: number };
    expect(messages).toBeGreaterThanOrEqual(before.length);
    const again = await serve(path);
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
    const path = await folder();
    const data = join(path, 'data');
    const copy = join(path, 'copy');
    const served = await serve(path);
    const busy = await runCli(['backup', copy, '--data', data]);
    expect(busy).toMatchObject({ code: 2, out: '' });
    expect(busy.talk).toContain('is in use by process');
    const inside = await runCli(['backup', join(data, 'x'), '--api', served.api, '--key', key]);
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
