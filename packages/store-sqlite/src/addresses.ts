/**
 * Which messages went to a number. An index over all of a day would have one of its pages written for nearly every message,
 * since numbers come in no order; so the day is cut into parts, each an index of its own that is small enough to stay in memory
 * while it is written. A part begins with an id: messages of this id and later ones are in it, up to the next part.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Messages of one part, about. */
const PART_MESSAGES = 50_000;

/** What the file of a day has for it; files of versions before 5 have an index over all, and none of this. */
export const addressSql = `CREATE TABLE part(first INTEGER PRIMARY KEY);
INSERT INTO part VALUES(0);
CREATE TABLE address(
  part INTEGER NOT NULL,
  destination TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY(part, destination, id)
) WITHOUT ROWID;
`;

/** Whether a file has it. */
export function hasAddresses(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'address'").get() !== undefined;
}

/** The parts of one file, for whoever writes there; all of it inside of his transactions. */
export class Addresses {
  readonly #database: DatabaseSync;
  readonly #add: StatementSync;
  /** Where each part begins, ascending. */
  #parts: number[] = [];
  /** Messages of the last part. */
  #count = 0;

  /** Throws the error of SQLite. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#add = database.prepare('INSERT OR IGNORE INTO address(part, destination, id) VALUES(?, ?, ?)');
    this.read();
  }

  /** What the file says: at the beginning, and after a transaction that was undone. */
  read(): void {
    const numbers = (sql: string, ...values: number[]): number[] => {
      const statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      return (statement.all(...values) as unknown as [number][]).map(([number]) => number);
    };
    this.#parts = numbers('SELECT first FROM part ORDER BY first');
    this.#count = numbers('SELECT count(*) FROM address WHERE part = ?', this.#parts.at(-1) ?? 0)[0] ?? 0;
  }

  /** Before messages are added: a part that is full is followed by another one. */
  begin(): void {
    if (this.#count < PART_MESSAGES) return;
    const { id } = this.#database.prepare('SELECT max(id) AS id FROM msg').get() as { readonly id: number };
    this.#database.prepare('INSERT INTO part VALUES(?)').run(id + 1);
    this.#parts.push(id + 1);
    this.#count = 0;
  }

  add(destination: string, id: number): void {
    let at = this.#parts.length - 1;
    // One that took its time is of a part before.
    while (at > 0 && id < (this.#parts[at] as number)) at -= 1;
    this.#add.run(this.#parts[at] as number, destination, id);
    if (at === this.#parts.length - 1) this.#count += 1;
  }
}
