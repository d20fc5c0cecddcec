import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlConformance, storeConformance } from '@chappe/center/conformance';
import { describe, test } from 'vitest';
import { SimulatedClock } from '../../center/test/support/simulated-clock.ts';
import { SqliteControl, SqliteStore } from '../src/index.ts';

describe('SQLite store', () => {
  storeConformance({
    test,
    open: async () => {
      const path = await mkdtemp(join(tmpdir(), 'chappe-store-'));
      const opened = [await SqliteStore.open({ path })];
      return {
        store: opened[0] as SqliteStore,
        reopen: async () => {
          for (const store of opened) await store.close();
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

describe('SQLite control store', () => {
  controlConformance({
    test,
    open: async () => {
      const path = await mkdtemp(join(tmpdir(), 'chappe-control-'));
      const clock = new SimulatedClock();
      const knownWrites = 10;
      const open = (): SqliteControl => SqliteControl.open(path, { clock, knownWrites });
      const opened = [open(), open()];
      return {
        store: opened[0] as SqliteControl,
        other: opened[1] as SqliteControl,
        knownWrites,
        notice: () => clock.advance(1_000),
        reopen: async () => {
          for (const store of opened) await store.close();
          const again = open();
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
