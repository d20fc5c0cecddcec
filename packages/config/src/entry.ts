/** One entry made at run time, in JSON of the same form as in the file. */
import type {
  AccountSettings,
  ConnectorSettings,
  MoRouteSettings,
  RouteSettings,
  WebhookSettings,
} from '@chappe/policy';
import type { z } from 'zod';
import { unwiseConnector } from './connector-warnings.ts';
import type { Flaw, Path } from './flaw.ts';
import { flawsOfIssues } from './issues.ts';
import type { HashPassword } from './passwords.ts';
import { type RuleFlaw, type RuleWorld, ruleFlaws } from './rule-flaws.ts';
import { type AccountDraft, accountSchema } from './schema/account.ts';
import { builtInForms } from './schema/built-in-actions.ts';
import { connectorSchema } from './schema/connector.ts';
import { bounded } from './schema/field.ts';
import type { KnownNames } from './schema/known-names.ts';
import { type MoRouteDraft, moSchema } from './schema/mo.ts';
import type { MoForms } from './schema/mo-forms.ts';
import { type ReadContext, withoutFiles } from './schema/read-context.ts';
import { routeSchema } from './schema/route.ts';
import { webhookSchema } from './schema/webhook.ts';

// As many as are shown; whoever sends more has not looked at what it sends.
const maxFlaws = 20;
// Some of them are wrong for one way to write a thing, and right for another.
const maxWrongValues = 1_000;

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
  /** What rules for messages from handsets may do; default what they always may. */
  readonly actions?: MoForms | undefined;
  /** The connectors there are: what a new one has in common with them is told. Default none. */
  readonly connectors?: readonly ConnectorSettings[] | undefined;
}

/** An entry, or all that is wrong with it; flaws have paths, no places. */
export type ParsedEntry<T> =
  | { readonly ok: true; readonly entry: T; readonly warnings: readonly Flaw[] }
  | { readonly ok: false; readonly flaws: readonly Flaw[] };

/** Reads entries of one kind. */
export type ParseEntry<K extends EntryKind> = (value: unknown) => Promise<ParsedEntry<Entries[K]>>;

/**
 * Checks an entry. It comes from the network: variables are not filled in, and it cannot name files of this machine;
 * passwords and keys are given as they are, certificates as PEM texts. Never rejects because of what is in it.
 */
export async function parseEntry<K extends EntryKind>(
  kind: K,
  value: unknown,
  options: EntryOptions,
): Promise<ParsedEntry<Entries[K]>> {
  return entryParser(kind, options)(value);
}

/** As `parseEntry`, for many entries of one kind: what they are checked by is made once. */
export function entryParser<K extends EntryKind>(
  kind: K,
  { hashPassword, known = {}, actions = builtInForms, connectors = [] }: EntryOptions,
): ParseEntry<K> {
  return parsers[kind](withoutFiles(known, actions), hashPassword, connectors) as unknown as ParseEntry<K>;
}

type ParserOf = (
  world: ReadContext,
  hash: HashPassword,
  connectors: readonly ConnectorSettings[],
) => ParseEntry<EntryKind>;

const parsers: { readonly [K in EntryKind]: ParserOf } = {
  account: (world, hash) => {
    const schema = accountSchema(world);
    return async (value) => {
      const read = readBy(schema, value);
      return read.ok ? { ok: true, entry: await sealed(read.entry, hash), warnings: [] } : read;
    };
  },
  connector: (world, _hash, connectors) => {
    const schema = connectorSchema(world);
    return async (value) => {
      const read = readBy(schema, value);
      return read.ok ? { ...read, warnings: unwiseConnector(read.entry, connectors) } : read;
    };
  },
  webhook: (world) => {
    const schema = webhookSchema(world);
    return async (value) => readBy(schema, value);
  },
  route: (world) => {
    const schema = routeSchema(world);
    return async (value) => {
      const read = readBy(schema, value);
      return read.ok ? ruled(read.entry, ruleFlaws({ routes: [read.entry], mo: [] }, namesIn(world))) : read;
    };
  },
  mo: (world) => {
    const schema = moSchema(world);
    return async (value) => {
      const read = readBy(schema, value);
      if (!read.ok) return read;
      const { name } = read.entry as MoRouteDraft;
      if (name === undefined) return { ok: false, flaws: [{ message: '"name" is missing', path: ['name'] }] };
      const entry: MoRouteSettings = { ...read.entry, name };
      return ruled(entry, ruleFlaws({ routes: [], mo: [entry] }, namesIn(world)));
    };
  },
};

/** Where nobody says which names there are, all are taken for known. */
function namesIn({ known, actions }: ReadContext): RuleWorld {
  const all = { has: () => true } as unknown as ReadonlySet<string>;
  const { accounts, connectors = all, webhooks = all } = known;
  return { known: { accounts, connectors, webhooks }, actions };
}

async function sealed(draft: AccountDraft, hash: HashPassword): Promise<AccountSettings> {
  const { settings, password, passwordHash } = draft;
  return { ...settings, passwordHash: passwordHash ?? (await hash(password ?? '')) };
}

function readBy<T>(schema: z.ZodType<T>, value: unknown, isBounded: boolean = true): ParsedEntry<T> {
  const most = isBounded ? maxWrongValues : Number.POSITIVE_INFINITY;
  const result = bounded(most, () => schema.safeParse(value));
  if (result.success) return { ok: true, entry: result.data, warnings: [] };
  const has = (path: Path): boolean => valueAt(value, path) !== undefined;
  const flaws = flawsOfIssues(result.error.issues, has, maxFlaws);
  // Of a thousand wrong values none was wrong in the end: then all are looked at.
  if (flaws.length === 0 && isBounded) return readBy(schema, value, false);
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
