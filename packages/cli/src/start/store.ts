/** Where the messages are kept. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MemoryStore, type Store } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { type DataHints, storeFailure } from './start-failure.ts';

/** The value of `--data` that keeps nothing. */
export const inMemory = ':memory:';

/** Tells how many octets the data folder has, undefined while it cannot be read; undefined where nothing is kept. */
export function storeBytes(data: string): (() => number | undefined) | undefined {
  if (data === inMemory) return undefined;
  const folder = resolve(data);
  return () => {
    try {
      // A file may go away meanwhile: days are thrown away.
      const sizes = readdirSync(folder).map(
        (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    } catch {
      // The folder is gone, which others tell; whoever asks for all metrics must hear it.
      return undefined;
    }
  };
}

/** Opens the store. Rejects with a `Failure` that says what to do. */
export async function openStore(data: string, hints?: DataHints): Promise<Store> {
  if (data === inMemory) return new MemoryStore();
  const path = resolve(data);
  try {
    return await SqliteStore.open({ path });
  } catch (error) {
    throw storeFailure(error, path, hints);
  }
}
