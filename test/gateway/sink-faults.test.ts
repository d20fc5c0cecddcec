import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { canRun } from '../support/peer-programs.ts';
import type { GatewayReport, UpstreamReport } from './gateway-process.ts';
import { expectAllOver, expectBooksClosed, LoadRun } from './load-run.ts';
import { buildTools, loadTools, Sink, type Tools } from './load-tools.ts';
import { isMarked } from './stored.ts';

const count = 2_000;
const window = 50;

describe.runIf(canRun('an upstream with faults', [loadTools]))('an upstream with faults', () => {
  let tools: Tools;
  beforeAll(async () => {
    tools = await buildTools();
  });
  afterAll(() => tools?.remove());

  async function sinkWith(...flags: readonly string[]): Promise<Sink> {
    const sink = await Sink.start(tools, flags);
    onTestFinished(() => sink.stop());
    return sink;
  }
  const first = ({ upstreams }: GatewayReport): UpstreamReport => upstreams[0]!;

  test('throttles: all arrive, slower, and none is tried as if it had failed', async () => {
    const sink = await sinkWith('-d', '0', '-t', '800');
    const run = await LoadRun.start(tools, [{ name: 'op', port: sink.port, window }]);
    run.load(count, '-w', '500');
    const ended = await run.end();
    expectAllOver(ended, count);
    expect(ended.states).toEqual({ delivered: count });
    expect(first(ended.report).throttled).toBeGreaterThan(0);
    expect(first(ended.report).breaker).toBe('closed');
    const { throttled, msgs } = await sink.counts();
    expect(msgs - throttled).toBe(count);
    // A gateway that knocks on all the time would be refused more often than it is let in.
    expect(throttled).toBeLessThan(count);
  });

  test.each([
    ['a system error', '0x08', { system: { firstMs: 100, attempts: 20 } }],
    ['a full queue', '0x14', { full: { firstMs: 100, attempts: 20 } }],
  ])('answers %s now and then: tried again, and all arrive', async (_what, status, retry) => {
    const sink = await sinkWith('-d', '0', '-e', `5:${status}`);
    const run = await LoadRun.start(tools, [{ name: 'op', port: sink.port, window, retry }]);
    run.load(count, '-w', '500');
    const ended = await run.end();
    expectAllOver(ended, count);
    expect(ended.states).toEqual({ delivered: count });
    expect(first(ended.report).postponed).toBe((await sink.counts()).errors_sent);
  });

  test('refuses for good now and then: those end as rejected, at no cost, and their receipts say so', async () => {
    const sink = await sinkWith('-d', '0', '-e', '5:0x0b');
    const run = await LoadRun.start(tools, [{ name: 'op', port: sink.port, window }]);
    run.load(count, '-w', '500');
    const ended = await run.end();
    expectAllOver(ended, count);
    expect(ended.states).toEqual({ delivered: count * 0.8, rejected: count * 0.2 });
    expect(ended.counts.receipts_not_delivrd).toBe(count * 0.2);
    const [tally] = ended.report.tallies;
    expect(tally?.released).toBe((tally?.accepted ?? 0) * 0.2);
  });

  test('fails all the time: the breaker opens, and what is tried in vain ends', async () => {
    const sink = await sinkWith('-e', '1:0x08');
    const retry = { system: { firstMs: 50, attempts: 3 } };
    const breaker = { failures: 20, pauseMs: 50 };
    const run = await LoadRun.start(tools, [{ name: 'op', port: sink.port, window, retry, breaker }], {
      validityMs: 4_000,
    });
    run.load(100, '-w', '500');
    const ended = await run.end();
    expectAllOver(ended, 100);
    expect(ended.states.delivered).toBeUndefined();
    expect(ended.report.tallies[0]?.settled).toBe(0);
    // Three tries of each would be 300; the open breaker lets one through in each pause.
    expect(first(ended.report).submitted).toBeLessThan(300);
  });

  test('dies and comes back with ids from one again: every message has an outcome, what was in doubt says so', async () => {
    const sink = await sinkWith('-d', '30');
    const run = await LoadRun.start(tools, [{ name: 'op', port: sink.port, window, unknownWaitMs: 500 }], {
      validityMs: 5_000,
    });
    run.load(count, '-w', '200', '-r', '2000');
    await run.gateway.until('the load to be under way', (report) => first(report).taken > count / 4);
    // Held first, so that something is in flight for certain.
    sink.signal('SIGSTOP');
    await run.gateway.until('a full window', (report) => first(report).outstanding === window);
    sink.signal('SIGKILL');
    await sink.program.exit;
    const next = await Sink.start(tools, ['-d', '30'], sink.port);
    onTestFinished(() => next.stop());
    const ended = await run.end();
    // A receipt of the second life may find the message of the first that had its number.
    expect(ended.counts.total).toMatchObject({ sent: count, ok: count });
    expect(ended.counts).toMatchObject({ receipts: count, dup_receipts: 0 });
    const all = [...ended.stored.values()].flat();
    expect(all.filter(({ isFinal }) => !isFinal)).toEqual([]);
    const unanswered = all.filter(({ timeline }) => timeline.includes('unanswered'));
    expect(unanswered).toHaveLength(window);
    expect(unanswered.every(isMarked)).toBe(true);
    // Its window, and what it had taken within the delay of its receipts.
    expect(ended.states.unknown).toBeLessThan(window + 500);
    expectBooksClosed(ended.report);
  });

  test('hangs and wakes up: receipts that come late still count', async () => {
    const sink = await sinkWith('-d', '30');
    const run = await LoadRun.start(tools, [
      {
        name: 'op',
        port: sink.port,
        window,
        responseTimeoutMs: 500,
        enquireLinkMs: 300,
        enquireLinkResponseMs: 300,
        unknownWaitMs: 20_000,
        breaker: { pauseMs: 200 },
      },
    ]);
    run.load(count, '-w', '200', '-r', '2000');
    await run.gateway.until('the load to be under way', (report) => first(report).taken > count / 4);
    sink.signal('SIGSTOP');
    // The connection is given up, too: what the sink writes into one that is closed a moment later it takes for delivered.
    await run.gateway.until(
      'its silence to be noticed',
      (report) => first(report).unanswered > 0 && !first(report).isUsable,
    );
    sink.signal('SIGCONT');
    const ended = await run.end();
    // It took what it was sent before it fell silent, and its receipts come by the next bind under ids that no response
    // has told: the handset says which message each is about.
    expectAllOver(ended, count);
    expect(ended.states).toEqual({ delivered: count });
    const copies = (await sink.counts().then(() => sink.accepted())).length;
    expect(copies).toBe(count);
  });

  test('hangs for good: what it had ends as unknown, what it had not expires', async () => {
    const sink = await sinkWith('-d', '30');
    const run = await LoadRun.start(
      tools,
      [
        {
          name: 'op',
          port: sink.port,
          window,
          responseTimeoutMs: 500,
          enquireLinkMs: 300,
          enquireLinkResponseMs: 300,
          unknownWaitMs: 500,
        },
      ],
      { validityMs: 4_000 },
    );
    run.load(count, '-w', '200', '-r', '2000');
    await run.gateway.until('the load to be under way', (report) => first(report).taken > count / 4);
    sink.signal('SIGSTOP');
    const ended = await run.end();
    expectAllOver(ended, count);
    expect(ended.states.delivered).toBeGreaterThan(count / 8);
    expect(ended.states.unknown).toBeGreaterThanOrEqual(window);
    expect(ended.states.expired).toBeGreaterThan(0);
    const [tally] = ended.report.tallies;
    // Whoever never left costs nothing.
    expect(tally?.released).toBe(((tally?.accepted ?? 0) / count) * (ended.states.expired ?? 0));
  });
});
