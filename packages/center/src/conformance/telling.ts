/** Cases about what a ControlStore tells of its writes. */
import assert from 'node:assert/strict';
import type { ControlChange, ControlNews, ControlStore } from '../control/control-store.ts';

/** A ControlStore under test, and another writer of the same entries. */
export interface ControlUnderTest {
  readonly store: ControlStore;
  /** Where there can be none, the store itself. */
  readonly other: ControlStore;
  /** Of how many writes it knows what they changed: it should be made with some ten. */
  readonly knownWrites: number;
  /** Waits until all that has been written is told. */
  notice(): Promise<void>;
  /** What the next process would see; undefined for those that do not outlive theirs. */
  readonly reopen?: (() => Promise<ControlStore>) | undefined;
  /** Releases what the test used. */
  dispose(): Promise<void>;
}

type Case = readonly [name: string, run: (given: ControlUnderTest) => Promise<void>];

const put = (kind: string, key: string, value: string | undefined = '1'): ControlChange => ({
  kind,
  key,
  value,
});

/** Gathers what is told: `name` are kind and key, in the order of the names where one write has several. */
function listener(): { readonly heard: ControlNews[]; readonly names: () => (string | undefined)[] } {
  const heard: ControlNews[] = [];
  const namesOf = ({ changed }: ControlNews): string | undefined =>
    changed
      ?.map(({ kind, key }) => `${kind}/${key}`)
      .sort()
      .join(' ');
  return { heard, names: () => heard.map(namesOf) };
}

/** Cases about what is told. */
export const tellingCases: readonly Case[] = [
  [
    'each write is told once, in order, whoever made it, when it can be read; nothing of before',
    async ({ store, other, notice }) => {
      assert.equal(await store.revision(), 0);
      await store.write([put('a', 'before')]);
      const { heard, names } = listener();
      const read: Promise<string | undefined>[] = [];
      store.watch((news) => {
        heard.push(news);
        for (const { kind, key } of news.changed ?? []) read.push(store.get(kind, key));
      });
      assert.deepEqual(heard, []);
      await store.write([put('a', 'x', 'mine'), put('b', 'y', 'mine')]);
      await other.write([put('a', 'x', 'theirs')]);
      await notice();
      await other.write([put('a', 'z', 'theirs'), put('a', 'z', undefined), put('a', 'none', undefined)]);
      await store.write([]);
      await store.write([put('c', 'last', 'mine')]);
      await notice();
      assert.deepEqual(names(), ['a/x b/y', 'a/x', 'a/none a/z', 'c/last']);
      const revisions = heard.map(({ revision }) => revision);
      assert.deepEqual(revisions, [2, 3, 4, 5]);
      assert.equal(await other.revision(), 5);
      assert.deepEqual((await Promise.all(read)).slice(-1), ['mine']);
    },
  ],
  [
    'a write that fails is not told',
    async ({ store, notice }) => {
      const heard: ControlNews[] = [];
      store.watch((news) => heard.push(news));
      const bad = put('a', 'x', Symbol('no text') as unknown as string);
      await store.write([put('a', 'y'), bad]).catch(() => undefined);
      const revision = await store.revision();
      await notice();
      assert.equal(heard.length, revision);
    },
  ],
  [
    'a listener goes on from a revision, across a restart too, and hears what has been written since',
    async ({ store, notice, reopen }) => {
      await store.write([put('a', '1')]);
      const after = await store.revision();
      await store.write([put('a', '2')]);
      await store.write([put('a', '3'), put('b', '3')]);
      const later = reopen === undefined ? store : await reopen();
      const { heard, names } = listener();
      later.watch((news) => heard.push(news), after);
      await notice();
      await later.write([put('a', '4')]);
      await notice();
      assert.deepEqual(names(), ['a/2', 'a/3 b/3', 'a/4']);
      assert.deepEqual(
        heard.map(({ revision }) => revision),
        [after + 1, after + 2, after + 3],
      );
    },
  ],
  [
    'one that has been away for too long, or has heard of what was never written, is told to read all anew',
    async ({ store, notice, knownWrites }) => {
      const kept = listener();
      const lost = listener();
      const ahead = listener();
      for (let at = 0; at < knownWrites + 2; at += 1) await store.write([put('a', String(at % 7))]);
      const last = knownWrites + 2;
      store.watch((news) => kept.heard.push(news), 2);
      store.watch((news) => lost.heard.push(news), 1);
      store.watch((news) => ahead.heard.push(news), last + 5);
      await notice();
      assert.equal(kept.heard.length, knownWrites);
      assert.equal(kept.heard[0]?.revision, 3);
      const anew = { revision: last, changed: undefined };
      assert.deepEqual(lost.heard, [anew]);
      assert.deepEqual(ahead.heard, [anew]);
      await store.write([put('a', 'x')]);
      await notice();
      assert.deepEqual(lost.names(), [undefined, 'a/x']);
      assert.deepEqual(ahead.names(), [undefined, 'a/x']);
    },
  ],
  [
    'nothing is told to one who has ended, and one that throws hits no other',
    async ({ store, notice }) => {
      const { heard, names } = listener();
      const ended: ControlNews[] = [];
      const bad: ControlNews[] = [];
      store.watch((news) => {
        bad.push(news);
        throw new Error('a mistake of its own');
      });
      const end = store.watch((news) => ended.push(news));
      store.watch((news) => heard.push(news));
      await store.write([put('a', '1')]);
      await notice();
      end();
      await store.write([put('a', '2')]);
      await notice();
      assert.deepEqual(names(), ['a/1', 'a/2']);
      assert.equal(bad.length, 2);
      assert.equal(ended.length, 1);
      await store.close();
      await notice();
      store.watch((news) => heard.push(news), 0);
      await notice();
      assert.equal(heard.length, 2);
    },
  ],
];
