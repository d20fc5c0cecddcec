/**
 * Keeps what V8 sets aside beyond what is in use within bounds, in the main thread and in those of the store. V8 takes its
 * limits only from the command line, which a program that is started as `chappe` does not have; the factors by which a heap
 * grows may change at any time. They are the process's: all threads follow what the main thread, the largest, asks for.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const mebi = 1024 * 1024;

/** New objects, both halves together: under full load V8 doubles that to 128 MB; half of it carries nearly as much. */
const highestYoungOctets = 64 * mebi;

/**
 * What may come to the older objects before all are collected: about so much. It was half of them, and a heap of 70 MB was
 * walked through three times a second, for a fifth of the speed; V8 by itself lets it become three times as large.
 */
const growthOctets = 100 * mebi;
// A large heap is not walked through for little, a small one not left to grow for good.
const leastPercent = 30;
const mostPercent = 100;

/**
 * How much of what is in use may come to it before the next collection, in percent. It is what the next one goes by, so
 * the octets are those that it will find, garbage included: of a heap that fills up, that is what is in use then.
 */
export function growingPercent(octets: number): number {
  const percent = Math.round((10 * growthOctets) / Math.max(1, octets)) * 10;
  return Math.min(mostPercent, Math.max(leastPercent, percent));
}

/** By what the space for new objects may grow from here: 1 is not at all. It shrinks by itself when little happens. */
export function growthFactor(octets: number): 1 | 2 {
  return octets >= highestYoungOctets ? 1 : 2;
}

/** What has lived for a while, and what has died since. */
function olderOctets(spaces: ReturnType<typeof getHeapSpaceStatistics>): number {
  return spaces
    .filter(({ space_name }) => space_name === 'old_space' || space_name === 'large_object_space')
    .reduce((octets, { space_used_size }) => octets + space_used_size, 0);
}

/** A flag of V8 that is set when its value becomes another one. */
function flag(name: string, setFlag: (flag: string) => void): (value: number) => void {
  let current: number | undefined;
  return (value) => {
    if (value !== current) setFlag(`--${name}=${value}`);
    current = value;
  };
}

/** Looks after each collection, as long as the process lives. To be called before any thread is started. */
export function boundHeap(setFlag: (flag: string) => void = setFlagsFromString): void {
  // The threads' spaces are small and do not grow once the main thread's may not: they begin as large as they may become.
  setFlag('--min-semi-space-size=5');
  const setGrowth = flag('semi-space-growth-factor', setFlag);
  const setPercent = flag('heap-growing-percent', setFlag);
  const look = (): void => {
    const spaces = getHeapSpaceStatistics();
    setGrowth(growthFactor(spaces.find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0));
    setPercent(growingPercent(olderOctets(spaces)));
  };
  look();
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}
