/** What is kept beside a day that is set aside, as a line of JSON: values one after the other, octets apart in base64. */
import { broughtUp } from './old-changes.ts';
import { type Operation, opBody, opInsert, opNew, opReplace, opWidths, type Value } from './row.ts';
import { columns, schemaVersion } from './schema.ts';

/** One line. */
export interface Kept {
  readonly schema?: number | undefined;
  /** Opcode, table and values of each; a content is its length, and stands in `bytes`. */
  readonly values: (number | string | null)[];
  readonly bytes: string;
}

const noOctets = new Uint8Array(1).subarray(0, 0);

/** Where the content stands among the values of an operation; -1: it has none. */
function contentAt(op: number): number {
  if (op === opBody) return 1;
  return op === opInsert || op === opNew || op === opReplace ? columns.indexOf('content') : -1;
}

/** What is kept of these. */
export function toKept(operations: readonly Operation[]): Kept {
  const values: (number | string | null)[] = [];
  const contents: Uint8Array[] = [];
  for (const operation of operations) {
    values.push(operation.op, operation.table);
    for (const value of operation.values) {
      if (value instanceof Uint8Array) contents.push(value);
      values.push(value instanceof Uint8Array ? value.length : value);
    }
  }
  return { schema: schemaVersion, values, bytes: Buffer.concat(contents).toString('base64') };
}

/** Of this version, or one before. */
export function fromKept({ schema, values: written, bytes: text }: Kept): Operation[] {
  // Versions before 4 did not say which they were.
  const values = schema === undefined ? broughtUp(written) : written;
  const bytes = Buffer.from(text, 'base64');
  const operations: Operation[] = [];
  let octets = 0;
  for (let at = 0; at < values.length; ) {
    const op = values[at] as number;
    const from = at + 2;
    const row: Value[] = values.slice(from, from + (opWidths[op] as number));
    const place = contentAt(op);
    if (place !== -1) {
      const length = row[place] as number;
      // Node 22 binds octets of a buffer that has none at all as NULL.
      row[place] = length === 0 ? noOctets : bytes.subarray(octets, octets + length);
      octets += length;
    }
    operations.push({ op, table: values[at + 1] as 0 | 1, values: row });
    at = from + row.length;
  }
  return operations;
}
