/** `chappe serve` whose data folder is damaged, or taken away, under it: as a process, with a customer and an operator. */
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Center, type Clock, type Draft, dayOfId, systemClock } from '@chappe/center';
import { SmppClient } from '@chappe/smpp';
import { SqliteStore } from '@chappe/store-sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { adminKey, GatewayFolder, type Served } from '../support/gateway-folder.ts';
import { runCli } from '../support/run-cli.ts';

const dayMs = 86_400_000;
async function bound({ smppPort }: Served): Promise<SmppClient> {
  const client = await SmppClient.connect(`smpp://acme:secret-1@127.0.0.1:${smppPort}`);
  onTestFinished(() => client.close({ drainMs: 0 }));
  return client;
}

const send = async (client: SmppClient, text: string): Promise<string> => {
  const { ids } = await client.send({ from: '447700900000', to: '447700900123', text });
  return ids[0] as string;
};

const get = async (
  { api }: Served,
  path: string,
): Promise<{ readonly status: number; readonly json: never }> => {
  const answer = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${adminKey}` } });
  return { status: answer.status, json: (await answer.json()) as never };
};

const stateOf = async (served: Served, id: string): Promise<unknown> => {
  const { status, json } = await get(served, `/api/v1/messages/${id}`);
  return status === 200 ? (json as { readonly state: string }).state : status;
};

const metric = async ({ api }: Served, name: string): Promise<string | undefined> => {
  const text = await (
    await fetch(`${api}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })
  ).text();
  return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
};

/** A file of yesterday with messages whose time has not come. */
async function yesterdayIn(
  folder: GatewayFolder,
): Promise<{ readonly file: string; readonly publicId: string }> {
  const store = await SqliteStore.open({ path: folder.data });
  const clock: Clock = { ...systemClock, nowMs: () => Date.now() - dayMs };
  const center = new Center({ store, clock });
  await center.start();
  const draft: Draft = {
    kind: 'mt',
    account: 'acme',
    lane: 'via:op-a',
    dueMs: Date.now() + dayMs,
    source: { ton: 1, npi: 1, digits: '447700900000' },
    destination: { ton: 1, npi: 1, digits: '447700900123' },
    content: new Uint8Array(500),
    text: 'of yesterday',
    receiptWanted: 1,
    price: 10_000,
  };
  const messages = await center.submitAll(Array.from({ length: 100 }, () => draft));
  await center.stop();
  const { id, publicId } = messages[50] as (typeof messages)[number];
  return { file: join(folder.data, `${dayOfId(id)}.db`), publicId };
}

test('a damaged file of yesterday is set aside: what is of today goes on, and nothing is said of the rest', async () => {
  const folder = await GatewayFolder.make();
  const { file, publicId } = await yesterdayIn(folder);
  let served = await folder.serve();
  let client = await bound(served);
  const before = await send(client, 'before');
  await expect.poll(() => stateOf(served, before), { timeout: patient(10_000) }).toBe('delivered');
  const octets = new Uint8Array(statSync(file).size - 4096).fill(0xee);
  const handle = openSync(file, 'r+');
  writeSync(handle, octets, 0, octets.length, 4096);
  closeSync(handle);
  // Whoever asks comes across it; nobody is told that there is no such message.
  const query = { command: 'query_sm', message_id: publicId, source_addr: '' } as const;
  expect(await client.request(query)).toMatchObject({ command_status: 8 });
  const line = JSON.parse(await served.line('are set aside'));
  expect(line).toMatchObject({ level: 50, where: 'center', msg: expect.stringContaining(file) });
  const day = file.slice(-13, -3);
  for (const round of ['while it runs', 'after a restart']) {
    expect(await get(served, '/readyz')).toEqual({
      status: 200,
      json: { status: 'ready', daysAside: [day] },
    });
    const after = await send(client, round);
    await expect.poll(() => stateOf(served, after), { timeout: patient(10_000) }).toBe('delivered');
    expect(await stateOf(served, before)).toBe('delivered');
    expect(await stateOf(served, publicId)).toBe(503);
    expect(await metric(served, 'chappe_store_days_aside')).toBe('1');
    expect(await metric(served, 'chappe_store_up')).toBe('1');
    const ledger = await get(served, '/api/v1/ledger/check');
    expect(ledger.json).toMatchObject({ ok: true, difference: '0', daysAside: [{ day }] });
    expect((await get(served, `/api/v1/records?day=${day}`)).status).toBe(503);
    const top = await runCli(['top', '--api', served.api], { env: { CHAPPE_API_KEY: adminKey } });
    expect(top.out).toMatch(new RegExp(`^${day} is set aside: ${day}\\.db is damaged`));
    const checked = await runCli(['check', '--data', folder.data]);
    expect(checked.code).toBe(7);
    expect(checked.out).toMatch(new RegExp(`^${day}\\.db .* damaged, set aside\\n`));
    if (round === 'after a restart') break;
    await client.close({ drainMs: 0 });
    served.kill('SIGTERM');
    expect(await served.ended).toMatchObject({ code: 0 });
    served = await folder.serve();
    client = await bound(served);
  }
  expect(folder.texts).toEqual(['before', 'while it runs', 'after a restart']);
});

test('files deleted under it are put back: what was acknowledged is there after a kill', async () => {
  const folder = await GatewayFolder.make();
  let served = await folder.serve();
  let client = await bound(served);
  const ids = [await send(client, 'first')];
  // It is in the journal first. A search is answered when it is in the file of its day, and that is whole and in use.
  expect((await get(served, '/api/v1/messages?limit=1')).status).toBe(200);
  expect(readdirSync(folder.data).filter((name) => /^20[2-8].*\.db$/.test(name))).toHaveLength(1);
  for (const name of readdirSync(folder.data)) if (name.includes('.db')) rmSync(join(folder.data, name));
  ids.push(await send(client, 'into what is gone'));
  await served.line('has been put back');
  await expect
    .poll(
      () =>
        readdirSync(folder.data)
          .filter((name) => /^(control|lock|\d.*)\.db$/.test(name))
          .sort(),
      {
        timeout: patient(10_000),
      },
    )
    // The last is none of a day, see docs/gateway.md.
    .toEqual([expect.stringMatching(/^\d/), '2094-01-01.db', 'control.db', 'lock.db']);
  ids.push(await send(client, 'after it'));
  for (const id of ids)
    await expect.poll(() => stateOf(served, id), { timeout: patient(10_000) }).toBe('delivered');
  // One that a write has put back is counted at the next look.
  await expect
    .poll(async () => Number(await metric(served, 'chappe_store_files_restored_total')), {
      timeout: patient(10_000),
    })
    .toBeGreaterThanOrEqual(3);
  served.kill('SIGKILL');
  await served.ended;
  served = await folder.serve();
  // What was in the journal only is said to be in its place.
  await served.line('did not end in order');
  for (const id of ids) expect(await stateOf(served, id)).toBe('delivered');

  // The folder itself: nothing can be put back, so nothing is taken.
  client = await bound(served);
  const elsewhere = join(folder.path, 'elsewhere');
  renameSync(folder.data, elsewhere);
  await expect
    .poll(async () => (await get(served, '/readyz')).status, { timeout: patient(10_000) })
    .toBe(503);
  const { json } = await get(served, '/readyz');
  expect(json).toMatchObject({
    detail: expect.stringContaining('CHAPPE_STORE_GONE'),
    hint: expect.stringContaining('put the folder back'),
  });
  await expect(send(client, 'lost')).rejects.toThrow('ESME_RSYSERR');
  expect(await metric(served, 'chappe_store_files_gone')).toBe('1');
  renameSync(elsewhere, folder.data);
  await expect
    .poll(async () => (await get(served, '/readyz')).status, { timeout: patient(10_000) })
    .toBe(200);
  ids.push(await send(client, 'again'));
  for (const id of ids)
    await expect.poll(() => stateOf(served, id), { timeout: patient(10_000) }).toBe('delivered');
  served.kill('SIGTERM');
  const { code, talk } = await served.ended;
  expect(code).toBe(0);
  // Each thing once.
  expect(talk.split('\n').filter((line) => line.includes('is not what it was'))).toHaveLength(1);
  expect(readFileSync(join(folder.path, 'chappe.yaml'), 'utf8')).toContain('op-a');
});
