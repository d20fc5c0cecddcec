import { defineConfig } from 'vitest/config';
import { buildPrograms } from './test/support/built-programs.ts';
import { builtFolderVariable } from './test/support/our-programs.ts';
import { patient } from './test/support/patience.ts';
import { reporters } from './test/support/run-report.ts';

const conditions = ['chappe-source', 'node', 'import', 'default'];

const { folder, storeThread } = await buildPrograms();

export default defineConfig({
  // In the tests' own process too, the store's threads start by one file instead of thirty.
  define: { CHAPPE_STORE_THREAD: JSON.stringify(storeThread) },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    env: { [builtFolderVariable]: folder },
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
