import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeConformance } from '@chappe/center/conformance';
import { describe, test } from 'vitest';
import { SqliteStore } from '../src/index.ts';

describe('SQLite store', () => {
  storeConformance({
    test,
    open: async () => {
      const path = await mkdtemp(join(tmpdir(), 'chappe-store-'));
      const opened = [await SqliteStore.open({ path })];
      return {
        store: opened[0] as SqliteStore,
        reopen: async () => {
          await opened[0]?.close();
          const again = await SqliteStore.open({ path });
          opened.push(again);
          return again;
        },
        dispose: async () => {
          for (const store of opened) await store.close();
          await rm(path, { recursive: true });
        },
      };
    },
  });
});
