/** A center over a store whose file of today turns out to be damaged: what comes goes on, what was known stays known. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Center, type CenterError, dayOfId, isFinalState, type Message } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { draft, startRig } from '../../center/test/support/rig.ts';
import { SimulatedClock } from '../../center/test/support/simulated-clock.ts';
import { isDayFile } from '../src/folder.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-today-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const PAGE = 4096;
const today = '2026-03-01';
const tomorrow = '2026-03-02';

const file = (): string => join(path, `${today}.db`);

/** Everything but the header and the schema. */
const damage = (): void => overwrite(PAGE, statSync(file()).size - PAGE);

/** An index that every insertion changes, and that nothing at a start looks at. */
function damageIndex(): void {
  const database = new DatabaseSync(file(), { readOnly: true });
  const { rootpage } = database
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'msg_account'")
    .get() as { readonly rootpage: number };
  database.close();
  overwrite((rootpage - 1) * PAGE, PAGE);
}

function overwrite(at: number, octets: number): void {
  const handle = openSync(file(), 'r+');
  writeSync(handle, new Uint8Array(octets).fill(0xee), 0, octets, at);
  closeSync(handle);
}

async function rig(
  clock: SimulatedClock,
): Promise<Awaited<ReturnType<typeof startRig>> & { readonly store: SqliteStore }> {
  // A log of a page: what is in the day file is not in its log.
  const store = await SqliteStore.open({ path, checkpointPages: 1 });
  return { ...(await startRig({ store, clock })), store };
}

const codes = (errors: readonly Error[]): unknown[] => errors.map((error) => (error as CenterError).code);

it('goes on in the file of the next day; what is in memory ends with its receipt, what is not is not told of', async () => {
  const clock = new SimulatedClock();
  const { center, out, back, errors, store } = await rig(clock);
  out.answer = () => undefined;
  center.attach('out', out);
  center.attach('account:acme', back);
  const flying = await center.submitAll([
    draft({ receiptWanted: 3 }),
    draft({ receiptWanted: 3, idForm: 'short' }),
  ]);
  const waiting = await center.submitAll(
    Array.from({ length: 50 }, () =>
      draft({ receiptWanted: 3, lane: 'later', content: new Uint8Array(2_000) }),
    ),
  );
  await until(clock, () => out.held.length === 2);
  await store.settle();
  damage();
  // Whoever asks for it comes across it.
  await expect(center.find(waiting[0]?.id as number)).rejects.toMatchObject({ code: 'CHAPPE_STORE_ASIDE' });
  await until(clock, () => center.files.aside.length === 1);
  expect(center.files.aside).toMatchObject([{ day: today, path: join(path, `${today}.db`) }]);
  const fresh = await center.submitAll([draft({ receiptWanted: 3 }), draft({ receiptWanted: 3 })]);
  expect(fresh.map(({ id }) => dayOfId(id))).toEqual([tomorrow, tomorrow]);
  await until(clock, () => out.held.length === 4);
  out.release({ kind: 'delivered' });
  await until(clock, () => back.got.length === 4);
  expect(back.got.map((one) => [one.of, one.text]).sort()).toEqual(
    [...flying, ...fresh].map(({ id }) => [id, 'delivered 0']).sort(),
  );
  // Days later: nobody has been told that they expired, or were lost.
  await clock.advance(5 * 86_400_000);
  expect(back.got.length).toBe(4);
  for (const { id, publicId } of [waiting[0], flying[1]] as Message[]) {
    await expect(center.find(id)).rejects.toMatchObject({ code: 'CHAPPE_STORE_ASIDE' });
    await expect(center.query({ publicId })).rejects.toMatchObject({ code: 'CHAPPE_STORE_ASIDE' });
    await expect(center.cancel({ id })).rejects.toMatchObject({ code: 'CHAPPE_STORE_ASIDE' });
  }
  expect([center.failure, center.commits.pending]).toEqual([undefined, 0]);
  expect(codes(errors)).toEqual(['CHAPPE_STORE_ASIDE']);
  await stopped(clock, center);
});

it('found when a commit is put into it: all are delivered, nobody is told twice, and what it was is kept for it', async () => {
  const clock = new SimulatedClock();
  const { center, out, back, errors } = await rig(clock);
  center.attach('out', out);
  center.attach('account:acme', back);
  await center.submitAll(Array.from({ length: 50 }, () => draft({ content: new Uint8Array(2_000) })));
  await until(clock, () => out.got.length === 50 && center.commits.pending === 0);
  await stopped(clock, center);
  const sound = readFileSync(file());
  damageIndex();
  const again = await rig(clock);
  expect(again.errors).toEqual([]);
  again.center.attach('out', again.out);
  again.center.attach('account:acme', again.back);
  const taken: Message[] = [];
  const isOfTomorrow = ({ id }: Message): boolean => dayOfId(id) === tomorrow;
  await until(clock, async () => {
    await again.center.submitOne(draft({ receiptWanted: 3 })).then(
      (message) => taken.push(message),
      (error: CenterError) => expect(error.code).toBe('CHAPPE_STORE_ASIDE'),
    );
    // What is acknowledged goes into the file some time later: only then it is seen.
    if (taken.length === 5) await again.store.settle();
    return taken.filter(isOfTomorrow).length === 5;
  });
  await until(clock, () => again.back.got.length === taken.length);
  expect(taken.length).toBeGreaterThanOrEqual(10);
  expect(codes(again.errors)).toEqual(['CHAPPE_STORE_ASIDE']);
  await stopped(clock, again.center);
  // After a restart the same day, ids go on where they were, and nobody takes the clock for wrong.
  const third = await rig(clock);
  expect(codes(third.errors)).toEqual(['CHAPPE_STORE_ASIDE']);
  const next = await third.center.submitOne(draft());
  expect(next.id).toBeGreaterThan(taken.at(-1)?.id as number);
  for (const one of taken) {
    const found = third.center.find(one.id);
    if (isOfTomorrow(one)) expect(isFinalState((await found)?.state ?? 'enroute')).toBe(true);
    else await expect(found).rejects.toMatchObject({ code: 'CHAPPE_STORE_ASIDE' });
  }
  expect(readdirSync(path).filter(isDayFile)).toEqual([`${today}.db`, `${tomorrow}.db`]);
  await stopped(clock, third.center);
  expect(errors).toEqual([]);
  // When the file is whole again, what was acknowledged is in it, with what became of it.
  writeFileSync(file(), sound);
  const fourth = await rig(clock);
  for (const { id } of taken) {
    const found = await fourth.center.find(id);
    expect(found !== undefined && isFinalState(found.state)).toBe(true);
  }
  await stopped(clock, fourth.center);
});

async function stopped(clock: SimulatedClock, center: Center): Promise<void> {
  let isOver = false;
  const end = center.stop().then(() => {
    isOver = true;
  });
  await until(clock, () => isOver);
  await end;
}

/** Lets time pass until it is so. */
async function until(clock: SimulatedClock, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 2_000; look += 1) {
    if (await isTrue()) return;
    await clock.advance(50);
    // What real threads bring about.
    await new Promise<void>((done) => setTimeout(done, 5));
  }
  throw new Error('it does not become so');
}
