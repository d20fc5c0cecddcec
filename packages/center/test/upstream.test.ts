/** What a center does with messages that an upstream has taken. */
import { MemoryStore, type Message, type Outcome } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { draft, ScriptedConnector, startRig } from './support/rig.ts';
import { settle } from './support/simulated-clock.ts';

type Rig = Awaited<ReturnType<typeof startRig>>;

const taken = (upstreamId: string, more: object = {}): Outcome => ({
  kind: 'accepted',
  upstreamId,
  group: 'up',
  ...more,
});

/** Sends one message to an upstream. */
async function sent(rig: Rig, outcome: Outcome, fields: object = {}): Promise<Message> {
  rig.out.answer = () => outcome;
  rig.center.attach('out', rig.out);
  const message = await rig.center.submitOne(draft(fields));
  await settle();
  return message;
}

/** Ids of what waits in memory under that name, the first one at the front. */
const awaited = (rig: Rig, upstreamId: string, group = 'up'): number[] =>
  [...rig.center.awaited(group, upstreamId)].map(({ id }) => id);

const settled = (rig: Rig, reference: string, outcome: Outcome): Promise<boolean | 'unknown'> =>
  new Promise((resolve) => {
    const [id] = awaited(rig, reference);
    if (id === undefined || !rig.center.settleAwaited(id, () => outcome, resolve)) resolve('unknown');
  });

describe('settleAwaited', () => {
  it('ends the message by what its upstream called it, once', async () => {
    const rig = await startRig();
    const { id } = await sent(rig, taken('r1'));
    expect(awaited(rig, 'r1')).toEqual([id]);
    const both = [
      settled(rig, 'r1', { kind: 'delivered' }),
      settled(rig, 'r1', { kind: 'failed', state: 'undeliverable', error: 1 }),
    ];
    expect(await Promise.all(both)).toEqual([true, 'unknown']);
    expect(await rig.center.find(id)).toMatchObject({ state: 'delivered', attempts: 1 });
    expect(await settled(rig, 'r1', { kind: 'delivered' })).toBe('unknown');
    await rig.center.stop();
  });

  it('a receipt that is quicker than the disk waits for it', async () => {
    const rig = await startRig();
    const commit = rig.store.commit.bind(rig.store);
    let go: () => void = () => undefined;
    rig.out.answer = () => taken('r1');
    rig.center.attach('out', rig.out);
    const submitted = rig.center.submitOne(draft());
    await submitted;
    rig.store.commit = (changes, owner) =>
      new Promise((resolve) => {
        go = () => void commit(changes, owner).then(resolve);
      });
    await settle();
    const end = settled(rig, 'r1', { kind: 'delivered' });
    let isSettled = false;
    void end.then(() => {
      isSettled = true;
    });
    await settle();
    expect(isSettled).toBe(false);
    rig.store.commit = commit;
    go();
    await settle();
    expect(await end).toBe(true);
    await rig.center.stop();
  });

  it('several with one reference are all there, in the order in which they were taken', async () => {
    const rig = await startRig();
    const first = await sent(rig, taken('r1'));
    const second = await sent(rig, taken('r1'));
    expect(awaited(rig, 'r1')).toEqual([first.id, second.id]);
    const found = await rig.center.findByUpstreamId('up', ['r1']);
    expect(found.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
    expect(await rig.center.settle(first.id, { kind: 'delivered' })).toBe(true);
    expect(awaited(rig, 'r1')).toEqual([second.id]);
    expect(await settled(rig, 'r1', { kind: 'delivered' })).toBe(true);
    expect(awaited(rig, 'r1')).toEqual([]);
    await rig.center.stop();
  });

  it('two receipts of one name that are quicker than the disk mean two messages', async () => {
    const rig = await startRig();
    const commit = rig.store.commit.bind(rig.store);
    const held: (() => void)[] = [];
    rig.out.answer = () => taken('r1');
    rig.center.attach('out', rig.out);
    await rig.center.submitOne(draft());
    rig.store.commit = (changes, owner) =>
      new Promise((resolve) => void held.push(() => void commit(changes, owner).then(resolve)));
    rig.center.submit([draft()], () => undefined);
    await settle();
    held.shift()?.();
    await settle();
    const both = [
      settled(rig, 'r1', { kind: 'delivered' }),
      settled(rig, 'r1', { kind: 'failed', state: 'undeliverable', error: 1 }),
    ];
    rig.store.commit = commit;
    for (const go of held) go();
    await settle();
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(rig.center.counters).toMatchObject({ delivered: 1, failed: 1 });
    await rig.center.stop();
  });

  it('an outcome says when the end was, and what the receipt is to be made of', async () => {
    const told: unknown[] = [];
    const rig = await startRig({
      receipt: (_message, _state, _error, report) => {
        told.push(report);
        return undefined;
      },
    });
    const { id, acceptedMs } = await sent(rig, taken('r1'), { receiptWanted: 3 });
    await rig.clock.advance(60_000);
    const doneMs = acceptedMs + 5_000;
    const end = {
      kind: 'failed',
      state: 'undeliverable',
      error: 9,
      doneMs,
      report: { word: '0x9' },
    } as const;
    expect(await settled(rig, 'r1', end)).toBe(true);
    expect(await rig.center.find(id)).toMatchObject({ state: 'undeliverable', doneMs });
    expect(told).toEqual([{ word: '0x9' }]);
    await rig.center.stop();
  });

  it('a retry moves it on: other reference, attempts counted, memo kept', async () => {
    const rig = await startRig();
    const { id } = await sent(rig, taken('r1', { memo: 'one' }));
    rig.out.answer = () => taken('r2', { group: 'other' });
    expect(
      await settled(rig, 'r1', {
        kind: 'retry',
        error: 13,
        errorClass: 'system',
        afterMs: 0,
        memo: 'one,two',
      }),
    ).toBe(true);
    await settle();
    await settle();
    const message = await rig.center.find(id);
    expect(message).toMatchObject({
      state: 'enroute',
      upstreamId: 'r2',
      group: 'other',
      attempts: 2,
      memo: 'one,two',
    });
    expect(awaited(rig, 'r1')).toEqual([]);
    expect(awaited(rig, 'r2', 'other')).toEqual([id]);
    await rig.center.stop();
  });

  it('those beyond the limit wait on disk alone, and are settled there', async () => {
    const rig = await startRig({ limits: { awaitedMessages: 2 } });
    const all: Message[] = [];
    for (let i = 0; i < 4; i += 1) all.push(await sent(rig, taken(`r${i}`)));
    expect(all.map((_, i) => awaited(rig, `r${i}`).length > 0)).toEqual([false, false, true, true]);
    for (const { id } of all) expect(await rig.center.settle(id, { kind: 'delivered' })).toBe(true);
    for (const { id } of all) expect(await rig.center.settle(id, { kind: 'delivered' })).toBe(false);
    expect(rig.center.counters.delivered).toBe(4);
    expect(rig.center.unfinished).toBe(0);
    await rig.center.stop();
  });
});

describe('what upstreams said of a message', () => {
  const retried = (operatorError?: string): Outcome => ({
    ...({ kind: 'retry', error: 1, errorClass: 'system', afterMs: 0 } as const),
    ...(operatorError === undefined ? {} : { operatorError }),
  });

  it('is of the last one: its id as it was written, when it took it, the error code of its receipt', async () => {
    const rig = await startRig();
    const startMs = rig.clock.nowMs();
    const { id } = await sent(rig, taken('1f', { answeredAs: '001F' }));
    expect(await rig.center.find(id)).toMatchObject({
      ...{ upstreamId: '1f', answeredAs: '001F', sentMs: startMs, operatorError: undefined },
    });
    await rig.clock.advance(5_000);
    rig.out.answer = () => taken('r2');
    await settled(rig, '1f', retried('0x1B'));
    await settle();
    await settle();
    // The id of this one was written as it is looked for.
    const now = { upstreamId: 'r2', answeredAs: undefined, sentMs: startMs + 5_000, operatorError: '0x1B' };
    expect(await rig.center.find(id)).toMatchObject(now);
    await settled(rig, 'r2', { kind: 'delivered', operatorError: '' });
    const over = { ...now, state: 'delivered', operatorError: undefined };
    expect(await rig.center.find(id)).toMatchObject(over);
    expect(await rig.store.find(id)).toMatchObject(over);
    await rig.center.stop();
  });

  it('stays when none of them has it any more', async () => {
    const rig = await startRig();
    const { id } = await sent(rig, taken('r1'));
    rig.out.answer = () => ({ kind: 'failed', state: 'rejected', error: 11 });
    await settled(rig, 'r1', retried('7'));
    await settle();
    await settle();
    const over = { state: 'rejected', upstreamId: undefined, answeredAs: 'r1', operatorError: '7' };
    expect(await rig.store.find(id)).toMatchObject(over);
    await rig.center.stop();
  });

  it('has the id of one that awaits no receipt', async () => {
    const rig = await startRig();
    const { id } = await sent(rig, { kind: 'accepted', answeredAs: '00A' });
    expect(await rig.store.find(id)).toMatchObject({ state: 'accepted', answeredAs: '00A', sentMs: 0 });
    await rig.center.stop();
  });
});

describe('a late receipt', () => {
  it('is asked about once its time is up; without an answer it is waited for until the validity ends', async () => {
    const asked: number[] = [];
    const steps: string[] = [];
    const rig = await startRig({
      onChange: (_, step) => steps.push(step),
      onReceiptOverdue: (message) => {
        asked.push(message.id);
        return undefined;
      },
    });
    const nowMs = rig.clock.nowMs();
    const { id } = await sent(rig, taken('r1', { lateMs: nowMs + 60_000 }), { expiresMs: nowMs + 600_000 });
    await rig.clock.advance(59_000);
    expect(asked).toEqual([]);
    await rig.clock.advance(3_000);
    expect(asked).toEqual([id]);
    await rig.clock.advance(300_000);
    expect(asked).toEqual([id]);
    expect(await rig.center.find(id)).toMatchObject({ state: 'enroute' });
    expect(await settled(rig, 'r1', { kind: 'delivered' })).toBe(true);
    // It was sent once: whoever counts what an upstream has and is not on disk must hear of it once.
    expect(steps).toEqual(['enroute', 'sent', 'delivered']);
    await rig.center.stop();
  });

  it('may move the message on; the attempt is counted once', async () => {
    const rig = await startRig({
      onReceiptOverdue: () => ({ kind: 'retry', error: 0, errorClass: 'unknown', afterMs: 0 }),
    });
    const { id } = await sent(rig, taken('r1', { lateMs: rig.clock.nowMs() + 60_000 }));
    rig.out.answer = () => taken('r2');
    await rig.clock.advance(63_000);
    expect(await rig.center.find(id)).toMatchObject({ upstreamId: 'r2', attempts: 2 });
    expect(await settled(rig, 'r1', { kind: 'delivered' })).toBe('unknown');
    expect(await settled(rig, 'r2', { kind: 'delivered' })).toBe(true);
    expect(rig.center.counters).toMatchObject({ delivered: 1, failed: 0 });
    await rig.center.stop();
  });

  it('of one that only the disk knows, and after the validity: unknown', async () => {
    const rig = await startRig({ limits: { awaitedMessages: 0 } });
    const nowMs = rig.clock.nowMs();
    const { id } = await sent(rig, taken('r1'), { expiresMs: nowMs + 60_000, receiptWanted: 3 });
    await rig.clock.advance(65_000);
    expect(await rig.center.find(id)).toMatchObject({ state: 'unknown' });
    expect(rig.center.counters.receipts).toBe(1);
    await rig.center.stop();
  });
});

describe('a stored message that is over with another one', () => {
  const kept = { lane: 'kept', kind: 'receipt' } as const;

  it.each([
    ['delivered', { kind: 'delivered' }],
    ['failed', { kind: 'failed', state: 'expired', error: 0 }],
    ['tried again', { kind: 'retry', error: 1, errorClass: 'system', afterMs: 60_000 }],
  ] as const)('is removed in the same commit: %s', async (_, outcome) => {
    const rig = await startRig();
    await sent(rig, taken('r1'));
    const discards = await rig.center.submitOne(draft(kept));
    await settle();
    const commits: string[][] = [];
    const commit = rig.store.commit.bind(rig.store);
    rig.store.commit = (changes, owner) => {
      commits.push(changes.map(({ op }) => op));
      return commit(changes, owner);
    };
    expect(await settled(rig, 'r1', { ...outcome, discards })).toBe(true);
    expect(commits).toEqual([['update', 'remove']]);
    expect(await rig.center.find(discards.id)).toBeUndefined();
    expect(rig.center.depth('kept').waiting).toBe(0);
    expect(rig.center.unfinished).toBe(outcome.kind === 'retry' ? 1 : 0);
    // What is over is over: nobody else takes it, and nothing is counted twice.
    expect(await rig.center.cancel({ id: discards.id })).toBe('not-found');
    await rig.center.stop();
  });

  it('that somebody takes away at the same time goes once', async () => {
    const rig = await startRig();
    await sent(rig, taken('r1'));
    const discards = await rig.center.submitOne(draft(kept));
    await settle();
    const both = [
      rig.center.cancel({ id: discards.id }),
      settled(rig, 'r1', { kind: 'delivered', discards }),
    ];
    await Promise.all(both);
    await settle();
    expect(await rig.center.find(discards.id)).toBeUndefined();
    expect([rig.center.depth('kept').waiting, rig.center.unfinished]).toEqual([0, 0]);
    await rig.center.stop();
  });
});

describe('a line for the timeline', () => {
  const story = async (rig: Rig, id: number): Promise<string[]> =>
    ((await rig.center.find(id))?.timeline ?? '').split('\n').filter((line) => line.includes(' later '));

  it('of a message that is over stands on disk', async () => {
    const rig = await startRig();
    const { id } = await sent(rig, taken('r1'));
    expect(await settled(rig, 'r1', { kind: 'failed', state: 'expired', error: 0 })).toBe(true);
    expect(await rig.center.note(id, 'later', 'stat=DELIVRD')).toBe(true);
    await settle();
    expect(await story(rig, id)).toHaveLength(1);
    expect(await rig.center.find(id)).toMatchObject({ state: 'expired' });
    expect(rig.center.unfinished).toBe(0);
    await rig.center.stop();
  });

  it('of one that waits for its receipt stays, whatever comes of it', async () => {
    const rig = await startRig();
    const { id } = await sent(rig, taken('r1'));
    await rig.center.note(id, 'later', 'stat=ENROUTE');
    await settle();
    expect(await story(rig, id)).toHaveLength(1);
    expect(await settled(rig, 'r1', { kind: 'delivered' })).toBe(true);
    expect(await story(rig, id)).toHaveLength(1);
    await rig.center.stop();
  });

  it('of one that is just ending stands there once', async () => {
    const rig = await startRig();
    const { id } = await sent(rig, taken('r1'));
    const end = settled(rig, 'r1', { kind: 'delivered' });
    const noted = rig.center.note(id, 'later', 'stat=EXPIRED');
    expect([await end, await noted]).toEqual([true, true]);
    await settle();
    expect(await story(rig, id)).toHaveLength(1);
    await rig.center.stop();
  });

  it('of nobody is nothing', async () => {
    const rig = await startRig();
    expect(await rig.center.note(4096, 'later', 'stat=DELIVRD')).toBe(false);
    await rig.center.stop();
  });
});

describe('messages that are given back', () => {
  it('keep their order, in whatever order they come back', async () => {
    const rig = await startRig();
    rig.out.answer = () => undefined;
    rig.out.room = 5;
    rig.center.attach('out', rig.out);
    const ids: number[] = [];
    for (let i = 0; i < 10; i += 1) ids.push((await rig.center.submitOne(draft())).id);
    await settle();
    const held = rig.out.held.splice(0);
    for (const at of [3, 0, 4, 2, 1]) {
      const one = held[at];
      one?.report(one.message, { kind: 'released' });
    }
    rig.out.got.length = 0;
    rig.out.answer = () => ({ kind: 'delivered' });
    rig.out.room = 100;
    rig.out.ready?.();
    await settle();
    expect(rig.out.ids).toEqual(ids);
    await rig.center.stop();
  });

  it('nothing else is handed out before the connector says that it is ready', async () => {
    const rig = await startRig();
    rig.out.answer = () => ({ kind: 'released' });
    rig.center.attach('out', rig.out);
    await rig.center.submitOne(draft());
    await rig.center.submitOne(draft());
    await settle();
    const { length } = rig.out.got;
    await settle();
    expect(rig.out.got.length).toBe(length);
    rig.out.answer = () => ({ kind: 'delivered' });
    rig.out.ready?.();
    await settle();
    expect(rig.center.counters.delivered).toBe(2);
    await rig.center.stop();
  });

  it('a report after the end is nobody’s error: the next start tries again', async () => {
    const store = new MemoryStore();
    const rig = await startRig({ store });
    rig.out.answer = () => undefined;
    rig.center.attach('out', rig.out);
    await rig.center.submitOne(draft());
    await settle();
    await rig.center.stop({ drainMs: 0 });
    const [held] = rig.out.held;
    held?.report(held.message, { kind: 'released' });
    held?.report(held.message, { kind: 'delivered' });
    await settle();
    expect(rig.errors).toEqual([]);
    expect(rig.center.counters.strayReports).toBe(2);
  });
});

describe('an operation that the end overtakes', () => {
  it('is no failure of the store: the next start finds the message as it was', async () => {
    const store = new MemoryStore();
    const rig = await startRig({ store });
    const { id } = await rig.center.submitOne(draft({ dueMs: rig.clock.nowMs() + 60_000 }));
    const take = store.take.bind(store);
    let go: () => void = () => undefined;
    store.take = (one, from) =>
      new Promise((resolve) => {
        go = () => void take(one, from).then(resolve);
      });
    void rig.center.cancel({ id });
    await settle();
    const close = store.close.bind(store);
    store.close = () => Promise.resolve();
    await rig.center.stop({ drainMs: 0 });
    go();
    await settle();
    await settle();
    expect(rig.errors).toEqual([]);
    expect(await store.find(id)).toMatchObject({ state: 'scheduled' });
    await close();
  });
});

describe('an outcome of nobody knows what', () => {
  it('is tried again when its connector says so, and marked', async () => {
    const rig = await startRig();
    const out = new ScriptedConnector();
    let times = 0;
    out.answer = () => {
      times += 1;
      return times === 1 ? { kind: 'unknown', afterMs: 5_000, memo: 'm' } : { kind: 'delivered' };
    };
    rig.center.attach('out', out);
    const { id } = await rig.center.submitOne(draft());
    await settle();
    await rig.clock.advance(4_000);
    expect(out.got).toHaveLength(1);
    await rig.clock.advance(2_000);
    expect(out.got).toHaveLength(2);
    expect(await rig.center.find(id)).toMatchObject({ state: 'delivered', memo: 'm', attempts: 2 });
    expect((await rig.center.find(id))?.timeline).toContain(' uncertain ');
    expect(rig.center.counters.uncertain).toBe(1);
    await rig.center.stop();
  });
});

describe('a recount', () => {
  it('has in it what was submitted before it, and waits for no disk that hangs', async () => {
    const store = new MemoryStore();
    const commit = store.commit.bind(store);
    let go: () => void = () => undefined;
    const rig = await startRig({ store });
    store.commit = (changes, owner) =>
      new Promise((stored) => {
        go = () => stored(commit(changes, owner));
      });
    const counted = async (): Promise<number[]> =>
      (await rig.center.recount()).map(({ messages }) => messages);
    const submitted = rig.center.submitOne(draft({ price: 10, dueMs: rig.clock.nowMs() + 60_000 }));
    await settle();
    const waits = counted();
    await settle();
    go();
    expect(await waits).toEqual([1]);
    await submitted;
    const last = rig.center.submitOne(draft({ price: 10, dueMs: rig.clock.nowMs() + 60_000 }));
    await settle();
    const hangs = counted();
    await rig.clock.advance(2_000);
    expect(await hangs).toEqual([1]);
    go();
    await last;
    await rig.center.stop();
  });
});

describe('the memory store', () => {
  it('forgets finished messages, not their money', async () => {
    const store = new MemoryStore({ finishedMessages: 2 });
    const rig = await startRig({ store });
    rig.center.attach('out', rig.out);
    for (let i = 0; i < 9; i += 1) await rig.center.submitOne(draft({ price: 10 }));
    await settle();
    const [tally] = await rig.center.tallies();
    expect(tally).toMatchObject({ messages: 9, accepted: 90, reserved: 0, settled: 90 });
    expect(await rig.center.recount()).toEqual([tally]);
    expect((await rig.center.search({})).messages.length).toBeLessThan(9);
    await rig.center.stop();
  });
});
