/** Bodies: JSON in UTF-8 and nothing else. A form of a web page cannot send that content type unasked. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';
import type { RequestBodies } from './request-bodies.ts';

/** Replaces the body parsers of the server. */
export function takeJsonOnly(app: FastifyInstance, bodies: RequestBodies): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async ({ raw }: FastifyRequest) =>
    parse(await bodies.whole(raw)),
  );
}

function parse(octets: Buffer): unknown {
  let text: string;
  try {
    // Wrong octets would become replacement characters, and be sent as such.
    text = new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw new Problem('malformed_json', 'the body is not in UTF-8');
  }
  if (text.trim() === '')
    throw new Problem('malformed_json', 'the body is empty', { hint: 'send a JSON object' });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed_json', (error as SyntaxError).message);
  }
}
