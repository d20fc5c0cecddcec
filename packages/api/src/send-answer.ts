/** Answers on their way to the caller. */
import { finished, pipeline, Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import {
  compressed,
  compressedOnce,
  compressor,
  encodingFor,
  isCompressible,
  isCompressibleStream,
} from './compression.ts';
import type { Answer } from './route.ts';

const jsonType = 'application/json; charset=utf-8';
// Whether a peer reads is seen at the ends of pieces only.
const pieceOctets = 64 * 1024;

/** Counts octets, and gives what ends that. */
type Count = (octets: number) => () => void;

/** Sends what a handler has returned. Gives no reply back: to await one is to wait until it has been read. */
export async function sendAnswer(reply: FastifyReply, answer: Answer, count: Count): Promise<void> {
  const { status, body, headers, type, done } = answer;
  if (done !== undefined) finished(reply.raw, done);
  reply.code(status).headers({ ...headers });
  if (body === undefined) {
    reply.send();
    return;
  }
  reply.type(type ?? jsonType);
  if (type !== undefined && body instanceof Readable) sendStream(reply, body, type);
  else if (type !== undefined && Buffer.isBuffer(body)) await sendShared(reply, body, type);
  else await sendText(reply, typeof body === 'string' ? body : JSON.stringify(body), type ?? jsonType, count);
}

async function sendText(reply: FastifyReply, text: string, type: string, count: Count): Promise<void> {
  const encoding = isCompressible(type, text.length) ? agreedEncoding(reply) : undefined;
  if (encoding !== undefined) {
    // While it is made smaller all of it is there.
    const noMoreWhole = count(text.length);
    const smaller = await compressed(Buffer.from(text), encoding).finally(noMoreWhole);
    if (smaller !== undefined) {
      finished(reply.raw, count(smaller.length));
      reply.header('content-encoding', encoding);
      sendPieces(reply, smaller);
      return;
    }
  }
  finished(reply.raw, count(text.length));
  if (text.length <= pieceOctets) reply.send(text);
  else sendPieces(reply, Buffer.from(text));
}

/** Octets that are the same for all: whoever does not read them holds nothing of its own. */
async function sendShared(reply: FastifyReply, octets: Buffer, type: string): Promise<void> {
  const encoding = isCompressible(type, octets.length) ? agreedEncoding(reply) : undefined;
  const smaller = encoding === undefined ? undefined : await compressedOnce(octets, encoding);
  if (smaller !== undefined) reply.header('content-encoding', encoding);
  reply.send(smaller ?? octets);
}

function sendStream(reply: FastifyReply, body: Readable, type: string): void {
  const encoding = isCompressibleStream(type) ? agreedEncoding(reply) : undefined;
  if (encoding === undefined) {
    reply.send(body);
    return;
  }
  const smaller = compressor(encoding);
  // What breaks on either side ends the other one; whoever reads hears of it from the stream that is sent.
  pipeline(body, smaller, () => undefined);
  reply.header('content-encoding', encoding).send(smaller);
}

/** What the caller can read; and it is told that others may get another form. */
function agreedEncoding(reply: FastifyReply): ReturnType<typeof encodingFor> {
  const others = reply.getHeader('vary');
  reply.header('vary', others === undefined ? 'Accept-Encoding' : `${String(others)}, Accept-Encoding`);
  return encodingFor(reply.request.headers['accept-encoding']?.toString());
}

function sendPieces(reply: FastifyReply, octets: Buffer): void {
  reply
    .header('content-length', octets.length)
    .send(octets.length <= pieceOctets ? octets : Readable.from(piecesOf(octets), { objectMode: false }));
}

function* piecesOf(octets: Buffer): Generator<Buffer> {
  for (let at = 0; at < octets.length; at += pieceOctets) yield octets.subarray(at, at + pieceOctets);
}
