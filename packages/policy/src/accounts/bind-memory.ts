/**
 * What binds have shown, kept over restarts: from which addresses the right password of an account has come, so that
 * guesses from elsewhere do not keep its owner out, and which password that was, as a keyed digest, so that thousands of
 * customers who come back at once do not wait for scrypt. Sealed: the control store alone tells nothing.
 */
import type { ControlChange, ControlStore } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { Accounts } from './accounts.ts';
import { maxKnownAddresses } from './login-failures.ts';
import type { Sealing } from './sealing.ts';

const kind = 'bind-memory';
// Written together: a storm of binds is a few writes, and what a kill loses is found out again.
const writeAfterMs = 1_000;
const maxPerWrite = 1_000;

interface Remembered {
  /** As `addressKey` writes them, the latest last. */
  readonly addresses: readonly string[];
  /** See `PasswordChecks.rightOf`. */
  readonly right?: string | undefined;
}

/** What a memory is made of. */
export interface BindMemoryOptions {
  readonly control: ControlStore;
  readonly sealing: Sealing;
  readonly accounts: Accounts;
  readonly clock: Clock;
  /** False: addresses only. */
  readonly passwords: boolean;
  readonly onError: (error: unknown, where: string) => void;
}

/** The memory of one data folder. */
export class BindMemory {
  readonly #options: BindMemoryOptions;
  /** As it is stored, by account. */
  readonly #stored: Map<string, Remembered>;
  readonly #dirty = new Map<string, Remembered | undefined>();
  #disarm: (() => void) | undefined;

  private constructor(options: BindMemoryOptions, stored: Map<string, Remembered>) {
    this.#options = options;
    this.#stored = stored;
  }

  /** Reads it and gives the accounts what they knew; forgets what does not open and accounts that are gone. */
  static async load(options: BindMemoryOptions): Promise<BindMemory> {
    const { control, accounts } = options;
    const stored = new Map<string, Remembered>();
    const memory = new BindMemory(options, stored);
    if (accounts.open) return memory;
    for (const { key, value } of await control.list(kind)) {
      const remembered = memory.#opened(key, value);
      if (remembered === undefined || accounts.get(key) === undefined) memory.#dirty.set(key, undefined);
      else {
        stored.set(key, remembered);
        const { right } = remembered;
        if (right !== undefined && options.passwords) accounts.restoreRight(key, right);
        else if (right !== undefined) memory.#change(key, { addresses: remembered.addresses });
      }
    }
    await memory.write();
    return memory;
  }

  /** All pairs. */
  *known(): Iterable<{ readonly account: string; readonly address: string }> {
    for (const [account, { addresses }] of this.#stored) {
      for (const address of addresses) yield { account, address };
    }
  }

  /** An account was let in; these are its addresses now. */
  note(account: string, addresses: readonly string[]): void {
    const { accounts, passwords, clock } = this.#options;
    const right = passwords ? accounts.rightOf(account) : undefined;
    const before = this.#stored.get(account);
    if (before !== undefined && before.right === right && isSame(before.addresses, addresses)) return;
    this.#change(account, { addresses, ...(right === undefined ? {} : { right }) });
    this.#disarm ??= clock.setTimer(() => {
      this.#disarm = undefined;
      void this.write();
    }, writeAfterMs);
  }

  /** Writes what has changed; never rejects. */
  async write(): Promise<void> {
    const { control, onError } = this.#options;
    this.#disarm?.();
    this.#disarm = undefined;
    const changes = [...this.#dirty].map(([account, remembered]) => this.#changeOf(account, remembered));
    this.#dirty.clear();
    try {
      for (let from = 0; from < changes.length; from += maxPerWrite)
        await control.write(changes.slice(from, from + maxPerWrite));
    } catch (error) {
      // What was not written is found out again at the next bind after a restart.
      onError(error, 'memory of binds');
    }
  }

  #change(account: string, remembered: Remembered): void {
    this.#stored.set(account, remembered);
    this.#dirty.set(account, remembered);
  }

  #changeOf(account: string, remembered: Remembered | undefined): ControlChange {
    const { sealing } = this.#options;
    const value =
      remembered === undefined ? undefined : sealing.seal(JSON.stringify(remembered), placeOf(account));
    return { kind, key: account, value };
  }

  #opened(account: string, value: string): Remembered | undefined {
    const text = this.#options.sealing.open(value, placeOf(account));
    if (text === undefined) return undefined;
    // What opens was written by us: nobody else has the key.
    const { addresses, right } = JSON.parse(text) as Remembered;
    return { addresses: addresses.slice(-maxKnownAddresses), ...(right === undefined ? {} : { right }) };
  }
}

function placeOf(account: string): string {
  return `${kind}/${account}`;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((address, at) => address === b[at]);
}
