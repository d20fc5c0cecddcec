/**
 * Who may connect. The sandbox is open: every system_id is an account and every password is right. A closed gateway
 * knows its accounts and keeps only scrypt hashes of their passwords.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { SettingsFlaws } from '../errors.ts';
import { NumberOwners } from '../numbers/number-owners.ts';
import type { AccountSettings } from '../settings/account.ts';
import { atOnce, type Steps } from '../slices.ts';
import { type Account, checkName, openAccount } from './account.ts';
import { BoundedMap } from './bounded-map.ts';
import { type Derive, defaultCost, hashPassword, type PasswordHash } from './password.ts';
import { type Check, type CheckResult, type Gate, PasswordChecks } from './password-checks.ts';
import { type AccountChanges, type PreparedAccounts, prepareAccounts } from './prepared-accounts.ts';

/** One account as given by the operator: its settings, or with a password in clear, which is hashed at once. */
export type AccountInput =
  | AccountSettings
  | (Omit<AccountSettings, 'passwordHash'> & { readonly password: string });

/** Which accounts there are. */
export type AccountOptions =
  | { readonly open: true }
  | { readonly open: false; readonly list: readonly AccountInput[] };

// An open gateway meets as many names as there are peers; beyond this the eldest name is forgotten (not its messages).
const maxOpenAccounts = 10_000;
// As many as the pool has threads.
const hashesAtOnce = 4;

/** For checks that nobody slows down. */
const openGate: Gate = { enter: () => true, leave: () => undefined };

/** The accounts of a gateway. */
export class Accounts {
  /** True when every system_id and password is accepted. */
  readonly open: boolean;
  readonly #seen = new BoundedMap<Account>(maxOpenAccounts);
  #known = new Map<string, Account>();
  #owners = new NumberOwners([]);
  #isListed: (address: string) => boolean = () => false;
  /** Hashes of all accounts: what checks of unknown names cost is taken from one of them. */
  #hashes: readonly PasswordHash[] = [];
  /** Names suspended, or not, at run time; their settings say otherwise. */
  readonly #suspensions = new Map<string, boolean>();
  /** Another object after every change: see `PreparedAccounts.basis`. */
  #basis: object = {};
  readonly #checks: PasswordChecks;
  readonly #derive: Derive | undefined;
  readonly #decoySecret = randomBytes(32);

  private constructor(open: boolean, derive: Derive | undefined, digestKey: Uint8Array | undefined) {
    this.open = open;
    this.#derive = derive;
    this.#checks = new PasswordChecks(derive, digestKey);
  }

  /**
   * Builds the accounts. Rejects with a RangeError on settings that cannot be, and on a repeated system_id.
   * `derive`: scrypt, for tests. `digestKey`: of what is remembered of right passwords; default one that ends with the
   * process.
   */
  static async create(options: AccountOptions, derive?: Derive, digestKey?: Uint8Array): Promise<Accounts> {
    const accounts = new Accounts(options.open, derive, digestKey);
    if (options.open) return accounts;
    accounts.replace(await accounts.hashed(options.list));
    return accounts;
  }

  /** The account of that name, if it is known: configured, or met before in an open gateway. */
  get(name: string): Account | undefined {
    return this.open ? this.#seen.get(name) : this.#known.get(name);
  }

  /** Which numbers are given to which accounts. */
  get owners(): NumberOwners {
    return this.#owners;
  }

  /** Whether an address is in a network of some account (`Account.isListed`). Quick: of many only the first are looked at. */
  isListed(address: string): boolean {
    return this.#isListed(address);
  }

  /** Names of all known accounts. */
  names(): string[] {
    return this.open ? this.#seen.keys() : [...this.#known.keys()];
  }

  /** The account of an open gateway for that name, made when it is new. */
  ensure(name: string): Account {
    const seen = this.#seen.get(name);
    if (seen !== undefined) return seen;
    const account = openAccount(name);
    this.#seen.set(name, account);
    return account;
  }

  /**
   * The account when system_id and password are right. An unknown system_id costs the same work as a wrong password.
   * `busy`: too many checks are waiting; the peer should try again. LoginFailures are not slowed down here: see `Credentials`.
   */
  async verify(systemId: string, password: string): Promise<Account | 'refused' | 'busy'> {
    if (this.open) return this.ensure(systemId);
    const result = await this.check(callOf(systemId, password, 'fresh'), false);
    if (result === 'busy') return 'busy';
    return result === 'right' ? (this.get(systemId) ?? 'refused') : 'refused';
  }

  /**
   * Checks a password of a closed gateway, at once when the answer is known: see `PasswordChecks.check`. `isShut`: whatever
   * it is, it is wrong, and takes the work that it takes for a name that nobody has.
   */
  check(asked: Omit<Check, 'hash'>, isShut: boolean): CheckResult | Promise<CheckResult> {
    const decoy = this.#decoyFor(asked.name);
    const known = this.#known.get(asked.name)?.passwordHash ?? decoy;
    return this.#checks.check({ ...asked, hash: isShut ? decoy : known });
  }

  /** See `PasswordChecks.rightOf`. */
  rightOf(name: string): string | undefined {
    return this.#checks.rightOf(name);
  }

  /** See `PasswordChecks.restoreRight`. */
  restoreRight(name: string, digest: string): void {
    this.#checks.restoreRight(name, digest);
  }

  /** Adds an account. Rejects with a RangeError on settings that cannot be, a repeated system_id, or an open gateway. */
  async add(input: AccountInput): Promise<Account> {
    checkName(input.systemId);
    const settings = await this.#hashedOne(input);
    this.replace([...this.#settings(), settings]);
    return this.#known.get(settings.systemId)!;
  }

  /**
   * The settings of a list, with hashes for passwords in clear. An account that keeps its password keeps its hash, so
   * that reading the same file again changes nothing. Each new password takes some 50 ms, four at a time.
   */
  async hashed(list: readonly AccountInput[]): Promise<AccountSettings[]> {
    const settings: AccountSettings[] = [];
    for (let at = 0; at < list.length; at += hashesAtOnce) {
      const some = list.slice(at, at + hashesAtOnce).map((input) => this.#hashedOne(input));
      settings.push(...(await Promise.all(some)));
    }
    return settings;
  }

  /**
   * Compiles a whole new list, in steps; what stays the same by value stays the same object. Quota, throughput and counters
   * of changed accounts go on. Changes nothing. Flaws are told: with any of them it is not to be taken.
   */
  prepare(list: readonly AccountSettings[], flaws: SettingsFlaws): Steps<PreparedAccounts> {
    if (this.open)
      throw new RangeError('this gateway is open to everybody; start it anew with a list of accounts');
    const inForce = { accounts: this.#known, suspensions: this.#suspensions, basis: this.#basis };
    return prepareAccounts(list, inForce, flaws);
  }

  /** Whether nothing has changed since a list was prepared, so that it can be taken. */
  isCurrent({ basis }: PreparedAccounts): boolean {
    return basis === this.#basis;
  }

  /** Takes a prepared list, which must be current. Cannot fail. */
  take({ accounts, owners, isListed, hashes, changes }: PreparedAccounts): void {
    for (const name of changes.removed) this.#suspensions.delete(name);
    for (const { name, fields } of changes.changed)
      if (fields.includes('suspended')) this.#suspensions.delete(name);
    this.#known = accounts;
    this.#owners = owners;
    this.#isListed = isListed;
    this.#hashes = hashes;
    this.#basis = {};
  }

  /** Prepares a list and takes it. Throws a `SettingsError`, and then nothing has changed. */
  replace(list: readonly AccountSettings[]): AccountChanges {
    const flaws = new SettingsFlaws();
    const prepared = atOnce(this.prepare(list, flaws));
    flaws.refuse();
    this.take(prepared);
    return prepared.changes;
  }

  /**
   * Suspends an account at run time, or ends that; false when there is none of that name. Holds until the account is
   * removed, or its settings say something new about it. Ending its sessions is the caller's part.
   */
  suspend(name: string, suspended: boolean): boolean {
    const account = this.#known.get(name);
    if (account === undefined) return false;
    if (suspended === (account.settings.suspended ?? false)) this.#suspensions.delete(name);
    else this.#suspensions.set(name, suspended);
    this.#known.set(name, { ...account, suspended });
    this.#basis = {};
    return true;
  }

  async #hashedOne(input: AccountInput): Promise<AccountSettings> {
    if (!('password' in input)) return input;
    const { password, ...settings } = input;
    const known = this.#known.get(settings.systemId)?.passwordHash;
    const isKept =
      known !== undefined &&
      (await this.check(callOf(settings.systemId, password, 'own'), false)) === 'right';
    return { ...settings, passwordHash: isKept ? known.text : await hashPassword(password, this.#derive) };
  }

  #settings(): AccountSettings[] {
    return [...this.#known.values()].map(({ settings }) => settings);
  }

  /** A hash that no password has. It costs as much as that of some account, always the same for one name. */
  #decoyFor(name: string): PasswordHash {
    const key = createHmac('sha256', this.#decoySecret).update(name).digest();
    const model = this.#hashes[key.readUInt32LE(0) % Math.max(1, this.#hashes.length)];
    // The text stands for the hash where answers are remembered; it is not to be one that an account may have.
    return {
      text: 'decoy',
      cost: model === undefined ? defaultCost : model.cost,
      salt: key.subarray(0, model?.salt.length ?? 16),
      key: key.subarray(0, model?.key.length ?? 32),
    };
  }
}

/** A check that was asked for in this process, not over the network. */
function callOf(name: string, password: string, rank: Check['rank']): Omit<Check, 'hash'> {
  return { name, password, rank, address: '', gate: openGate };
}
