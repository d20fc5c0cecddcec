/**
 * The settings in force: those of the file and the entries made at run time, merged. Every change is prepared whole, made
 * durable, and only then taken; changes come one after the other, so that of two the later one stays.
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

/** Who puts settings to use, accounts included: in two steps, of which the second cannot fail. */
export interface SettingsUser<P> {
  /** Rejects with a `SettingsError` that names entries and fields; nothing has changed then. */
  prepare(settings: GatewaySettings): Promise<P>;
  /**
   * Takes them in one step, and calls `alongside` in it. False: others have been taken since these were prepared, and
   * nothing has changed.
   */
  take(prepared: P, alongside: () => void): boolean;
}

/** A change of settings. */
interface Change {
  /** What is in force then. */
  readonly settings: GatewaySettings;
  /** Makes it durable: then it is taken. */
  readonly write: () => Promise<void>;
  /** What else changes with it. */
  readonly alongside: () => void;
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

  /**
   * Takes other settings of the file over. Rejects with a `SettingsError`, or as the store does; then nothing has changed.
   * `alongside`: changes in the same step what else belongs to them; it must not throw.
   */
  apply(file: GatewaySettings, alongside?: () => void): Promise<void> {
    return this.#inTurn(() => {
      const settings = this.#inForce(this.#entries.merge(file));
      return this.#change({
        settings,
        write: () => this.#control.write(endedSuspensions(this.#accounts, settings.accounts)),
        alongside: () => {
          this.#file = file;
          alongside?.();
        },
      });
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

  #make(change: EntryChange): Promise<void> {
    const settings = this.#inForce(this.#entries.mergeAfter(change, this.#file));
    return this.#change({
      settings,
      write: () => this.#entries.write(change, endedSuspensions(this.#accounts, settings.accounts)),
      alongside: () => this.#entries.take(change),
    });
  }

  /** An open gateway has no list of accounts. */
  #inForce(merged: GatewaySettings): GatewaySettings {
    return this.#accounts.open ? { ...merged, accounts: [] } : merged;
  }

  async #change({ settings, write, alongside }: Change): Promise<void> {
    const user = this.#user;
    if (user === undefined) throw new Error('settings change when the gateway has started');
    let prepared = await user.prepare(settings);
    await write();
    // Changes come in turn. Should others be in force all the same, what can be can be beside these, too.
    while (!user.take(prepared, alongside)) prepared = await user.prepare(settings);
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
