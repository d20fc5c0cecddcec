/** Bodies: JSON in UTF-8 and nothing else. A form of a web page cannot send that content type unasked. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BodyLines, lineTypes, type PeerWatch } from './body-lines.ts';
import { Problem } from './problem.ts';
import type { RequestBodies } from './request-bodies.ts';

/** Replaces the body parsers of the server. `watch`: begins to look after the peer of a body of any length. */
export function takeJsonOnly(
  app: FastifyInstance,
  bodies: RequestBodies,
  watch: (request: IncomingMessage) => PeerWatch,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async ({ raw }: FastifyRequest) =>
    parseJson(decoded(await bodies.whole(raw))),
  );
  app.addContentTypeParser([...lineTypes], async ({ raw }: FastifyRequest) => new BodyLines(raw, watch));
}

function decoded(octets: Buffer): string {
  try {
    // Wrong octets would become replacement characters, and be sent as such.
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw new Problem('malformed_json', 'the body is not in UTF-8');
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '')
    throw new Problem('malformed_json', 'the body is empty', { hint: 'send a JSON object' });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed_json', (error as SyntaxError).message);
  }
}
