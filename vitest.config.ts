import { defineConfig } from 'vitest/config';
import { patient } from './test/support/patience.ts';
import { reporters } from './test/support/run-report.ts';

const conditions = ['chappe-source', 'node', 'import', 'default'];

/** Tests run on the TypeScript sources: the `chappe-source` condition points every package at its src. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/packed/**'],
    reporters: reporters(),
    pool: 'threads',
    // Tests leave nothing behind that others would see: a worker runs many files and loads the sources once.
    isolate: false,
    // Many wait for seconds for what programs do: more workers than cores keep those busy.
    maxWorkers: 4,
    testTimeout: patient(90_000),
    hookTimeout: patient(60_000),
  },
});
