/**
 * The settings in force: those of the file and the entries made at run time, merged. Every change is thought through
 * whole, made durable, and only then used; changes come one after the other.
 */
import type { ControlStore } from '@chappe/center';
import type { Accounts, EntryKind, EntrySettings } from '@chappe/policy';
import { type GatewaySettings, noSettings, type Origin, Sealing } from '@chappe/policy';
import { Entries, type EntryChange, type ShadowedEntry } from './entries.ts';
import { endedSuspensions, restoreSuspensions, writeSuspension } from './suspensions.ts';

/** `in-file`: the file has an entry of that name, and it is not for us to change. */
export type PutResult = 'made' | 'replaced' | 'in-file';
/** `unknown`: there is no such entry. */
export type RemoveResult = 'removed' | 'unknown' | 'in-file';

/** What is there at the start. */
export interface RunTimeOptions {
  /** Those of the file. */
  readonly settings?: GatewaySettings | undefined;
  /** Default: with a key that is gone when the process ends, for control stores that are gone then too. */
  readonly sealing?: Sealing | undefined;
}

/** Who puts settings to use: in two steps, of which the second cannot fail. */
export interface SettingsUser<P> {
  /** Rejects with a RangeError that names entry and field; nothing has changed then. */
  compile(settings: GatewaySettings): Promise<P>;
  take(prepared: P): void;
}

/** Settings that change while the gateway runs. */
export class RunTimeEntries {
  readonly #entries: Entries;
  readonly #control: ControlStore;
  readonly #accounts: Accounts;
  readonly #isSandbox: boolean;
  #file: GatewaySettings;
  #user: SettingsUser<unknown> | undefined;
  #endSessions: () => void = () => undefined;
  /** The change under way, and those before it. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    entries: Entries,
    control: ControlStore,
    accounts: Accounts,
    file: GatewaySettings,
    isSandbox: boolean,
  ) {
    this.#isSandbox = isSandbox;
    this.#entries = entries;
    this.#control = control;
    this.#accounts = accounts;
    this.#file = file;
  }

  /**
   * Reads what was made before, adds its accounts to those of the file, and suspends who was suspended. Rejects with a
   * RangeError for entries that cannot be read or cannot be.
   */
  static async load(
    control: ControlStore,
    accounts: Accounts,
    { settings: given, sealing = new Sealing() }: RunTimeOptions,
  ): Promise<RunTimeEntries> {
    const settings = given ?? noSettings;
    const entries = await Entries.load(control, sealing);
    // Passwords given in clear have become hashes by now.
    const file = { ...settings, accounts: accounts.open ? [] : settingsOf(accounts) };
    const made = new RunTimeEntries(entries, control, accounts, file, accounts.open || given === undefined);
    if (!accounts.open) accounts.replace(made.settings.accounts);
    await restoreSuspensions(control, accounts);
    return made;
  }

  /** Says where changes go. */
  attach<P>(user: SettingsUser<P>, endSessions: () => void): void {
    this.#user = user as SettingsUser<unknown>;
    this.#endSessions = endSessions;
  }

  /** Whether there is no configuration: then everybody is a friend, and nothing is anybody's in earnest. */
  get isSandbox(): boolean {
    return this.#isSandbox;
  }

  /** All settings together. */
  get settings(): GatewaySettings {
    return this.#inForce(this.#entries.merge(this.#file));
  }

  /** Where an entry in force comes from; undefined when there is none of that name. */
  originOf(kind: EntryKind, name: string): Origin | undefined {
    return this.#entries.originOf(kind, name, this.#file);
  }

  /** The same for a whole list: to be asked for each of its names, at once. */
  originsOf(kind: EntryKind): (name: string) => Origin | undefined {
    return this.#entries.originsOf(kind, this.#file);
  }

  /** The stored entry of that name; undefined when there is none. It has its secrets. */
  stored<K extends EntryKind>(kind: K, name: string): EntrySettings[K] | undefined {
    return this.#entries.get(kind, name);
  }

  /** Stored entries without effect, since the file has their names. */
  shadowed(): readonly ShadowedEntry[] {
    return this.#entries.shadowed(this.#file);
  }

  /** Takes other settings of the file over. Rejects with a RangeError; then nothing has changed. */
  apply(file: GatewaySettings): Promise<void> {
    return this.#inTurn(async () => {
      const merged = this.#inForce(this.#entries.merge(file));
      const prepared = await this.#prepare(merged);
      await this.#control.write(endedSuspensions(this.#accounts, merged.accounts));
      this.#file = file;
      this.#take(merged, prepared);
    });
  }

  /**
   * Makes an entry, or replaces a stored one. `before`: of routes, the stored one that it comes before. Rejects with a
   * RangeError that says what is wrong, or as the store does; then nothing has changed.
   */
  put<K extends EntryKind>(kind: K, settings: EntrySettings[K], before?: string): Promise<PutResult> {
    return this.#inTurn(async () => {
      const name = 'name' in settings ? settings.name : settings.systemId;
      if (kind === 'account' && this.#accounts.open) {
        throw new RangeError(
          'this gateway is open to everybody; start it with a configuration to have accounts',
        );
      }
      const origin = this.originOf(kind, name);
      if (origin === 'file') return 'in-file';
      await this.#make(this.#entries.putting(kind, settings, before));
      return origin === undefined ? 'made' : 'replaced';
    });
  }

  /** Takes a stored entry away. Rejects with a RangeError when others need it; then nothing has changed. */
  remove(kind: EntryKind, name: string): Promise<RemoveResult> {
    return this.#inTurn(async () => {
      const change = this.#entries.removing(kind, name);
      if (change === undefined) return this.originOf(kind, name) === 'file' ? 'in-file' : 'unknown';
      await this.#make(change);
      return 'removed';
    });
  }

  /** Suspends an account, or ends that; durable when it settles. False: there is none, or everybody may bind. */
  suspend(name: string, suspended: boolean): Promise<boolean> {
    return this.#inTurn(async () => {
      const account = this.#accounts.open ? undefined : this.#accounts.get(name);
      if (account === undefined) return false;
      await writeSuspension(this.#control, name, suspended, account.settings.suspended ?? false);
      this.#accounts.suspend(name, suspended);
      this.#endSessions();
      return true;
    });
  }

  async #make(change: EntryChange): Promise<void> {
    const merged = this.#inForce(this.#entries.mergeAfter(change, this.#file));
    const prepared = await this.#prepare(merged);
    await this.#entries.write(change, endedSuspensions(this.#accounts, merged.accounts));
    this.#take(merged, prepared);
  }

  /** An open gateway has no list of accounts. */
  #inForce(merged: GatewaySettings): GatewaySettings {
    return this.#accounts.open ? { ...merged, accounts: [] } : merged;
  }

  /** Everything that may fail, and everything that takes long. */
  async #prepare(settings: GatewaySettings): Promise<unknown> {
    if (!this.#accounts.open) this.#accounts.checkList(settings.accounts);
    return this.#user?.compile(settings);
  }

  /** From here on nothing fails. */
  #take(settings: GatewaySettings, prepared: unknown): void {
    if (!this.#accounts.open) this.#accounts.replace(settings.accounts);
    this.#user?.take(prepared);
    this.#endSessions();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function settingsOf(accounts: Accounts): GatewaySettings['accounts'] {
  return accounts.names().flatMap((name) => accounts.get(name)?.settings ?? []);
}
