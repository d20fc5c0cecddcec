/** Whether the disk has room for what is acknowledged now and has to find room in the day files later. */
import { statfsSync } from 'node:fs';
import { fullFailure } from './failure.ts';

/** How often it is looked. */
const LOOK_MS = 200;
/** Octets that must be free, and how many for each octet that is in the journal only: a log and a file take it. */
const LEAST_ROOM = 512 * 1024;
const ROOM_FACTOR = 3;

/** The room on the disk of one folder. */
export class DiskRoom {
  readonly #folder: string;
  /** As it was looked at last. */
  #room = Number.POSITIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws a CenterError where there is too little. `octets`: what is in the journal only. */
  check(octets: number): void {
    const wanted = LEAST_ROOM + ROOM_FACTOR * octets;
    if (this.#room < wanted || performance.now() - this.#lookedMs > LOOK_MS) this.#look();
    if (this.#room < wanted) throw fullFailure(this.#folder);
  }

  #look(): void {
    this.#lookedMs = performance.now();
    try {
      const { bavail, bsize } = statfsSync(this.#folder);
      this.#room = bavail * bsize;
    } catch {
      // What is wrong with the folder is said by whoever writes there.
      this.#room = Number.POSITIVE_INFINITY;
    }
  }
}
