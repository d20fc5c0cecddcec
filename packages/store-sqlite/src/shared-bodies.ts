/** Contents and texts that several messages of one call have in common stand once in a day file: see schema.ts. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Row } from './requests.ts';
import type { Value } from './row.ts';
import { columns } from './schema.ts';

const contentAt = columns.indexOf('content');
const textAt = columns.indexOf('text');
const bodyAt = columns.indexOf('body');

/** What of a row takes memory. */
export function bodyOf(row: Row): { readonly content: Uint8Array; readonly text: string | undefined } {
  return { content: row[contentAt] as Uint8Array, text: (row[textAt] as string | null) ?? undefined };
}

/** Those of one file. Rows that are read together share them in memory, and on their way to another thread. */
export class SharedBodies {
  readonly #find: StatementSync;
  readonly #found: Map<number, readonly Value[]> = new Map();

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT content, text FROM shared WHERE id = ?');
    this.#find.setReturnArrays(true);
  }

  /** A row with its content and text, wherever they stand. The rows of `msg` and `note` have all columns. */
  whole(row: Row): Row {
    const id = row[bodyAt] as number | null;
    if (id === null) return row;
    let body = this.#found.get(id);
    if (body === undefined) {
      // A row whose content is gone (a damaged file) reads as an empty text.
      body = (this.#find.get(id) as unknown as readonly Value[] | undefined) ?? [new Uint8Array(0), null];
      this.#found.set(id, body);
    }
    const [content = null, text = null] = body;
    const whole = row.slice();
    whole[contentAt] = content;
    whole[textAt] = text;
    return whole;
  }

  /** Nothing read before is kept any longer. */
  forget(): void {
    if (this.#found.size > 0) this.#found.clear();
  }
}
