/** What a journal's files say when nobody has them open: which frames are still needed, and whether all of them are there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CenterError } from '@chappe/center';
import {
  ALIGNMENT,
  FRAME_OCTETS,
  type FrameHead,
  frameAt,
  frameOctets,
  journalVersion,
  versionAt,
} from './frame.ts';
import { Records } from './records.ts';

const SEGMENT = /^journal-(\d+)\.log$/;

/** The segments of a folder, the one that was made first comes first. */
export function segmentsIn(folder: string): string[] {
  const numbers = readdirSync(folder).flatMap((name) => SEGMENT.exec(name)?.[1] ?? []);
  return numbers.sort((a, b) => Number(a) - Number(b)).map((number) => segmentPath(folder, Number(number)));
}

/** Where that segment is. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, `journal-${number}.log`);
}

/** A frame, and where it stands. */
interface Found extends FrameHead {
  readonly path: string;
  readonly at: number;
}

/** What is to be done with a journal at the start. */
export interface JournalState {
  readonly paths: readonly string[];
  /** Frames that are not surely in the day files, in their order. */
  readonly needed: readonly Found[];
  /** The highest number of all. */
  readonly lastFrame: number;
  /** The last use of a segment, or a number of one: the next is above. */
  readonly lastUse: number;
}

/**
 * Reads segments of a folder, all by default. A torn tail, what was being written when the process or the machine ended, is left out:
 * nobody was told that it is stored. Throws a CenterError where more than that is missing, and for a journal of another version.
 */
export function journalState(folder: string, paths: readonly string[] = segmentsIn(folder)): JournalState {
  const frames = new Map<number, Found>();
  let applied = 0;
  let synced = 0;
  let lastUse = 0;
  for (const path of paths) {
    lastUse = Math.max(lastUse, Number(SEGMENT.exec(path.slice(folder.length + 1))?.[1]));
    for (const frame of framesIn(path)) {
      applied = Math.max(applied, frame.applied);
      synced = Math.max(synced, frame.synced);
      lastUse = Math.max(lastUse, frame.use);
      // A frame whose sync failed was written once more, elsewhere.
      const known = frames.get(frame.number);
      if (known === undefined || known.use < frame.use) frames.set(frame.number, frame);
    }
  }
  const needed: Found[] = [];
  let lastFrame = applied;
  for (;;) {
    const next = frames.get(lastFrame + 1);
    if (next === undefined) break;
    lastFrame = next.number;
    needed.push(next);
  }
  if (synced > lastFrame) throw damaged(folder, paths, lastFrame + 1, synced);
  // Numbers of a torn tail do not come again: what is left of it would be taken for what comes behind.
  for (const number of frames.keys()) lastFrame = Math.max(lastFrame, number);
  return { paths, needed, lastFrame, lastUse };
}

/** The records of frames, one frame after the other. Throws the error of the file system. */
export function* recordsOf(
  frames: readonly Found[],
): Generator<{ readonly number: number; readonly records: Records }> {
  let path = '';
  let octets = new Uint8Array(0);
  for (const frame of frames) {
    if (frame.path !== path) {
      path = frame.path;
      octets = readFileSync(path);
    }
    const from = frame.at + FRAME_OCTETS;
    yield { number: frame.number, records: new Records(octets.subarray(from, from + frame.length)) };
  }
}

/** Every whole frame of a file, those of earlier uses too. Throws the error of the file system, or a CenterError. */
export function* framesIn(path: string): Generator<Found> {
  const octets = readFileSync(path);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const version = versionAt(octets, 0);
  if (version !== undefined && version !== journalVersion) throw newer(path, version);
  for (let at = 0; at < octets.length; ) {
    const head = frameAt(octets, view, at);
    if (head !== undefined) yield { ...head, path, at };
    at += head === undefined ? ALIGNMENT : frameOctets(head.length);
  }
}

function newer(path: string, version: number): CenterError {
  const text =
    `${path} was written by another version (journal ${version}, this one knows ${journalVersion}): start that version and stop ` +
    'it in order, which leaves no journal, or use another data folder; nothing was changed';
  return new CenterError('CHAPPE_STORE_NEWER', text, { path });
}

function damaged(folder: string, paths: readonly string[], first: number, last: number): CenterError {
  const names = paths.map((path) => path.slice(folder.length + 1)).join(', ');
  const text =
    `the journal in ${folder} is damaged: of what was stored last, commits ${first} to ${last} cannot be read, or not in ` +
    `their order (${names}): put the missing or whole files back, or lay back a backup; to go on with what is in the day files ` +
    'and without all that only the journal has, move the journal files away, then start again; nothing was changed';
  return new CenterError('CHAPPE_STORE_DAMAGED', text, { path: paths.at(-1) ?? folder });
}
