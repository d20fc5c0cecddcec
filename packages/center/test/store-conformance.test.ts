import { MemoryControl, MemoryStore } from '@chappe/center';
import { controlConformance, storeConformance } from '@chappe/center/conformance';
import { describe, test } from 'vitest';

describe('memory store', () => {
  storeConformance({
    test,
    open: async () => {
      const store = new MemoryStore();
      return { store, dispose: () => store.close() };
    },
  });
});

describe('memory control store', () => {
  controlConformance({
    test,
    open: async () => {
      const knownWrites = 10;
      const store = new MemoryControl({ knownWrites });
      return {
        store,
        other: store,
        knownWrites,
        notice: () => new Promise((settle) => setImmediate(settle)),
        dispose: () => store.close(),
      };
    },
  });
});
