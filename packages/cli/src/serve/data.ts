/** What a gateway keeps: messages, the entries beside them, and the key of stored secrets. */
import { join, resolve } from 'node:path';
import { type ControlStore, MemoryControl, type Store } from '@chappe/center';
import { openSealing, type Sealing } from '@chappe/policy';
import { SqliteControl } from '@chappe/store-sqlite';
import { usage } from '../failure.ts';
import { type DataHints, storeFailure } from '../start/start-failure.ts';
import { inMemory, openStore } from '../start/store.ts';

/** Opened together, closed by the gateway. */
export interface Data {
  readonly store: Store;
  readonly control: ControlStore;
  /** Undefined: what is kept is gone with the process, and so may be its key. */
  readonly sealing: Sealing | undefined;
}

const keyName = 'sealing.key';
const hints: DataHints = {
  folder: 'or choose another folder: data in the configuration, CHAPPE_DATA; :memory: keeps nothing',
  memory: 'or keep nothing: data: ":memory:"',
};

/** Opens them. Rejects with a `Failure` that says what to do; then nothing is left open. */
export async function openData(data: string): Promise<Data> {
  const store = await openStore(data, hints);
  if (data === inMemory) return { store, control: new MemoryControl(), sealing: undefined };
  const folder = resolve(data);
  let control: ControlStore | undefined;
  try {
    control = SqliteControl.open(folder);
    return { store, control, sealing: openSealing(join(folder, keyName)) };
  } catch (error) {
    await control?.close();
    await store.close();
    if (error instanceof RangeError) throw usage(error.message);
    throw storeFailure(error, folder, hints);
  }
}
