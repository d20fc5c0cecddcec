import { defineConfig } from 'vitest/config';

const conditions = ['chappe-source', 'node', 'import', 'default'];

/** Tests run on the TypeScript sources: the `chappe-source` condition points every package at its src. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
