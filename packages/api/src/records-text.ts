/** Billing records as lines: CSV (RFC 4180) or JSON Lines. */
import type { BillingRecord } from '@chappe/gateway';
import { type Column, headLine, itemLine, type LineFormat } from './lines-format.ts';
import { isoOf } from './times.ts';

/** The columns in their order. They stay as they are; new ones come at the end. */
const columns: readonly Column<BillingRecord>[] = [
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

/** What stands before the records. */
export function recordHead(format: LineFormat): string {
  return headLine(columns, format);
}

/** One record with the end of its line. */
export function recordLine(record: BillingRecord, format: LineFormat): string {
  return itemLine(columns, record, { format });
}
