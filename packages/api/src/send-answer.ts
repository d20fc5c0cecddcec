/** Answers on their way to the caller. */
import { finished, Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Answer } from './route.ts';

const jsonType = 'application/json; charset=utf-8';
// Whether a peer reads is seen at the ends of pieces only.
const pieceOctets = 64 * 1024;

/** Sends what a handler has returned. `count`: counts its octets, and gives what ends that. */
export function sendAnswer(
  reply: FastifyReply,
  answer: Answer,
  count: (octets: number) => () => void,
): FastifyReply {
  const { status, body, headers, type, done } = answer;
  if (done !== undefined) finished(reply.raw, done);
  reply.code(status).headers({ ...headers });
  if (type !== undefined && typeof body !== 'string') return reply.type(type).send(body);
  if (body === undefined) return reply.send();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  reply.type(type ?? jsonType);
  finished(reply.raw, count(text.length));
  if (text.length <= pieceOctets) return reply.send(text);
  const octets = Buffer.from(text);
  return reply
    .header('content-length', octets.length)
    .send(Readable.from(piecesOf(octets), { objectMode: false }));
}

function* piecesOf(octets: Buffer): Generator<Buffer> {
  for (let at = 0; at < octets.length; at += pieceOctets) yield octets.subarray(at, at + pieceOctets);
}
