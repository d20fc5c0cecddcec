/** Sessions: who is bound, and ending one. */
import { z } from 'zod';
import { ownAccount } from '../auth/caller.ts';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { wholeNumber } from '../parameters.ts';
import { type Route, route } from '../route.ts';
import { sessionsBody } from '../schemas/session.ts';

const maxLimit = 1_000;
const defaultLimit = 100;

/** Bound sessions, page by page. */
export function listSessions({ gateway }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/sessions',
    operationId: 'listSessions',
    tag: 'sessions',
    access: 'read',
    isForAccounts: true,
    summary: 'Bound sessions',
    query: z.strictObject({
      account: z.string().min(1).max(64).optional().describe('Only of this account'),
      limit: wholeNumber(1, maxLimit).optional().describe(`Default ${defaultLimit}`),
      cursor: wholeNumber(0, 999_999_999).optional().describe('next of the page before'),
    }),
    answers: { 200: { description: 'One page', schema: sessionsBody } },
    handle: ({ query: { account: asked, limit = defaultLimit, cursor = -1 }, caller }) => {
      const account = ownAccount(caller, asked);
      const all = gateway
        .sessions()
        .filter((session) => account === undefined || session.account === account);
      const rest = all.filter(({ id }) => id > cursor).sort((a, b) => a.id - b.id);
      const page = rest.slice(0, limit);
      const next = rest.length > page.length ? String(page.at(-1)?.id) : null;
      return { status: 200, body: { sessions: page, total: all.length, next } };
    },
  });
}

/** Unbinds a customer's session. */
export function endSession({ gateway }: Context): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/sessions/{id}',
    operationId: 'endSession',
    tag: 'sessions',
    access: 'operate',
    summary: 'End a session in order (unbind)',
    description:
      'Nothing new is taken, open requests are answered, then it is unbound. The peer may bind again.',
    params: z.strictObject({
      id: wholeNumber(0, 999_999_999).describe('Its id, as GET /api/v1/sessions tells'),
    }),
    answers: { 204: { description: 'It ends' } },
    problems: ['not_found'],
    handle: ({ params: { id } }) => {
      if (!gateway.unbind(id)) throw notFound('session', String(id), '/api/v1/sessions');
      return { status: 204, body: undefined };
    },
  });
}
