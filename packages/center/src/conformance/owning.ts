/** Cases about whose messages are: owners, leases, and those who have been fenced. */
import assert from 'node:assert/strict';
import type { MessageId } from '../message.ts';
import type { Owner, Store } from '../store.ts';
import { type Case, change, DAY_MS, idAt, message, NEVER, NOON_MS } from './given.ts';

const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
const fenced = { code: 'CHAPPE_STORE_FENCED' };

async function begin(store: Store, node?: number): Promise<Owner> {
  return (await store.recover(NOON_MS, node)).owner;
}

async function claimed(store: Store, owner: Owner, limit = 100): Promise<readonly MessageId[]> {
  const claim = { lane: 'out', account: 'acme', limit, octets: NEVER, nowMs: NOON_MS, beforeId: NEVER };
  return (await store.claim(claim, owner)).messages.map((one) => one.id);
}

/** Everything that writes is refused, and leaves nothing behind. */
async function assertFenced(store: Store, owner: Owner, waiting: MessageId, sent: MessageId): Promise<void> {
  const before = await store.find(waiting);
  const changes = [
    change('insert', message(id(90)), 'waiting'),
    change('insert', message(idAt(NOON_MS + DAY_MS, 91)), 'memory'),
    change('update', { ...message(waiting), state: 'delivered', doneMs: NOON_MS }, 'done'),
  ];
  await assert.rejects(store.commit(changes, owner), fenced);
  await assert.rejects(claimed(store, owner), fenced);
  await assert.rejects(store.take(waiting, 'waiting', owner), fenced);
  await assert.rejects(store.take(sent, 'sent', owner), fenced);
  const expiry = { nowMs: NOON_MS + 9 * DAY_MS, limit: 10, octets: NEVER };
  await assert.rejects(store.takeExpired(expiry, owner), fenced);
  await assert.rejects(store.renew(owner, NOON_MS), fenced);
  await assert.rejects(store.recoverLapsed(owner, NOON_MS), fenced);
  assert.equal(await store.find(id(90)), undefined);
  assert.equal(await store.find(idAt(NOON_MS + DAY_MS, 91)), undefined);
  assert.deepEqual(await store.find(waiting), before);
}

/** Cases of stores with room for several nodes; `run` is given two of them. */
function ofTwo(run: (store: Store, one: Owner, other: Owner, pass: Pass) => Promise<void>): Case[1] {
  return async (_, { store, pass = async () => undefined }) => {
    const one = await begin(store, 0);
    if (one.nodes === 1) return;
    await run(store, one, await begin(store, 1), pass);
  };
}

type Pass = (ms: number) => Promise<void>;

/** Cases about owners. */
export const owningCases: readonly Case[] = [
  [
    'a later opening fences the one before it: what that writes is refused whole',
    async (_, { store, reopen }) => {
      const first = await begin(store);
      await store.commit([change('insert', message(id(0)), 'memory')], first);
      await store.commit([change('insert', message(id(1)), 'waiting')], first);
      const sent = message(id(2), { upstreamId: 'r', group: 'up' });
      await store.commit([change('insert', sent, 'sent')], first);
      const after = reopen === undefined ? store : await reopen();
      const second = await begin(after);
      assert.equal(second.node, first.node);
      assert.ok(second.epoch > first.epoch, `epoch ${second.epoch} after ${first.epoch}`);
      await assertFenced(after, first, id(1), id(2));
      await after.renew(second, NOON_MS);
      assert.deepEqual(await claimed(after, second), [id(0), id(1)]);
      assert.equal((await after.take(id(2), 'sent', second))?.id, id(2));
    },
  ],
  [
    'epochs go on growing, and an opening without a word from the last one is no different',
    async (_, { store, reopen }) => {
      const epochs = [(await begin(store)).epoch];
      for (let round = 0; round < 3; round += 1) {
        const after = reopen === undefined ? store : await reopen();
        epochs.push((await begin(after)).epoch);
      }
      assert.deepEqual(
        [...new Set(epochs)].sort((a, b) => a - b),
        epochs,
      );
    },
  ],
  [
    'what an owner has it keeps: nobody takes over one that lives, and it is no node but those there is room for',
    async (_, { store, pass = async () => undefined }) => {
      const owner = await begin(store);
      await store.commit([change('insert', message(id(0)), 'memory')], owner);
      await pass(1);
      const nobody = { nodes: [], waiting: [], uncertain: 0 };
      assert.deepEqual(await store.recoverLapsed(owner, NOON_MS + 1), nobody);
      assert.deepEqual(await claimed(store, owner), []);
      await assert.rejects(begin(store, owner.nodes), { code: 'CHAPPE_STORE_FAILED' });
      await assert.rejects(begin(store, -1), { code: 'CHAPPE_STORE_FAILED' });
      const done = { ...message(id(0)), state: 'delivered' as const, doneMs: NOON_MS };
      await store.commit([change('update', done, 'done')], owner);
      assert.equal((await store.find(id(0)))?.state, 'delivered');
    },
  ],
  [
    'two nodes work on the same messages, and none is had by both',
    ofTwo(async (store, one, other) => {
      const waiting = Array.from({ length: 6 }, (_, at) => change('insert', message(id(at)), 'waiting'));
      await store.commit(waiting, one);
      const [had, theirs] = await Promise.all([claimed(store, one, 2), claimed(store, other, 2)]);
      const more = await claimed(store, other, 9);
      assert.deepEqual([had.length, theirs.length, more.length], [2, 2, 2]);
      assert.equal(new Set([...had, ...theirs, ...more]).size, 6);
      // One of them begins anew: what it had waits again, what the other one has does not.
      const again = await begin(store, other.node);
      assert.deepEqual(await claimed(store, again), [...theirs, ...more]);
      await assert.rejects(claimed(store, other), fenced);
      await store.renew(one, NOON_MS);
    }),
  ],
  [
    'a node whose lease has run out is taken over by another, and fenced; renewed in time it is not',
    ofTwo(async (store, one, other, pass) => {
      const { leaseMs } = other;
      const sent = message(id(3), { upstreamId: 'r', group: 'up' });
      const inserts = [0, 1].map((at) => change('insert', message(id(at)), 'memory'));
      await store.commit([...inserts, change('insert', message(id(2)), 'waiting')], other);
      await store.commit([change('insert', sent, 'sent')], other);
      assert.equal((await store.take(id(3), 'sent', other))?.id, id(3));
      await pass(leaseMs * 0.6);
      await store.renew(one, NOON_MS + leaseMs * 0.6);
      await store.renew(other, NOON_MS + leaseMs * 0.6);
      await pass(leaseMs * 0.6);
      const early = await store.recoverLapsed(one, NOON_MS + leaseMs * 1.2);
      assert.deepEqual(early.nodes, []);
      await store.renew(one, NOON_MS + leaseMs * 1.2);
      await pass(leaseMs * 0.6);
      const recovered = await store.recoverLapsed(one, NOON_MS + leaseMs * 1.8);
      assert.deepEqual(recovered.nodes, [other.node]);
      assert.equal(recovered.uncertain, 2);
      assert.deepEqual(recovered.waiting, [{ lane: 'out', account: 'acme', count: 2, nextDueMs: NOON_MS }]);
      assert.deepEqual((await store.recoverLapsed(one, NOON_MS + leaseMs * 1.8)).nodes, []);
      await assertFenced(store, other, id(2), id(3));
      assert.deepEqual(await claimed(store, one), [id(0), id(1), id(2)]);
      assert.match((await store.find(id(0)))?.timeline ?? '', /recovered uncertain=1\n$/);
      assert.doesNotMatch((await store.find(id(2)))?.timeline ?? '', /recovered/);
      assert.equal((await store.take(id(3), 'sent', one))?.id, id(3));
      const again = await begin(store, other.node);
      assert.ok(again.epoch > other.epoch);
      await store.commit([change('insert', message(id(9)), 'waiting')], again);
      assert.deepEqual(await claimed(store, again), [id(9)]);
    }),
  ],
];
