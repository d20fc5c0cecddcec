/** The suite that every store passes. It needs no test runner of a certain kind: give it yours. */
import { NOON_MS, owned, type StoreUnderTest } from './conformance/given.ts';
import { keepingCases } from './conformance/keeping.ts';
import { owningCases } from './conformance/owning.ts';
import { type ControlUnderTest, tellingCases } from './conformance/telling.ts';
import { upstreamCases } from './conformance/upstream.ts';
import { waitingCases } from './conformance/waiting.ts';

export type { StoreUnderTest } from './conformance/given.ts';
export type { ControlUnderTest } from './conformance/telling.ts';

/** How the suite meets a test runner. */
export interface ConformanceOptions {
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** A fresh, empty store. */
  readonly open: () => Promise<StoreUnderTest>;
}

/** Declares the tests of a store. */
export function storeConformance({ test, open }: ConformanceOptions): void {
  for (const [name, run] of [...keepingCases, ...waitingCases, ...upstreamCases, ...owningCases]) {
    test(name, async () => {
      const under = await open();
      const { reopen } = under;
      const store = owned(under.store);
      try {
        await store.recover(NOON_MS);
        await run(
          { store, reopen: reopen === undefined ? undefined : async () => owned(await reopen()) },
          under,
        );
      } finally {
        await under.dispose();
      }
    });
  }
}

/** The same of a ControlStore. */
export interface ControlConformanceOptions {
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** A fresh, empty one. */
  readonly open: () => Promise<ControlUnderTest>;
}

/** Declares the tests of what a ControlStore tells of its writes. */
export function controlConformance({ test, open }: ControlConformanceOptions): void {
  for (const [name, run] of tellingCases) {
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
