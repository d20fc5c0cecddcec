/**
 * Frames of a journal: one for each commit, whole or not at all. Numbers are little-endian; behind a head of 48 octets stand
 * the records, and the next frame begins at the next multiple of eight.
 */
import { crc32 } from 'node:zlib';

/** Octets of the head of a frame. */
export const FRAME_OCTETS = 48;
/** Frames begin at multiples of it. */
export const ALIGNMENT = 8;
/** "CHJ" and the version of the journal. */
const MAGIC = [0x43, 0x48, 0x4a] as const;
/** The version of journals that this program writes. */
export const journalVersion = 1;

const LENGTH_AT = 4;
const SUM_AT = 8;
const RECORDS_AT = 12;
const NUMBER_AT = 16;
const USE_AT = 24;
const SYNCED_AT = 32;
const APPLIED_AT = 40;

/** What the head of a frame says. */
export interface FrameHead {
  /** Octets of the records. */
  readonly length: number;
  readonly records: number;
  /** Counts the frames of a folder. */
  readonly number: number;
  /** Counts the uses of its segments: a segment is used again, and what stands behind its last frame is of an earlier use. */
  readonly use: number;
  /** All frames up to it were on the disk when this one was written. */
  readonly synced: number;
  /** All that frames up to it say was in the day files then, on the disk. */
  readonly applied: number;
}

/** Octets that a frame takes, with what keeps the next one aligned. */
export function frameOctets(length: number): number {
  return Math.ceil((FRAME_OCTETS + length) / ALIGNMENT) * ALIGNMENT;
}

/** Writes the head of a frame before its records, which stand there already. */
export function sealFrame(frame: Uint8Array, head: Omit<FrameHead, 'length'>): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  frame.set([...MAGIC, journalVersion]);
  view.setUint32(LENGTH_AT, frame.length - FRAME_OCTETS, true);
  view.setUint32(RECORDS_AT, head.records, true);
  view.setFloat64(NUMBER_AT, head.number, true);
  view.setFloat64(USE_AT, head.use, true);
  view.setFloat64(SYNCED_AT, head.synced, true);
  view.setFloat64(APPLIED_AT, head.applied, true);
  view.setUint32(SUM_AT, sumOf(frame), true);
}

/** The sum is over all but what stands before it, and over the length. */
function sumOf(frame: Uint8Array): number {
  return crc32(frame.subarray(RECORDS_AT), crc32(frame.subarray(LENGTH_AT, SUM_AT)));
}

/** The whole frame that begins there; undefined: there is none. */
export function frameAt(octets: Uint8Array, view: DataView, at: number): FrameHead | undefined {
  if (at + FRAME_OCTETS > octets.length || versionAt(octets, at) !== journalVersion) return undefined;
  const length = view.getUint32(at + LENGTH_AT, true);
  const end = at + FRAME_OCTETS + length;
  if (end > octets.length) return undefined;
  if (sumOf(octets.subarray(at, end)) !== view.getUint32(at + SUM_AT, true)) return undefined;
  return {
    length,
    records: view.getUint32(at + RECORDS_AT, true),
    number: view.getFloat64(at + NUMBER_AT, true),
    use: view.getFloat64(at + USE_AT, true),
    synced: view.getFloat64(at + SYNCED_AT, true),
    applied: view.getFloat64(at + APPLIED_AT, true),
  };
}

/** Of which version the frame that begins there is; undefined: no frame begins there. */
export function versionAt(octets: Uint8Array, at: number): number | undefined {
  return MAGIC.every((octet, offset) => octets[at + offset] === octet) ? octets[at + 3] : undefined;
}
