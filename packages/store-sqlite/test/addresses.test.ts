/** Messages are found by their number, whichever part of its day they are in, and whatever the version of its file. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SqliteStore } from '@chappe/store-sqlite';
import { expect, it } from 'vitest';
import { change, idAt, insert, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { storesOf } from './support/stores.ts';

const stores = storesOf('addresses');

async function opened(): Promise<SqliteStore> {
  const store = await stores.opened();
  await store.recover(NOON_MS);
  return store;
}

const MESSAGES = 130_000;
const to = (digits: string): { readonly ton: number; readonly npi: number; readonly digits: string } => ({
  ton: 1,
  npi: 1,
  digits,
});

/** Every thousandth goes to one number, every other to one that many have in common. */
const digitsOf = (at: number): string => (at % 1_000 === 7 ? '447700900777' : `4477009${at % 50}`);

async function filled(store: SqliteStore): Promise<void> {
  for (let from = 0; from < MESSAGES; from += 10_000) {
    const messages = Array.from({ length: 10_000 }, (_, at) =>
      message(idAt(NOON_MS, from + at), { destination: to(digitsOf(from + at)) }),
    );
    await insert(store, messages, 'memory');
  }
}

/** All ids, page by page. */
async function found(store: SqliteStore, digits: string, limit: number): Promise<number[]> {
  const ids: number[] = [];
  for (let beforeId: number | undefined; ; ) {
    const page = await store.search({ destination: digits, limit, beforeId });
    ids.push(...page.messages.map(({ id }) => id));
    beforeId = page.nextBeforeId;
    if (beforeId === undefined) return ids;
  }
}

const expected = (digits: string): number[] =>
  Array.from({ length: MESSAGES }, (_, at) => at)
    .filter((at) => digitsOf(at) === digits)
    .map((at) => idAt(NOON_MS, at))
    .reverse();

it('over several parts, newest first, by pages of any size; late ones and those of before the last start too', async () => {
  let store = await opened();
  await filled(store);
  expect(await found(store, '447700900777', 7)).toEqual(expected('447700900777'));
  expect(await found(store, '44770093', 1_000)).toEqual(expected('44770093'));
  await store.close();
  store = await opened();
  // Its id is older than what is stored already.
  const late = message(idAt(NOON_MS - 1_000, 5), { destination: to('447700900777') });
  await insert(store, [late], 'memory');
  const ids = await found(store, '447700900777', 100);
  expect(ids.at(-1)).toBe(late.id);
  expect(ids).toHaveLength(131);
  await store.settle();
  const database = new DatabaseSync(join(stores.root, '2026-03-01.db'), { readOnly: true });
  const { parts } = database.prepare('SELECT count(*) AS parts FROM part').get() as {
    readonly parts: number;
  };
  database.close();
  expect(parts).toBe(3);
  // Within a span of time, and of whom it is.
  const some = await store.search({
    destination: '447700900777',
    afterMs: NOON_MS,
    limit: 1_000,
    account: 'acme',
  });
  expect(some.messages).toHaveLength(130);
  expect(await store.matching({ destination: '447700900777' }, 1_000)).toEqual(ids);
});

it('what has gone to another number since is found there', async () => {
  const store = await opened();
  const one = message(idAt(NOON_MS), { destination: to('1') });
  await insert(store, [one]);
  await store.settle();
  await store.commit([change('replace', { ...one, destination: to('2') }, 'waiting')]);
  expect(await found(store, '1', 10)).toEqual([]);
  expect(await found(store, '2', 10)).toEqual([one.id]);
});
