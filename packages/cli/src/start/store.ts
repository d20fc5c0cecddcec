/** Where the messages are kept. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MemoryStore, SqliteStore, type Store } from '@chappe/center';
import { bundleUrl } from '../bundle-url.ts';
import { type DataHints, storeFailure } from './start-failure.ts';

/** The value of `--data` that keeps nothing. */
export const inMemory = ':memory:';

/** Tells how many octets the data folder has; undefined where nothing is kept. */
export function storeBytes(data: string): (() => number) | undefined {
  if (data === inMemory) return undefined;
  const folder = resolve(data);
  return () => {
    let octets = 0;
    for (const name of readdirSync(folder)) {
      // A file may go away meanwhile: days are thrown away.
      octets += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
    }
    return octets;
  };
}

/** Opens the store. Rejects with a `Failure` that says what to do. */
export async function openStore(data: string, hints?: DataHints): Promise<Store> {
  if (data === inMemory) return new MemoryStore();
  const path = resolve(data);
  try {
    return await SqliteStore.open({ path, workerUrl: bundleUrl });
  } catch (error) {
    throw storeFailure(error, path, hints);
  }
}
