/** What is to be done in a day file with all that has come to one message: one row where that is known whole. */
import type { Records } from './records.ts';
import {
  MAX_TIMELINE,
  type Operation,
  opCharge,
  opDone,
  opInsert,
  opMark,
  opNew,
  opRemove,
  opReplace,
  opUpdate,
  type Value,
} from './row.ts';
import { columns, freshColumns, placeCodes } from './schema.ts';

/** A record, where it stands. */
export interface Place {
  readonly records: Records;
  readonly at: number;
}

/** What has come to one message. */
export interface Merged {
  readonly id: number;
  /** Of its row, or of the one that is taken away. */
  readonly table: 0 | 1;
  /** Its whole row; undefined: that is in the file. */
  readonly row: Place | undefined;
  /** What came after that, or changes the row in the file. */
  readonly later: readonly Place[];
  readonly isRemoved: boolean;
  /** There is nothing of it in the file. */
  readonly isNew: boolean;
}

const timelineAt = columns.indexOf('timeline');
const placeAt = columns.indexOf('place');
const stateAt = columns.indexOf('state');

const at = (...names: string[]): readonly number[] => names.map((name) => columns.indexOf(name));
/** Where the values of a change stand in a row. */
const updated = [
  ...at('lane', 'due', 'place', 'state', 'attempts', 'error', 'connector', 'reference', 'timeline', 'memo'),
  ...at('answered', 'sent', 'operror'),
];
const ended = at('state', 'attempts', 'error', 'done', 'timeline', 'answered', 'operror');
const charged = [...ended, columns.indexOf('charged')];

/** Adds what is to be done to `operations`. */
export function addOperations(
  { id, table, row, later, isRemoved, isNew }: Merged,
  operations: Operation[],
): void {
  if (isRemoved) {
    operations.push({ op: opRemove, table, values: [id] });
    return;
  }
  if (row === undefined) {
    for (const place of later) operations.push(operationAt(place));
    return;
  }
  const values = row.records.values(row.at, [id]);
  while (values.length < columns.length) values.push(null);
  for (const place of later) change(values, place, table);
  const isFresh = hasFreshOnly(values);
  if (isFresh) values.length = freshColumns.length;
  operations.push({ op: isFresh ? opInsert : isNew ? opNew : opReplace, table, values });
}

function hasFreshOnly(values: readonly Value[]): boolean {
  for (let column = freshColumns.length; column < columns.length; column += 1)
    if (values[column] !== null) return false;
  return true;
}

/** What a record says, as it is done with the row in a file. */
function operationAt({ records, at: from }: Place): Operation {
  const values = records.values(from);
  values.push(records.id(from));
  return { op: records.op(from), table: records.table(from), values };
}

/** Makes a change in a row. */
function change(row: Value[], { records, at: from }: Place, table: 0 | 1): void {
  const values = records.values(from);
  switch (records.op(from)) {
    case opUpdate:
      put(row, updated, values, 0);
      break;
    case opDone:
      row[placeAt] = placeCodes.done;
      put(row, ended, values, 0);
      break;
    case opCharge:
      row[placeAt] = placeCodes.done;
      // Account and price stand before.
      put(row, charged, values, 2);
      break;
    case opMark:
      row[placeAt] = placeCodes.memory;
      row[stateAt] = Math.max(row[stateAt] as number, 1);
      break;
    default:
      // Receipts and notices have none.
      if (table === 0) addLine(row, values[0] as string);
  }
}

function put(row: Value[], places: readonly number[], values: readonly Value[], skip: number): void {
  for (let index = 0; index < places.length; index += 1)
    row[places[index] as number] = values[index + skip] as Value;
}

function addLine(row: Value[], line: string): void {
  const timeline = (row[timelineAt] as string | null) ?? '';
  if (timeline.length < MAX_TIMELINE && !timeline.includes(line)) row[timelineAt] = timeline + line;
}
