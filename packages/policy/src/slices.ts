/** Long work in slices, so that large settings are taken over while the gateway goes on answering. */
import type { Clock } from '@chappe/smpp';

/** Work that may be interrupted wherever it yields; its end is the result. */
export type Steps<T> = Generator<void, T, void>;

// Short beside the time in which an answer is expected, long beside a turn of the loop.
const sliceMs = 5;
// Items sorted or merged between two places where the work may be interrupted: some tenths of a millisecond.
const itemsPerStep = 2_048;

/** Does it all now. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does it in slices of some milliseconds; between them the event loop does everything else that is due. */
export async function inSlices<T>(steps: Steps<T>, clock: Pick<Clock, 'monotonicMs'>): Promise<T> {
  for (;;) {
    const endMs = clock.monotonicMs() + sliceMs;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (clock.monotonicMs() < endMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The items in order, as `toSorted` gives them. */
export function* sorted<T>(items: readonly T[], compare: (a: T, b: T) => number): Steps<readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (let from = 0; from < items.length; from += itemsPerStep) {
    runs.push(items.slice(from, from + itemsPerStep).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? [], compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<T>(
  first: readonly T[],
  second: readonly T[],
  compare: (a: T, b: T) => number,
): Steps<readonly T[]> {
  if (second.length === 0) return first;
  const merged: T[] = [];
  let left = 0;
  let right = 0;
  while (left < first.length || right < second.length) {
    const isLeft =
      right === second.length || (left < first.length && compare(first[left] as T, second[right] as T) <= 0);
    merged.push((isLeft ? first[left++] : second[right++]) as T);
    if (merged.length % itemsPerStep === 0) yield;
  }
  return merged;
}
