/**
 * The moment of a backup: the thread that writes stands still, so that no commit is under way, while the thread that copies
 * begins to read every file. Either can do without the other: whoever is not there in time ends it for both.
 */
import { CenterError } from '@chappe/center';

/** A commit waits no longer than this for a backup. */
const MAX_HELD_MS = 5_000;
/** The writer comes to it after what it was asked before, which may be much on a slow disk. */
const MAX_WAIT_MS = 60_000;

const CALLED = 0;
const HELD = 1;
const FIXED = 2;
const LOST = 3;

/** One of them, in the memory that both threads have. */
export class Moment {
  readonly #state: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#state = new Int32Array(memory);
  }

  /** In the thread that writes: returns when all is fixed. Throws a CenterError when it is not, or not in time. */
  hold(): void {
    if (Atomics.compareExchange(this.#state, 0, CALLED, HELD) !== CALLED) throw lost();
    Atomics.notify(this.#state, 0);
    Atomics.wait(this.#state, 0, HELD, MAX_HELD_MS);
    Atomics.compareExchange(this.#state, 0, HELD, LOST);
    if (Atomics.load(this.#state, 0) !== FIXED) throw lost();
  }

  /** In the thread that writes: there is none; whoever waits for it need not. */
  giveUp(): void {
    Atomics.store(this.#state, 0, LOST);
    Atomics.notify(this.#state, 0);
  }

  /** In the thread that copies: does `work` while nothing is written. Throws what that throws, or a CenterError. */
  fix(work: () => void): void {
    Atomics.wait(this.#state, 0, CALLED, MAX_WAIT_MS);
    let isFixed = false;
    try {
      if (Atomics.compareExchange(this.#state, 0, CALLED, LOST) !== HELD) throw lost();
      work();
      isFixed = Atomics.compareExchange(this.#state, 0, HELD, FIXED) === HELD;
      if (!isFixed) throw lost();
    } finally {
      if (!isFixed) Atomics.store(this.#state, 0, LOST);
      Atomics.notify(this.#state, 0);
    }
  }
}

function lost(): CenterError {
  const text = 'the files could not be brought to a stand in time: nothing was copied; try again';
  return new CenterError('CHAPPE_STORE_BACKUP', text);
}
