/** What was set aside for a message that is taken, on its way to the disk. */
import type { Message } from '@chappe/center';

/** Money, a place among the parts of a text, what filters remember: one of the two is called, once. */
export interface Reservation {
  /** It is on disk. */
  keep(messages: readonly Message[]): void;
  /** It is not stored, or refused after all: everything is given back. */
  release(): void;
}

/** Several that are stored together, or not at all; undefined: nothing was set aside for any of them. */
export function together(all: readonly (Reservation | undefined)[]): Reservation | undefined {
  const some = all.filter((one) => one !== undefined);
  if (some.length < 2) return some[0];
  return {
    keep: (messages) => {
      for (const one of some) one.keep(messages);
    },
    release: () => {
      for (const one of some) one.release();
    },
  };
}

/** Of what need not hear that it is kept. */
export function releasedBy(release: () => void): Reservation {
  return { keep: nothing, release };
}

function nothing(): void {
  // What was set aside stays so.
}
