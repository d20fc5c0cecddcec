/** Cases about what is kept: fields, receipts, ids, searches, days. */
import assert from 'node:assert/strict';
import type { Message, MessageId } from '../message.ts';
import { shortPublicId } from '../message-id.ts';
import { maxPageOctets, type Store } from '../store.ts';
import { type Case, change, claimAll, DAY_MS, idAt, insert, message, NOON_MS } from './given.ts';

const everyField: Partial<Message> = {
  kind: 'mo',
  account: 'é"\'%_',
  lane: 'account:é',
  source: { ton: 255, npi: 254, digits: 'Zoë' },
  destination: { ton: 253, npi: 252, digits: '+44 7700' },
  serviceType: 'CMT',
  priority: 3,
  dueMs: NOON_MS + 1,
  expiresMs: NOON_MS + 2,
  acceptedMs: NOON_MS - 3,
  state: 'scheduled',
  attempts: 4,
  error: 0xffff_ffff,
  receiptWanted: 7,
  content: Uint8Array.from({ length: 256 }, (_, at) => at),
  text: 'snow ☃ and 😀 and a zero \u0001',
  clientReference: "ref'1",
  group: 'Ünï',
  upstreamId: '00ab',
  answeredAs: '00AB',
  sentMs: NOON_MS + 4,
  operatorError: '0x1B',
  isReplaced: true,
  origin: {
    connector: 'op a',
    group: 'é',
    pieces: { first: 'a1', came: 1, total: 255, missing: [2, 3, 9] },
  },
  tag: 0xffff_ffff,
};

/** Cases about what is kept. */
export const keepingCases: readonly Case[] = [
  [
    'an empty store knows nothing',
    async ({ store }) => {
      const recovery = await store.recover(NOON_MS);
      assert.deepEqual(recovery.waiting, []);
      assert.equal(recovery.uncertain, 0);
      assert.equal(recovery.highestShort, -1);
      assert.equal(await store.find(idAt(NOON_MS)), undefined);
      assert.deepEqual((await store.search({})).messages, []);
    },
  ],
  [
    'a commit without any octets of content is as good as another',
    async ({ store }) => {
      const empty = message(idAt(NOON_MS), { content: new Uint8Array(0) });
      await insert(store, [empty]);
      const found = await store.find(empty.id);
      assert.equal(found?.content.length, 0);
    },
  ],
  [
    'every field comes back as it was',
    async ({ store }) => {
      const full = message(idAt(NOON_MS), everyField);
      const empty = message(idAt(NOON_MS, 1), { content: new Uint8Array(0), text: undefined, timeline: '' });
      await insert(store, [full, empty]);
      const plain = message(idAt(NOON_MS, 2), {
        kind: 'mo',
        origin: { connector: 'a', group: 'g', pieces: undefined },
      });
      const joined = message(idAt(NOON_MS, 3), {
        kind: 'mo',
        origin: { connector: 'a', group: 'a', pieces: { first: 'b2', came: 2, total: 2, missing: [] } },
      });
      await insert(store, [plain, joined]);
      for (const one of [full, empty, plain, joined]) {
        const found = await store.find(one.id);
        assert.deepEqual(
          { ...found, content: [...(found?.content ?? [])] },
          { ...one, content: [...one.content] },
        );
      }
    },
  ],
  [
    'a receipt points to its message, and a message of submit_multi carries the id of the first',
    async ({ store }) => {
      const first = message(idAt(NOON_MS));
      const second = message(idAt(NOON_MS, 1), { head: first.id });
      const receipt = message(idAt(NOON_MS, 2), { kind: 'receipt', of: first.id });
      await insert(store, [first, second, receipt]);
      assert.equal((await store.find(second.id))?.publicId, first.publicId);
      assert.equal((await store.find(receipt.id))?.of, first.id);
      assert.equal((await store.find(receipt.id))?.kind, 'receipt');
    },
  ],
  [
    'what messages of one commit have in common may be stored once, and each of them has it',
    async ({ store }) => {
      const content = new Uint8Array(1_000).fill(3);
      const text = 'in common, Ünïcode';
      const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
      const all = [0, 1, 2].map((at) => message(id(at), { content, text, head: id(0) }));
      const alone = message(id(3), { text: 'alone' });
      const inserts = all.map((one) => ({ ...change('insert', one, 'waiting'), body: id(0) }));
      await store.commit([...inserts, change('insert', alone, 'waiting')]);
      // Whatever becomes of the first, the others keep theirs.
      const other = { ...(all[0] as Message), content: new Uint8Array([9]), text: 'other' };
      await store.commit([change('replace', other, 'waiting')]);
      const texts = async (): Promise<(string | undefined)[]> =>
        Promise.all([0, 1, 2, 3].map(async (at) => (await store.find(id(at)))?.text));
      assert.deepEqual(await texts(), ['other', text, text, 'alone']);
      assert.deepEqual([...((await store.find(id(2)))?.content ?? [])], [...content]);
      const found = await store.search({ text: 'COMMON, Ü' });
      assert.deepEqual(
        found.messages.map((one) => one.id),
        [id(2), id(1)],
      );
      assert.equal(found.messages[0]?.content.length, 1_000);
      const page = await store.waitingIn('out', 10);
      assert.deepEqual(
        page.messages.map((one) => one.content.length),
        [3, 1_000, 1_000, 1],
      );
      assert.equal((await store.take(id(1), 'waiting'))?.text, text);
      const claim = {
        lane: 'out',
        account: 'acme',
        limit: 10,
        octets: 9_999,
        nowMs: NOON_MS,
        beforeId: id(9),
      };
      const { messages } = await store.claim(claim);
      assert.deepEqual(
        messages.map((one) => [one.id, one.content.length, one.text]),
        [
          [id(0), 1, 'other'],
          [id(2), 1_000, text],
          [id(3), 3, 'alone'],
        ],
      );
    },
  ],
  [
    'a replaced message is another in everything but its id',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      await insert(store, [one], 'memory');
      const other = {
        ...one,
        content: new Uint8Array([9]),
        text: 'other',
        priority: 3 as const,
        receiptWanted: 0,
      };
      await store.commit([change('replace', other, 'waiting')]);
      assert.deepEqual(await claimAll(store), [one.id]);
      const found = await store.find(one.id);
      assert.deepEqual({ ...found, content: [...(found?.content ?? [])] }, { ...other, content: [9] });
    },
  ],
  [
    'a removed receipt leaves a line with its message, also a day later',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      const receipt = message(idAt(NOON_MS + DAY_MS), { kind: 'receipt', of: one.id });
      await insert(store, [one, receipt], 'memory');
      await store.commit([change('remove', receipt, 'done', 'a line\n')]);
      assert.equal(await store.find(receipt.id), undefined);
      assert.equal((await store.find(one.id))?.timeline, `${one.timeline}a line\n`);
      const orphan = message(idAt(NOON_MS + DAY_MS, 1), { kind: 'receipt', of: idAt(NOON_MS - 50 * DAY_MS) });
      await insert(store, [orphan], 'memory');
      await store.commit([change('remove', orphan, 'done', 'a line\n')]);
      assert.equal(await store.find(orphan.id), undefined);
    },
  ],
  [
    'every change may come twice',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      const receipt = message(idAt(NOON_MS, 1), { kind: 'receipt', of: one.id });
      const done: Message = { ...one, state: 'delivered', doneMs: NOON_MS };
      const finish = [change('update', done, 'done'), change('insert', receipt, 'memory')];
      await insert(store, [one], 'memory');
      await store.commit(finish);
      await store.commit(finish);
      const remove = [change('remove', receipt, 'done')];
      await store.commit(remove);
      await store.commit(remove);
      assert.deepEqual(await store.find(one.id), done);
      assert.equal(await store.find(receipt.id), undefined);
    },
  ],
  [
    'short public ids are found; of those who share one, the first',
    async ({ store }) => {
      const short = { idForm: 'short' as const, publicId: shortPublicId(77) };
      const first = message(idAt(NOON_MS), short);
      const second = message(idAt(NOON_MS, 1), { ...short, head: first.id });
      await insert(store, [first, second]);
      assert.equal((await store.findByShort(77))?.id, first.id);
      assert.equal((await store.findByShort(77))?.publicId, first.publicId);
      assert.equal((await store.find(second.id))?.publicId, first.publicId);
      assert.equal(await store.findByShort(78), undefined);
    },
  ],
  [
    'upstream references are found by connector while the message is there',
    async ({ store }) => {
      const one = message(idAt(NOON_MS), { upstreamId: '00AB', group: 'up' });
      await insert(store, [message(one.id)], 'memory');
      await store.commit([change('update', one, 'sent')]);
      assert.deepEqual(
        (await store.findByUpstreamId('up', ['00AB', '00ab'])).map(({ id }) => id),
        [one.id],
      );
      assert.deepEqual(await store.findByUpstreamId('other', ['00AB', '00ab']), []);
      assert.deepEqual(await store.findByUpstreamId('up', ['AB']), []);
    },
  ],
  [
    'searches look into timelines for words, whole or by their beginning, and for ids beside texts',
    async ({ store }) => {
      const stories = [
        'accepted route=uk\n2 sent lane=via:a reference=m1 connector=op-a\n',
        'accepted route=uk-2\n2 sent reference=m12 connector=op-b attempt=1\n',
        'accepted\n2 sent reference=M1\n',
        'accepted xroute=uk\n',
      ];
      const all = stories.map((story, at) =>
        message(idAt(NOON_MS, at), { timeline: `1 ${story}`, text: at === 3 ? 'say M1' : 'hello' }),
      );
      await insert(store, all, 'done');
      await insert(store, [message(idAt(NOON_MS, 9), { timeline: '' })]);
      const search = async (query: Parameters<Store['search']>[0]): Promise<number[]> =>
        (await store.search(query)).messages.map(({ id }) => id - idAt(NOON_MS));
      assert.deepEqual(await search({ inTimeline: [[{ word: 'reference=m1' }]] }), [0]);
      assert.deepEqual(await search({ inTimeline: [[{ word: 'reference=m1', isBeginning: true }]] }), [1, 0]);
      assert.deepEqual(await search({ inTimeline: [[{ word: 'route=uk' }]] }), [0]);
      const either = [{ word: 'reference=m1' }, { word: 'reference=M1' }];
      assert.deepEqual(await search({ inTimeline: [either] }), [2, 0]);
      assert.deepEqual(await search({ inTimeline: [either, [{ word: 'connector=op-a' }]] }), [0]);
      assert.deepEqual(await search({ inTimeline: [either, [{ word: 'connector=op-b' }]] }), []);
      const any = { text: 'm1', inTimeline: either, publicId: all[1]?.publicId ?? '' };
      assert.deepEqual(await search({ any }), [3, 2, 1, 0]);
      assert.deepEqual(await search({ any: { text: "%_'", inTimeline: [], publicId: 'x' } }), []);
      assert.deepEqual(await search({ any, account: 'nobody' }), []);
    },
  ],
  [
    'searches filter, page and go over days, newest first',
    async ({ store }) => {
      const ids = Array.from({ length: 30 }, (_, at) => idAt(NOON_MS + at * 0.2 * DAY_MS));
      await insert(
        store,
        ids.map((id, at) =>
          message(id, {
            account: at % 2 === 0 ? 'acme' : 'acme-test',
            destination: { ton: 1, npi: 1, digits: `4477${at % 3}` },
            text: at % 5 === 0 ? 'Fifty % of_it' : `Number ${at}`,
            ...(at === 7 ? { clientReference: 'seven' } : {}),
          }),
        ),
      );
      await insert(store, [message(idAt(NOON_MS, 5), { kind: 'receipt', text: 'id:1' })]);
      const newest = ids.toReversed();
      const at = (index: number): number => ids.indexOf(newest[index] as number);
      const search = async (query: Parameters<Store['search']>[0]): Promise<number[]> =>
        (await store.search(query)).messages.map(({ id }) => ids.indexOf(id));
      assert.deepEqual(
        await search({}),
        newest.map((_, index) => at(index)),
      );
      assert.deepEqual(await search({ account: 'acme', limit: 3 }), [28, 26, 24]);
      assert.deepEqual(await search({ account: 'acme', destination: '44771' }), [28, 22, 16, 10, 4]);
      assert.equal((await search({ account: 'acme', prefix: true })).length, 30);
      assert.deepEqual(await search({ text: 'fifty % OF_' }), [25, 20, 15, 10, 5, 0]);
      assert.deepEqual(await search({ text: 'y_%' }), []);
      assert.deepEqual(await search({ clientReference: 'seven' }), [7]);
      assert.deepEqual(await search({ states: ['delivered'] }), []);
      assert.deepEqual(await search({ afterMs: NOON_MS + 5 * DAY_MS }), [29, 28, 27, 26, 25]);
      assert.deepEqual(await search({ beforeMs: NOON_MS + 0.3 * DAY_MS }), [1, 0]);
      assert.equal((await store.search({ kinds: ['receipt'] })).messages.length, 1);
      const page = await store.search({ limit: 4 });
      const next = await store.search({ limit: 40, beforeId: page.nextBeforeId });
      assert.equal(page.messages.length + next.messages.length, 30);
      assert.equal(next.nextBeforeId, undefined);
    },
  ],
  [
    'a page ends by octets too, and the next ones have the rest',
    async ({ store }) => {
      const ids = Array.from({ length: 120 }, (_, index) =>
        idAt(NOON_MS + Math.floor(index / 50) * DAY_MS, index),
      );
      const content = new Uint8Array(60_000);
      await insert(
        store,
        ids.map((id, index) =>
          message(id, {
            content,
            lane: 'long',
            kind: index % 3 === 0 ? 'receipt' : 'mt',
            text: 'x'.repeat(1_000),
          }),
        ),
      );
      const kinds = ['mt', 'receipt'] as const;
      for (const read of [
        (beforeId: MessageId | undefined) => store.search({ kinds, limit: 1_000, beforeId }),
        (beforeId: MessageId | undefined) => store.waitingIn('long', 1_000, beforeId),
      ]) {
        const found: MessageId[] = [];
        let beforeId: MessageId | undefined;
        for (let page = 0; page < 10; page += 1) {
          const { messages, nextBeforeId } = await read(beforeId);
          const octets = messages.reduce((sum, one) => sum + one.content.length, 0);
          assert.ok(octets < maxPageOctets + 61_000, `a page of ${octets} octets`);
          found.push(...messages.map(({ id }) => id));
          beforeId = nextBeforeId;
          if (beforeId === undefined) break;
        }
        assert.deepEqual(found, ids.toReversed());
      }
    },
  ],
  [
    'whole old days are forgotten, but no unfinished message',
    async ({ store }) => {
      const old = message(idAt(NOON_MS), { state: 'delivered', doneMs: NOON_MS });
      const busyDay = idAt(NOON_MS + DAY_MS);
      const today = message(idAt(NOON_MS + 5 * DAY_MS), { state: 'delivered', doneMs: NOON_MS });
      await insert(store, [old, message(busyDay + 1, { state: 'deleted' }), today], 'done');
      await insert(store, [message(busyDay)]);
      assert.deepEqual(await store.purge(NOON_MS + 4 * DAY_MS), ['2026-03-01']);
      assert.equal(await store.find(old.id), undefined);
      assert.equal((await store.find(busyDay))?.id, busyDay);
      assert.equal((await store.find(today.id))?.id, today.id);
      assert.deepEqual(await store.purge(NOON_MS + 4 * DAY_MS), []);
      assert.equal((await store.search({})).messages.length, 3);
    },
  ],
  [
    'a closed store rejects and does not throw',
    async ({ store }) => {
      await store.close();
      await assert.rejects(store.commit([change('insert', message(idAt(NOON_MS)), 'waiting')]), {
        code: 'CHAPPE_STORE_CLOSED',
      });
      await assert.rejects(store.find(1), { code: 'CHAPPE_STORE_CLOSED' });
      await store.close();
    },
  ],
];
