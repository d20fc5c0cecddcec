/** replace_if_present (SMPP 3.4 5.2.18): one message, however many submissions come at once. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Draft, MemoryStore, type Store } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { draft, startRig } from './support/rig.ts';

const later = (text: string, fields: Partial<Draft> = {}): Draft =>
  draft({ dueMs: Date.UTC(2026, 2, 2), replaceIfPresent: true, text, ...fields });
const now = (text: string, fields: Partial<Draft> = {}): Draft =>
  draft({ replaceIfPresent: true, text, ...fields });

const stores: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  ['memory', async () => new MemoryStore()],
  [
    'sqlite',
    async () => {
      const path = mkdtempSync(join(tmpdir(), 'chappe-replacing-'));
      onTestFinished(() => rmSync(path, { recursive: true, force: true }));
      return SqliteStore.open({ path });
    },
  ],
];

describe.each(stores)('on %s', (_, open) => {
  it.each([
    ['that wait for their time', [later('1'), later('2'), later('3')]],
    ['that wait for their connector', [now('1'), now('2'), now('3')]],
    [
      'the first of which replaces nothing',
      [later('1', { replaceIfPresent: false }), later('2'), later('3')],
    ],
    [
      'behind many others',
      [...Array.from({ length: 50 }, () => draft({ serviceType: 'X' })), later('1'), later('2'), later('3')],
    ],
  ])('several at once %s are one message, with the last text', async (__, drafts) => {
    const { center } = await startRig({ store: await open() });
    const [first, ...rest] = await Promise.all(drafts.map((one) => center.submitOne(one)));
    const last = [first, ...rest].slice(-3);
    expect(new Set(last.map((one) => one?.id)).size).toBe(1);
    expect(await center.find(last[0]?.id ?? 0)).toMatchObject({ text: '3', isReplaced: true });
    expect(center.unfinished).toBe(drafts.length - 2);
    await center.stop();
  });

  it('what differs in address, account or service type stays, at once and one after the other', async () => {
    const { center } = await startRig({ store: await open() });
    const others: Partial<Draft>[] = [
      {},
      { account: 'other' },
      { serviceType: 'CMT' },
      { source: { ton: 1, npi: 1, digits: '7' } },
      { destination: { ton: 1, npi: 1, digits: '8' } },
    ];
    for (let round = 0; round < 2; round += 1)
      await Promise.all(others.map((fields, at) => center.submitOne(later(`${round}${at}`, fields))));
    expect(center.unfinished).toBe(5);
    const { messages } = await center.search({});
    expect(messages.map(({ text }) => text).sort()).toEqual(['10', '11', '12', '13', '14']);
    await center.stop();
  });

  it('one of several under one id is not replaced, nor one that a connector has', async () => {
    const { center, out } = await startRig({ store: await open() });
    const several = [later('a'), later('b')].map((one) => ({
      ...one,
      replaceIfPresent: false,
      sharesPublicId: true,
    }));
    const [head, tail] = await center.submitAll(several);
    await center.submitOne(later('c'));
    expect([(await center.find(head?.id ?? 0))?.text, (await center.find(tail?.id ?? 0))?.text]).toEqual([
      'a',
      'b',
    ]);
    out.answer = () => undefined;
    center.attach('out', out);
    const destination = { ton: 1, npi: 1, digits: '9' };
    const flying = await center.submitOne(now('d', { destination }));
    while (out.held.length === 0) await new Promise<void>((done) => setImmediate(done));
    const second = await center.submitOne(now('e', { destination }));
    expect(second.id).not.toBe(flying.id);
    await center.stop({ drainMs: 0 });
  });

  it('a call that fails lets the next one in', async () => {
    const { center } = await startRig({ store: await open(), limits: { contentOctets: 10 } });
    const ends = await Promise.allSettled([
      center.submitOne(later('1', { content: new Uint8Array(11) })),
      center.submitOne(later('2')),
      center.submitOne(later('3')),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(center.unfinished).toBe(1);
    await center.stop();
  });
});

it('does not look at all messages for one: the store is asked by destination', async () => {
  const store = new MemoryStore();
  const { center, out } = await startRig({ store });
  out.room = 0;
  center.attach('out', out);
  for (let at = 0; at < 500; at += 1) center.submit([draft()], () => undefined);
  await center.submitOne(draft());
  const { values } = Map.prototype;
  let walks = 0;
  Map.prototype.values = function walked(this: Map<unknown, unknown>) {
    if (this.size >= 500) walks += 1;
    return values.call(this);
  };
  try {
    await center.submitOne(now('x', { destination: { ton: 1, npi: 1, digits: '42' } }));
  } finally {
    Map.prototype.values = values;
  }
  expect(walks).toBe(0);
  await center.stop();
});
