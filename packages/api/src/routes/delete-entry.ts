/** DELETE of accounts, connectors, routes, rules for messages from handsets, webhooks. */
import type { Context } from '../context.ts';
import { notFound } from '../not-found.ts';
import { type Route, route } from '../route.ts';
import { namePath } from '../schemas/entry.ts';
import { conflicting, type EntryWords, inFile } from './put-entry.ts';

/** Takes an entry away that was made over HTTP. */
export function deleteEntry({ gateway }: Context, { kind, path, noun, words, tag }: EntryWords): Route {
  return route({
    method: 'DELETE',
    path: `/api/v1/${path}/{name}`,
    operationId: `delete${noun}`,
    tag,
    access: 'manage',
    summary: `Take ${words} away that was made over HTTP`,
    params: namePath,
    answers: { 204: { description: 'Gone' } },
    problems: ['not_found', 'conflict', 'store_failed', 'stopping'],
    handle: async ({ params: { name } }) => {
      const result = await conflicting(() => gateway.removeEntry(kind, name));
      if (result === 'in-file') throw inFile(words, name);
      if (result === 'unknown') throw notFound(words.replace(/^an? /, ''), name, `/api/v1/${path}`);
      return { status: 204, body: undefined };
    },
  });
}
