/** The suite that every store passes. It needs no test runner of a certain kind: give it yours. */
import type { StoreUnderTest } from './conformance/given.ts';
import { keepingCases } from './conformance/keeping.ts';
import { upstreamCases } from './conformance/upstream.ts';
import { waitingCases } from './conformance/waiting.ts';

export type { StoreUnderTest } from './conformance/given.ts';

/** How the suite meets a test runner. */
export interface ConformanceOptions {
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** A fresh, empty store. */
  readonly open: () => Promise<StoreUnderTest>;
}

/** Declares the tests of a store. */
export function storeConformance({ test, open }: ConformanceOptions): void {
  for (const [name, run] of [...keepingCases, ...waitingCases, ...upstreamCases]) {
    test(name, async () => {
      const given = await open();
      try {
        await run(given);
      } finally {
        await given.dispose();
      }
    });
  }
}
