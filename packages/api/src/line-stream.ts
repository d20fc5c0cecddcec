/**
 * Answers of any length as lines: read from the store while they are written. Of a reader that stops only what has been
 * read last is in memory, since nothing more is asked of the store until it has left.
 */
import { Readable } from 'node:stream';

/** What is streamed. */
export interface LineStream {
  /** What stands before the first line; may be empty. */
  readonly head: string;
  /** Whole lines with their ends, as many at a time as may be in memory; some may be empty. */
  readonly pieces: AsyncGenerator<string>;
  /** Aborted when nobody reads any more. */
  readonly signal: AbortSignal;
}

/**
 * The body. Rejects when the first piece cannot be had: that is told with a status. A failure after it destroys the stream,
 * and the transfer ends without its last chunk (RFC 9112 7.1): to the reader it is cut, not complete.
 */
export async function streamLines(stream: LineStream): Promise<Readable> {
  const first = await stream.pieces.next();
  return Readable.from(textOf(stream, first), { objectMode: false });
}

async function* textOf(
  { head, pieces, signal }: LineStream,
  first: IteratorResult<string>,
): AsyncGenerator<string> {
  if (head !== '') yield head;
  for (let piece = first; piece.done !== true; piece = await pieces.next()) {
    signal.throwIfAborted();
    if (piece.value !== '') yield piece.value;
  }
}
