/**
 * New segments of a journal. The octets of each are written once, so that its blocks are there, whatever the disk is full of
 * later; the next one is made while the one before is filled, so that no commit waits for it.
 */
import { closeSync, openSync, rmSync } from 'node:fs';
import type { JournalDisk } from './journal-disk.ts';
import { segmentPath } from './journal-files.ts';
import { identityOf } from './put-back.ts';

const FILE_MODE = 0o600;
/** The first one is small, for who stores little; each new one has twice as much, up to the largest. */
const FIRST_OCTETS = 256 * 1024;
/** Octets of the largest segment. */
export const LARGEST_OCTETS: number = 4 * 1024 * 1024;
/**
 * Zeros at one go: a page. What is written at once stays together in the cache of some file systems (ext4 since Linux 6.16), and
 * each commit into it has all of that written again: in pieces of 256 KiB, seven times the octets of a load of small commits.
 */
const ZEROS = new Uint8Array(4 * 1024);

/** One file of a journal. */
export interface Segment {
  readonly path: string;
  readonly file: number;
  readonly identity: string | undefined;
  readonly octets: number;
  /** Which use of a segment this is. */
  use: number;
  /** Where the next frame goes. */
  at: number;
  /** The last frame in it. */
  lastFrame: number;
}

/** A segment that is not in use yet. */
interface Coming {
  readonly path: string;
  readonly file: number;
  readonly octets: number;
  filled: number;
  /** Settles when its octets are on the disk, or are not for a reason that who uses it will meet again. */
  synced: Promise<void> | undefined;
  /** Its name is on the disk. */
  isNamed: boolean;
}

/** Makes the segments of one folder, one after the other. */
export class NewSegments {
  readonly #folder: string;
  readonly #disk: JournalDisk;
  #nextOctets = FIRST_OCTETS;
  #coming: Coming | undefined;

  constructor(folder: string, disk: JournalDisk) {
    this.#folder = folder;
    this.#disk = disk;
  }

  /** Octets of the one that is being made. */
  get octets(): number {
    return this.#coming?.octets ?? 0;
  }

  /**
   * Makes a part of the next one: all of it when three quarters of the present one are used, nothing before a quarter is. What
   * goes wrong is left to `take`. `number`: of its name, if it is begun.
   */
  prepare(present: Segment, number: number): void {
    const share = Math.min(1, 2 * (present.at / present.octets - 1 / 4));
    if (share <= 0) return;
    try {
      this.#coming ??= this.#begin(number, 0);
      const coming = this.#coming;
      this.#fill(coming, share * coming.octets);
      if (coming.filled < coming.octets || coming.synced !== undefined) return;
      const name = (): void => {
        this.#disk.syncFolder(this.#folder);
        coming.isNamed = true;
      };
      coming.synced = this.#disk
        .sync(coming.file)
        .then(name)
        .catch(() => undefined);
    } catch {
      this.drop();
    }
  }

  /** The next segment, made as far as it is not yet, with its name on the disk. Throws the error of the file system. */
  take(atLeast: number, number: number): Segment {
    if (this.#coming !== undefined && this.#coming.octets < atLeast) this.drop();
    const coming = this.#coming ?? this.#begin(number, atLeast);
    this.#coming = coming;
    try {
      this.#fill(coming, coming.octets);
      if (!coming.isNamed) this.#disk.syncFolder(this.#folder);
    } catch (error) {
      this.drop();
      throw error;
    }
    this.#coming = undefined;
    this.#nextOctets = Math.min(LARGEST_OCTETS, 2 * this.#nextOctets);
    const { path, file, octets } = coming;
    return { path, file, identity: identityOf(path), octets, use: 0, at: 0, lastFrame: 0 };
  }

  /** The one that is being made is not needed: it is taken away. */
  drop(): void {
    const coming = this.#coming;
    if (coming === undefined) return;
    this.#coming = undefined;
    rmSync(coming.path, { force: true });
    // Not under a sync that is under way: the number of the file may be another's by then.
    if (coming.synced === undefined) closeSync(coming.file);
    else void coming.synced.then(() => closeSync(coming.file));
  }

  #begin(number: number, atLeast: number): Coming {
    const path = segmentPath(this.#folder, number);
    const octets = Math.max(this.#nextOctets, atLeast);
    return {
      path,
      file: openSync(path, 'wx+', FILE_MODE),
      octets,
      filled: 0,
      synced: undefined,
      isNamed: false,
    };
  }

  #fill(coming: Coming, octets: number): void {
    for (; coming.filled < octets; coming.filled += ZEROS.length)
      this.#disk.write(
        coming.file,
        ZEROS.subarray(0, Math.min(ZEROS.length, coming.octets - coming.filled)),
        coming.filled,
      );
  }
}
