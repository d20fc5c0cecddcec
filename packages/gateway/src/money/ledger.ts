/**
 * The money of all accounts. Durable are: the credit entries, in the control store; what every message costs, in the
 * tallies of the message store, kept in the same transaction as the messages; and the sums of forgotten days, carried
 * forward into the control store before their messages go. A balance is entries, less settled, less reserved; nothing
 * is ever stored as a balance, so no crash can make it wrong.
 */

import { CenterError, type Clock, type ControlStore, type Tally } from '@chappe/center';
import { AccountCredit } from './account-credit.ts';
import { DaySums } from './day-sums.ts';
import {
  type CreditRequest,
  checkRequest,
  closingChange,
  entryChange,
  entryKind,
  type LedgerEntry,
} from './ledger-entry.ts';
import { checkReference, knownEntry, referenceChange } from './reference.ts';
import { openingOf, readStandings } from './standing.ts';
import { type StatementPage, type StatementRange, statementOf } from './statement.ts';
import { compareDays, compareRunning, type Discrepancy, nameOf, type Running } from './verify.ts';

/** Reads tallies: `tallies` or `recount` of the center. */
export type ReadTallies = () => Promise<readonly Tally[]>;

const counterDigits = 4;
const sumsMs = 3_600_000;
/** What a message on its way looks like is gone when one looks again; what is wrong stays. */
const looks = 3;

/** The ledger of one data folder. Its reads and writes reject with the CenterError of the store. */
export class Ledger {
  readonly #control: ControlStore;
  readonly #tallies: ReadTallies;
  readonly #openedMs: number;
  /** As many as ever had money, or were asked for. */
  readonly #accounts: Map<string, AccountCredit> = new Map();
  #writing: Promise<unknown> = Promise.resolve();
  /** The time of the last entry, and the next counter there. */
  #lastTime = '';
  #nextCounter = 0;
  #disarmSums: () => void = () => undefined;

  private constructor(control: ControlStore, tallies: ReadTallies, openedMs: number) {
    this.#control = control;
    this.#tallies = tallies;
    this.#openedMs = openedMs;
  }

  /**
   * Adds everything up. To be called when the store has recovered and before any message is taken. `nowMs`: wall
   * clock. Rejects with a CenterError when an entry cannot be read.
   */
  static async open(control: ControlStore, tallies: ReadTallies, nowMs: number): Promise<Ledger> {
    const ledger = new Ledger(control, tallies, nowMs);
    const standings = await readStandings(control, await tallies(), nowMs);
    for (const [account, standing] of standings)
      ledger.#accounts.set(account, new AccountCredit(openingOf(account, standing, nowMs)));
    return ledger;
  }

  /** The running side of an account, without bounds until `configure`. To be kept: always the same one. */
  account(name: string): AccountCredit {
    let credit = this.#accounts.get(name);
    if (credit === undefined) {
      const nothing = { balance: 0, reserved: 0, spentDay: 0, spentMonth: 0, nowMs: this.#openedMs };
      credit = new AccountCredit(nothing);
      this.#accounts.set(name, credit);
    }
    return credit;
  }

  /** What is left, in millionths: entries, less settled, less reserved. Below zero: owed. 0 for an unknown account. */
  balance(account: string): number {
    return this.#accounts.get(account)?.balance ?? 0;
  }

  /** Makes an entry; durable and in the balance when it settles. Rejects with a RangeError for a bad one. */
  async credit(request: CreditRequest, nowMs: number): Promise<LedgerEntry> {
    checkRequest(request);
    // One after the other, so that no two take the same place.
    const entry = this.#writing.then(() => this.#write(request, nowMs));
    this.#writing = entry.catch(() => undefined);
    return entry;
  }

  /**
   * As `credit`, but once: the same reference of an account again makes no second entry, and the first one is given.
   * `reference`: 1 to 128 characters. Rejects with a RangeError too when it came with another amount before.
   */
  async creditOnce(
    request: CreditRequest,
    reference: string,
    nowMs: number,
  ): Promise<{ readonly entry: LedgerEntry; readonly isNew: boolean }> {
    checkRequest(request);
    checkReference(reference);
    const made = this.#writing.then(async () => {
      const known = await knownEntry(this.#control, request, reference);
      if (known !== undefined) return { entry: known, isNew: false };
      return { entry: await this.#write(request, nowMs, reference), isNew: true };
    });
    this.#writing = made.catch(() => undefined);
    return made;
  }

  /** Entries and the sums of days, in order of time. Rejects with a RangeError for a bad limit. */
  async statement(account: string, range: StatementRange = {}): Promise<StatementPage> {
    return statementOf(this.#control, await this.#tallies(), account, range);
  }

  /**
   * Keeps the sums of days that are about to be forgotten; the center's `onForget`. May be called again for the same
   * days, and they need not be forgotten then: a day with a tally counts by that. Rejects when a message of them has
   * not ended; they must stay then.
   */
  async carryForward(tallies: readonly Tally[]): Promise<void> {
    const open = tallies.find(({ reserved }) => reserved !== 0);
    if (open !== undefined) {
      const text = `${open.day} has messages of ${open.account} that have not ended: it must not be forgotten`;
      throw new CenterError('CHAPPE_STORE_FAILED', text);
    }
    // Days without money leave nothing.
    await this.#control.write(tallies.filter(({ accepted }) => accepted !== 0).map(closingChange));
  }

  /**
   * Checks that everything adds up: every tally with its messages added up one by one (`recount`), every sum in
   * itself, and for every account entries = balance + reserved + settled. Empty: it does. May be called under load;
   * running balances are compared for accounts that stand still.
   */
  async verify(recount: ReadTallies): Promise<readonly Discrepancy[]> {
    let found = await this.#look(recount);
    for (let look = 1; look < looks && found.length > 0; look += 1) {
      const again = new Set((await this.#look(recount)).map(nameOf));
      found = found.filter((one) => again.has(nameOf(one)));
    }
    return found;
  }

  /**
   * Keeps the sums of all days, too, now and every hour until `endSums`: where the file of one is damaged, or moved away,
   * they are what is known of its money at the next start. Settles after the first time.
   */
  async keepSums(
    clock: Pick<Clock, 'setTimer'>,
    events: { onError(error: unknown, where: string): void },
  ): Promise<void> {
    const sums = new DaySums(this.#control, this.#tallies);
    const keep = async (): Promise<void> => {
      this.#disarmSums = clock.setTimer(() => void keep(), sumsMs);
      await sums.keep().catch((error: unknown) => events.onError(error, 'sums of days'));
    };
    await keep();
  }

  /** No more sums are kept. */
  endSums(): void {
    this.#disarmSums();
  }

  async #write(request: CreditRequest, nowMs: number, reference?: string): Promise<LedgerEntry> {
    const credit = this.account(request.account);
    // Released reservations come on top; reserved is above zero, so one sum bounds both sides.
    if (
      credit.balance + credit.reserved + request.amount > Number.MAX_SAFE_INTEGER ||
      credit.balance + request.amount < -Number.MAX_SAFE_INTEGER
    )
      throw new RangeError(`amount ${request.amount} brings the balance beyond what can be kept exactly`);
    const entry = { ...request, note: request.note ?? '', at: await this.#placeAt(nowMs) };
    const mark = reference === undefined ? [] : [referenceChange(entry, reference)];
    await this.#control.write([entryChange(entry), ...mark]);
    credit.credited(entry.amount);
    return entry;
  }

  /** A key that no entry has: after a restart, or when the clock was set back, the millisecond may be in use. */
  async #placeAt(nowMs: number): Promise<string> {
    const time = new Date(nowMs).toISOString();
    if (time !== this.#lastTime) this.#nextCounter = 0;
    this.#lastTime = time;
    for (;;) {
      const at = `${time}-${String(this.#nextCounter).padStart(counterDigits, '0')}`;
      this.#nextCounter += 1;
      if ((await this.#control.get(entryKind, at)) === undefined) return at;
    }
  }

  async #look(recount: ReadTallies): Promise<Discrepancy[]> {
    const was = this.#running();
    const before = await this.#tallies();
    const rows = await recount();
    const after = await this.#tallies();
    const standings = await readStandings(this.#control, rows, this.#openedMs);
    const running = compareRunning(standings, was, this.#running());
    return [...(await compareDays(this.#control, { before, rows, after })), ...running];
  }

  #running(): Map<string, Running> {
    const running = new Map<string, Running>();
    for (const [name, { balance, reserved }] of this.#accounts) running.set(name, { balance, reserved });
    return running;
  }
}
