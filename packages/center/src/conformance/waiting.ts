/** Cases about messages that wait: claims, expiry, recovery. */
import assert from 'node:assert/strict';
import type { Message, MessageId } from '../message.ts';
import {
  type Case,
  change,
  claimAll,
  DAY_MS,
  idAt,
  insert,
  message,
  NEVER,
  NOON_MS,
  takeExpired,
} from './given.ts';

/** Cases about messages that wait. */
export const waitingCases: readonly Case[] = [
  [
    'claims come by priority, then due time, then id, and only once',
    async ({ store }) => {
      const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
      await insert(store, [
        message(id(0), { dueMs: NOON_MS - 5 }),
        message(id(1), { dueMs: NOON_MS - 9 }),
        message(id(2), { dueMs: NOON_MS - 5 }),
        message(id(3), { priority: 2 }),
        message(id(4), { kind: 'receipt', priority: 3 }),
        message(id(5), { kind: 'receipt', dueMs: NOON_MS - 7 }),
      ]);
      assert.deepEqual(await claimAll(store, NOON_MS, 4), [id(4), id(3), id(1), id(5)]);
      assert.deepEqual(await claimAll(store), [id(0), id(2)]);
      assert.deepEqual(await claimAll(store), []);
    },
  ],
  [
    'claims respect due time, lane, account and the upper id',
    async ({ store }) => {
      const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
      await insert(store, [
        message(id(0)),
        message(id(1), { dueMs: NOON_MS + 1, state: 'scheduled' }),
        message(id(2), { lane: 'other' }),
        message(id(3), { account: 'other' }),
        message(id(4)),
      ]);
      await insert(store, [message(id(5))], 'memory');
      const claim = {
        lane: 'out',
        account: 'acme',
        limit: 10,
        octets: NEVER,
        nowMs: NOON_MS,
        beforeId: id(4),
      };
      const claimed = await store.claim(claim);
      assert.deepEqual(
        claimed.messages.map((one) => one.id),
        [id(0)],
      );
      assert.equal(claimed.nextDueMs, NOON_MS);
      const rest = await store.claim({ ...claim, beforeId: NEVER });
      assert.deepEqual(
        rest.messages.map((one) => one.id),
        [id(4)],
      );
      assert.equal(rest.nextDueMs, NOON_MS + 1);
      assert.deepEqual(await claimAll(store, NOON_MS + 1), [id(1)]);
      assert.equal((await store.claim({ ...claim, nowMs: NOON_MS + 1 })).nextDueMs, Number.POSITIVE_INFINITY);
    },
  ],
  [
    'a claim, and what has expired, ends by octets too, and says so; it always brings one',
    async ({ store }) => {
      const long = (sequence: number): Message =>
        message(idAt(NOON_MS, sequence), { content: new Uint8Array(1_000), text: 'x'.repeat(500) });
      await insert(store, [0, 1, 2, 3, 4].map(long));
      const claim = { lane: 'out', account: 'acme', limit: 10, nowMs: NOON_MS, beforeId: NEVER };
      const counts: (readonly [number, boolean])[] = [];
      for (const octets of [1, 3_000, 3_001, 3_001]) {
        const { messages, isCut } = await store.claim({ ...claim, octets });
        counts.push([messages.length, isCut]);
      }
      assert.deepEqual(counts, [
        [1, true],
        [2, true],
        [2, false],
        [0, false],
      ]);
      await insert(store, [5, 6].map(long));
      const ended = await store.takeExpired({ nowMs: NOON_MS + 9 * DAY_MS, limit: 10, octets: 1_500 });
      assert.deepEqual([ended.messages.length, ended.isCut], [1, true]);
      const rest = await store.takeExpired({ nowMs: NOON_MS + 9 * DAY_MS, limit: 10, octets: 1_501 });
      assert.deepEqual([rest.messages.length, rest.isCut], [1, false]);
    },
  ],
  [
    'an update moves a message to another time, lane or place',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      await insert(store, [one], 'memory');
      assert.deepEqual(await claimAll(store), []);
      const later = { ...one, dueMs: NOON_MS + 60_000, attempts: 1, error: 8, timeline: 'longer\n' };
      await store.commit([change('update', later, 'waiting')]);
      assert.deepEqual(await claimAll(store), []);
      assert.deepEqual(await claimAll(store, NOON_MS + 60_000), [one.id]);
      const moved = { ...later, lane: 'other' };
      await store.commit([change('update', moved, 'waiting')]);
      assert.deepEqual(await claimAll(store, NOON_MS + 60_000), []);
      assert.deepEqual(await store.find(one.id), moved);
    },
  ],
  [
    'a final message is not claimed, taken or expired any more',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      await insert(store, [one]);
      const done: Message = { ...one, state: 'delivered', attempts: 1, doneMs: NOON_MS + 5, timeline: 'x\n' };
      await store.commit([change('update', done, 'done')]);
      assert.deepEqual(await claimAll(store, NEVER), []);
      assert.equal(await store.take(one.id, 'waiting'), undefined);
      assert.deepEqual(await takeExpired(store, NOON_MS + 9 * DAY_MS), []);
      const found = await store.find(one.id);
      assert.equal(found?.state, 'delivered');
      assert.equal(found?.doneMs, NOON_MS + 5);
      assert.equal(found?.timeline, 'x\n');
    },
  ],
  [
    'a removed message is not claimed and does not expire',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      const receipt = message(idAt(NOON_MS, 1), { kind: 'receipt' });
      await insert(store, [one, receipt]);
      await store.commit([change('remove', one, 'done'), change('remove', receipt, 'done')]);
      assert.deepEqual(await claimAll(store), []);
      assert.deepEqual(await takeExpired(store, NOON_MS + 9 * DAY_MS), []);
      assert.equal(await store.find(one.id), undefined);
    },
  ],
  [
    'a message is taken by one only, from the place it is in',
    async ({ store }) => {
      const waiting = message(idAt(NOON_MS));
      const sent = message(idAt(NOON_MS, 1), { upstreamId: 'AB', group: 'up' });
      await insert(store, [waiting]);
      await insert(store, [sent], 'sent');
      assert.equal(await store.take(waiting.id, 'sent'), undefined);
      assert.equal((await store.take(waiting.id, 'waiting'))?.id, waiting.id);
      assert.equal(await store.take(waiting.id, 'waiting'), undefined);
      assert.equal((await store.take(sent.id, 'sent'))?.upstreamId, 'AB');
      assert.equal(await store.take(sent.id, 'sent'), undefined);
      assert.equal(await store.take(idAt(NOON_MS, 9), 'waiting'), undefined);
    },
  ],
  [
    'expired messages are taken in groups, those at an upstream too, those in memory not',
    async ({ store }) => {
      const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
      await insert(store, [
        message(id(0), { expiresMs: NOON_MS + 10 }),
        message(id(1), { expiresMs: NOON_MS + 11 }),
        message(id(2), { expiresMs: NOON_MS + 5, kind: 'receipt' }),
      ]);
      await insert(store, [message(id(3), { expiresMs: NOON_MS + 1, upstreamId: 'r', group: 'up' })], 'sent');
      await insert(store, [message(id(4), { expiresMs: NOON_MS + 1 })], 'memory');
      const first = await takeExpired(store, NOON_MS + 10, 2);
      const second = await takeExpired(store, NOON_MS + 10, 2);
      assert.equal(first.length, 2);
      const taken = [...first, ...second].map((one) => one.id).sort((a, b) => a - b);
      assert.deepEqual(taken, [id(0), id(2), id(3)]);
      assert.deepEqual(await claimAll(store), [id(1)]);
    },
  ],
  [
    'messages alike are found while they wait or are in memory, the last first',
    async ({ store }) => {
      const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
      await insert(store, [
        message(id(0)),
        message(id(1), { serviceType: 'CMT' }),
        message(id(2), { account: 'other' }),
        message(id(3), { source: { ton: 1, npi: 1, digits: '1' } }),
        message(id(4), { destination: { ton: 1, npi: 1, digits: '2' } }),
        message(id(5), { kind: 'receipt' }),
      ]);
      await insert(store, [message(id(6))], 'memory');
      await insert(store, [message(id(7), { upstreamId: 'r', group: 'up' })], 'sent');
      const over = message(id(8));
      await insert(store, [over]);
      await store.commit([change('update', { ...over, state: 'delivered', doneMs: NOON_MS }, 'done')]);
      const match = { account: 'acme', source: 'Chappe', destination: '447700900123' };
      assert.deepEqual(await store.matching(match, 10), [id(6), id(1), id(0)]);
      assert.deepEqual(await store.matching(match, 1), [id(6)]);
      assert.deepEqual(await store.matching({ ...match, serviceType: '' }, 10), [id(6), id(0)]);
      assert.deepEqual(await store.matching({ destination: '447700900123' }, 10), [
        id(6),
        id(3),
        id(2),
        id(1),
        id(0),
      ]);
    },
  ],
  [
    'recovery: what was in memory waits again, marked; the rest is as it was',
    async ({ store, reopen }) => {
      const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
      await insert(store, [message(id(0)), message(id(1), { dueMs: NOON_MS + 9, state: 'scheduled' })]);
      await insert(
        store,
        [message(id(2)), message(id(3), { kind: 'receipt', lane: 'account:acme' })],
        'memory',
      );
      await insert(store, [message(id(4), { upstreamId: 'r', group: 'up' })], 'sent');
      await insert(store, [message(id(6), { upstreamId: 's', group: 'up' })], 'sent');
      assert.equal((await store.take(id(6), 'sent'))?.id, id(6));
      await insert(store, [message(id(5), { state: 'delivered', doneMs: 1 })], 'done');
      const after = reopen === undefined ? store : await reopen();
      const recovery = await after.recover(NOON_MS + 1);
      assert.equal(recovery.uncertain, 2);
      assert.equal(recovery.sent, 2);
      assert.equal(recovery.highestId, id(6));
      const waiting = recovery.waiting
        .map(({ lane, count, nextDueMs }) => `${lane} ${count} ${nextDueMs}`)
        .sort();
      assert.deepEqual(waiting, [`account:acme 1 ${NOON_MS}`, `out 3 ${NOON_MS}`]);
      assert.match((await after.find(id(2)))?.timeline ?? '', /recovered uncertain=1\n$/);
      assert.doesNotMatch((await after.find(id(0)))?.timeline ?? '', /recovered/);
      assert.deepEqual(await claimAll(after), [id(0), id(2)]);
      assert.equal((await after.take(id(4), 'sent'))?.id, id(4));
      assert.doesNotMatch((await after.find(id(6)))?.timeline ?? '', /recovered/);
      assert.equal((await after.take(id(6), 'sent'))?.id, id(6));
    },
  ],
];
