/** What a journal gives back of what was written to it, whatever the disk, the machine or somebody did to its files. */
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FRAME_OCTETS } from '../src/frame.ts';
import { Journal, type JournalDisk } from '../src/journal.ts';
import { framesIn, journalState, recordsOf, segmentsIn } from '../src/journal-files.ts';

let path: string;
let journal: Journal;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-journal-'));
  journal = new Journal(path, { frame: 0, use: 0 });
});
afterEach(() => {
  journal.close();
  rmSync(path, { recursive: true, force: true });
});

/** A frame whose records, were they ones, say its number. */
function frameOf(number: number, octets = 40): Uint8Array {
  const frame = new Uint8Array(FRAME_OCTETS + octets);
  new DataView(frame.buffer).setUint32(FRAME_OCTETS, number);
  return frame;
}

function append(number: number, octets?: number): void {
  journal.append(frameOf(number, octets), 1);
}

async function commit(number: number, octets?: number): Promise<void> {
  append(number, octets);
  await journal.sync();
}

/** What a start would find. */
function found(folder = path): number[] {
  const { needed } = journalState(folder);
  return [...recordsOf(needed)].flatMap(({ number, records }) => {
    // One that only says what has been applied.
    if (records.octets.length === 0) return [];
    expect(records.octets.readUInt32BE(0)).toBe(number);
    return [number];
  });
}

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

function change(file: string, at: number, octets: Uint8Array): void {
  const bytes = readFileSync(file);
  bytes.set(octets, at);
  writeFileSync(file, bytes);
}

/** Where each frame of a segment begins and ends. */
function places(file: string): { readonly number: number; readonly at: number; readonly end: number }[] {
  return [...framesIn(file)].map(({ number, at, length }) => ({
    number,
    at,
    end: at + FRAME_OCTETS + length,
  }));
}

describe('a journal', () => {
  it('gives back, in order, what has not been said to be applied', async () => {
    for (const number of upTo(20)) await commit(number);
    expect(found()).toEqual(upTo(20));
    journal.applied(12);
    // It is the next frame that says so.
    expect(found()).toEqual(upTo(20));
    await commit(21);
    expect(found()).toEqual(upTo(21, 13));
    await journal.remove();
    expect(readdirSync(path)).toEqual([]);
  });

  it('uses its segments again, and takes no more room than what is needed', async () => {
    for (const number of upTo(1_000)) {
      await commit(number, 100_000);
      journal.applied(number - 5);
    }
    expect(found()).toEqual(upTo(1_000, 995));
    const octets = segmentsIn(path).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(octets).toBe(journal.octets);
    // Two segments that are written, and two to be used again.
    expect(octets).toBeLessThanOrEqual(4 * 32 * 1024 * 1024);
    // What stands there of earlier uses is not taken for anything.
    const { lastFrame, lastUse } = journalState(path);
    journal.close();
    const paths = segmentsIn(path);
    journal = new Journal(path, { frame: lastFrame, use: lastUse });
    journal.follow(paths);
    await commit(lastFrame + 2);
    expect(found()).toEqual([lastFrame + 2]);
  });

  it('a frame that is larger than a segment gets one', async () => {
    await commit(1);
    await commit(2, 40 * 1024 * 1024);
    await commit(3);
    expect(found()).toEqual([1, 2, 3]);
  });
});

describe('a torn tail', () => {
  it('cut off anywhere: all before it is there, and nothing else', async () => {
    for (const number of upTo(5)) await commit(number);
    append(6);
    append(7);
    const [file = ''] = segmentsIn(path);
    const whole = readFileSync(file);
    const [, , , , fifth] = places(file);
    for (let end = fifth?.end as number; end < (fifth?.end as number) + 200; end += 1) {
      writeFileSync(file, whole.subarray(0, end));
      expect(found().slice(0, 5)).toEqual(upTo(5));
    }
  });

  it('of which the later part has reached the disk and the earlier has not', async () => {
    for (const number of upTo(5)) await commit(number);
    for (const number of upTo(9, 6)) append(number);
    const [file = ''] = segmentsIn(path);
    const seventh = places(file)[6];
    change(file, (seventh?.at as number) + FRAME_OCTETS, new Uint8Array(8).fill(0xee));
    expect(found()).toEqual(upTo(6));
    // And does not come back when the next process goes on from there.
    const { lastFrame, lastUse } = journalState(path);
    expect(lastFrame).toBe(9);
    const next = new Journal(path, { frame: lastFrame, use: lastUse });
    next.append(frameOf(10), 1);
    await next.sync();
    expect(found()).toEqual([10]);
    next.close();
  });

  it('of a segment that was just begun', async () => {
    await commit(1, 200_000);
    append(2, 200_000);
    const [, second = ''] = segmentsIn(path);
    for (const octets of [0, 3, 47, 48, 5_000]) {
      truncateSync(second, octets);
      expect(found()).toEqual([1]);
    }
  });
});

describe('damage', () => {
  const refused = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'CHAPPE_STORE_DAMAGED', message: expect.stringMatching(message) });

  it('of any octet of a frame that was synced is told, with the commits that it is about', async () => {
    for (const number of upTo(5)) await commit(number);
    const [file = ''] = segmentsIn(path);
    const third = places(file)[2];
    const whole = readFileSync(file);
    for (let at = third?.at as number; at < (third?.end as number); at += 1) {
      change(file, at, Uint8Array.of((whole[at] as number) ^ 0x10));
      expect(() => found()).toThrow(
        refused(/commits 3 to 4 cannot be read.*journal-1\.log.*nothing was changed/),
      );
      writeFileSync(file, whole);
    }
    expect(found()).toEqual(upTo(5));
  });

  it('is none where all of it has been applied', async () => {
    for (const number of upTo(5)) await commit(number);
    journal.applied(4);
    await commit(6);
    const [file = ''] = segmentsIn(path);
    change(file, (places(file)[2]?.at as number) + FRAME_OCTETS, new Uint8Array(8).fill(0xee));
    expect(found()).toEqual([5, 6]);
  });

  it('a segment that is gone, from the middle or the beginning, is told', async () => {
    for (const number of upTo(40)) await commit(number, 100_000);
    const segments = segmentsIn(path);
    expect(segments.length).toBeGreaterThan(3);
    for (const gone of segments.slice(0, -1)) {
      const folder = mkdtempSync(join(tmpdir(), 'chappe-journal-'));
      for (const file of segments) if (file !== gone) copyFileSync(file, join(folder, basename(file)));
      expect(() => found(folder)).toThrow(refused(/cannot be read/));
      rmSync(folder, { recursive: true });
    }
  });

  it('a journal of another version is refused by its name', async () => {
    await commit(1);
    const [file = ''] = segmentsIn(path);
    change(file, 3, Uint8Array.of(9));
    expect(() => found()).toThrow(
      expect.objectContaining({
        code: 'CHAPPE_STORE_NEWER',
        message: expect.stringMatching(/journal 9, this one knows 1.*stop it in order.*nothing was changed/),
        path: file,
      }),
    );
  });
});

describe('a disk that fails', () => {
  /** Fails as often as it is told to. */
  class Disk implements JournalDisk {
    syncs = 0;
    writes = 0;
    readonly synced: number[] = [];
    #real: JournalDisk;

    constructor(real: JournalDisk) {
      this.#real = real;
    }

    write(file: number, octets: Uint8Array, at: number): void {
      if (this.writes > 0) {
        this.writes -= 1;
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      }
      this.#real.write(file, octets, at);
    }

    async sync(file: number): Promise<void> {
      this.synced.push(file);
      if (this.syncs > 0) {
        this.syncs -= 1;
        throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      }
      await this.#real.sync(file);
    }

    syncNow(file: number): void {
      this.#real.syncNow(file);
    }

    syncFolder(folder: string): void {
      this.#real.syncFolder(folder);
    }
  }

  let disk: Disk;
  beforeEach(() => {
    disk = new Disk(Journal.disk);
    journal = new Journal(path, { frame: 0, use: 0 }, disk);
  });

  it('a sync that fails: what it was to write goes elsewhere, with what came meanwhile', async () => {
    for (const number of upTo(3)) await commit(number);
    disk.syncs = 1;
    append(4);
    const synced = journal.sync();
    append(5);
    await synced;
    await commit(6);
    expect(segmentsIn(path)).toHaveLength(2);
    expect(found()).toEqual(upTo(6));
    // The first file cannot be trusted: what it has of those is not needed.
    const [first = ''] = segmentsIn(path);
    const fourth = places(first).find(({ number }) => number === 4);
    truncateSync(first, fourth?.at as number);
    expect(found()).toEqual(upTo(6));
  });

  it('that fails again rejects, and nothing of it was appended; the next goes to a file that never failed', async () => {
    for (const number of upTo(3)) await commit(number);
    disk.syncs = 2;
    append(4);
    await expect(journal.sync()).rejects.toMatchObject({ code: 'EIO' });
    expect(journal.frame).toBe(3);
    const failed = new Set(disk.synced);
    await commit(4);
    await commit(5);
    expect(failed.has(disk.synced.at(-1) as number)).toBe(false);
    expect(found()).toEqual(upTo(5));
  });

  it('a full disk: what does not fit into the segment is refused, and goes in when there is room', async () => {
    for (const number of upTo(5)) await commit(number, 40_000);
    disk.writes = 2;
    expect(() => append(6, 100_000)).toThrow('ENOSPC');
    expect(() => append(6, 100_000)).toThrow('ENOSPC');
    // What fits there goes on.
    await commit(6, 40);
    await commit(7, 100_000);
    expect(found()).toEqual(upTo(7));
    expect(segmentsIn(path)).toHaveLength(2);
  });
});
