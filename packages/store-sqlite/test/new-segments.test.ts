/** The next segment of a journal is there before it is needed, and what goes wrong with it is nobody's trouble until then. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FRAME_OCTETS } from '../src/frame.ts';
import { Journal, type JournalDisk } from '../src/journal.ts';
import { journalState, segmentsIn } from '../src/journal-files.ts';

const first = 256 * 1024;
const page = 4 * 1024;

let path: string;
let journal: Journal;
/** Pages of zeros that were written since it was set to none. */
let zeros = 0;
let isFull = false;
/** The segments whose names are on the disk. */
let named: readonly string[] = [];

const disk: JournalDisk = {
  ...Journal.disk,
  write(file, octets, at) {
    if (octets.every((octet) => octet === 0)) {
      if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      zeros += 1;
    }
    Journal.disk.write(file, octets, at);
  },
  syncFolder(folder) {
    Journal.disk.syncFolder(folder);
    named = segmentsIn(folder);
  },
};

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-segments-'));
  [zeros, isFull, named] = [0, false, []];
  journal = new Journal(path, { frame: 0, use: 0 }, disk);
});
afterEach(() => {
  journal.close();
  rmSync(path, { recursive: true, force: true });
});

/** Appends frames of 2 KiB until the first segment is used by that share. */
async function fill(share: number): Promise<void> {
  const octets = 2_048;
  for (let used = journal.frame * octets; used + octets <= share * first; used += octets) {
    journal.append(new Uint8Array(octets).fill(1, FRAME_OCTETS), 1);
    await journal.sync();
    // What is acknowledged stands in a file that a crash of the machine does not take away.
    expect(named).toContain(journal.path);
  }
}

it('is made in small parts, and there before the one before is full', async () => {
  await fill(1 / 4);
  expect(segmentsIn(path)).toHaveLength(1);
  zeros = 0;
  let most = 0;
  for (let share = 1 / 4; share < 7 / 8; share += 1 / 128) {
    const before = zeros;
    await fill(share);
    most = Math.max(most, zeros - before);
  }
  expect(zeros).toBe((2 * first) / page);
  expect(most).toBeLessThanOrEqual(8);
  expect(segmentsIn(path).map((file) => statSync(file).size)).toEqual([first, 2 * first]);
  expect(journal.octets).toBe(3 * first);
  zeros = 0;
  await fill(1.1);
  expect(zeros).toBe(0);
  const { needed, lastFrame } = journalState(path);
  expect(needed).toHaveLength(lastFrame);
  expect(new Set(needed.map(({ path: file }) => file)).size).toBe(2);
});

it('may be half made when the process ends: it is taken for nothing', async () => {
  await fill(1 / 2);
  expect(segmentsIn(path)).toHaveLength(2);
  const { needed, lastFrame, lastUse } = journalState(path);
  expect(needed).toHaveLength(lastFrame);
  journal.close();
  const paths = segmentsIn(path);
  const next = new Journal(path, { frame: lastFrame, use: lastUse }, disk);
  next.follow(paths);
  expect(segmentsIn(path)).toHaveLength(1);
  next.close();
});

it('is nobody’s trouble on a full disk until it is needed, and leaves nothing', async () => {
  await fill(1 / 4);
  isFull = true;
  await fill(63 / 64);
  expect(segmentsIn(path)).toHaveLength(1);
  await expect(fill(1.1)).rejects.toThrow('no space left');
  expect(segmentsIn(path)).toHaveLength(1);
  isFull = false;
  await fill(1.1);
  expect(journalState(path).needed).toHaveLength(journal.frame);
});

it('is made anew where a frame does not fit into it', async () => {
  await fill(1 / 2);
  journal.append(new Uint8Array(3 * first).fill(1, FRAME_OCTETS), 1);
  await journal.sync();
  expect(journalState(path).needed).toHaveLength(journal.frame);
  // The half of it that was there is gone; the one behind is made already.
  const sizes = segmentsIn(path).map((file) => statSync(file).size);
  expect(sizes).toHaveLength(3);
  expect(sizes[1]).toBeGreaterThanOrEqual(3 * first);
});

it('goes with the journal', async () => {
  await fill(1 / 2);
  journal.applied(journal.frame);
  await journal.remove();
  expect(readdirSync(path)).toEqual([]);
});
