/** Messages as lines of an export: its columns, and which of them are wanted. */
import type { MessageView } from '@chappe/gateway';
import type { Column } from './lines-format.ts';
import { Problem } from './problem.ts';
import { isoOf } from './times.ts';

/** The columns in their order. They stay as they are; new ones come at the end. */
const columns: readonly Column<MessageView>[] = [
  ['id', ({ id }) => id],
  ['kind', ({ kind }) => kind],
  ['account', ({ account }) => account],
  ['from', ({ from }) => from],
  ['to', ({ to }) => to],
  ['text', ({ text }) => text ?? null],
  ['hex', ({ hex }) => hex ?? null],
  ['coding', ({ coding }) => coding],
  ['segments', ({ segmentCount }) => segmentCount],
  ['state', ({ state }) => state],
  ['final', ({ isFinal }) => isFinal],
  ['error', ({ error }) => error],
  ['operatorError', ({ operatorError }) => operatorError ?? null],
  ['attempts', ({ attempts }) => attempts],
  ['acceptedAt', ({ acceptedMs }) => isoOf(acceptedMs)],
  ['dueAt', ({ dueMs }) => isoOf(dueMs)],
  ['expiresAt', ({ expiresMs }) => isoOf(expiresMs)],
  ['doneAt', ({ doneMs }) => (doneMs === 0 ? null : isoOf(doneMs))],
  ['clientReference', ({ clientReference }) => clientReference ?? null],
  ['meta', ({ meta }) => meta ?? null],
];

const byName: ReadonlyMap<string, Column<MessageView>> = new Map(
  columns.map((column) => [column[0], column]),
);

/** Names of the columns. */
export const messageColumns: readonly string[] = [...byName.keys()];

/** The columns of a list such as `id,state`, in its order; all of them without one. Throws a `Problem` for any other name. */
export function columnsOf(list: string | undefined): readonly Column<MessageView>[] {
  if (list === undefined) return columns;
  const names = list.split(',');
  return names.map((name, at) => {
    const column = byName.get(name);
    if (column === undefined) throw wrong(`there is no column ${JSON.stringify(name)}`);
    if (names.indexOf(name) !== at) throw wrong(`the column ${name} stands there twice`);
    return column;
  });
}

function wrong(detail: string): Problem {
  const hint = `name some of ${messageColumns.join(',')}`;
  return new Problem('invalid_parameter', detail, { field: 'columns', hint });
}
