/**
 * Keeps what the heap sets aside for new objects within bounds. Under full load V8 doubles that to 128 MB, a third of the
 * memory of the whole process; half of it carries nearly as much. V8 takes its limit only from the command line, which a
 * program that is started as `chappe` does not have; the factor by which it grows may change at any time.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves together. */
const HIGHEST_OCTETS = 64 * 1024 * 1024;

/** By what it may grow from here: 1 is not at all. It shrinks by itself when little happens, and may grow again then. */
export function growthFactor(octets: number): 1 | 2 {
  return octets >= HIGHEST_OCTETS ? 1 : 2;
}

function newSpaceOctets(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/** Looks after each collection, as long as the process lives. */
export function boundYoungGeneration(): void {
  let factor = 2;
  const observer = new PerformanceObserver(() => {
    const next = growthFactor(newSpaceOctets());
    if (next === factor) return;
    factor = next;
    setFlagsFromString(`--semi-space-growth-factor=${factor}`);
  });
  observer.observe({ entryTypes: ['gc'] });
}
