/** Billing records as lines: CSV (RFC 4180) or JSON Lines. */
import type { BillingRecord } from '@chappe/gateway';
import { isoOf } from './times.ts';

/** How records are written. */
export type RecordFormat = 'csv' | 'jsonl';

type Cell = string | number | boolean | null;

/** The columns in their order. They stay as they are; new ones come at the end. */
const columns: readonly (readonly [name: string, cell: (record: BillingRecord) => Cell])[] = [
  ['id', ({ id }) => id],
  ['kind', ({ kind }) => kind],
  ['account', ({ account }) => account],
  ['from', ({ from }) => from],
  ['to', ({ to }) => to],
  ['segments', ({ segments }) => segments],
  ['route', ({ route }) => route],
  ['connector', ({ connector }) => connector],
  ['operatorId', ({ operatorId }) => operatorId],
  ['state', ({ state }) => state],
  ['error', ({ error }) => error],
  ['price', ({ price }) => price],
  ['charged', ({ charged }) => charged ?? null],
  ['attempts', ({ attempts }) => attempts],
  ['clientReference', ({ clientReference }) => clientReference],
  ['acceptedAt', ({ acceptedMs }) => isoOf(acceptedMs)],
  ['sentAt', ({ sentMs }) => (sentMs === undefined ? null : isoOf(sentMs))],
  ['doneAt', ({ doneMs }) => (doneMs === undefined ? null : isoOf(doneMs))],
];

/** Names of the columns. */
export const recordColumns: readonly string[] = columns.map(([name]) => name);

/** Media types. */
export const recordTypes: Readonly<Record<RecordFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
};

/** What stands before the records. */
export function recordHead(format: RecordFormat): string {
  return format === 'csv' ? `${recordColumns.join(',')}\r\n` : '';
}

/** One record with the end of its line. */
export function recordLine(record: BillingRecord, format: RecordFormat): string {
  if (format === 'csv') return `${columns.map(([, cell]) => csvCell(cell(record))).join(',')}\r\n`;
  return `${JSON.stringify(Object.fromEntries(columns.map(([name, cell]) => [name, cell(record)])))}\n`;
}

// What a spreadsheet would reckon instead of showing it. A number in international form is none of that.
const formula = /^(?:[=@\t\r]|[+-](?!\d+$))/;

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  // Senders and references are texts of strangers.
  const shown = typeof cell === 'string' && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
