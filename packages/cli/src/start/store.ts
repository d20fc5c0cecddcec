/** Where the messages are kept. */
import { resolve } from 'node:path';
import { MemoryStore, SqliteStore, type Store } from '@chappe/center';
import { type DataHints, storeFailure } from './start-failure.ts';

/** Set by scripts/bundle.ts: in the one-file bundle the store's threads run that same file. */
declare const CHAPPE_BUNDLE: boolean | undefined;

/** The value of `--data` that keeps nothing. */
export const inMemory = ':memory:';

/** Opens the store. Rejects with a `Failure` that says what to do. */
export async function openStore(data: string, hints?: DataHints): Promise<Store> {
  if (data === inMemory) return new MemoryStore();
  const path = resolve(data);
  const workerUrl = typeof CHAPPE_BUNDLE === 'undefined' ? undefined : new URL(import.meta.url);
  try {
    return await SqliteStore.open({ path, workerUrl });
  } catch (error) {
    throw storeFailure(error, path, hints);
  }
}
