import { MemoryStore, type Message, retryPolicy, timelineSteps } from '@chappe/center';
import { expect, test } from 'vitest';
import { draft, startRig } from './support/rig.ts';
import { SimulatedClock, settle } from './support/simulated-clock.ts';

const HOUR_MS = 3_600_000;

function steps(message: Message | undefined): string[] {
  return timelineSteps(message?.timeline ?? '').map(({ step }) => step);
}

test('a message is delivered, its receipt walks the lane of its account, and both are told in the timeline', async () => {
  const { center, out, back } = await startRig();
  center.attach('out', out);
  const message = await center.submitOne(draft({ receiptWanted: 1, detail: 'session=s1 sequence=7' }));
  await settle();
  expect(out.ids).toEqual([message.id]);
  expect((await center.find(message.id))?.state).toBe('delivered');
  expect(center.depth('account:acme')).toMatchObject({ waiting: 1 });
  center.attach('account:acme', back);
  await settle();
  expect(back.got.map(({ of, text, kind }) => ({ of, text, kind }))).toEqual([
    { of: message.id, text: 'delivered 0', kind: 'receipt' },
  ]);
  const found = await center.find(message.id);
  expect(steps(found)).toEqual(['accepted', 'delivered', 'receipt-delivered']);
  expect(timelineSteps(found?.timeline ?? '')[0]?.detail).toBe('session=s1 sequence=7');
  expect(center.unfinished).toBe(0);
});

test.each([
  [1, 'delivered', 1],
  [2, 'delivered', 0],
  [3, 'delivered', 1],
  [0, 'delivered', 0],
  [1, 'undeliverable', 0],
  [2, 'undeliverable', 1],
  [3, 'rejected', 1],
  [4, 'rejected', 0],
] as const)('receiptWanted %i, state %s: %i receipts', async (receiptWanted, state, receipts) => {
  const { center, out, back } = await startRig();
  center.attach('out', out);
  center.attach('account:acme', back);
  out.answer = () => (state === 'delivered' ? { kind: 'delivered' } : { kind: 'failed', state, error: 11 });
  await center.submitOne(draft({ receiptWanted }));
  await settle();
  expect(back.got.length).toBe(receipts);
});

test('notices tell of failed attempts when they were asked for', async () => {
  const { center, clock, out, back } = await startRig();
  center.attach('out', out);
  center.attach('account:acme', back);
  out.answer = () => ({ kind: 'retry', error: 27, errorClass: 'unreachable' });
  const message = await center.submitOne(draft({ receiptWanted: 4 | 1 }));
  await settle();
  expect(back.got.map(({ kind, text }) => `${kind} ${text}`)).toEqual(['notice enroute 27']);
  out.answer = () => ({ kind: 'delivered' });
  await clock.advance(30_000);
  expect(back.got.map(({ kind }) => kind)).toEqual(['notice', 'receipt']);
  expect(steps(await center.find(message.id))).toEqual([
    'accepted',
    'retry',
    'notice-delivered',
    'delivered',
    'receipt-delivered',
  ]);
});

test('what goes out again is no failure: it waits, is counted, can be taken back, and tells nobody of a retry', async () => {
  const { center, clock, out, back } = await startRig();
  center.attach('out', out);
  center.attach('account:acme', back);
  out.answer = () => ({ kind: 'again', afterMs: 60_000, detail: 'round=1' });
  const message = await center.submitOne(draft({ receiptWanted: 4 | 1 }));
  await settle();
  expect(await center.find(message.id)).toMatchObject({ attempts: 1, state: 'enroute', error: 0 });
  await clock.advance(59_000);
  expect(out.got).toHaveLength(1);
  out.answer = () => ({ kind: 'delivered' });
  await clock.advance(2_000);
  expect(out.got).toHaveLength(2);
  expect(back.got.map(({ kind }) => kind)).toEqual(['receipt']);
  expect(steps(await center.find(message.id))).toEqual([
    'accepted',
    'again',
    'delivered',
    'receipt-delivered',
  ]);
  expect(center.counters).toMatchObject({ retried: 0, delivered: 1 });
  out.answer = () => ({ kind: 'again', afterMs: 60_000 });
  const other = await center.submitOne(draft({}));
  await settle();
  expect(await center.cancel({ id: other.id, account: other.account })).toBe('cancelled');
  await clock.advance(120_000);
  expect(out.got).toHaveLength(3);
});

test('receipts wait for their account as long as their own validity, then are given up', async () => {
  const { center, clock, out } = await startRig();
  center.attach('out', out);
  const message = await center.submitOne(draft({ receiptWanted: 1 }));
  await clock.advance(71 * HOUR_MS);
  expect(center.depth('account:acme').waiting).toBe(1);
  await clock.advance(2 * HOUR_MS);
  expect(center.depth('account:acme').waiting).toBe(0);
  expect(steps(await center.find(message.id)).at(-1)).toBe('receipt-expired');
  expect(center.counters.receiptsFailed).toBe(1);
});

test('retries wait as the policy says and end when it gives up', async () => {
  const retry = retryPolicy({ busy: { firstMs: 1_000, factor: 2, attempts: 3 } });
  const { center, clock, out } = await startRig({ retry, random: () => 0.5 });
  center.attach('out', out);
  out.answer = () => ({ kind: 'retry', error: 20, errorClass: 'busy' });
  const message = await center.submitOne(draft());
  await settle();
  expect(out.got.length).toBe(1);
  await clock.advance(999);
  expect(out.got.length).toBe(1);
  await clock.advance(1);
  expect(out.got.length).toBe(2);
  await clock.advance(2_000);
  expect(out.got.length).toBe(3);
  const found = await center.find(message.id);
  expect(found).toMatchObject({ state: 'undeliverable', attempts: 3, error: 20 });
});

test('a scheduled message is delivered at its time, by the wall clock', async () => {
  const { center, clock, out } = await startRig();
  center.attach('out', out);
  const message = await center.submitOne(draft({ dueMs: clock.nowMs() + HOUR_MS }));
  expect(message.state).toBe('scheduled');
  await clock.advance(HOUR_MS - 1);
  expect(out.got).toEqual([]);
  await clock.advance(1);
  expect(out.ids).toEqual([message.id]);

  const early = await center.submitOne(draft({ dueMs: clock.nowMs() + HOUR_MS }));
  await settle();
  clock.jump(HOUR_MS);
  await clock.advance(1_000);
  expect(out.ids).toEqual([message.id, early.id]);
});

test('validity ends a message wherever it waits: on disk, in memory, at an upstream', async () => {
  const { center, clock, out } = await startRig();
  center.attach('out', out);
  const expiresMs = clock.nowMs() + 60_000;
  const onDisk = await center.submitOne(draft({ lane: 'nowhere', expiresMs, receiptWanted: 2 }));
  out.answer = () => ({ kind: 'accepted', upstreamId: '00AB' });
  const upstream = await center.submitOne(draft({ expiresMs }));
  await settle();
  out.room = 0;
  const inMemory = await center.submitOne(draft({ expiresMs }));
  await clock.advance(59_000);
  for (const { id } of [onDisk, upstream, inMemory]) expect((await center.find(id))?.state).toBe('enroute');
  await clock.advance(3_000);
  expect((await center.find(onDisk.id))?.state).toBe('expired');
  expect((await center.find(inMemory.id))?.state).toBe('expired');
  expect((await center.find(upstream.id))?.state).toBe('unknown');
  expect(center.depth('account:acme').waiting).toBe(1);
  expect(out.got.length).toBe(1);
});

test('an upstream’s receipt ends the message that waits for it, once', async () => {
  const { center, out } = await startRig();
  center.attach('out', out);
  out.answer = () => ({ kind: 'accepted', upstreamId: '00AB' });
  const message = await center.submitOne(draft());
  await settle();
  const [found] = await center.findByUpstreamId('out', ['00AB']);
  expect(found?.id).toBe(message.id);
  expect(await center.cancel({ id: message.id })).toBe('in-flight');
  expect(await center.settle(message.id, { kind: 'failed', state: 'undeliverable', error: 5 })).toBe(true);
  expect(await center.settle(message.id, { kind: 'delivered' })).toBe(false);
  expect(await center.find(message.id)).toMatchObject({ state: 'undeliverable', error: 5, attempts: 1 });
});

test('what was released goes again in its old order when the connector is ready', async () => {
  const { center, out } = await startRig();
  center.attach('out', out);
  out.answer = () => undefined;
  out.room = 2;
  const messages = await center.submitAll([draft(), draft(), draft()]);
  await settle();
  expect(out.ids).toEqual(messages.slice(0, 2).map(({ id }) => id));
  const again = out.held.splice(0);
  out.answer = () => ({ kind: 'delivered' });
  for (const { message, report } of again.toReversed()) report(message, { kind: 'released' });
  await settle();
  expect(out.got.length).toBe(2);
  out.ready?.();
  await settle();
  expect(out.ids.slice(2)).toEqual(messages.map(({ id }) => id));
  expect((await center.find(messages[0]?.id as number))?.attempts).toBe(1);
});

test('a connector that gives everything back at once is asked again by the sweep, not in a loop', async () => {
  const { center, clock, out } = await startRig();
  out.answer = () => {
    queueMicrotask(() => undefined);
    return { kind: 'retry', error: 0, errorClass: 'unreachable', afterMs: 0 };
  };
  const inner = out.deliver.bind(out);
  out.deliver = (messages, report) => {
    inner(messages, report);
    out.ready?.();
  };
  center.attach('out', out);
  await center.submitOne(draft());
  await settle();
  expect(out.got.length).toBe(1);
  await clock.advance(3_000);
  expect(out.got.length).toBeGreaterThanOrEqual(3);
  expect(out.got.length).toBeLessThanOrEqual(4);
});

test('a detached lane puts its queue on the disk and goes on in order when it is back', async () => {
  const { center, out } = await startRig();
  center.attach('out', out);
  out.room = 0;
  const messages = await center.submitAll(Array.from({ length: 50 }, () => draft()));
  await settle();
  expect(center.depth('out')).toMatchObject({ waiting: 0, queued: 50 });
  center.detach('out');
  await settle();
  expect(center.depth('out')).toMatchObject({ waiting: 50, queued: 0 });
  const later = await center.submitOne(draft());
  out.room = 10;
  center.attach('out', out);
  await settle();
  expect(out.ids).toEqual([...messages, later].map(({ id }) => id));
});

test('one account’s thousands do not delay another’s message, in memory or from the disk', async () => {
  const { center, out } = await startRig({ limits: { laneMessages: 100 } });
  center.attach('out', out);
  out.room = 0;
  for (let at = 0; at < 10; at += 1)
    await center.submitAll(Array.from({ length: 500 }, () => draft({ account: 'big' })));
  const small = await center.submitOne(draft({ account: 'small' }));
  await settle();
  expect(center.depth('out').waiting).toBeGreaterThan(4_800);
  out.answer = () => undefined;
  out.room = 30;
  out.ready?.();
  await settle();
  expect(out.ids).toContain(small.id);
  expect(out.ids.indexOf(small.id)).toBeLessThan(20);
});

test('higher priorities go first', async () => {
  const { center, out } = await startRig();
  center.attach('out', out);
  out.room = 0;
  const priorities = [0, 1, 2, 3, 3, 0] as const;
  await center.submitAll(priorities.map((priority) => draft({ priority })));
  await settle();
  out.room = 100;
  out.ready?.();
  await settle();
  expect(out.got.map(({ priority }) => priority)).toEqual([3, 3, 2, 1, 0, 0]);
});

test('a higher priority overtakes its own account’s backlog in memory and on disk', async () => {
  const { center, out } = await startRig({ limits: { laneMessages: 100 } });
  center.attach('out', out);
  out.room = 0;
  await center.submitAll(Array.from({ length: 500 }, () => draft()));
  const urgent = await center.submitOne(draft({ priority: 3 }));
  await settle();
  out.room = 10;
  out.answer = () => undefined;
  out.ready?.();
  await settle();
  expect(out.ids[0]).toBe(urgent.id);
  await center.submitAll(Array.from({ length: 900 }, () => draft({ priority: 1 })));
  await settle();
  expect(center.depth('out').queued).toBeLessThanOrEqual(300);
});

test('a dead connector holds nobody else, and the memory keeps a bounded part of its queue', async () => {
  const { center, out, back } = await startRig({ limits: { laneMessages: 200 } });
  out.room = 0;
  center.attach('dead', out);
  center.attach('alive', back);
  for (let at = 0; at < 6; at += 1)
    await center.submitAll(Array.from({ length: 500 }, () => draft({ lane: 'dead' })));
  const messages = await center.submitAll(Array.from({ length: 300 }, () => draft({ lane: 'alive' })));
  await settle();
  expect(back.ids).toEqual(messages.map(({ id }) => id));
  expect(center.depth('dead').queued).toBeLessThanOrEqual(200);
  expect(center.depth('dead').waiting).toBeGreaterThanOrEqual(2_800);
});

test('cancel: queued, on disk, with a connector that can and one that cannot, final, another’s', async () => {
  const { center, out } = await startRig();
  const onDisk = await center.submitOne(draft({ receiptWanted: 2 }));
  expect(await center.cancel({ publicId: onDisk.publicId, account: 'other' })).toBe('not-found');
  expect(await center.cancel({ publicId: onDisk.publicId, account: 'acme' })).toBe('cancelled');
  expect(await center.cancel({ id: onDisk.id })).toBe('final');
  expect(await center.find(onDisk.id)).toMatchObject({ state: 'deleted', attempts: 0 });
  expect(center.depth('account:acme').waiting).toBe(1);

  center.attach('out', out);
  out.room = 0;
  const queued = await center.submitOne(draft());
  expect(await center.cancel({ id: queued.id })).toBe('cancelled');
  out.answer = () => undefined;
  out.room = 2;
  const flying = await center.submitAll([draft(), draft()]);
  await settle();
  expect(out.ids).toEqual(flying.map(({ id }) => id));
  expect(await center.cancel({ id: flying[0]?.id })).toBe('cancelled');
  out.cancel = () => false;
  expect(await center.cancel({ id: flying[1]?.id })).toBe('in-flight');
  out.release({ kind: 'delivered' });
  await settle();
  expect((await center.find(flying[0]?.id as number))?.state).toBe('deleted');
  expect((await center.find(flying[1]?.id as number))?.state).toBe('delivered');
  expect(await center.cancel({ publicId: 'no such id' })).toBe('not-found');
});

test('cancelMatching takes back what is alike, in memory and on disk', async () => {
  const { center, out } = await startRig();
  center.attach('out', out);
  out.room = 0;
  await center.submitAll([
    draft(),
    draft({ lane: 'nowhere' }),
    draft({ serviceType: 'CMT' }),
    draft({ account: 'b' }),
  ]);
  const match = { account: 'acme', source: 'Chappe', destination: '447700900123', serviceType: '' };
  expect(await center.cancelMatching(match)).toBe(2);
  expect(await center.cancelMatching(match)).toBe(0);
  expect(center.counters.deleted).toBe(2);
});

test('replace changes a waiting message, which keeps its id; replaceIfPresent finds it by its addresses', async () => {
  const { center, out } = await startRig();
  const message = await center.submitOne(draft());
  const content = new Uint8Array([2]);
  expect(await center.replace({ id: message.id }, { content, text: 'new' })).toBe('replaced');
  expect(await center.find(message.id)).toMatchObject({ text: 'new', state: 'enroute' });
  const same = await center.submitOne(draft({ replaceIfPresent: true, text: 'newer' }));
  expect(same.id).toBe(message.id);
  const other = await center.submitOne(draft({ replaceIfPresent: true, serviceType: 'X' }));
  expect(other.id).not.toBe(message.id);
  center.attach('out', out);
  await settle();
  expect(out.got.map(({ id, text }) => `${id} ${text}`)).toEqual([
    `${message.id} newer`,
    `${other.id} hello`,
  ]);
  expect(await center.replace({ id: message.id }, { text: 'late' })).toBe('final');
  const fresh = await center.submitOne(draft({ replaceIfPresent: true }));
  expect(fresh.id).not.toBe(message.id);
});

test('retryNow and retryMatching bring waiting messages forward', async () => {
  const { center, out } = await startRig();
  center.attach('out', out);
  out.answer = () => ({ kind: 'retry', error: 1, errorClass: 'full' });
  const messages = await center.submitAll([draft(), draft()]);
  await settle();
  out.answer = () => ({ kind: 'delivered' });
  expect(await center.retryNow(messages[0]?.id as number)).toBe(true);
  expect(await center.retryNow(1)).toBe(false);
  expect(await center.retryMatching({ destination: '447700900123' })).toBe(1);
  await settle();
  expect(center.counters.delivered).toBe(2);
});

test('drafts of one call have ids that follow each other, and may share the public id of the first', async () => {
  const { center } = await startRig();
  const messages = await center.submitAll([
    draft(),
    draft({ sharesPublicId: true }),
    draft({ sharesPublicId: true }),
  ]);
  const first = messages[0] as Message;
  expect(messages.map(({ id }) => id)).toEqual([first.id, first.id + 1, first.id + 2]);
  expect(new Set(messages.map(({ publicId }) => publicId)).size).toBe(1);
  expect((await center.query({ publicId: first.publicId }))?.id).toBe(first.id);
  const short = await center.submitOne(draft({ idForm: 'short' }));
  expect(short.publicId).toMatch(/^[0-9a-f]{8}$/);
  expect((await center.query({ publicId: short.publicId.toUpperCase(), account: 'acme' }))?.id).toBe(
    short.id,
  );
  expect(await center.query({ publicId: short.publicId, account: 'other' })).toBeUndefined();
});

test('limits: too many drafts, too long a content, too many unsaved and unfinished messages', async () => {
  const { center } = await startRig({
    limits: { draftsPerCall: 3, contentOctets: 10, unsavedMessages: 8, unfinishedMessages: 6 },
  });
  await expect(center.submitAll([])).rejects.toMatchObject({ code: 'CHAPPE_CENTER_DRAFT' });
  await expect(center.submitAll([1, 2, 3, 4].map(() => draft()))).rejects.toMatchObject({
    code: 'CHAPPE_CENTER_DRAFT',
  });
  await expect(center.submitOne(draft({ content: new Uint8Array(11) }))).rejects.toMatchObject({
    code: 'CHAPPE_CENTER_DRAFT',
  });
  const three = [draft(), draft(), draft()];
  const first = center.submitAll(three);
  await expect(center.submitAll(three)).rejects.toMatchObject({ code: 'CHAPPE_CENTER_FULL' });
  await first;
  await center.submitAll(three);
  await expect(center.submitOne(draft())).rejects.toMatchObject({ code: 'CHAPPE_CENTER_FULL' });
  expect(center.counters).toMatchObject({ accepted: 6, refused: 1 + 3 + 1 + 4 });
});

test('stop waits for what is in flight, keeps the rest, and refuses new messages; the next start goes on', async () => {
  const clock = new SimulatedClock();
  const kept = new MemoryStore();
  kept.close = async () => undefined;
  const { center, out } = await startRig({ store: kept, clock });
  center.attach('out', out);
  out.answer = () => undefined;
  out.room = 1;
  const messages = await center.submitAll([draft(), draft()]);
  await settle();
  const stopped = center.stop({ drainMs: 5_000 });
  await expect(center.submitOne(draft())).rejects.toMatchObject({ code: 'CHAPPE_CENTER_STOPPED' });
  await clock.advance(1_000);
  out.release({ kind: 'delivered' });
  await clock.advance(1_000);
  await stopped;
  expect(clock.timers).toBe(0);

  const next = await startRig({ store: kept, clock });
  expect(next.center.unfinished).toBe(1);
  next.center.attach('out', next.out);
  await settle();
  expect(next.out.ids).toEqual([messages[1]?.id]);
  expect(steps(await next.center.find(messages[1]?.id as number))).toEqual(['accepted', 'delivered']);
});

test('a receipt hook that fails does not keep its message from ending', async () => {
  const { center, out, errors } = await startRig({
    receipt: () => {
      throw new Error('no receipt today');
    },
  });
  center.attach('out', out);
  const message = await center.submitOne(draft({ receiptWanted: 1 }));
  await settle();
  expect((await center.find(message.id))?.state).toBe('delivered');
  expect(errors.map((error) => error.message)).toEqual(['receipt threw: no receipt today']);
});

test('a second report about the same attempt is counted and changes nothing', async () => {
  const { center, out } = await startRig();
  center.attach('out', out);
  out.answer = () => undefined;
  const message = await center.submitOne(draft());
  await settle();
  const [held] = out.held.splice(0);
  held?.report(held.message, { kind: 'delivered' });
  held?.report(held.message, { kind: 'failed', state: 'rejected', error: 1 });
  await settle();
  held?.report(held.message, { kind: 'failed', state: 'rejected', error: 1 });
  await settle();
  expect((await center.find(message.id))?.state).toBe('delivered');
  expect(center.counters.strayReports).toBe(2);
});
