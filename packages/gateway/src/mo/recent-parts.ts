/**
 * Segments of messages that were put together lately. An operator that did not hear our answer sends a segment again;
 * when its message is gone already, the segment alone would open a new set and be delivered a day later.
 */

interface Set {
  readonly sinceMs: number;
  /** By sequence number. */
  readonly hashes: ReadonlyMap<number, number>;
}

// As many sets as can be open (1,000) at once, twice over.
const maxSets = 1_000;
// Operators give up after minutes; after an hour of writing a handset may use the same reference again.
const memoryMs = 3_600_000;

/** Bounded in sets and in time. */
export class RecentParts {
  #young = new Map<string, Set>();
  #old = new Map<string, Set>();

  /** The message of that key is complete. */
  note(
    key: string,
    parts: Iterable<{ readonly sequence: number; readonly payload: Uint8Array }>,
    nowMs: number,
  ): void {
    const hashes = new Map<number, number>();
    for (const { sequence, payload } of parts) hashes.set(sequence, hashOf(payload));
    if (this.#young.size >= maxSets) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, { sinceMs: nowMs, hashes });
  }

  /** True when the same part was among the last message of that key. */
  has(key: string, sequence: number, payload: Uint8Array, nowMs: number): boolean {
    const set = this.#young.get(key) ?? this.#old.get(key);
    if (set === undefined || nowMs - set.sinceMs > memoryMs) return false;
    return set.hashes.get(sequence) === hashOf(payload);
  }
}

/** FNV-1a: two different segments with the same numbers and hash within the hour are not to be expected. */
function hashOf(octets: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < octets.length; at += 1) {
    hash = Math.imul(hash ^ (octets[at] as number), 0x0100_0193);
  }
  return hash >>> 0;
}
