import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Center } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { argsOf } from '../../../test/support/our-programs.ts';
import { plainReceipt, ScriptedConnector } from '../../center/test/support/rig.ts';
import { seeded } from '../../center/test/support/simulated-clock.ts';

const ROUNDS = 10;

/** Lets a process submit, and kills it some time after its first acknowledgement. */
async function round(folder: string, journal: string, isBound: boolean, delayMs: number): Promise<void> {
  const args = [
    ...argsOf('packages/store-sqlite/test/support/crash-child.ts'),
    folder,
    journal,
    isBound ? 'bound' : 'unbound',
  ];
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(running.stdout, 'data');
  // The moment of the kill is the point of the test.
  await after(delayMs);
  running.kill('SIGKILL');
  await once(running, 'close');
}

test(`kill -9, ${ROUNDS} times: every acknowledged message is there, and every receipt is or was`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chappe-crash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const next = seeded(Number(process.env.CHAPPE_SEED ?? 20261123));
  const acknowledged = new Set<number>();
  const receipts = new Map<number, number>();
  const journal = join(folder, 'journal.txt');
  for (let at = 0; at < ROUNDS; at += 1)
    await round(join(folder, 'data'), journal, at % 2 === 0, next() * 250);
  for (const line of readFileSync(journal, 'latin1').split('\n').slice(0, -1)) {
    const id = Number(line.slice(2));
    if (line.startsWith('A ')) acknowledged.add(id);
    else receipts.set(id, (receipts.get(id) ?? 0) + 1);
  }

  const store = await SqliteStore.open({ path: join(folder, 'data') });
  const center = new Center({ store, receipt: plainReceipt });
  await center.start();
  const out = new ScriptedConnector();
  const back = new ScriptedConnector();
  center.attach('out', out);
  center.attach('account:acme', back);
  while (center.unfinished > 0 || center.commits.pending > 0) await after(10);
  for (const { of } of back.got) receipts.set(of as number, (receipts.get(of as number) ?? 0) + 1);

  const found = new Map<number, string>();
  for (let beforeId: number | undefined; ; ) {
    const page = await store.search({ limit: 1_000, beforeId });
    for (const message of page.messages) found.set(message.id, message.state);
    beforeId = page.nextBeforeId;
    if (beforeId === undefined) break;
  }
  await center.stop();
  console.log(
    `${acknowledged.size} acknowledged, ${found.size} stored, ${out.got.length} delivered after the last kill`,
  );
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * 100);
  expect([...acknowledged].filter((id) => found.get(id) !== 'delivered')).toEqual([]);
  expect([...acknowledged].filter((id) => !receipts.has(id))).toEqual([]);
});
