/** Limits in octets beside those in messages, and their fair use: one account cannot take what the others need. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CenterError, type Change, type Draft, MemoryStore, type Message } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Shares } from '../src/shares.ts';
import { draft, startRig } from './support/rig.ts';
import { settle } from './support/simulated-clock.ts';

const kib = 1024;
const overhead = 768;

/** A draft of that many octets, as budgets count. */
const ofOctets = (octets: number, fields: Partial<Draft> = {}): Draft =>
  draft({ content: new Uint8Array(octets - overhead), text: undefined, ...fields });

/** A disk that writes when it is told to, and notes what it is given. */
class SlowStore extends MemoryStore {
  readonly commits: (readonly Change[])[] = [];
  #waiting: (() => void)[] = [];

  override async commit(changes: readonly Change[]): Promise<void> {
    this.commits.push(changes);
    await new Promise<void>((go) => this.#waiting.push(go));
    return super.commit(changes);
  }

  /** Lets the commits that are under way come back. */
  async write(): Promise<void> {
    for (const go of this.#waiting.splice(0)) go();
    await settle();
  }

  /** Of the accounts in each commit. */
  get accounts(): string[][] {
    return this.commits.map((changes) => [...new Set(changes.map(({ message }) => message.account))]);
  }
}

const octetsIn = (changes: readonly Change[]): number =>
  changes.reduce((sum, { message }) => sum + message.content.length + overhead, 0);

describe('what waits for the disk', () => {
  it('is bounded in octets, whatever the number of messages', async () => {
    const store = new SlowStore();
    const { center } = await startRig({ store, limits: { unsavedOctets: 64 * kib } });
    const ends: string[] = [];
    for (let at = 0; at < 10; at += 1)
      center.submit([ofOctets(8 * kib)], (error) => ends.push(error?.code ?? 'stored'));
    await settle();
    // Half of it: the other half is what others would need.
    expect(ends).toEqual(new Array(6).fill('CHAPPE_CENTER_FULL'));
    for (let turn = 0; turn < 5; turn += 1) await store.write();
    expect(ends.filter((end) => end === 'stored')).toHaveLength(4);
    const again: (CenterError | undefined)[] = [];
    center.submit([ofOctets(8 * kib)], (error) => again.push(error));
    for (let turn = 0; turn < 5; turn += 1) await store.write();
    expect(again).toEqual([undefined]);
  });

  it('leaves room for others: the second account, and one of many, is taken while one floods', async () => {
    const store = new SlowStore();
    const { center } = await startRig({
      store,
      limits: { unsavedMessages: 640, unsavedOctets: 640 * 8 * kib },
    });
    const taken = new Map<string, number>();
    const flood = (account: string, count: number): void => {
      for (let at = 0; at < count; at += 1) {
        center.submit([ofOctets(kib, { account })], (error) => {
          if (error === undefined) taken.set(account, (taken.get(account) ?? 0) + 1);
        });
      }
    };
    flood('alice', 1_000);
    flood('bob', 1);
    for (let at = 0; at < 20; at += 1) flood(`other-${at}`, 1_000);
    flood('carol', 1);
    for (let turn = 0; turn < 20; turn += 1) await store.write();
    expect([taken.get('alice'), taken.get('bob'), taken.get('carol')]).toEqual([320, 1, 1]);
    expect(Math.min(...[...taken.values()])).toBe(1);
    expect(taken.size).toBe(23);
  });

  it('a call that never fits is told so at once', async () => {
    const { center } = await startRig({ limits: { callOctets: 16 * kib } });
    await expect(center.submitAll([ofOctets(9 * kib), ofOctets(9 * kib)])).rejects.toMatchObject({
      code: 'CHAPPE_CENTER_DRAFT',
      message: expect.stringContaining('18432 octets'),
    });
    // What they have in common is there once.
    const one = ofOctets(9 * kib);
    expect(await center.submitAll([one, { ...one }])).toHaveLength(2);
    await center.stop();
  });

  it('shares: nobody gets more than is left to the others, and the pool is never exceeded by much', () => {
    const step = fc.record({
      account: fc.integer({ min: 0, max: 5 }).map(String),
      messages: fc.integer({ min: 1, max: 40 }),
      octets: fc.integer({ min: 1, max: 4_000 }),
      gives: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const shares = new Shares({ messages: 640, octets: 64_000 });
        const taken: { share: ReturnType<Shares['of']>; messages: number; octets: number }[] = [];
        for (const { account, messages, octets, gives } of steps) {
          const held = gives ? taken.shift() : undefined;
          if (held !== undefined) shares.give(held.share, held.messages, held.octets);
          const before = { ...shares.of(account) };
          const left = [640 - shares.messages, 64_000 - shares.octets];
          const share = shares.take(account, messages, octets);
          if (share !== undefined) taken.push({ share, messages, octets });
          const isSmall = before.messages + messages <= 640 / 512 && before.octets + octets <= 64_000 / 512;
          const fits =
            before.messages + 2 * messages <= (left[0] as number) &&
            before.octets + 2 * octets <= (left[1] as number);
          if (fits) expect(share).toBeDefined();
          else if (!isSmall && before.messages + messages > 2 && before.octets + octets > 125)
            expect(share).toBeUndefined();
          expect(shares.messages).toBeLessThanOrEqual(640 * (1 + 1 / 8));
          expect(shares.octets).toBeLessThanOrEqual(64_000 * (1 + 1 / 8));
        }
        for (const { share, messages, octets } of taken) shares.give(share, messages, octets);
        expect([shares.messages, shares.octets]).toEqual([0, 0]);
      }),
    );
  });
});

describe('a commit', () => {
  it('has so many octets at most, and one submission at least', async () => {
    const store = new SlowStore();
    const { center } = await startRig({ store });
    const count = 400;
    let stored = 0;
    for (let at = 0; at < count; at += 1) {
      center.submit([ofOctets(60 * kib)], (error) => {
        if (error === undefined) stored += 1;
      });
    }
    for (let turn = 0; turn < 20 && stored < count; turn += 1) await store.write();
    expect(stored).toBe(count);
    for (const changes of store.commits)
      expect(octetsIn(changes)).toBeLessThanOrEqual(4 * kib * kib + 60 * kib);
    center.submit(
      [1, 2, 3].map(() => ofOctets(120 * kib)),
      () => undefined,
    );
    await settle();
    expect(store.commits.at(-1)).toHaveLength(3);
    await store.write();
  });

  it.each([
    ['long messages', 60 * kib, 400],
    ['short messages', kib, 12_000],
  ])('has something of everybody while one account floods with %s', async (_, octets, count) => {
    const store = new SlowStore();
    const { center } = await startRig({ store });
    for (let at = 0; at < count; at += 1)
      center.submit([ofOctets(octets, { account: 'alice' })], () => undefined);
    await settle();
    // Two are under way; whoever comes now is in the next.
    const before = store.commits.length;
    const ends: (string | undefined)[] = [];
    for (const account of ['bob', 'carol'])
      center.submit([ofOctets(kib, { account })], (error) => ends.push(error?.code));
    await store.write();
    expect(store.accounts[before]).toEqual(['alice', 'bob', 'carol']);
    for (let turn = 0; turn < 3; turn += 1) await store.write();
    expect(ends).toEqual([undefined, undefined]);
    for (let turn = 0; turn < 20; turn += 1) await store.write();
    expect(center.commits.pending).toBe(0);
  });

  it('has room for submissions however many outcomes there are', async () => {
    const store = new SlowStore();
    const { center, out } = await startRig({ store });
    out.room = 100_000;
    out.answer = () => undefined;
    center.attach('out', out);
    let stored = 0;
    for (let at = 0; at < 15_000; at += 1) {
      center.submit([ofOctets(kib)], () => {
        stored += 1;
      });
    }
    for (let turn = 0; turn < 40 && stored < 15_000; turn += 1) await store.write();
    const before = store.commits.length;
    out.release({ kind: 'delivered' });
    let isTold = false;
    center.submit([ofOctets(kib, { account: 'bob' })], () => {
      isTold = true;
    });
    for (let turn = 0; turn < 4 && !isTold; turn += 1) await store.write();
    expect(isTold).toBe(true);
    expect(store.commits.length - before).toBeLessThanOrEqual(5);
    for (let turn = 0; turn < 40; turn += 1) await store.write();
  });

  it('keeps the order of each account', async () => {
    const store = new SlowStore();
    const { center, out } = await startRig({ store });
    center.attach('out', out);
    const accounts = ['a', 'b', 'c'];
    for (let at = 0; at < 300; at += 1) {
      const account = accounts[at % 3] as string;
      const octets = account === 'a' ? 100 * kib : kib;
      center.submit([ofOctets(octets, { account, text: String(at) })], () => undefined);
    }
    for (let turn = 0; turn < 20; turn += 1) await store.write();
    for (const account of accounts) {
      const got = out.got.filter((message) => message.account === account).map(({ text }) => Number(text));
      expect(got).toEqual([...got].sort((a, b) => a - b));
      expect(got).toHaveLength(100);
    }
  });
});

describe('what is in memory', () => {
  it('of one lane is bounded in octets: the rest waits on disk and follows in order', async () => {
    const { center, out } = await startRig({ limits: { laneOctets: 256 * kib } });
    out.room = 0;
    center.attach('out', out);
    for (let at = 0; at < 60; at += 1) await center.submitOne(ofOctets(32 * kib, { text: String(at) }));
    const depth = center.depth('out');
    expect(depth.queued * 32).toBeLessThanOrEqual(256 + 32);
    expect(depth.queued + depth.waiting).toBe(60);
    out.room = 1_000;
    out.ready?.();
    for (let turn = 0; turn < 60; turn += 1) await settle();
    expect(out.got.map(({ text }) => Number(text))).toEqual(Array.from({ length: 60 }, (_, at) => at));
    await center.stop();
  });

  it('of all lanes is bounded in octets: every account keeps some', async () => {
    const { center, out } = await startRig({ limits: { memoryOctets: 1024 * kib } });
    out.room = 0;
    const lanes = Array.from({ length: 20 }, (_, at) => `lane-${at}`);
    for (const lane of lanes) center.attach(lane, { ...out, capacity: () => 0, deliver: () => undefined });
    for (let round = 0; round < 10; round += 1)
      for (const lane of lanes) await center.submitOne(ofOctets(32 * kib, { lane }));
    const queued = lanes.map((lane) => center.depth(lane).queued);
    const sum = queued.reduce((all, one) => all + one, 0);
    // 32 of them fill the memory; beyond, each lane has two and one that was begun.
    expect(sum).toBeLessThanOrEqual(32 + 20 * 3);
    expect(Math.min(...queued)).toBeGreaterThanOrEqual(1);
    await center.stop();
  });

  it('with a connector is bounded in octets; it gets more when it has given some up', async () => {
    const { center, out } = await startRig({ limits: { flyingOctets: 128 * kib } });
    out.answer = () => undefined;
    center.attach('out', out);
    for (let at = 0; at < 20; at += 1) await center.submitOne(ofOctets(32 * kib));
    await settle();
    expect([out.held.length, center.depth('out').flying]).toEqual([4, 4]);
    for (let round = 0; round < 4; round += 1) {
      const [first] = out.held.splice(0, 1);
      first?.report(first.message, { kind: 'delivered' });
      await settle();
    }
    expect([out.got.length, out.held.length]).toEqual([8, 4]);
    // One that is larger than all of it is sent alone.
    const { center: other, out: alone } = await startRig({ limits: { flyingOctets: kib } });
    alone.answer = () => undefined;
    other.attach('out', alone);
    for (let at = 0; at < 3; at += 1) await other.submitOne(ofOctets(32 * kib));
    await settle();
    expect(alone.held).toHaveLength(1);
    await center.stop({ drainMs: 0 });
    await other.stop({ drainMs: 0 });
  });

  it('of those that await receipts is bounded in octets: the eldest are found on disk', async () => {
    const { center, out } = await startRig({ limits: { awaitedOctets: 128 * kib } });
    let count = 0;
    out.answer = () => ({ kind: 'accepted', upstreamId: `r${count++}` });
    center.attach('out', out);
    for (let at = 0; at < 10; at += 1) await center.submitOne(ofOctets(32 * kib));
    await settle();
    const awaited = Array.from({ length: 10 }, (_, at) => [...center.awaited('out', `r${at}`)].length > 0);
    expect(awaited).toEqual([false, false, false, false, false, false, true, true, true, true]);
    const [eldest] = await center.findByUpstreamId('out', ['r0']);
    expect(await center.settle(eldest?.id ?? 0, { kind: 'delivered' })).toBe(true);
    await center.stop();
  });

  it('counts nothing twice and forgets nothing: empty again, everything is taken again', async () => {
    const limits = {
      laneOctets: 512 * kib,
      memoryOctets: 512 * kib,
      flyingOctets: 64 * kib,
      awaitedOctets: 64 * kib,
    };
    const { center, out, clock } = await startRig({ limits });
    const outcomes = ['delivered', 'retry', 'released', 'accepted', 'unknown'] as const;
    let turn = 0;
    out.answer = (message: Message) => {
      turn += 1;
      if (message.attempts > 0) return { kind: 'delivered' };
      const kind = outcomes[turn % outcomes.length] as (typeof outcomes)[number];
      switch (kind) {
        case 'retry':
          return { kind, error: 1, errorClass: 'busy' };
        case 'accepted':
          return { kind, upstreamId: `r${message.id}`, lateMs: clock.nowMs() + 60_000 };
        default:
          return { kind };
      }
    };
    center.attach('out', out);
    for (let round = 0; round < 3; round += 1) {
      const ids: number[] = [];
      for (let at = 0; at < 40; at += 1)
        ids.push(
          (await center.submitOne(ofOctets((1 + (at % 8)) * 8 * kib, { expiresMs: clock.nowMs() + 300_000 })))
            .id,
        );
      await center.replace({ id: ids[39] as number }, { content: new Uint8Array(50 * kib), text: 'longer' });
      await center.cancel({ id: ids[38] as number });
      await clock.advance(400_000);
    }
    expect(center.unfinished).toBe(0);
    expect(center.inMemory).toEqual({ messages: 0, octets: 0 });
    await center.stop();
  });
});

describe('what the messages of one call have in common', () => {
  const sizeOf = (folder: string): number =>
    existsSync(folder)
      ? readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
      : 0;

  it('is on disk once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chappe-shared-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const store = await SqliteStore.open({ path: folder });
    const { center } = await startRig({ store });
    const content = new Uint8Array(60 * kib).fill(1);
    const text = 'x'.repeat(20 * kib);
    const drafts = Array.from({ length: 254 }, (_, at) =>
      draft({ content, text, sharesPublicId: true, destination: { ton: 1, npi: 1, digits: `4477${at}` } }),
    );
    const before = sizeOf(folder);
    const messages = await center.submitAll(drafts);
    // The content, the text, and less than a kilobyte for each message.
    expect(sizeOf(folder) - before).toBeLessThan(60 * kib + 20 * kib + 254 * 2 * kib);
    const last = await center.find(messages.at(-1)?.id ?? 0);
    expect([last?.content.length, last?.text?.length]).toEqual([60 * kib, 20 * kib]);
    await center.stop();
    const again = await SqliteStore.open({ path: folder });
    await again.recover(Date.now());
    const claim = {
      lane: 'out',
      account: 'acme',
      limit: 300,
      octets: 2 ** 40,
      nowMs: 2 ** 50,
      beforeId: 2 ** 53,
    };
    const { messages: claimed } = await again.claim(claim);
    expect(claimed).toHaveLength(254);
    // And in memory once.
    expect(new Set(claimed.map((one) => one.content)).size).toBe(1);
    await again.close();
  });
});
