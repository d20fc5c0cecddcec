/**
 * The sums of days beside their files. A file that is damaged from end to end takes its messages along; what they have
 * cost must not come back to those who sent them.
 */
import type { ControlStore, Tally } from '@chappe/center';
import { closingChange, closingKind, entriesAfter } from './ledger-entry.ts';

/** Written at once: the store writes in the thread of the messages. */
const batchEntries = 500;

/** Those of one data folder. */
export class DaySums {
  readonly #control: ControlStore;
  readonly #tallies: () => Promise<readonly Tally[]>;
  /** What was written last, by key; undefined: nobody has looked. */
  #kept: ReadonlyMap<string, string | undefined> | undefined;

  constructor(control: ControlStore, tallies: () => Promise<readonly Tally[]>) {
    this.#control = control;
    this.#tallies = tallies;
  }

  /** Writes what has changed. Rejects with the CenterError of a store. */
  async keep(): Promise<void> {
    const changes = (await this.#tallies()).filter(({ accepted }) => accepted !== 0).map(closingChange);
    const kept = this.#kept ?? (await this.#stored());
    const changed = changes.filter(({ key, value }) => kept.get(key) !== value);
    for (let at = 0; at < changed.length; at += batchEntries)
      await this.#control.write(changed.slice(at, at + batchEntries));
    this.#kept = new Map(changes.map(({ key, value }) => [key, value]));
  }

  async #stored(): Promise<Map<string, string>> {
    const stored = new Map<string, string>();
    for await (const { key, value } of entriesAfter(this.#control, closingKind, undefined))
      stored.set(key, value);
    return stored;
  }
}
