/** DELETE /api/v1/receipts/unmatched/{id}: throws one away. */
import { removeUnmatched } from '@chappe/gateway';
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { type Route, route } from '../route.ts';
import { idPath } from '../schemas/message.ts';

/** Throws an unmatched receipt away. */
export function deleteUnmatched({ gateway }: Context): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/receipts/unmatched/{id}',
    operationId: 'deleteUnmatchedReceipt',
    tag: 'receipts',
    access: 'operate',
    summary: 'Throw an unmatched receipt away',
    params: idPath,
    answers: { 204: { description: 'Gone' } },
    problems: ['not_found', 'store_failed'],
    handle: async ({ params: { id } }) => {
      if (!(await removeUnmatched(gateway, id))) {
        throw notFound('unmatched receipt', id, '/api/v1/receipts/unmatched');
      }
      return { status: 204, body: undefined };
    },
  });
}
