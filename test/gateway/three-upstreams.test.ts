import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { patient } from '../support/patience.ts';
import { canRun } from '../support/peer-programs.ts';
import { GatewayProcess, type GatewayReport } from './gateway-process.ts';
import { buildTools, Load, loadTools, Sink, type Tools } from './load-tools.ts';
import {
  credit,
  pricePerSegment,
  type SettingsOptions,
  settingsFor,
  type TestConnector,
} from './settings.ts';
import { isMarked, storedMessages } from './stored.ts';

const window = 100;
/** Long enough for the fallen one to be missed, short enough for a test. */
const unknownWaitMs = 1_500;

describe.runIf(canRun('three upstreams', [loadTools]))('three upstreams under load', () => {
  let tools: Tools;
  beforeAll(async () => {
    tools = await buildTools();
  });
  afterAll(() => tools?.remove());

  /** Three sinks, a gateway to all of them, and a load on it. */
  async function begin(
    more: Partial<TestConnector>,
    options: SettingsOptions = {},
  ): Promise<{ sinks: readonly Sink[]; gateway: GatewayProcess; data: string }> {
    const sinks: Sink[] = [];
    for (let at = 0; at < 3; at += 1) sinks.push(await Sink.start(tools, ['-d', '20']));
    onTestFinished(() => Promise.all(sinks.map((sink) => sink.stop())).then(() => undefined));
    const connectors = sinks.map(({ port }, at) => ({ name: `op-${at}`, port, window, ...more }));
    const settings = await settingsFor(connectors, options);
    const data = join(tools.folder, `data-${sinks[0]?.port}`);
    const gateway = await GatewayProcess.start({ data, settings, credit });
    onTestFinished(() => gateway.program.stop('SIGKILL').then(() => undefined));
    await gateway.bound();
    return { sinks, gateway, data };
  }

  const upstream = (report: GatewayReport, name: string) =>
    report.upstreams.find((one) => one.name === name)!;

  test('one is killed: nothing is lost, what was in flight there is marked, the rest moves on', async () => {
    const { sinks, gateway, data } = await begin(
      { unknown: 'resend' },
      { route: { action: { kind: 'via', groups: [[0, 1, 2].map((at) => ({ connector: `op-${at}` }))] } } },
    );
    const load = Load.start(tools, gateway.port, ['-d', '-w', '200', '-r', '3000', '-n', '9000', '-R', '5']);
    onTestFinished(() => load.program.stop('SIGKILL').then(() => undefined));
    await gateway.until('the load to be well under way', (report) => upstream(report, 'op-1').taken > 800);
    // Held first, so that something is in flight for certain.
    sinks[1]!.signal('SIGSTOP');
    await gateway.until('a full window', (report) => upstream(report, 'op-1').outstanding === window);
    sinks[1]!.signal('SIGKILL');
    const before = await gateway.until(
      'its end to be noticed',
      (report) => !upstream(report, 'op-1').isUsable,
    );
    const counts = await load.end(patient(30_000));
    const after = await gateway.until('everything to be taken', (report) =>
      report.lanes.every(({ waiting, queued, flying }) => waiting + queued + flying === 0),
    );
    const full = await gateway.report();
    await Promise.all([sinks[0]!.counts(), sinks[2]!.counts()]);
    await gateway.stop();

    expect(counts.total).toMatchObject({ sent: 9_000, ok: 9_000, drops: 0 });
    // The others took what the fallen one would have got.
    expect(upstream(after, 'op-0').taken).toBeGreaterThan(upstream(before, 'op-0').taken + 1_000);
    expect(upstream(after, 'op-1').unanswered).toBe(window);
    expect(full.discrepancies).toEqual([]);
    expect(full.errors).toEqual([]);

    const stored = await storedMessages(data);
    const there = new Set<string>();
    const copies = new Map<string, number>();
    for (const sink of [sinks[0]!, sinks[2]!]) {
      for (const { to } of await sink.accepted()) {
        there.add(to);
        copies.set(to, (copies.get(to) ?? 0) + 1);
      }
    }
    expect([...copies].filter(([, count]) => count > 1)).toEqual([]);
    let lonely = 0;
    for (const { kind, to, id } of await load.told()) {
      expect(kind).toBe('A');
      const [message, ...more] = stored.get(to) ?? [];
      expect([to, message?.publicId, more.length]).toEqual([to, id, 0]);
      const isDone = message?.state === 'delivered' && there.has(to);
      // What op-1 had taken and not spoken of: at it, by its timeline, and nowhere else unless that is said.
      const isAtFallen = message !== undefined && / sent .*connector=op-1/.test(message.timeline);
      expect([message?.timeline, isDone || isAtFallen]).toEqual([message?.timeline, true]);
      if (isAtFallen && !message.isFinal) lonely += 1;
      if (isAtFallen && there.has(to)) expect(message.timeline).toMatch(/possible duplicate/);
    }
    const unanswered = [...stored.values()].flat().filter(({ timeline }) => timeline.includes('unanswered'));
    expect(unanswered).toHaveLength(upstream(after, 'op-1').unanswered);
    expect(unanswered.every(isMarked)).toBe(true);
    // At most those that it took within the delay of its receipts, and a window.
    expect(lonely).toBeLessThan(1_000);
    const [tally] = full.tallies;
    expect(tally?.accepted).toBe(9_000 * pricePerSegment);
    expect(tally?.reserved).toBe(lonely * pricePerSegment);
  });

  test('one is killed and late receipts move on: every message gets its outcome', async () => {
    const { sinks, gateway, data } = await begin(
      { unknown: 'wait', unknownWaitMs },
      {
        route: {
          action: {
            kind: 'via',
            groups: [[0, 1, 2].map((at) => ({ connector: `op-${at}` }))],
            failover: { receiptAfterMs: unknownWaitMs },
          },
        },
      },
    );
    const load = Load.start(tools, gateway.port, ['-d', '-w', '200', '-r', '3000', '-n', '6000', '-R', '15']);
    onTestFinished(() => load.program.stop('SIGKILL').then(() => undefined));
    await gateway.until('the load to be well under way', (report) => upstream(report, 'op-1').taken > 500);
    sinks[1]!.signal('SIGKILL');
    const counts = await load.end(patient(30_000));
    const full = await gateway.report();
    await gateway.stop();
    expect(counts.total).toMatchObject({ sent: 6_000, ok: 6_000 });
    expect(counts).toMatchObject({ receipts: 6_000, receipts_missing: 0, dup_receipts: 0 });
    const stored = await storedMessages(data);
    const states = [...stored.values()].flat().map(({ state }) => state);
    expect(states.filter((state) => state !== 'delivered' && state !== 'unknown')).toEqual([]);
    expect(states.filter((state) => state === 'unknown').length).toBeLessThanOrEqual(window);
    expect(full.tallies.map(({ reserved }) => reserved)).toEqual([0]);
    expect(full.discrepancies).toEqual([]);
    expect(full.errors).toEqual([]);
  });

  test('one hangs: the others carry on, and what it holds is marked when it is given up', async () => {
    const { sinks, gateway, data } = await begin({
      unknown: 'resend',
      responseTimeoutMs: 1_000,
      enquireLinkMs: 500,
      enquireLinkResponseMs: 500,
    });
    const load = Load.start(tools, gateway.port, ['-d', '-w', '200', '-r', '3000', '-n', '6000', '-R', '5']);
    onTestFinished(() => load.program.stop('SIGKILL').then(() => undefined));
    await gateway.until('the load to be well under way', (report) => upstream(report, 'op-1').taken > 500);
    sinks[1]!.signal('SIGSTOP');
    const report = await gateway.until(
      'the hang to be noticed',
      (now) => upstream(now, 'op-1').unanswered > 0,
    );
    // What times out leaves its place to others, until the bind is given up a moment later.
    expect(upstream(report, 'op-1').unanswered).toBeLessThanOrEqual(2 * window);
    await gateway.until('the others to carry on', ({ center }) => center.accepted === 6_000);
    sinks[1]!.signal('SIGCONT');
    const counts = await load.end(patient(30_000));
    expect(counts.total).toMatchObject({ sent: 6_000, ok: 6_000 });
    // When it wakes up it sends what was due on a connection that we have given up, and smppsink does so once.
    const { dlr_sent, dlr_ack } = await sinks[1]!.counts();
    expect(counts.receipts).toBeLessThanOrEqual(6_000);
    expect(counts.receipts).toBeGreaterThanOrEqual(6_000 - (dlr_sent - dlr_ack));
    expect(dlr_sent - dlr_ack).toBeLessThanOrEqual(window);
    await gateway.stop();
    const copies = new Map<string, number>();
    for (const sink of sinks) {
      await sink.counts();
      for (const { to } of await sink.accepted()) copies.set(to, (copies.get(to) ?? 0) + 1);
    }
    expect(copies.size).toBe(6_000);
    const stored = await storedMessages(data);
    const double = [...copies].filter(([, count]) => count > 1).map(([to]) => stored.get(to)?.[0]);
    // It took what it was sent before it fell silent, when it woke up.
    expect(double.length).toBeGreaterThan(0);
    expect(double.length).toBeLessThanOrEqual(2 * window);
    expect(double.filter((message) => message === undefined || !isMarked(message))).toEqual([]);
  });
});
