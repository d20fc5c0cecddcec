/**
 * Answers made smaller for callers that say they can read them so. Done here with node:zlib instead of by a plugin: what an
 * answer holds until it is read is counted where it is sent (`unread.ts`), and a plugin would compress behind that.
 * Texts are compressed as a whole, so that their length is known; records as they are read from the store. Streams of events
 * and lines that answer other lines never are: a compressor keeps back what the peer waits for.
 */

import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';

/** What a caller can read. */
export type Encoding = 'br' | 'gzip';

// Below that the headers are the larger part.
const leastOctets = 1024;
// Of brotli's eleven: about as fast as gzip's default, and smaller.
const brotliQuality = 4;
// A window of 256 KiB instead of 4 MiB: as much memory as gzip takes.
const brotliWindow = 18;
const brotli = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
    [constants.BROTLI_PARAM_LGWIN]: brotliWindow,
  },
};
// Of libuv's four threads; the others are for passwords and files.
const mostAtOnce = 2;
const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** Answers that are compressed at all. */
export function isCompressible(type: string, octets: number): boolean {
  return octets > leastOctets && /^(application\/(\w+\+)?json|text\/(?!event-stream))/.test(type);
}

/** Streams that are: of records, which nobody waits for one by one. */
export function isCompressibleStream(type: string): boolean {
  return type.startsWith('text/csv');
}

/** What `Accept-Encoding` (RFC 9110 12.5.3) prefers; br of equals. Undefined: as it is. */
export function encodingFor(accepted: string | undefined): Encoding | undefined {
  if (accepted === undefined) return undefined;
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',', 20)) {
    const [name = '', ...parameters] = part.split(';').map((one) => one.trim());
    const q = parameters.find((one) => one.startsWith('q='))?.slice(2);
    const weight = q === undefined ? 1 : Number(q);
    weights.set(name, weight >= 0 && weight <= 1 ? weight : 0);
  }
  // x-gzip is what gzip was once called (RFC 9110 8.4.1.3).
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const br = weightOf('br');
  const zipped = weights.get('x-gzip') ?? weightOf('gzip');
  const best = Math.max(br, zipped);
  if (best === 0 || best < (weights.get('identity') ?? 0)) return undefined;
  return br >= zipped ? 'br' : 'gzip';
}

let atWork = 0;

/** All of it at once, in a thread of libuv; undefined: these have enough to do, it is to be sent as it is. */
export async function compressed(octets: Buffer, encoding: Encoding): Promise<Buffer | undefined> {
  if (atWork >= mostAtOnce) return undefined;
  atWork += 1;
  try {
    return await (encoding === 'br' ? compressBrotli(octets, brotli) : compressGzip(octets));
  } finally {
    atWork -= 1;
  }
}

const kept: Readonly<Record<Encoding, WeakMap<Buffer, Buffer>>> = { br: new WeakMap(), gzip: new WeakMap() };

/** The same for octets that are sent again and again: once, as long as they are there. */
export async function compressedOnce(octets: Buffer, encoding: Encoding): Promise<Buffer | undefined> {
  const known = kept[encoding].get(octets);
  if (known !== undefined) return known;
  const made = await compressed(octets, encoding);
  if (made !== undefined) kept[encoding].set(octets, made);
  return made;
}

/** One piece after the other, no faster than it is read. */
export function compressor(encoding: Encoding): Transform {
  return encoding === 'br' ? createBrotliCompress(brotli) : createGzip();
}
