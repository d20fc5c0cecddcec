/**
 * Whether the write-ahead log of a database is whole. SQLite reads it up to the first frame that is not, and takes that for
 * its end, without a word: rightly after a crash, where it ends in what was being written. What was synced behind it is
 * gone with a damaged frame.
 */
import { readFileSync, statSync } from 'node:fs';

// sqlite.org/fileformat2.html#the_write_ahead_log
const HEADER_OCTETS = 32;
const FRAME_OCTETS = 24;
const MAGIC = 0x377f0682;
/** One transaction may have been under way when the process ended; what is behind it was synced after it. */
const MAX_OPEN_COMMITS = 1;

/** What is wrong with a log, for people; undefined: nothing, or there is none. Throws the error of the file system. */
export function logFault(path: string): string | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= HEADER_OCTETS + FRAME_OCTETS) return undefined;
  const log = readFileSync(path);
  const head = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const magic = head.getUint32(0);
  const sums = new Sums(head, (magic & 1) === 0);
  sums.add(0, FRAME_OCTETS);
  if ((magic & ~1) >>> 0 !== MAGIC || !sums.are(FRAME_OCTETS)) return 'its header cannot be read';
  const frame = FRAME_OCTETS + head.getUint32(8);
  let firstBad = 0;
  let commits = 0;
  for (let at = HEADER_OCTETS, number = 1; at + frame <= size; at += frame, number += 1) {
    // Frames of an earlier round have other salts: they have been copied into the file.
    const isOfThisRound =
      head.getUint32(at + 8) === head.getUint32(16) && head.getUint32(at + 12) === head.getUint32(20);
    if (firstBad === 0 && isOfThisRound) {
      sums.add(at, 8);
      sums.add(at + FRAME_OCTETS, frame - FRAME_OCTETS);
      if (sums.are(at + 16)) continue;
    }
    if (firstBad === 0) firstBad = number;
    if (isOfThisRound && head.getUint32(at + 4) !== 0) commits += 1;
  }
  if (commits <= MAX_OPEN_COMMITS) return undefined;
  return `frame ${firstBad} is not whole, and ${commits} transactions behind it cannot be read`;
}

/** The running checksum of a log. */
class Sums {
  readonly #data: DataView;
  readonly #isLittle: boolean;
  #first = 0;
  #second = 0;

  constructor(data: DataView, isLittle: boolean) {
    this.#data = data;
    this.#isLittle = isLittle;
  }

  add(at: number, octets: number): void {
    for (let word = at; word < at + octets; word += 8) {
      this.#first = (this.#first + this.#data.getUint32(word, this.#isLittle) + this.#second) >>> 0;
      this.#second = (this.#second + this.#data.getUint32(word + 4, this.#isLittle) + this.#first) >>> 0;
    }
  }

  /** Whether they are those that stand there. */
  are(at: number): boolean {
    return this.#data.getUint32(at) === this.#first && this.#data.getUint32(at + 4) === this.#second;
  }
}
