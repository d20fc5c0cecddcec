/** Answers of the API for people: tables with a heading, or the JSON as it came. */
import { printable } from '@chappe/protocol';
import type { Run } from '../command.ts';
import { columns, type Terminal } from '../terminal.ts';

/** An object of an answer; what is in it is looked at before it is used. */
export type Shown = { readonly [name: string]: unknown };

/** A column: its heading, and what stands in it. */
export type Column = readonly [heading: string, cell: (row: Shown) => unknown];

/** An object; an empty one for anything else. */
export function objectOf(value: unknown): Shown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Shown) : {};
}

/** The list of that name in an answer. */
export function listOf(answer: unknown, name: string): readonly Shown[] {
  const list = objectOf(answer)[name];
  return Array.isArray(list) ? list.map(objectOf) : [];
}

/** A column with a value of the row as it is. */
export function column(heading: string, name: string = heading): Column {
  return [heading, (row) => row[name]];
}

// A route may have 100,000 prefixes; who wants them all takes --json.
const maxListed = 8;

/** A value in a table; `-` for none. Control characters are escaped. */
export function cell(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    const first = value.slice(0, maxListed).map(cell).join(', ');
    return value.length > maxListed ? `${first} and ${value.length - maxListed} more` : cell(first);
  }
  if (typeof value === 'object') {
    const parts = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
    return parts.length === 0
      ? '-'
      : parts.map(([name, inner]) => `${printable(name)} ${cell(inner)}`).join(', ');
  }
  return printable(String(value));
}

/** The lines of a table, its heading in bold; cut where `width` is given. */
export function tableLines(
  shown: readonly Column[],
  rows: readonly Shown[],
  terminal: Terminal,
  width: number = Number.POSITIVE_INFINITY,
): string[] {
  const cells = rows.map((row) => shown.map(([, of]) => cell(of(row))));
  const lines = columns([shown.map(([name]) => name), ...cells]);
  const [heading = '', ...rest] = lines.map((line) =>
    line.length > width ? `${line.slice(0, width - 1)}…` : line,
  );
  // Styled after it was cut: a style that does not end would go on below.
  return [terminal.style('bold', heading), ...rest];
}

/** Prints a list: a table, one object a line with --json, a word of talk where it is empty. */
export function printList(
  { values, terminal }: Run<unknown>,
  rows: readonly Shown[],
  shown: readonly Column[],
  nothing: string,
): void {
  if (values.json) for (const row of rows) terminal.out(JSON.stringify(row));
  else if (rows.length > 0) for (const line of tableLines(shown, rows, terminal)) terminal.out(line);
  else if (!values.quiet) terminal.talk(nothing);
}

/** Prints one object: a line for each value that is no object, or its JSON. */
export function printOne(
  { values, terminal }: Run<unknown>,
  answer: unknown,
  leftOut: readonly string[] = [],
): void {
  if (values.json) {
    terminal.out(JSON.stringify(answer));
    return;
  }
  const rows = Object.entries(objectOf(answer)).filter(([name]) => !leftOut.includes(name));
  for (const line of columns(rows.map(([name, value]) => [printable(name), cell(value)]))) terminal.out(line);
}

/** Says in a line that something was done; with --json what the API answered, `done` where that was nothing. */
export function printDone({ values, terminal }: Run<unknown>, line: string, answer: unknown): void {
  if (values.json) terminal.out(JSON.stringify(answer ?? { done: true }));
  else if (!values.quiet) terminal.out(line);
}
