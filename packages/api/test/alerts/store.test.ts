/** Alarms about the store: each is raised by its fault, and no other but for what customers get to feel of it. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CenterError, type Change, MemoryStore, type Store, type StoreLog } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { account, connector, via } from '../../../gateway/test/network/world.ts';
import type { SimulatedClock } from '../../../gateway/test/rig.ts';
import { canJudge } from './prometheus.ts';
import { type Fault, Watched } from './watched.ts';

/** A store on a disk that can be ill. */
class IllStore extends MemoryStore {
  clock!: SimulatedClock;
  illness: 'none' | 'hangs' | 'is slow' | 'fails' | 'fails now and then' = 'none';
  logOctets = 0;
  #count = 0;
  #waiting: (() => void)[] = [];

  override async commit(changes: readonly Change[]): Promise<void> {
    this.#count += 1;
    const frozen = changes.map((change) => ({ ...change, message: { ...change.message } }));
    await this.#turn();
    if (this.illness === 'is slow') await new Promise<void>((go) => void this.clock.setTimer(go, 2_000));
    const isSpared = this.illness === 'fails now and then' && this.#count % 50 !== 0;
    if (this.illness.startsWith('fails') && !isSpared)
      throw new CenterError('CHAPPE_STORE_DISK_FULL', 'no room, says the test');
    return super.commit(frozen);
  }

  override async takeExpired(...asked: Parameters<Store['takeExpired']>): ReturnType<Store['takeExpired']> {
    await this.#turn();
    return super.takeExpired(...asked);
  }

  async log(): Promise<StoreLog> {
    return { octets: this.logOctets, trouble: undefined };
  }

  // One thread writes: what is behind a call that hangs hangs too.
  async #turn(): Promise<void> {
    if (this.illness === 'hangs') await new Promise<void>((go) => void this.#waiting.push(go));
  }

  getWell(): void {
    this.illness = 'none';
    for (const go of this.#waiting.splice(0)) go();
  }
}

let store: IllStore;
let watched: Watched;

const faults: readonly Fault[] = [
  {
    name: 'that does not answer',
    begin: () => {
      store.illness = 'hangs';
    },
    minutes: 1,
    alerts: ['ChappeStoreDown', 'ChappeStoreHangs'],
  },
  {
    name: 'that is full',
    begin: () => {
      store.illness = 'fails';
    },
    minutes: 1,
    alerts: ['ChappeStoreDown', 'ChappeStoreErrors result=failed'],
  },
  {
    name: 'of which one write in fifty fails',
    begin: () => {
      store.illness = 'fails now and then';
    },
    minutes: 2,
    alerts: ['ChappeStoreErrors result=failed'],
  },
  {
    name: 'that takes two seconds for each write',
    begin: () => {
      store.illness = 'is slow';
    },
    minutes: 4,
    alerts: ['ChappeStoreSlow'],
  },
  {
    name: 'whose log cannot be copied',
    begin: () => {
      watched.each(() => {
        store.logOctets += 5e6;
      });
    },
    minutes: 4,
    alerts: ['ChappeStoreLog'],
  },
];

/** Ends the gateway; what it had to say of the fault is what the test is about. */
async function end(): Promise<void> {
  watched.world.rig.errors.length = 0;
  await watched.stop();
}

describe.runIf(canJudge())('a disk', () => {
  beforeEach(async () => {
    store = new IllStore();
    watched = await Watched.start(
      {
        accounts: [account('acme')],
        connectors: [connector('op-a')],
        routes: [via(['op-a'])],
      },
      {},
      store,
    );
    store.clock = watched.world.clock;
    watched.customer(await watched.world.esme(), 2);
    watched.operator('op-a');
    await watched.pass(3);
    watched.expect();
  });
  afterEach(async () => {
    store.getWell();
    await watched.pass(0.5);
    await end();
  });

  it.each(faults)('$name', (fault) => watched.meets(fault));
});

/** A gateway on a data folder, which `prepare` is given first. The disk is real, and slow beside the clock: it is waited for. */
async function onDisk(root: string, prepare: (folder: string) => void): Promise<Watched> {
  const folder = join(root, 'data');
  mkdirSync(folder);
  prepare(folder);
  const disk = await SqliteStore.open({ path: folder });
  const center = { limits: { sweepMs: 1_000, diskStalledMs: 24 * 3_600_000 } };
  const settings = { accounts: [account('acme')], connectors: [connector('op-a')], routes: [via(['op-a'])] };
  const found = await Watched.start(settings, { center }, disk);
  found.second = async () => {
    for (let step = 0; step < 20; step += 1) {
      await found.world.pass(50);
      await disk.log().catch(() => undefined);
    }
  };
  found.customer(await found.world.esme(), 1);
  found.operator('op-a');
  return found;
}

const today = '2026-07-20.db';

describe.runIf(canJudge())('a file of a day', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'chappe-alarms-'));
  });
  afterEach(async () => {
    await end();
    rmSync(root, { recursive: true, force: true });
  });

  it('that is damaged', async () => {
    watched = await onDisk(root, (folder) =>
      writeFileSync(join(folder, '2026-07-19.db'), Buffer.alloc(8_192, 7)),
    );
    await watched.pass(1);
    watched.expect('ChappeStoreDaysAside');
    watched.judge();
  });

  it('that is deleted while it is in use', async () => {
    watched = await onDisk(root, () => undefined);
    await watched.pass(1);
    watched.expect();
    rmSync(join(root, 'data', today));
    await watched.pass(1);
    watched.expect('ChappeStoreFilesRestored');
    watched.judge();
  });

  it('that is gone with its folder', async () => {
    watched = await onDisk(root, () => undefined);
    await watched.pass(1);
    watched.expect();
    renameSync(join(root, 'data'), join(root, 'elsewhere'));
    await watched.pass(2);
    watched.expect('ChappeStoreDown', 'ChappeStoreFilesGone', 'ChappeAccountRefused account=acme');
    watched.judge();
    renameSync(join(root, 'elsewhere'), join(root, 'data'));
  });
});
