import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../support/free-port.ts';
import { until } from '../support/inbox.ts';
import { canRun } from '../support/peer-programs.ts';
import { expectAllOver, LoadRun } from './load-run.ts';
import { buildTools, loadTools, Sink, type Tools } from './load-tools.ts';
import { type Manners, RudeUpstream } from './rude-upstream.ts';

const count = 600;
const window = 200;

describe.runIf(canRun('receipts with faults', [loadTools]))('receipts with faults', () => {
  let tools: Tools;
  beforeAll(async () => {
    tools = await buildTools();
  });
  afterAll(() => tools?.remove());

  async function rude(manners: Manners): Promise<RudeUpstream> {
    const upstream = await RudeUpstream.listen(manners);
    onTestFinished(() => upstream.close());
    return upstream;
  }

  test.each<[string, Manners]>([
    ['before the response', { isHasty: true }],
    ['before the response, in the other form of its number', { isHasty: true, ids: 'hex-dec' }],
    ['so long before the response that they were put away', { responseAfterMs: 1_300, isHasty: true }],
    ['late', { receiptAfterMs: 1_500 }],
    ['twice', { againAfterMs: 300 }],
    ['twice at once', { againAfterMs: 0 }],
    ['twice, before the response', { isHasty: true, againAfterMs: 0 }],
    ['in decimal for hexadecimal', { ids: 'hex-dec' }],
    ['in hexadecimal for decimal', { ids: 'dec-hex' }],
    ['in decimal for hexadecimal, twice, late', { ids: 'hex-dec', receiptAfterMs: 500, againAfterMs: 200 }],
    ['in small letters for capitals', { ids: 'upper-lower' }],
  ])('come %s: every one finds its message, once', async (_what, manners) => {
    const upstream = await rude(manners);
    const run = await LoadRun.start(tools, [{ name: 'op', port: upstream.port, window }]);
    run.load(count, '-w', '200');
    const wanted = manners.againAfterMs === undefined ? count : 2 * count;
    await until('all answers', () => Promise.resolve(upstream.answered >= wanted || undefined));
    // A repeat that came before the response is kept, answered, and taken away a moment later.
    const ended = await run.end(() =>
      run.gateway.until('no receipt to be kept', ({ unmatched }) => unmatched.length === 0),
    );
    expectAllOver(ended, count);
    expect(ended.states).toEqual({ delivered: count });
    expect(upstream.refusals).toEqual([]);
    expect(upstream.taken).toHaveLength(count);
  });

  test.each([
    ['in the text', []],
    ['in TLVs', ['-T']],
    ['in hexadecimal', ['-x']],
    ['in hexadecimal, in TLVs', ['-x', '-T']],
  ])('of smppsink, with the id %s, late', async (_what, flags) => {
    const sink = await Sink.start(tools, ['-d', '1200', ...flags]);
    onTestFinished(() => sink.stop());
    const run = await LoadRun.start(tools, [{ name: 'op', port: sink.port, window }]);
    run.load(count, '-w', '200');
    const ended = await run.end();
    expectAllOver(ended, count);
    expect(ended.states).toEqual({ delivered: count });
  });

  test('that come while the gateway is dead are sent again, and all are matched', async () => {
    const upstream = await rude({ ids: 'hex-dec', receiptAfterMs: 400 });
    const [port = 0] = await freePorts(1);
    const run = await LoadRun.start(tools, [{ name: 'op', port: upstream.port, window }], { port });
    // Beyond what is sent before the first death, so that the customer binds again after each.
    run.load(3_000, '-w', '100', '-r', '800', '-k');
    for (const taken of [500, 1_200, 1_900]) {
      await until('a part of the load', () => Promise.resolve(upstream.taken.length > taken || undefined));
      await run.restart();
    }
    // Receipts of messages whose acceptance nobody heard of count, too: the customer may leave before the last.
    const { report, stored, states, counts } = await run.end(() =>
      run.gateway.until('all receipts to be answered', ({ lanes }) => {
        const isIdle = lanes.every(
          ({ lane, queued, flying, waiting }) => !lane.startsWith('via:') || waiting + queued + flying === 0,
        );
        return isIdle && upstream.unanswered === 0;
      }),
    );
    const copies = upstream.taken.length - new Set(upstream.taken).size;
    // Every message ended: also one whose receipt came to a gateway that died before it could answer.
    expect(Object.keys(states)).toEqual(['delivered']);
    expect([...stored.values()].flat().length).toBeGreaterThanOrEqual(counts.total.ok);
    expect(copies).toBeLessThanOrEqual(3 * window);
    // The first copy of a message that was sent again has a receipt of its own; and a receipt that had done its work
    // comes again when the gateway died before it could answer.
    expect(report.unmatched.length).toBeLessThanOrEqual(copies + 3 * window);
    expect(report.discrepancies).toEqual([]);
    expect(report.tallies.map(({ reserved }) => reserved)).toEqual([0]);
  });
});
