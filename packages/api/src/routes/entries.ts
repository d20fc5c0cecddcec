/** Entries made at run time: accounts, connectors, routes, rules for messages from handsets, webhooks. */
import { isDeepStrictEqual } from 'node:util';
import { type EntryKind, exportEntry } from '@chappe/config';
import type { AccountSettings } from '@chappe/policy';
import { z } from 'zod';
import { type AuthOptions, otherOwnerOf } from '../auth/keys.ts';
import { entryShape } from '../body-shape.ts';
import type { Context } from '../context.ts';
import { readEntry } from '../entry-body.ts';
import { notFound } from '../not-found.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { type EntryBody, entryBody, namePath, putBody } from '../schemas/entry.ts';

/** One kind of entry as the API names it. */
export interface EntryWords {
  readonly kind: EntryKind;
  /** `accounts`, as in the path. */
  readonly path: string;
  /** `Account`, as in names of operations. */
  readonly noun: string;
  /** `an account`. */
  readonly words: string;
  readonly tag: string;
  /** An entry of this kind. */
  readonly example: EntryBody;
}

/** All kinds of entries. */
export const entryWords: readonly EntryWords[] = [
  {
    kind: 'account',
    path: 'accounts',
    noun: 'Account',
    words: 'an account',
    tag: 'accounts',
    example: { password: 'se-cret', throughput: '20/s', allowFrom: ['203.0.113.0/24'], tags: ['small'] },
  },
  {
    kind: 'connector',
    path: 'connectors',
    noun: 'Connector',
    words: 'a connector',
    tag: 'connectors',
    example: { host: 'smsc.op-a.example', systemId: 'us', password: 'se-cret', window: 20 },
  },
  {
    kind: 'route',
    path: 'routes',
    noun: 'Route',
    words: 'a route',
    tag: 'routes',
    example: { to: '447', via: 'op-a', price: { perSegment: 0.0125 } },
  },
  {
    kind: 'mo',
    path: 'mo-routes',
    noun: 'MoRoute',
    words: 'a rule for messages from handsets',
    tag: 'routes',
    example: { to: '60100', keyword: 'HELP', deliver: 'acme' },
  },
  {
    kind: 'webhook',
    path: 'webhooks',
    noun: 'Webhook',
    words: 'a webhook',
    tag: 'webhooks',
    example: { url: 'https://hooks.example/x', secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' },
  },
];

/** Makes or replaces an entry; what it is not is told as for the file. */
export function putEntry(
  { gateway, actions, auth }: Context,
  { kind, path, noun, words, tag, example }: EntryWords,
): Route {
  const isOrdered = kind === 'route' || kind === 'mo';
  return route({
    method: 'PUT',
    path: `/api/v1/${path}/{name}`,
    operationId: `put${noun}`,
    tag,
    access: 'manage',
    summary: `Make or replace ${words}`,
    description:
      'The body has the form of the configuration file. It is checked together with everything else, written to disk, ' +
      'and used at once. What the file has can only be changed there. Passwords and keys that are left out stay.' +
      (isOrdered
        ? ' `before` names the stored one that it comes before; all stored ones come before the file.'
        : ''),
    params: namePath,
    body: entryBody,
    example,
    bodyShape: entryShape,
    answers: {
      200: { description: 'Replaced', schema: putBody },
      201: { description: 'Made', schema: putBody },
    },
    problems: ['conflict', 'store_failed', 'stopping'],
    handle: async ({ params: { name }, body }) => {
      const { before, entry } = isOrdered ? withoutBefore(body) : { before: undefined, entry: body };
      const { settings, warnings } = await readEntry({ gateway, actions }, kind, name, entry);
      if (auth !== undefined && 'apiKeyHash' in settings) refuseSharedKey(settings, auth);
      const old = gateway.entries.stored(kind, name);
      const result = await conflicting(() => gateway.putEntry(kind, settings, before));
      if (result === 'in-file') throw inFile(words, name);
      const shown = exportEntry(kind, settings as never, actions);
      return {
        status: result === 'made' ? 201 : 200,
        body: { name, origin: 'store', settings: shown, warnings },
        changed: changedFields(old, settings, before),
      };
    },
  });
}

/** Nobody could tell which of them calls. */
function refuseSharedKey({ systemId, apiKeyHash = '' }: AccountSettings, auth: AuthOptions): void {
  const owner = otherOwnerOf(apiKeyHash, systemId, auth);
  if (owner === undefined) return;
  throw new Problem('invalid_field', `this key is that of "${owner}" too: give each a key of its own`, {
    field: 'apiKey',
  });
}

/** Which fields are others now; of a new entry, those that it has. Never values: some are secrets. */
function changedFields(before: object = {}, after: object, place: string | undefined): readonly string[] {
  const [old, now] = [before, after] as Record<string, unknown>[];
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(old?.[name], now?.[name]));
  return [...changed, ...(place === undefined ? [] : ['position'])].sort();
}

/** The file has it: it is changed there. */
export function inFile(words: string, name: string): Problem {
  return new Problem('conflict', `the configuration file has ${words} "${name}"`, {
    hint: 'change it there and reload, or take another name',
  });
}

/** Does a change; that it does not go together with the rest is told as a conflict. */
export async function conflicting<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem('conflict', error.message, { cause: error });
  }
}

const beforeField = z.string().min(1).max(64);

function withoutBefore({ before, ...entry }: EntryBody): {
  readonly before: string | undefined;
  readonly entry: EntryBody;
} {
  if (before === undefined) return { before, entry };
  const { success, data } = beforeField.safeParse(before);
  if (success) return { before: data, entry };
  throw new Problem('invalid_field', '"before": must be the name of a stored route', { field: 'before' });
}

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
