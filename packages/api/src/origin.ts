/**
 * Who may call. The API has no passwords while it listens on the loopback address, but a web page in a browser of
 * the same machine reaches that address too: by calling it outright (cross-origin request), or under a name of its
 * own that it points there (DNS rebinding). The first is told by Origin and Sec-Fetch-Site, the second by Host.
 */
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './failures.ts';
import { Problem } from './problem.ts';

/**
 * Answers only callers that are no foreign web page. `allowedHosts`: further host names, `*` for any. `origins`: of the
 * pages that may call all the same.
 */
export function answerOwnCallersOnly(
  app: FastifyInstance,
  allowedHosts: readonly string[],
  origins: readonly string[] = [],
): void {
  const refusalOf = callerCheck(allowedHosts, origins);
  app.addHook('onRequest', async ({ method, headers }, reply) => {
    const fetchSite = headers['sec-fetch-site'];
    const fetchMode = headers['sec-fetch-mode'];
    const problem = refusalOf({
      method,
      host: headers.host,
      origin: headers.origin,
      fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined,
      fetchMode: typeof fetchMode === 'string' ? fetchMode : undefined,
    });
    return problem === undefined ? undefined : sendProblem(reply, problem);
  });
}

/** The headers that tell. */
export interface CallerHeaders {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
}

/** Refuses callers. Made once: `allowedHosts` are further host names, `*` for any; `origins`, exact ones, are let in. */
export function callerCheck(
  allowedHosts: readonly string[],
  origins: readonly string[] = [],
): (headers: CallerHeaders) => Problem | undefined {
  const named = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const listed = new Set(origins);
  const isOurs = (name: string): boolean => named.has('*') || named.has(name) || isOwnName(name);
  return (headers) => {
    const { host, origin } = headers;
    // Browsers always send a Host; HTTP/1.0 programs may not.
    if (host !== undefined && !isOurs(hostName(host))) {
      return new Problem('host_not_allowed', `this is not ${shown(host)}`, {
        hint: `call it by 127.0.0.1 or localhost, or allow the name when it is started`,
      });
    }
    // Whatever page it is, the Host above had to be ours: a name that was pointed here is not let in by its Origin.
    if (origin !== undefined && listed.has(origin)) return undefined;
    if (origin !== undefined && !isSameOrigin(origin, host) && !named.has(originName(origin) ?? '')) {
      return new Problem('origin_not_allowed', `a page of ${shown(origin)} may not call this API`);
    }
    if (origin === undefined && isForeignFetch(headers)) {
      return new Problem('origin_not_allowed', 'a page of another origin may not call this API');
    }
    return undefined;
  };
}

/**
 * Names that nobody can point elsewhere: localhost (RFC 6761 6.3), and addresses, which have no name to rebind: who
 * calls an address from a page got that page from the same address, or is told apart by Origin.
 */
function isOwnName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0;
}

/** The name in a Host header, in small letters, without port and brackets; empty when it is none. */
function hostName(host: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+))(?::\d*)?$/.exec(host.trim().toLowerCase());
  const name = match?.[1] ?? match?.[2] ?? '';
  // The root's dot (RFC 1034 3.1) changes nothing.
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function originHost(origin: string): string | undefined {
  const host = /^https?:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1];
  return host?.toLowerCase();
}

function originName(origin: string): string | undefined {
  const host = originHost(origin);
  return host === undefined ? undefined : hostName(host);
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && originHost(origin) === host.trim().toLowerCase();
}

/** Images and the like send no Origin, but say where they come from. Following a link is harmless. */
function isForeignFetch({ method, fetchSite, fetchMode }: CallerHeaders): boolean {
  if (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none') return false;
  return !(fetchMode === 'navigate' && method === 'GET');
}

function shown(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}...` : value;
}
