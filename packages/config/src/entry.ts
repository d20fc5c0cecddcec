/** One entry made at run time, in JSON of the same form as in the file. */
import type {
  AccountSettings,
  ConnectorSettings,
  MoRouteSettings,
  RouteSettings,
  WebhookSettings,
} from '@chappe/gateway';
import type { z } from 'zod';
import type { Flaw } from './flaw.ts';
import { flawsOfIssues } from './issues.ts';
import type { HashPassword } from './passwords.ts';
import { type RuleFlaw, ruleFlaws } from './rule-flaws.ts';
import { type AccountDraft, accountSchema } from './schema/account.ts';
import { connectorSchema } from './schema/connector.ts';
import { type MoRouteDraft, moSchema } from './schema/mo.ts';
import { routeSchema } from './schema/route.ts';
import { webhookSchema } from './schema/webhook.ts';
import { type KnownNames, type World, withoutFiles } from './schema/world.ts';
import { unwiseConnector } from './unwise-connector.ts';
import type { Path } from './yaml/tree.ts';

/** What can be made at run time. */
export interface Entries {
  readonly account: AccountSettings;
  readonly connector: ConnectorSettings;
  readonly route: RouteSettings;
  readonly mo: MoRouteSettings;
  readonly webhook: WebhookSettings;
}

/** One of their kinds. */
export type EntryKind = keyof Entries;

/** What `parseEntry` takes beside the entry. */
export interface EntryOptions {
  readonly hashPassword: HashPassword;
  /** Names that it may refer to; those left out are not checked. */
  readonly known?: KnownNames | undefined;
  /** The connectors there are: what a new one has in common with them is told. Default none. */
  readonly connectors?: readonly ConnectorSettings[] | undefined;
}

/** An entry, or all that is wrong with it; flaws have paths, no places. */
export type ParsedEntry<T> =
  | { readonly ok: true; readonly entry: T; readonly warnings: readonly Flaw[] }
  | { readonly ok: false; readonly flaws: readonly Flaw[] };

/**
 * Checks an entry. It comes from the network: variables are not filled in, and it cannot name files of this machine;
 * passwords and keys are given as they are, certificates as PEM texts. Never rejects because of what is in it.
 */
export async function parseEntry<K extends EntryKind>(
  kind: K,
  value: unknown,
  { hashPassword, known = {}, connectors = [] }: EntryOptions,
): Promise<ParsedEntry<Entries[K]>> {
  const world: World = withoutFiles(known);
  const parsed = await parsers[kind](value, world, hashPassword, connectors);
  return parsed as ParsedEntry<Entries[K]>;
}

type Parser = (
  value: unknown,
  world: World,
  hash: HashPassword,
  connectors: readonly ConnectorSettings[],
) => Promise<ParsedEntry<Entries[EntryKind]>>;

const parsers: { readonly [K in EntryKind]: Parser } = {
  account: async (value, world, hash) => {
    const read = readBy(accountSchema(world), value);
    if (!read.ok) return read;
    return { ok: true, entry: await sealed(read.entry, hash), warnings: [] };
  },
  connector: async (value, world, _hash, connectors) => {
    const read = readBy(connectorSchema(world), value);
    return read.ok ? { ...read, warnings: unwiseConnector(read.entry, connectors) } : read;
  },
  webhook: async (value, world) => readBy(webhookSchema(world), value),
  route: async (value, world) => {
    const read = readBy(routeSchema(world), value);
    return read.ok ? ruled(read.entry, ruleFlaws({ routes: [read.entry], mo: [] }, names(world))) : read;
  },
  mo: async (value, world) => {
    const read = readBy(moSchema(world), value);
    if (!read.ok) return read;
    const { name } = read.entry as MoRouteDraft;
    if (name === undefined) return { ok: false, flaws: [{ message: '"name" is missing', path: ['name'] }] };
    const entry: MoRouteSettings = { ...read.entry, name };
    return ruled(entry, ruleFlaws({ routes: [], mo: [entry] }, names(world)));
  },
};

/** Where nobody says which names there are, all are taken for known. */
function names({ known }: World): KnownNames {
  const all = { has: () => true } as unknown as ReadonlySet<string>;
  return { accounts: known.accounts, connectors: known.connectors ?? all, webhooks: known.webhooks ?? all };
}

async function sealed(draft: AccountDraft, hash: HashPassword): Promise<AccountSettings> {
  const { settings, password, passwordHash } = draft;
  return { ...settings, passwordHash: passwordHash ?? (await hash(password ?? '')) };
}

function readBy<T>(schema: z.ZodType<T>, value: unknown): ParsedEntry<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, entry: result.data, warnings: [] };
  const flaws = flawsOfIssues(result.error.issues, (path) => valueAt(value, path) !== undefined);
  return { ok: false, flaws: flaws.map(({ message, hint, path }): Flaw => ({ message, hint, path })) };
}

function ruled<T>(entry: T, found: readonly RuleFlaw[]): ParsedEntry<T> {
  const of = (severity: RuleFlaw['severity']): Flaw[] =>
    found
      .filter((flaw) => flaw.severity === severity)
      // The list and the place in it are not the caller's affair.
      .map(({ message, paths }) => ({ message, path: (paths[0] ?? []).slice(2) }));
  const flaws = of('error');
  return flaws.length > 0 ? { ok: false, flaws } : { ok: true, entry, warnings: of('warning') };
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}
