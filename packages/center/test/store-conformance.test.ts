import { MemoryControl, MemoryStore } from '@chappe/center';
import { controlConformance, storeConformance } from '@chappe/center/conformance';
import { describe, test } from 'vitest';

describe.each([1, 4])('memory store with room for %d', (nodes) => {
  storeConformance({
    test,
    open: async () => {
      const store = new MemoryStore({ nodes });
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
