/**
 * The journal: what is acknowledged stands in it, synced, before it is in a day file. Commits are appended as frames to
 * segments, files that are made once and used again, so that a sync has nothing to write but them. A segment is used again when
 * all that it says is in the day files, and a synced frame says that it is.
 */
import { closeSync, rmSync } from 'node:fs';
import { FRAME_OCTETS, frameOctets, sealFrame } from './frame.ts';
import { disk, type JournalDisk } from './journal-disk.ts';
import { type JournalState, journalState, segmentPath, segmentsIn } from './journal-files.ts';
import { LARGEST_OCTETS, NewSegments, type Segment } from './new-segments.ts';
import { hasGuard, removeGuard, writeGuard } from './older-guard.ts';
import { identityOf } from './put-back.ts';

export type { JournalDisk };

/** Segments of the largest size that are kept for later. */
const MAX_FREE = 12;

/** A frame that is not known to be on the disk. */
interface Unsynced {
  readonly frame: Uint8Array;
  readonly records: number;
  readonly number: number;
  readonly applied: number;
}

/** How a journal goes on. */
export interface JournalStart {
  /** The last frame that was read; its frames, and all before, are in the day files. */
  readonly frame: number;
  /** The last use of a segment. */
  readonly use: number;
}

/** The journal of one folder, for the thread that writes. */
export class Journal {
  /** Those of the operating system. */
  static readonly disk: JournalDisk = disk;
  readonly #folder: string;
  readonly #disk: JournalDisk;
  /** In use, oldest first; the last one is written. */
  #segments: Segment[] = [];
  readonly #free: Segment[] = [];
  readonly #new: NewSegments;
  /** Frames that are not known to be on the disk, in order. */
  #unsynced: Unsynced[] = [];
  #use: number;
  #frame: number;
  #synced: number;
  #applied: number;
  /** What the last synced frame says of `applied`. */
  #appliedOnDisk: number;

  constructor(folder: string, start: JournalStart, calls: JournalDisk = disk) {
    this.#folder = folder;
    this.#disk = calls;
    this.#new = new NewSegments(folder, calls);
    this.#use = start.use;
    this.#frame = start.frame;
    this.#synced = start.frame;
    this.#applied = start.frame;
    this.#appliedOnDisk = start.frame;
  }

  /** The last frame. */
  get frame(): number {
    return this.#frame;
  }

  /** The file that is written; before there is one, where it would be. */
  get path(): string {
    return this.#segments.at(-1)?.path ?? segmentPath(this.#folder, this.#use + 1);
  }

  /** Octets of its files. */
  get octets(): number {
    return [...this.#segments, ...this.#free].reduce((sum, { octets }) => sum + octets, this.#new.octets);
  }

  /**
   * Appends a frame and returns its number; it is on the disk when `sync` has settled. `frame`: room for its head, and the
   * records. Throws the error of the file system; then it is as if nothing had been appended.
   */
  append(frame: Uint8Array, records: number): number {
    const number = this.#frame + 1;
    const one = { frame, records, number, applied: this.#applied };
    this.#write(one);
    this.#frame = number;
    this.#unsynced.push(one);
    if (this.#free.length === 0) this.#new.prepare(this.#segments.at(-1) as Segment, this.#use + 1);
    return number;
  }

  /**
   * Settles when all that has been appended is on the disk. A failed sync may have lost what it was to write, so that goes to
   * another segment then; when that fails, too, it rejects with the error of the file system, and nothing of it was appended.
   */
  async sync(): Promise<void> {
    const frames = this.#unsynced;
    if (frames.length === 0) return;
    this.#unsynced = [];
    try {
      await this.#syncSince(frames);
    } catch {
      await this.#writeAnew(frames);
    }
    const last = frames.at(-1) as Unsynced;
    this.#synced = last.number;
    this.#appliedOnDisk = Math.max(this.#appliedOnDisk, last.applied);
    this.#release();
  }

  /** All that frames up to that one say is in the day files, on the disk. */
  applied(frame: number): void {
    this.#applied = Math.max(this.#applied, frame);
  }

  /** Whether frames may have to be read at the next start, as far as the disk knows. */
  get isBehind(): boolean {
    return this.#appliedOnDisk < this.#frame;
  }

  /**
   * Goes on where another ended, whose frames are all in the day files: these files of its are taken away. Throws the error of
   * the file system.
   */
  follow(paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.append(new Uint8Array(FRAME_OCTETS), 0);
    this.#disk.syncNow((this.#segments[0] as Segment).file);
    this.#unsynced = [];
    this.#synced = this.#frame;
    for (const path of paths) rmSync(path, { force: true });
  }

  /** Appends a frame without records, which says what has been applied, and settles when that is on the disk. */
  async note(): Promise<void> {
    if (this.#segments.length === 0) return;
    const number = this.append(new Uint8Array(FRAME_OCTETS), 0);
    await this.sync();
    this.applied(number);
  }

  /** A segment that is in use and has lost its name: what it holds is gone with the process. */
  lost(): string | undefined {
    if (this.#segments.length > 0 && !hasGuard(this.#folder)) {
      writeGuard(this.#folder);
      this.#disk.syncFolder(this.#folder);
    }
    return this.#segments.find(({ path, identity }) => identityOf(path) !== identity)?.path;
  }

  /** Frames of which it is not on the disk that they are in the day files. Throws the error of the file system. */
  notApplied(): JournalState['needed'] {
    return journalState(
      this.#folder,
      this.#segments.map(({ path }) => path),
    ).needed;
  }

  /** Goes on in a new segment: nothing is written to those of before any more. */
  leave(): void {
    for (const segment of [...this.#segments, ...this.#free]) this.#end(segment);
    this.#segments = [];
    this.#free.length = 0;
    this.#new.drop();
  }

  /** All of it is in the day files: the files are taken away. */
  async remove(): Promise<void> {
    // Where a crash leaves some of them, the last frame says that none is needed.
    if (this.#segments.length > 0) await this.note();
    const paths = segmentsIn(this.#folder);
    const last = this.#segments.at(-1)?.path;
    this.leave();
    for (const path of paths) if (path !== last) rmSync(path, { force: true });
    if (last !== undefined) rmSync(last, { force: true });
    removeGuard(this.#folder);
  }

  /** Lets go of the files, which stay. */
  close(): void {
    for (const segment of [...this.#segments, ...this.#free]) closeSync(segment.file);
    this.#segments = [];
    this.#free.length = 0;
    this.#new.drop();
  }

  #write({ frame, records, number, applied }: Unsynced): void {
    const segment = this.#roomFor(frameOctets(frame.length - FRAME_OCTETS));
    sealFrame(frame, { records, number, applied, use: segment.use, synced: this.#synced });
    this.#disk.write(segment.file, frame, segment.at);
    segment.at += frameOctets(frame.length - FRAME_OCTETS);
    segment.lastFrame = number;
  }

  #roomFor(octets: number): Segment {
    const current = this.#segments.at(-1);
    if (current !== undefined && current.at + octets <= current.octets) return current;
    const at = this.#free.findIndex((one) => one.octets >= octets);
    const segment = at === -1 ? this.#made(octets) : (this.#free.splice(at, 1)[0] as Segment);
    this.#use += 1;
    segment.use = this.#use;
    segment.at = 0;
    segment.lastFrame = 0;
    this.#segments.push(segment);
    return segment;
  }

  #made(atLeast: number): Segment {
    if (this.#segments.length === 0) writeGuard(this.#folder);
    return this.#new.take(atLeast, this.#use + 1);
  }

  async #syncSince(frames: readonly Unsynced[]): Promise<void> {
    const [first] = frames;
    for (const segment of [...this.#segments])
      if (segment.lastFrame >= (first as Unsynced).number) await this.#disk.sync(segment.file);
  }

  /** Frames whose sync has failed; those that were appended since go with them, behind them. */
  async #writeAnew(frames: readonly Unsynced[]): Promise<void> {
    const all = [...frames, ...this.#unsynced];
    this.#unsynced = [];
    const before = (frames[0] as Unsynced).number - 1;
    // What stands in it and was synced is needed until it is applied; nothing more is written to it.
    for (const segment of this.#segments) {
      segment.at = segment.octets;
      segment.lastFrame = Math.min(segment.lastFrame, before);
    }
    try {
      for (const one of all) this.#write(one);
      await this.#syncSince(all);
      this.#synced = (all.at(-1) as Unsynced).number;
    } catch (error) {
      this.#frame = before;
      const bad = this.#segments.at(-1);
      if (bad !== undefined) bad.at = bad.octets;
      throw error;
    }
  }

  /** Segments that nobody needs any more. */
  #release(): void {
    while (this.#segments.length > 1) {
      const [segment] = this.#segments as [Segment];
      if (segment.lastFrame > this.#appliedOnDisk) return;
      this.#segments.shift();
      if (segment.octets >= LARGEST_OCTETS && this.#free.length < MAX_FREE) this.#free.push(segment);
      else this.#end(segment);
    }
  }

  #end({ file, path, identity }: Segment): void {
    closeSync(file);
    if (identityOf(path) === identity) rmSync(path, { force: true });
  }
}
