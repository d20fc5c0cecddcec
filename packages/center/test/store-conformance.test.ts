import { MemoryStore } from '@chappe/center';
import { storeConformance } from '@chappe/center/conformance';
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
