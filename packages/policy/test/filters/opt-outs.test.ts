import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlChange, type ControlStore, MemoryControl } from '@chappe/center';
import { SqliteControl } from '@chappe/store-sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { type OptOut, OptOuts } from '../../src/filters/opt-outs.ts';

const handset = '447700900123';
const clock = { nowMs: () => 1_784_541_600_000 };

interface Stores {
  /** The store; a second call opens it anew, as after a start. */
  open(): Promise<ControlStore>;
  close(): Promise<void>;
}

async function memoryStores(): Promise<Stores> {
  const control = new MemoryControl();
  return { open: async () => control, close: () => control.close() };
}

async function sqliteStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'chappe-opt-outs-'));
  let control: SqliteControl | undefined;
  return {
    open: async () => {
      await control?.close();
      control = SqliteControl.open(folder);
      return control;
    },
    close: async () => {
      await control?.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A store whose writes wait until they are let go, or fail. */
class SlowControl extends MemoryControl {
  readonly writes: {
    readonly changes: readonly ControlChange[];
    readonly settle: (error?: Error) => void;
  }[] = [];

  override write(changes: readonly ControlChange[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        if (error === undefined) void super.write(changes).then(resolve);
        else reject(error);
      };
      this.writes.push({ changes, settle });
    });
  }
}

let stores: Stores;

describe.each([
  ['memory', memoryStores],
  ['SQLite', sqliteStores],
])('opt-outs in %s', (_, make) => {
  const load = async (): Promise<OptOuts> => OptOuts.load(await stores.open(), clock);
  afterEach(() => stores.close());

  const all = async (optOuts: OptOuts): Promise<readonly OptOut[]> => (await optOuts.list()).entries;

  it('hold for the sender that the person wrote to', async () => {
    stores = await make();
    const optOuts = await load();
    expect(optOuts.has(handset, '60100')).toBe(false);
    await optOuts.add(handset, '60100', 'STOP');
    expect(optOuts.has(handset, '60100')).toBe(true);
    expect(optOuts.has(`+${handset}`, '+60100')).toBe(true);
    expect(optOuts.has(handset, '60101')).toBe(false);
    expect(optOuts.has('447700900124', '60100')).toBe(false);
    expect(optOuts.has('60100', handset)).toBe(false);
  });

  it('hold for all senders', async () => {
    stores = await make();
    const optOuts = await load();
    await optOuts.add(handset, '*');
    expect(optOuts.has(handset, 'ACME')).toBe(true);
    expect(optOuts.has(handset, '')).toBe(true);
    expect(optOuts.has('447700900124', 'ACME')).toBe(false);
    await optOuts.remove(handset, 'ACME');
    expect(optOuts.has(handset, 'ACME')).toBe(true);
    await optOuts.remove(handset, '*');
    expect(optOuts.has(handset, 'ACME')).toBe(false);
  });

  it('are there after a start', async () => {
    stores = await make();
    const before = await load();
    await before.add(`+${handset}`, 'My Shop', 'STOP');
    await before.add('447700900124', '60100');
    await before.add('12345678901234567890', '*', 'api');
    await before.remove('447700900124', '60100');
    const after = await load();
    expect(after.size).toBe(2);
    expect(after.has(handset, 'MY SHOP')).toBe(true);
    expect(after.has('447700900124', '60100')).toBe(false);
    expect(after.has('12345678901234567890', '60100')).toBe(true);
    expect(await all(after)).toEqual([
      { handset: '12345678901234567890', sender: '*', atMs: 1_784_541_600_000, origin: 'api' },
      { handset, sender: 'My Shop', atMs: 1_784_541_600_000, origin: 'STOP' },
    ]);
  });

  it('may be added and removed twice', async () => {
    stores = await make();
    const optOuts = await load();
    await optOuts.add(handset, 'ACME', 'first');
    await optOuts.add(handset, 'acme', 'second');
    expect(optOuts.size).toBe(1);
    expect(await all(optOuts)).toMatchObject([{ sender: 'acme', origin: 'second' }]);
    await optOuts.remove(handset, 'Acme');
    await optOuts.remove(handset, 'Acme');
    expect(optOuts.size).toBe(0);
    expect(await all(optOuts)).toEqual([]);
  });

  it('are listed in pages, of a handset or a sender', async () => {
    stores = await make();
    const optOuts = await load();
    const added: Promise<void>[] = [];
    for (let index = 0; index < 2_500; index += 1) {
      added.push(optOuts.add(`4477${10_000 + index}`, index % 2 === 0 ? 'even' : 'odd'));
    }
    await Promise.all(added);
    await optOuts.add('447710000', '*');
    expect(optOuts.size).toBe(2_501);
    const seen: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 10; pages += 1) {
      const page = await optOuts.list({ after, limit: 1_000 });
      seen.push(...page.entries.map((entry) => entry.handset));
      after = page.next;
      if (after === undefined) break;
    }
    expect(seen).toHaveLength(2_501);
    expect(new Set(seen).size).toBe(2_500);
    const even = await optOuts.list({ sender: 'EVEN', limit: 1_000 });
    expect(even.entries).toHaveLength(1_000);
    expect(even.entries.every(({ sender }) => sender === 'even')).toBe(true);
    const rest = await optOuts.list({ sender: 'even', limit: 1_000, after: even.next });
    expect(rest).toMatchObject({ next: undefined });
    expect(rest.entries).toHaveLength(250);
    expect((await optOuts.list({ handset: '+447710000' })).entries.map(({ sender }) => sender)).toEqual([
      '*',
      'even',
    ]);
    expect((await optOuts.list({ handset: '44771' })).entries).toEqual([]);
    expect((await optOuts.list({ limit: 0 })).entries).toHaveLength(1);
  });

  it.each([
    ['', 'ACME', 'handset'],
    ['44 77 x', 'ACME', 'handset'],
    ['44\n77', 'ACME', 'handset'],
    ['4'.repeat(66), 'ACME', 'handset'],
    [handset, '', 'sender'],
    [handset, 'A\0B', 'sender'],
    [handset, 'A'.repeat(66), 'sender'],
  ])('refuse %j and %j for their %s', async (number, sender, field) => {
    stores = await make();
    const optOuts = await load();
    const wrong = { code: 'CHAPPE_GATEWAY_INVALID', field };
    await expect(optOuts.add(number, sender)).rejects.toMatchObject(wrong);
    await expect(optOuts.remove(number, sender)).rejects.toMatchObject(wrong);
    await expect(optOuts.add(number, sender)).rejects.toBeInstanceOf(GatewayError);
    expect(optOuts.size).toBe(0);
  });

  it('survive an entry that somebody else wrote', async () => {
    stores = await make();
    const control = await stores.open();
    await control.write([
      { kind: 'opt-out', key: 'nonsense', value: 'x' },
      { kind: 'opt-out', key: ' x', value: '' },
      { kind: 'opt-out', key: `${handset} acme`, value: 'no time' },
      { kind: 'other', key: `${handset} other`, value: '' },
    ]);
    const optOuts = await OptOuts.load(control, clock);
    expect(optOuts.size).toBe(1);
    expect(await all(optOuts)).toEqual([{ handset, sender: 'acme', atMs: 0, origin: '' }]);
  });
});

describe('many opt-outs', () => {
  it('are read page by page', async () => {
    const control = new MemoryControl();
    const changes: ControlChange[] = [];
    for (let index = 0; index < 60_000; index += 1) {
      changes.push({ kind: 'opt-out', key: `4477${100_000 + index} 60100`, value: '' });
    }
    await control.write(changes);
    const optOuts = await OptOuts.load(control);
    expect(optOuts.size).toBe(60_000);
    expect(optOuts.has('4477100000', '60100')).toBe(true);
    expect(optOuts.has('4477159999', '60100')).toBe(true);
    expect(optOuts.has('4477160000', '60100')).toBe(false);
  });
});

describe('opt-outs and the disk', () => {
  it('count at once, settle when written, and gather meanwhile', async () => {
    const control = new SlowControl();
    const optOuts = await OptOuts.load(control, clock);
    const settled: string[] = [];
    const first = optOuts.add('1', 'a').then(() => settled.push('first'));
    const second = optOuts.add('2', 'a').then(() => settled.push('second'));
    const third = optOuts.remove('1', 'a').then(() => settled.push('third'));
    expect([optOuts.has('1', 'a'), optOuts.has('2', 'a')]).toEqual([true, true]);
    expect(control.writes.map(({ changes }) => changes.length)).toEqual([1]);
    control.writes[0]?.settle();
    await first;
    expect(settled).toEqual(['first']);
    expect(optOuts.has('1', 'a')).toBe(true);
    expect(control.writes.map(({ changes }) => changes.length)).toEqual([1, 2]);
    control.writes[1]?.settle();
    await Promise.all([second, third]);
    expect(optOuts.has('1', 'a')).toBe(false);
    expect(await control.list('opt-out')).toMatchObject([{ key: '2 a' }]);
  });

  it('end as the store does, in whatever order they came', async () => {
    const control = new SlowControl();
    const optOuts = await OptOuts.load(control, clock);
    const done = [optOuts.add('1', 'a'), optOuts.remove('1', 'a'), optOuts.add('1', 'a')];
    control.writes[0]?.settle();
    await done[0];
    control.writes[1]?.settle();
    await Promise.all(done);
    expect(optOuts.has('1', 'a')).toBe(true);
    expect(optOuts.size).toBe(1);
    expect(await control.list('opt-out')).toHaveLength(1);
  });

  it('say when the store failed: an opt-out still counts, a removal does not', async () => {
    const control = new SlowControl();
    const optOuts = await OptOuts.load(control, clock);
    const failed = expect(optOuts.add('1', 'a')).rejects.toThrow('disk full');
    control.writes[0]?.settle(new Error('disk full'));
    await failed;
    expect(optOuts.has('1', 'a')).toBe(true);
    const alsoFailed = expect(optOuts.remove('1', 'a')).rejects.toThrow('disk full');
    control.writes[1]?.settle(new Error('disk full'));
    await alsoFailed;
    expect(optOuts.has('1', 'a')).toBe(true);
    const removed = optOuts.remove('1', 'a');
    control.writes[2]?.settle();
    await removed;
    expect(optOuts.has('1', 'a')).toBe(false);
  });
});
