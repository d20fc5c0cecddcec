/** Stores in a temporary folder, which are closed and taken away after each test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach } from 'vitest';

export interface Stores {
  /** The temporary folder of this test. */
  readonly root: string;
  /** Opens a store; default: in that folder. */
  opened(path?: string): Promise<SqliteStore>;
}

/** To be called once in a file, outside of its tests. */
export function storesOf(name: string): Stores {
  let root = '';
  const open: SqliteStore[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), `chappe-${name}-`));
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    get root() {
      return root;
    },
    async opened(path = root) {
      const store = await SqliteStore.open({ path });
      open.push(store);
      return store;
    },
  };
}
