/** The suite that every store passes. It needs no test runner of a certain kind: give it yours. */
import assert from 'node:assert/strict';
import type { Message, MessageId, Place } from './message.ts';
import { hexPublicId, shortPublicId } from './message-id.ts';
import type { Change, Store } from './store.ts';

/** A store under test and the way to lose its process. */
export interface StoreUnderTest {
  readonly store: Store;
  /** What the next process would see; undefined for stores that do not outlive theirs. */
  readonly reopen?: (() => Promise<Store>) | undefined;
  /** Releases what the test used. */
  dispose(): Promise<void>;
}

/** How the suite meets a test runner. */
export interface ConformanceOptions {
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** A fresh, empty store. */
  readonly open: () => Promise<StoreUnderTest>;
}

const DAY_MS = 86_400_000;
/** 2026-03-01T12:00:00Z. */
const NOON_MS = Date.UTC(2026, 2, 1, 12);
const NEVER = Number.MAX_SAFE_INTEGER;
const IDS_PER_MS = 4096;
const EPOCH_MS = Date.UTC(2025, 0, 1);

/** An id of a time. */
function idAt(timeMs: number, sequence = 0): MessageId {
  return (timeMs - EPOCH_MS) * IDS_PER_MS + sequence;
}

function message(id: MessageId, fields: Partial<Message> = {}): Message {
  const tag = fields.tag ?? 0x01020304;
  const head = fields.head ?? id;
  return {
    id,
    tag,
    publicId: hexPublicId(head, tag),
    idForm: 'hex',
    head,
    kind: 'mt',
    account: 'acme',
    lane: 'out',
    source: { ton: 5, npi: 0, digits: 'Chappe' },
    destination: { ton: 1, npi: 1, digits: '447700900123' },
    serviceType: '',
    priority: 0,
    dueMs: NOON_MS,
    expiresMs: NOON_MS + DAY_MS,
    acceptedMs: NOON_MS,
    state: 'enroute',
    attempts: 0,
    error: 0,
    doneMs: 0,
    receiptWanted: 3,
    of: undefined,
    reference: undefined,
    connector: undefined,
    content: new Uint8Array([1, 2, 3]),
    text: 'hello',
    clientReference: undefined,
    timeline: `${NOON_MS} accepted\n`,
    ...fields,
  };
}

function change(op: Change['op'], one: Message, place: Place, line = ''): Change {
  return { op, message: one, place, line };
}

function insert(store: Store, messages: readonly Message[], place: Place = 'waiting'): Promise<void> {
  return store.commit(messages.map((one) => change('insert', one, place)));
}

async function claimAll(
  store: Store,
  nowMs = NOON_MS,
  limit = 100,
  beforeId = NEVER,
): Promise<readonly number[]> {
  const { messages } = await store.claim({ lane: 'out', account: 'acme', limit, nowMs, beforeId });
  return messages.map(({ id }) => id);
}

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
  tag: 0xffff_ffff,
};

const cases: readonly (readonly [string, (given: StoreUnderTest) => Promise<void>])[] = [
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
    'every field comes back as it was',
    async ({ store }) => {
      const full = message(idAt(NOON_MS), everyField);
      const empty = message(idAt(NOON_MS, 1), { content: new Uint8Array(0), text: undefined, timeline: '' });
      await insert(store, [full, empty]);
      for (const one of [full, empty]) {
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
      const claim = { lane: 'out', account: 'acme', limit: 10, nowMs: NOON_MS, beforeId: id(4) };
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
    'a final message is not claimed, taken or expired any more',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      await insert(store, [one]);
      const done: Message = { ...one, state: 'delivered', attempts: 1, doneMs: NOON_MS + 5, timeline: 'x\n' };
      await store.commit([change('update', done, 'done')]);
      assert.deepEqual(await claimAll(store, NEVER), []);
      assert.equal(await store.take(one.id, 'waiting'), undefined);
      assert.deepEqual(await store.takeExpired(NOON_MS + 9 * DAY_MS, 10), []);
      const found = await store.find(one.id);
      assert.equal(found?.state, 'delivered');
      assert.equal(found?.doneMs, NOON_MS + 5);
      assert.equal(found?.timeline, 'x\n');
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
    'a removed message is not claimed and does not expire',
    async ({ store }) => {
      const one = message(idAt(NOON_MS));
      const receipt = message(idAt(NOON_MS, 1), { kind: 'receipt' });
      await insert(store, [one, receipt]);
      await store.commit([change('remove', one, 'done'), change('remove', receipt, 'done')]);
      assert.deepEqual(await claimAll(store), []);
      assert.deepEqual(await store.takeExpired(NOON_MS + 9 * DAY_MS, 10), []);
      assert.equal(await store.find(one.id), undefined);
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
    'a message is taken by one only, from the place it is in',
    async ({ store }) => {
      const waiting = message(idAt(NOON_MS));
      const sent = message(idAt(NOON_MS, 1), { reference: 'AB', connector: 'up' });
      await insert(store, [waiting]);
      await insert(store, [sent], 'sent');
      assert.equal(await store.take(waiting.id, 'sent'), undefined);
      assert.equal((await store.take(waiting.id, 'waiting'))?.id, waiting.id);
      assert.equal(await store.take(waiting.id, 'waiting'), undefined);
      assert.equal((await store.take(sent.id, 'sent'))?.reference, 'AB');
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
      await insert(
        store,
        [message(id(3), { expiresMs: NOON_MS + 1, reference: 'r', connector: 'up' })],
        'sent',
      );
      await insert(store, [message(id(4), { expiresMs: NOON_MS + 1 })], 'memory');
      const first = await store.takeExpired(NOON_MS + 10, 2);
      const second = await store.takeExpired(NOON_MS + 10, 2);
      assert.equal(first.length, 2);
      const taken = [...first, ...second].map((one) => one.id).sort((a, b) => a - b);
      assert.deepEqual(taken, [id(0), id(2), id(3)]);
      assert.deepEqual(await claimAll(store), [id(1)]);
    },
  ],
  [
    'messages alike are found while they wait, the last first',
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
      const match = { account: 'acme', source: 'Chappe', destination: '447700900123' };
      assert.deepEqual(await store.matching(match, 10), [id(1), id(0)]);
      assert.deepEqual(await store.matching(match, 1), [id(1)]);
      assert.deepEqual(await store.matching({ ...match, serviceType: '' }, 10), [id(0)]);
      assert.deepEqual(await store.matching({ destination: '447700900123' }, 10), [
        id(3),
        id(2),
        id(1),
        id(0),
      ]);
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
      const one = message(idAt(NOON_MS), { reference: '00AB', connector: 'up' });
      await insert(store, [message(one.id)], 'memory');
      await store.commit([change('update', one, 'sent')]);
      assert.deepEqual(
        (await store.findByReference('up', '00AB')).map(({ id }) => id),
        [one.id],
      );
      assert.deepEqual(await store.findByReference('other', '00AB'), []);
      assert.deepEqual(await store.findByReference('up', 'AB'), []);
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
    'recovery: what was in memory waits again, marked; the rest is as it was',
    async ({ store, reopen }) => {
      const id = (sequence: number): MessageId => idAt(NOON_MS, sequence);
      await insert(store, [message(id(0)), message(id(1), { dueMs: NOON_MS + 9, state: 'scheduled' })]);
      await insert(
        store,
        [message(id(2)), message(id(3), { kind: 'receipt', lane: 'account:acme' })],
        'memory',
      );
      await insert(store, [message(id(4), { reference: 'r', connector: 'up' })], 'sent');
      await insert(store, [message(id(5), { state: 'delivered', doneMs: 1 })], 'done');
      const after = reopen === undefined ? store : await reopen();
      const recovery = await after.recover(NOON_MS + 1);
      assert.equal(recovery.uncertain, 2);
      assert.equal(recovery.sent, 1);
      assert.equal(recovery.highestId, id(5));
      const waiting = recovery.waiting
        .map(({ lane, count, nextDueMs }) => `${lane} ${count} ${nextDueMs}`)
        .sort();
      assert.deepEqual(waiting, [`account:acme 1 ${NOON_MS}`, `out 3 ${NOON_MS}`]);
      assert.match((await after.find(id(2)))?.timeline ?? '', /recovered uncertain=1\n$/);
      assert.doesNotMatch((await after.find(id(0)))?.timeline ?? '', /recovered/);
      assert.deepEqual(await claimAll(after), [id(0), id(2)]);
      assert.equal((await after.take(id(4), 'sent'))?.id, id(4));
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

/** Declares the tests of a store. */
export function storeConformance({ test, open }: ConformanceOptions): void {
  for (const [name, run] of cases) {
    test(name, async () => {
      const given = await open();
      try {
        await run(given);
      } finally {
        await given.dispose();
      }
    });
  }
}
