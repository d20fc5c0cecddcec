/** Changes that a version before 4 kept beside a day that is set aside: they are made by this one when the day is back. */
import { timelineFields } from './old-rows.ts';
import { originText } from './origin.ts';
import { kindOf, opCharge, opDone, opInsert, opReplace, opUpdate } from './row.ts';

type Values = (number | string | null)[];

/** What those versions had after opcode and table, as `opWidths`. */
const widths: readonly number[] = [31, 6, 11, 31, 1, 2, 9, 3];
/** Where the timeline stands in each of these. */
const timelineAt: Readonly<Record<number, number>> = {
  [opInsert]: 26,
  [opReplace]: 26,
  [opDone]: 4,
  [opCharge]: 6,
  [opUpdate]: 8,
};
const flagsAt = 4;

/** The same changes as this version writes them. */
export function broughtUp(values: Values): Values {
  const now: Values = [];
  for (let at = 0; at < values.length; ) {
    const op = values[at] as number;
    const end = at + 2 + (widths[op] as number);
    const row = values.slice(at + 2, end);
    addFields(op, row);
    now.push(op === opInsert ? opReplace : op, values[at + 1] as number, ...row);
    at = end;
  }
  return now;
}

function addFields(op: number, row: Values): void {
  const at = timelineAt[op];
  if (at === undefined) return;
  const isWhole = op === opInsert || op === opReplace;
  const kind = isWhole ? kindOf(row[flagsAt] as number) : 'mt';
  const told = timelineFields((row[at] as string | null) ?? '', kind);
  const answered = told.answeredAs ?? null;
  const sent = told.sentMs === 0 ? null : told.sentMs;
  const error = told.operatorError ?? null;
  if (isWhole) row.push(answered, sent, error, told.origin === undefined ? null : originText(told.origin));
  else if (op === opUpdate) row.splice(-1, 0, answered, sent, error);
  // The id, or the charge and the id, end them.
  else row.splice(op === opCharge ? -2 : -1, 0, answered, error);
}
