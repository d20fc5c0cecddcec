/** What is asked of the two tables of a day file, prepared. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { columns, endSql, freshColumns } from './schema.ts';

/** Messages; receipts and notices. */
export const tables = ['msg', 'note'] as const;

/** The statements of one of the two tables. */
export interface Statements {
  readonly insert: StatementSync;
  readonly replace: StatementSync;
  readonly done: StatementSync;
  readonly charge: StatementSync;
  readonly update: StatementSync;
  readonly remove: StatementSync;
  readonly claim: StatementSync;
  readonly mark: StatementSync;
  readonly nextDue: StatementSync;
  readonly find: StatementSync;
  readonly expired: StatementSync;
}

/** Throws the error of SQLite. */
export function prepare(database: DatabaseSync, table: (typeof tables)[number]): Statements {
  const all = columns.join(', ');
  const rows = (sql: string): StatementSync => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const queue = `FROM ${table} WHERE place = 0 AND lane = ? AND account = ? AND prio = ?`;
  return {
    // Said to be empty: in a file of version 3 it would be `toldInTimeline` by itself.
    insert: database.prepare(
      `INSERT OR REPLACE INTO ${table}(${freshColumns.join(', ')}, sent) ` +
        `VALUES(${freshColumns.map(() => '?').join(', ')}, NULL)`,
    ),
    replace: database.prepare(
      `INSERT OR REPLACE INTO ${table}(${all}) VALUES(${columns.map(() => '?').join(', ')})`,
    ),
    done: database.prepare(
      `UPDATE ${table} SET place = 3, state = ?, attempts = ?, error = ?, done = ?, timeline = ?, answered = ?, operror = ? WHERE id = ?`,
    ),
    charge: database.prepare(
      `UPDATE ${table} SET place = 3, state = ?, attempts = ?, error = ?, done = ?, timeline = ?, answered = ?, operror = ?, charged = ? WHERE id = ?`,
    ),
    update: database.prepare(
      `UPDATE ${table} SET lane = ?, due = ?, place = ?, state = ?, attempts = ?, error = ?, connector = ?, ` +
        'reference = ?, timeline = ?, memo = ?, answered = ?, sent = ?, operror = ? WHERE id = ?',
    ),
    remove: database.prepare(`DELETE FROM ${table} WHERE id = ?`),
    claim: rows(`SELECT ${all} ${queue} AND due <= ? AND id < ? ORDER BY due, id LIMIT ?`),
    // State 0 is scheduled, 1 enroute.
    mark: database.prepare(`UPDATE ${table} SET place = 2, state = max(state, 1) WHERE id = ?`),
    nextDue: rows(`SELECT min(due) ${queue}`),
    find: rows(`SELECT ${all} FROM ${table} WHERE id = ?`),
    expired: rows(`SELECT ${all} FROM ${table} WHERE place <= 1 AND ${endSql} <= ? ORDER BY ${endSql}`),
  };
}
