/**
 * Web pages of other origins that may call: those of a list, and nobody else (`origin.ts` refuses them). Origins are whole
 * and exact. There is no `*`: with keys, any page could use one that it got hold of; without, any page that is open in a
 * browser of this machine could read the messages. Cookies are none of ours, so no answer allows credentials.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';

// RFC 9110 9.3.4 and others have more headers that pages may read anyway.
const exposed = [
  'Allow',
  'Content-Length',
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ');
const requestHeaders = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Last-Event-ID',
  'X-API-Key',
  'X-Request-Id',
].join(', ');
const methods = 'GET, HEAD, POST, PUT, DELETE';
// Firefox asks again after a day, Chrome after two hours, whatever is said.
const maxAgeS = '7200';

/** Lets browsers hand answers to the pages of these origins: to be added before whatever may refuse a request. */
export function answerPagesOf(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const listed = new Set(origins);
  app.addHook('onRequest', async ({ headers: { origin } }, reply) => {
    // Of all answers: what one origin got is none for another.
    reply.header('vary', 'Origin');
    if (origin === undefined || !listed.has(origin)) return;
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed });
  });
}

/** Answers what browsers ask before they let a page call: to be added behind what refuses other pages. */
export function answerPreflights(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const listed = new Set(origins);
  app.addHook('onRequest', async (request, reply) => {
    if (!isPreflight(request) || !listed.has(request.headers.origin ?? '')) return undefined;
    return reply
      .code(204)
      .headers({
        'access-control-allow-methods': methods,
        'access-control-allow-headers': requestHeaders,
        'access-control-max-age': maxAgeS,
      })
      .send();
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}
