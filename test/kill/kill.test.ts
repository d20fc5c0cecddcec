import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { launchChappe, startChappe } from '../support/chappe.ts';
import { patient } from '../support/patience.ts';
import { seeded } from '../support/seeded.ts';
import { type Ledger, Submitter, WINDOW } from './submitter.ts';

/** Under load, on CI more of them; every fourth is followed by one in the middle of the start, where the centre reads its disk. */
const KILLS = process.env.CI ? 20 : 10;
/** Receipts that may be under way to one session, and come again when it is killed. */
const RECEIPTS_UNDER_WAY = 1000;
/** Longest time to wait, after the last start, for the receipts of everything that was ever accepted. */
const DRAIN_MS = patient(90_000);
vi.setConfig({ testTimeout: patient(240_000) });

test(`kill -9, ${KILLS} times under load: no acknowledged message is lost, every one gets its receipt`, async () => {
  const data = await mkdtemp(join(tmpdir(), 'chappe-kill-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const seed = Number(process.env.CHAPPE_SEED ?? 20261123);
  const next = seeded(seed);
  const ledger: Ledger = { accepted: new Set(), reused: [], receipts: new Map(), submitted: 0 };

  for (let kill = 0; kill < KILLS; kill += 1) {
    const chappe = await startChappe({ data, args: ['--delay', '0-200'] });
    const submitter = new Submitter(chappe.smppPort, ledger);
    await submitter.bound;
    submitter.start();
    await submitter.firstAnswer;
    // The moment of death is the point of the test: anywhere from the first commit to well inside the load.
    await after(20 + next() * 600);
    process.kill(chappe.program.pid, 'SIGKILL');
    expect((await chappe.program.exit).signal).toBe('SIGKILL');
    submitter.stop();
    await submitter.closed;
    if (kill % 4 === 3) {
      const starting = launchChappe({ data });
      await after(next() * 900);
      process.kill(starting.pid, 'SIGKILL');
      expect((await starting.exit).signal).toBe('SIGKILL');
    }
  }

  const chappe = await startChappe({ data, args: ['--delay', '0-200'] });
  const submitter = new Submitter(chappe.smppPort, ledger);
  await submitter.bound;
  const deadline = performance.now() + DRAIN_MS;
  const missing = () => [...ledger.accepted].filter((id) => !ledger.receipts.has(id));
  while (missing().length > 0 && performance.now() < deadline) await after(100);
  submitter.destroy();
  await chappe.stop();

  const duplicates = [...ledger.receipts.values()].reduce((sum, times) => sum + times - 1, 0);
  const receipts = ledger.receipts.size;
  console.log(
    `seed ${seed}: ${KILLS} kills, ${ledger.submitted} submitted, ${ledger.accepted.size} acknowledged, ` +
      `${receipts} receipts, ${duplicates} of them twice, ${missing().length} lost`,
  );
  expect(ledger.accepted.size).toBeGreaterThan(KILLS * 20);
  expect(missing()).toEqual([]);
  expect(ledger.reused).toEqual([]);
  // A receipt for an id that no response told us: only those whose response died with the centre.
  expect(receipts - ledger.accepted.size).toBeLessThanOrEqual(KILLS * WINDOW);
  // At least once, duplicates never silent: only what stood in the window of a killed session may come again.
  expect(duplicates).toBeLessThanOrEqual(KILLS * RECEIPTS_UNDER_WAY);
});
