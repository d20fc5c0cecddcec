/** Entries that come over HTTP: read as if they stood in the file, with its messages. */
import { setImmediate } from 'node:timers/promises';
import {
  type Flaw as ConfigFlaw,
  type EntryKind,
  entryParser,
  type ParsedEntry,
  parseEntry,
  pathText,
  withSecretsOf,
} from '@chappe/config';
import type { Gateway } from '@chappe/gateway';
import { type EntrySettings, hashPassword } from '@chappe/policy';
import type { Context } from './context.ts';
import { type Flaw, Problem, problemOf } from './problem.ts';
import type { EntryBody } from './schemas/entry.ts';

/** What was read. */
export interface ReadEntry<K extends EntryKind> {
  readonly settings: EntrySettings[K];
  readonly warnings: readonly string[];
}

const routesInOneTurn = 20;

/**
 * Reads an entry. Its name may be left out where the path has it; secrets may be left out where an entry is replaced:
 * then they stay. Throws a `Problem` with all that is wrong.
 */
export async function readEntry<K extends EntryKind>(
  { gateway, actions }: Pick<Context, 'gateway' | 'actions'>,
  kind: K,
  name: string,
  body: EntryBody,
): Promise<ReadEntry<K>> {
  const key = nameKeyOf(kind);
  const given = body[key];
  if (given !== undefined && given !== name) {
    throw new Problem('invalid_field', `"${key}" is another name than that of the path`, {
      field: key,
      hint: 'leave it out',
    });
  }
  const stored = gateway.entries.stored(kind, name);
  const named = { ...withoutEmptyKey(kind, body), [key]: name };
  const whole = stored === undefined ? named : withSecretsOf(kind, named, stored);
  const result = await parseEntry(kind, withoutNulls(whole), {
    hashPassword,
    known: knownNames(gateway),
    actions,
    connectors: gateway.settings.connectors,
  });
  return readAs<K>(result);
}

/** Reads routes that are to be tried. Throws a `Problem`; its fields are those of the list. */
export async function readRoutes(
  gateway: Gateway,
  routes: readonly EntryBody[],
): Promise<readonly EntrySettings['route'][]> {
  const read: EntrySettings['route'][] = [];
  const parse = entryParser('route', { hashPassword, known: knownNames(gateway) });
  for (const [index, route] of routes.entries()) {
    read.push(readAs<'route'>(await parse(route), `routes[${index}]`).settings);
    // Between two groups of them everybody else has a turn.
    if (index % routesInOneTurn === routesInOneTurn - 1) await setImmediate();
  }
  return read;
}

/** What was read of an entry. Throws a `Problem` with all that is wrong. */
function readAs<K extends EntryKind>(result: ParsedEntry<unknown>, before?: string): ReadEntry<K> {
  if (!result.ok) {
    const flaws = result.flaws.map((flaw) => flawOf(flaw, before));
    // An unknown name comes first: it is often why another one is missing.
    throw problemOf([...flaws.filter(isUnknown), ...flaws.filter((flaw) => !isUnknown(flaw))]);
  }
  const warnings = result.warnings.map(({ message, path }) =>
    path.length === 0 ? message : `${pathText(path)}: ${message}`,
  );
  return { settings: result.entry as EntrySettings[K], warnings };
}

/** An API key that is given as null is taken away; left out it would stay. */
function withoutEmptyKey(kind: EntryKind, body: EntryBody): EntryBody {
  return kind === 'account' && body.apiKeyHash === null ? { ...body, apiKey: null } : body;
}

function withoutNulls(body: EntryBody): EntryBody {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function nameKeyOf(kind: EntryKind): 'systemId' | 'name' {
  return kind === 'account' ? 'systemId' : 'name';
}

function knownNames(gateway: Gateway): NonNullable<Parameters<typeof parseEntry>[2]['known']> {
  const { accounts, connectors, webhooks } = gateway.settings;
  return {
    accounts: gateway.accounts.open ? undefined : new Set(accounts.map(({ systemId }) => systemId)),
    connectors: new Set([...connectors.map(({ name }) => name), 'handsets']),
    webhooks: new Set(webhooks.map(({ name }) => name)),
    tlvs: new Map(connectors.flatMap(({ tlvs = [] }) => tlvs.map(({ name, tag }) => [name, tag] as const))),
  };
}

function isUnknown({ code }: Flaw): boolean {
  return code === 'unknown_field';
}

function flawOf({ message, hint, path }: ConfigFlaw, before: string | undefined): Flaw {
  const inside = pathText(path);
  const dot = before === undefined || inside === '' || inside.startsWith('[') ? '' : '.';
  const field = `${before ?? ''}${dot}${inside}`;
  const isUnknown = message.startsWith('there is no key ');
  const isMissing = message.endsWith(' is missing');
  return {
    code: isUnknown ? 'unknown_field' : isMissing ? 'missing_field' : 'invalid_field',
    detail: field === '' || isMissing ? message : `"${field}": ${message}`,
    field: field === '' ? undefined : field,
    hint,
  };
}
