/** Cases about messages at upstreams, their money, and what is counted. */
import assert from 'node:assert/strict';
import type { Message, MessageId } from '../message.ts';
import { publicIdOf } from '../message-id.ts';
import type { Tally } from '../store.ts';
import { type Case, change, claimAll, DAY_MS, idAt, insert, message, NOON_MS, takeExpired } from './given.ts';

const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
const day = '2026-03-01';

/** One tally with defaults. */
function tally(fields: Partial<Tally>): Tally {
  return { day, account: 'acme', messages: 0, accepted: 0, reserved: 0, settled: 0, released: 0, ...fields };
}

/** Tallies without those that are all zero. */
function telling(tallies: readonly Tally[]): Tally[] {
  return tallies
    .filter(({ messages, accepted }) => messages !== 0 || accepted !== 0)
    .sort((a, b) => `${a.day}${a.account}`.localeCompare(`${b.day}${b.account}`));
}

/** Cases about upstreams and money. */
export const upstreamCases: readonly Case[] = [
  [
    'the money of messages follows them in the same commit, and adding them up gives the same',
    async ({ store, reopen }) => {
      const priced = (sequence: number, price: number, fields: Partial<Message> = {}): Message =>
        message(id(sequence), { price, ...fields });
      await insert(store, [priced(0, 10), priced(1, 20), priced(2, 30), message(id(3))], 'memory');
      await insert(store, [priced(4, 5, { account: 'other' })]);
      assert.deepEqual(telling(await store.tallies()), [
        tally({ messages: 3, accepted: 60, reserved: 60 }),
        tally({ account: 'other', messages: 1, accepted: 5, reserved: 5 }),
      ]);
      const ends = [
        change('update', { ...priced(0, 10), state: 'delivered', charged: true }, 'done'),
        change('update', { ...priced(1, 20), state: 'rejected', charged: false }, 'done'),
        change('update', { ...priced(2, 30), upstreamId: 'r', group: 'up' }, 'sent'),
      ];
      await store.commit(ends);
      await store.commit(ends);
      const expected = [
        tally({ messages: 3, accepted: 60, reserved: 30, settled: 10, released: 20 }),
        tally({ account: 'other', messages: 1, accepted: 5, reserved: 5 }),
      ];
      assert.deepEqual(telling(await store.tallies()), expected);
      assert.deepEqual(telling(await store.recount()), expected);
      const after = reopen === undefined ? store : await reopen();
      await after.recover(NOON_MS);
      assert.deepEqual(telling(await after.tallies()), expected);
    },
  ],
  [
    'a message that is taken away again, or replaced by one of another price, leaves no money behind',
    async ({ store }) => {
      const one = message(id(0), { price: 10 });
      const two = message(id(1), { price: 7 });
      await insert(store, [one, two], 'memory');
      await store.commit([change('remove', one, 'done')]);
      await store.commit([change('replace', { ...two, price: 9 }, 'waiting')]);
      assert.deepEqual(telling(await store.tallies()), [tally({ messages: 1, accepted: 9, reserved: 9 })]);
      assert.deepEqual(telling(await store.recount()), telling(await store.tallies()));
    },
  ],
  [
    'days are forgotten only after their money has been told, and stay when that fails',
    async ({ store }) => {
      const old = message(id(0), { price: 10, state: 'delivered', charged: true, doneMs: NOON_MS });
      await insert(store, [old], 'done');
      const beforeMs = NOON_MS + 4 * DAY_MS;
      await assert.rejects(store.purge(beforeMs, () => Promise.reject(new Error('no'))));
      assert.equal((await store.find(old.id))?.id, old.id);
      let told: readonly Tally[] = [];
      const forget = async (tallies: readonly Tally[]): Promise<void> => {
        told = tallies;
      };
      assert.deepEqual(await store.purge(beforeMs, forget), [day]);
      assert.deepEqual(telling(told), [tally({ messages: 1, accepted: 10, settled: 10 })]);
      assert.deepEqual(telling(await store.tallies()), []);
      assert.deepEqual(telling(await store.recount()), []);
    },
  ],
  [
    'one at an upstream is due when its receipt is late, or its time is up, whichever is first',
    async ({ store }) => {
      const at = (sequence: number, dueMs: number, expiresMs: number): Message =>
        message(id(sequence), { dueMs, expiresMs, upstreamId: `${sequence}`, group: 'up' });
      await insert(
        store,
        [
          at(0, NOON_MS + 10, NOON_MS + 100),
          at(1, NOON_MS + 100, NOON_MS + 20),
          at(2, NOON_MS + 90, NOON_MS + 90),
        ],
        'sent',
      );
      const ids = async (nowMs: number): Promise<number[]> =>
        (await takeExpired(store, nowMs)).map((one) => one.id);
      assert.deepEqual(await ids(NOON_MS + 9), []);
      assert.deepEqual(await ids(NOON_MS + 10), [id(0)]);
      assert.deepEqual(await ids(NOON_MS + 50), [id(1)]);
      // Back at the upstream, with another time.
      await store.commit([change('update', at(0, NOON_MS + 70, NOON_MS + 100), 'sent')]);
      assert.deepEqual(await ids(NOON_MS + 69), []);
      assert.deepEqual(await ids(NOON_MS + 95), [id(0), id(2)]);
      assert.deepEqual(await claimAll(store, NOON_MS + 200), []);
    },
  ],
  [
    'several messages of one reference are all found, over days; those that are over are not',
    async ({ store }) => {
      const sent = (one: MessageId, upstreamId: string): Message => message(one, { upstreamId, group: 'up' });
      const days = [id(0), idAt(NOON_MS + DAY_MS), idAt(NOON_MS + 2 * DAY_MS)];
      await insert(
        store,
        days.map((one) => sent(one, '77')),
        'sent',
      );
      await insert(store, [sent(id(1), '4d')], 'sent');
      const found = async (...references: string[]): Promise<number[]> =>
        (await store.findByUpstreamId('up', references)).map((one) => one.id).sort((a, b) => a - b);
      assert.deepEqual(await found('77'), days);
      assert.deepEqual(await found('4d', '119'), [id(1)]);
      const over: Message = { ...sent(days[0] as number, '77'), state: 'delivered', doneMs: NOON_MS };
      await store.commit([change('update', over, 'done')]);
      assert.deepEqual(await found('77', '4d'), [id(1), ...days.slice(1)]);
    },
  ],
  [
    'messages are found by how their references begin, too',
    async ({ store }) => {
      const sent = (one: MessageId, upstreamId: string, group = 'up'): Message =>
        message(one, { upstreamId, group });
      const tomorrow = idAt(NOON_MS + DAY_MS);
      await insert(
        store,
        [sent(id(0), '?a'), sent(id(1), '?b'), sent(id(2), 'a?'), sent(id(3), '@')],
        'sent',
      );
      await insert(store, [sent(tomorrow, '?\u00ff'), sent(tomorrow + 1, '?a', 'other')], 'sent');
      await insert(store, [sent(id(4), '?c')], 'done');
      const found = async (begins: boolean, ...names: string[]): Promise<number[]> =>
        (await store.findByUpstreamId('up', names, begins)).map((one) => one.id).sort((a, b) => a - b);
      assert.deepEqual(await found(true, '?'), [id(0), id(1), tomorrow]);
      assert.deepEqual(await found(true, '?b', '@'), [id(1), id(3)]);
      assert.deepEqual(await found(false, '?'), []);
    },
  ],
  [
    'what an upstream said of a message is kept with each step, and stays when it ends',
    async ({ store }) => {
      for (const price of [0, 5]) {
        const one = message(id(price), { price });
        await insert(store, [one], 'memory');
        const taken = { ...one, group: 'up', upstreamId: 'ab', answeredAs: '0xAB', sentMs: NOON_MS + 3 };
        await store.commit([change('update', taken, 'sent')]);
        assert.deepEqual(await store.find(one.id), taken);
        const { group: _, upstreamId: __, ...rest } = taken;
        const retried = { ...rest, group: undefined, upstreamId: undefined, operatorError: '013' };
        await store.commit([change('update', retried, 'waiting')]);
        assert.deepEqual(await store.find(one.id), retried);
        // Ended by an upstream that awaits no receipt, and gave another id.
        const state = 'accepted' as const;
        const over: Message = { ...retried, state, doneMs: NOON_MS, answeredAs: 'ffFF', operatorError: '7' };
        const ended = price === 0 ? over : { ...over, charged: true };
        await store.commit([change('update', ended, 'done')]);
        assert.deepEqual(await store.find(one.id), ended);
      }
    },
  ],
  [
    'a line is appended to the timeline of a message, and changes nothing else',
    async ({ store }) => {
      const over = message(id(0), { state: 'expired', doneMs: NOON_MS, price: 5, charged: true });
      await insert(store, [over], 'done');
      await insert(store, [message(id(1), { upstreamId: 'r', group: 'up' })], 'sent');
      for (const one of [id(0), id(1), id(7)])
        await store.commit([change('line', message(one, { state: 'unknown' }), 'done', '5 later x=1\n')]);
      const timeline = `${NOON_MS} accepted\n5 later x=1\n`;
      const found = await store.find(id(0));
      assert.deepEqual({ ...found, content: [] }, { ...over, content: [], timeline });
      assert.equal((await store.findByUpstreamId('up', ['r']))[0]?.timeline, timeline);
      assert.equal(await store.find(id(7)), undefined);
      assert.equal((await store.tallies())[0]?.settled, 5);
    },
  ],
  [
    'what waits is known by lane and account when the store is opened, receipts and notices apart',
    async ({ store, reopen }) => {
      await insert(store, [message(id(0)), message(id(1)), message(id(2), { account: 'other' })]);
      await insert(store, [message(id(3), { kind: 'receipt' }), message(id(4), { kind: 'notice' })]);
      await insert(store, [message(id(5), { kind: 'receipt', lane: 'in', account: 'other' })]);
      const after = reopen === undefined ? store : await reopen();
      const sums = new Map<string, readonly [count: number, notes: number]>();
      for (const { lane, account, count, notes = 0 } of (await after.recover(NOON_MS)).waiting) {
        const [counted, noted] = sums.get(`${lane} ${account}`) ?? [0, 0];
        sums.set(`${lane} ${account}`, [counted + count, noted + notes]);
      }
      assert.deepEqual([...sums].sort(), [
        ['in other', [1, 1]],
        ['out acme', [4, 2]],
        ['out other', [1, 0]],
      ]);
    },
  ],
  [
    'what waits in a lane is listed newest first, by page, receipts among it',
    async ({ store }) => {
      const kept = [id(0), id(1), idAt(NOON_MS + DAY_MS)];
      await insert(store, [
        message(kept[0] as number, { lane: 'held:x' }),
        message(kept[1] as number, { lane: 'held:x', kind: 'receipt' }),
        message(kept[2] as number, { lane: 'held:x', dueMs: NOON_MS + 9 * DAY_MS, state: 'scheduled' }),
        message(id(5), { lane: 'other' }),
      ]);
      await insert(store, [message(id(6), { lane: 'held:x' })], 'memory');
      const list = async (limit: number, before?: MessageId): Promise<number[]> =>
        (await store.waitingIn('held:x', limit, before)).messages.map((one) => one.id);
      assert.deepEqual(await list(10), kept.toReversed());
      assert.deepEqual(await list(2), [kept[2], kept[1]]);
      assert.deepEqual(await list(2, kept[1]), [kept[0]]);
      assert.deepEqual((await store.waitingIn('nothing', 10)).messages, []);
    },
  ],
  [
    'segments of customers are counted by day and account, whatever became of them',
    async ({ store }) => {
      const tomorrow = idAt(NOON_MS + DAY_MS);
      await insert(store, [
        message(id(0)),
        message(id(1), { account: 'other', segments: 65_535 }),
        message(tomorrow),
      ]);
      await insert(store, [message(id(2), { kind: 'receipt' }), message(id(3), { kind: 'mo' })]);
      await insert(store, [message(id(4), { state: 'delivered', doneMs: NOON_MS, segments: 3 })], 'done');
      const counts = (await store.counts())
        .map(({ day: on, account, segments }) => `${on} ${account} ${segments}`)
        .sort();
      assert.deepEqual(counts, [`${day} acme 4`, `${day} other 65535`, '2026-03-02 acme 1']);
    },
  ],
  [
    'every form of public id, the memo, the price, what was charged and the segments come back',
    async ({ store, reopen }) => {
      const forms = ['hex', 'uuid', 'decimal', 'hexdec'] as const;
      const all = forms.map((idForm, sequence) =>
        message(id(sequence), {
          idForm,
          publicId: publicIdOf(idForm, id(sequence), 0x0102_0304),
          price: 1_000_000 * sequence,
          memo: sequence === 0 ? undefined : `route|op-${sequence},é`,
          segments: [1, 2, 255, 65_535][sequence] ?? 1,
        }),
      );
      const over: Message = {
        ...message(id(9), { price: 1 }),
        charged: false,
        state: 'expired',
        doneMs: NOON_MS,
      };
      await insert(store, all);
      await insert(store, [over], 'done');
      const after = reopen === undefined ? store : await reopen();
      await after.recover(NOON_MS);
      for (const one of [...all, over]) {
        const found = await after.find(one.id);
        assert.deepEqual({ ...found, content: [] }, { ...one, content: [] });
      }
    },
  ],
];
