import { describe, expect, onTestFinished, test } from 'vitest';
import { patient } from '../support/patience.ts';
import { canRun } from '../support/peer-programs.ts';
import { killRun, summaryOf } from './kill-run.ts';
import { buildTools, loadTools } from './load-tools.ts';

describe.runIf(canRun('kill -9 of the gateway', [loadTools]))('kill -9 of the gateway', () => {
  test('three times under load: nothing acknowledged is lost, copies are few and marked', async () => {
    const tools = await buildTools();
    onTestFinished(() => tools.remove());
    const seed = Number(process.env.CHAPPE_SEED ?? 20261126);
    const options = { kills: 3, perSecond: 3_000, window: 100, seed, drainMs: patient(40_000) };
    const result = await killRun(tools, options);
    console.log(summaryOf(result, options));
    expect(result.acknowledged).toBeGreaterThan(100);
    expect(result.lost).toEqual([]);
    expect(result.stuck).toEqual([]);
    expect(result.unmarked).toEqual([]);
    expect(result.duplicates).toBeLessThanOrEqual(result.mostDuplicates);
    expect(result.untold).toBe(0);
    // smppsink does not send a receipt again that it had no answer to: those messages wait on.
    expect(result.awaiting).toBeLessThanOrEqual(result.unanswered);
    // Only the receipt of a copy has no message.
    expect(result.unmatched).toBeLessThanOrEqual(result.mostDuplicates);
    expect(result.report.discrepancies).toEqual([]);
    expect(result.report.errors).toEqual([]);
    const [tally] = result.report.tallies;
    expect(tally?.accepted).toBe((tally?.reserved ?? 0) + (tally?.settled ?? 0) + (tally?.released ?? 0));
    expect(tally?.accepted).toBeGreaterThan(0);
  });
});
