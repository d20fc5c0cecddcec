import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { patient } from '../support/patience.ts';
import { reporters } from '../support/run-report.ts';

/** `npm run test:packed`: what is in the tarballs, and what they do where they are installed. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/packed/**/*.test.ts'],
    globalSetup: 'test/packed/setup.ts',
    reporters: reporters(),
    pool: 'threads',
    isolate: false,
    // Most of them wait for programs.
    maxWorkers: 3,
    testTimeout: patient(120_000),
    hookTimeout: patient(180_000),
  },
});
