/**
 * `restored.json`: a data folder was laid back from a backup. What was made after the moment of the backup is not in it, and
 * its ids must not come again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstIdAt, type MessageId, replaceFile } from '@chappe/center';

const NAME = 'restored.json';
/** More short ids than were ever given out between a backup and the end of what it was made of: 37 hours at 2,000 a second. */
export const SHORT_IDS_PASSED: number = 0x1000_0000;

/** Above which ids a folder goes on. */
export interface Highest {
  readonly highestId: MessageId;
  /** -1: there is none. */
  readonly highestShort: number;
}

/** What a folder says of that; nothing where it was never laid back. */
export function restoredIn(folder: string): Highest {
  try {
    const { highestId, highestShort } = JSON.parse(readFileSync(join(folder, NAME), 'utf8')) as Highest;
    if (Number.isSafeInteger(highestId) && Number.isSafeInteger(highestShort))
      return { highestId, highestShort };
  } catch {
    // There is none.
  }
  return { highestId: 0, highestShort: -1 };
}

/**
 * Writes it. Ids go by the clock, so those of before are below now; short ones are counted, so a stretch is left out. Where
 * there were none, they begin anywhere, as ever. Throws the error of the file system.
 */
export function writeRestored(
  folder: string,
  moment: string,
  nowMs: number,
  found: readonly Highest[],
): void {
  const known = [restoredIn(folder), ...found];
  const highestId = Math.max(firstIdAt(nowMs), ...known.map((one) => one.highestId));
  const short = Math.max(...known.map((one) => one.highestShort));
  const highestShort = short < 0 ? -1 : short + SHORT_IDS_PASSED;
  const restoredAt = new Date(nowMs).toISOString();
  replaceFile(join(folder, NAME), `${JSON.stringify({ moment, restoredAt, highestId, highestShort })}\n`);
}
