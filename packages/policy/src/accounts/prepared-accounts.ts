/** A list of accounts, compiled whole before anything changes. */
import type { SettingsFlaws } from '../errors.ts';
import { NumberOwners } from '../numbers/number-owners.ts';
import type { AccountSettings } from '../settings/account.ts';
import type { Steps } from '../slices.ts';
import { type Account, compileAccount } from './account.ts';
import { compileNetworks, isWide, maxNetworks } from './networks.ts';
import type { PasswordHash } from './password.ts';
import { differingFields } from './same-value.ts';

/** What new settings change. */
export interface AccountChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly fields: readonly string[] }[];
}

/** Accounts that are compiled and not yet in force. */
export interface PreparedAccounts {
  readonly accounts: Map<string, Account>;
  readonly owners: NumberOwners;
  /** Whether an address is in a network of some account. */
  readonly isListed: (address: string) => boolean;
  /** Of all accounts. */
  readonly hashes: readonly PasswordHash[];
  readonly changes: AccountChanges;
  /** What it was compiled beside: while this is in force, it can be taken. */
  readonly basis: object;
}

/** What accounts are compiled beside: those in force. */
export interface AccountsInForce {
  readonly accounts: ReadonlyMap<string, Account>;
  /** Suspensions made at run time: they hold while the settings say nothing new about it. */
  readonly suspensions: ReadonlyMap<string, boolean>;
  readonly basis: object;
}

const maxAccounts = 100_000;

/**
 * Compiles a list, in steps; what stays the same by value stays the same object. Tells flaws that name account and field:
 * with any of them the list is not to be taken.
 */
export function* prepareAccounts(
  list: readonly AccountSettings[],
  { accounts: before, suspensions, basis }: AccountsInForce,
  flaws: SettingsFlaws,
): Steps<PreparedAccounts> {
  if (list.length > maxAccounts) flaws.add(`at most ${maxAccounts} accounts`);
  yield* checkKeys(list, flaws);
  const accounts = new Map<string, Account>();
  const added: string[] = [];
  const changed: { name: string; fields: readonly string[] }[] = [];
  for (const settings of list) {
    yield;
    const name = settings.systemId;
    if (accounts.has(name)) {
      flaws.add(`account "${name}" is given twice; leave one out`);
      continue;
    }
    const old = before.get(name);
    const fields = old === undefined ? [] : differingFields(old.settings, settings);
    if (old !== undefined && fields.length === 0) {
      accounts.set(name, old);
      continue;
    }
    if (old === undefined) added.push(name);
    else changed.push({ name, fields });
    const account = yield* compiled(settings, old, flaws);
    const suspended = fields.includes('suspended') ? undefined : suspensions.get(name);
    if (account !== undefined)
      accounts.set(name, suspended === undefined ? account : { ...account, suspended });
  }
  const removed: string[] = [];
  for (const name of before.keys()) if (!accounts.has(name)) removed.push(name);
  return {
    accounts,
    owners: yield* NumberOwners.steps(accounts.values()),
    isListed: yield* listedIn(accounts.values()),
    hashes: yield* hashesOf(accounts.values()),
    changes: { added, removed, changed },
    basis,
  };
}

function* compiled(
  settings: AccountSettings,
  previous: Account | undefined,
  flaws: SettingsFlaws,
): Steps<Account | undefined> {
  try {
    return yield* compileAccount(settings, previous);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    flaws.add(error.message);
    return undefined;
  }
}

/** A key says who calls: two accounts with the same one would be one another. */
function* checkKeys(list: readonly AccountSettings[], flaws: SettingsFlaws): Steps<void> {
  const owners = new Map<string, string>();
  for (const { systemId, apiKeyHash } of list) {
    yield;
    if (apiKeyHash === undefined) continue;
    const hash = apiKeyHash.toLowerCase();
    const owner = owners.get(hash);
    if (owner !== undefined && owner !== systemId)
      flaws.add(`account "${systemId}": its apiKey is that of account "${owner}"; give it another`);
    owners.set(hash, systemId);
  }
}

function* listedIn(accounts: Iterable<Account>): Steps<(address: string) => boolean> {
  const listed = new Set<string>();
  for (const { settings } of accounts) {
    yield;
    // More are not looked at: a list of networks is walked from end to end.
    for (const network of settings.allowFrom ?? [])
      if (listed.size < maxNetworks && !isWide(network)) listed.add(network);
  }
  return compileNetworks([...listed], 'allowFrom');
}

function* hashesOf(accounts: Iterable<Account>): Steps<readonly PasswordHash[]> {
  const hashes: PasswordHash[] = [];
  for (const { passwordHash } of accounts) {
    yield;
    if (passwordHash !== undefined) hashes.push(passwordHash);
  }
  return hashes;
}
