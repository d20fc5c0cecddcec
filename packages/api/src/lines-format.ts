/** Columns that are named once, and lines of them: CSV (RFC 4180) or JSON Lines. */

/** How lines are written. */
export type LineFormat = 'csv' | 'jsonl';

/** What stands in a column of one line; an object is one in JSON Lines too, and JSON in CSV. */
export type Cell = string | number | boolean | null | Readonly<Record<string, string>>;

/** The name of a column and what stands in it. */
export type Column<Item> = readonly [name: string, cell: (item: Item) => Cell];

/** Media types. */
export const lineFormatTypes: Readonly<Record<LineFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
};

/** What stands before the lines. */
export function headLine<Item>(columns: readonly Column<Item>[], format: LineFormat): string {
  return format === 'csv' ? `${columns.map(([name]) => name).join(',')}\r\n` : '';
}

/** How an item is written. */
export interface LineOptions {
  readonly format: LineFormat;
  /** Cells that a spreadsheet would reckon stay as they are. Default false. */
  readonly isRaw?: boolean | undefined;
}

/** One item with the end of its line. */
export function itemLine<Item>(
  columns: readonly Column<Item>[],
  item: Item,
  { format, isRaw = false }: LineOptions,
): string {
  if (format === 'csv') return `${columns.map(([, cell]) => csvCell(cell(item), isRaw)).join(',')}\r\n`;
  return `${JSON.stringify(Object.fromEntries(columns.map(([name, cell]) => [name, cell(item)])))}\n`;
}

// What a spreadsheet would reckon instead of showing it. A number in international form is none of that.
const formula = /^(?:[=@\t\r\n]|[+-](?!\d+$))/;

function csvCell(cell: Cell, isRaw: boolean): string {
  if (cell === null) return '';
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  // Texts, senders and references are texts of strangers.
  const shown = typeof cell === 'string' && !isRaw && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
