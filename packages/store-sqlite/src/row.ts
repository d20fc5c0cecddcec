/** Messages as rows of a day file, and what may be done with a row. */

import type { IdForm, Message, MessageKind } from '@chappe/center';
import { messageStates, parsePublicId, publicIdOf, shortPublicId } from '@chappe/center';
import { timelineFields } from './old-rows.ts';
import { originOf } from './origin.ts';
import {
  chargeOpen,
  chargeReleased,
  chargeSettled,
  columns,
  freshColumns,
  toldInTimeline,
} from './schema.ts';

/** A value of a column. */
export type Value = number | string | null | Uint8Array;

// The codes stand in journals, and beside days that are set aside: they never change.
/** A row whose last columns are empty: see `freshColumns`. */
export const opInsert = 0;
/** A final state: the columns that it changes, and the id. */
export const opDone = 1;
/** Everything that attempts change, and the id. */
export const opUpdate = 2;
/** The whole row. */
export const opReplace = 3;
/** Takes a row away: its id. */
export const opRemove = 4;
/** A line for the timeline of a message: the line, the id. */
export const opLine = 5;
/** A final state of a message that costs something: its account, its price, `opDone` and, before the id, its charge. */
export const opCharge = 6;
/** A content and a text that several rows have in common: their id, the content, the text. */
export const opBody = 7;
/** A row that has been claimed: its id. */
export const opMark = 8;
/** The whole row of a message of which nothing is in the file. */
export const opNew = 9;

/** How many values each opcode has. */
export const opWidths: readonly number[] = [
  freshColumns.length,
  8,
  14,
  columns.length,
  1,
  2,
  11,
  3,
  1,
  columns.length,
];
/** Of `opCharge`: where what stands in the file begins. */
export const chargeWidth = 2;

/** One thing to be done with a row. */
export interface Operation {
  readonly op: number;
  /** 1: receipts and notices, which have a table of their own. */
  readonly table: 0 | 1;
  readonly values: Value[];
}

/** Whether it writes a whole row: a day that has no file gets one for it. */
export function isWhole({ op }: Operation): boolean {
  return op === opInsert || op === opNew || op === opReplace;
}

/** Operations on the file of one day. */
export interface DayOperations {
  readonly day: number;
  readonly operations: readonly Operation[];
}

/** A timeline takes no more lines of receipts beyond this. */
export const MAX_TIMELINE = 16_384;

const kinds: readonly MessageKind[] = ['mt', 'mo', 'receipt', 'notice'];
// In bits 5 to 7 of the flags: the index of a form is its code, so the order never changes.
const idForms: readonly IdForm[] = ['hex', 'short', 'uuid', 'decimal', 'hexdec'];
// Bits 8 to 23 of the flags: its segments, less the one that every message has.
/** Where in `flags` the segments begin. */
export const segmentsShift = 8;
const maxSegments = 0x1_0000;
/** What `flags` holds of the segments, once shifted. */
export const segmentsMask: number = maxSegments - 1;
// Bit 24: its text has taken the place of another one.
const replacedBit = 1 << 24;
const stateCodes = new Map(messageStates.map((state, code) => [state, code]));

/** The kind of message that `flags` say. */
export function kindOf(flags: number): MessageKind {
  return kinds[flags & 3] as MessageKind;
}

/** Its code in a row. */
export function stateCode({ state }: Message): number {
  return stateCodes.get(state) as number;
}

/** What a row holds of kind, receipts that are wanted, form of id, segments, and whether it was replaced. */
export function flagsOf(message: Message): number {
  return (
    kinds.indexOf(message.kind) |
    (message.receiptWanted << 2) |
    (idForms.indexOf(message.idForm) << 5) |
    ((Math.min(message.segments, maxSegments) - 1) << segmentsShift) |
    (message.isReplaced ? replacedBit : 0)
  );
}

/** TON and NPI of both ends. */
export function numberingOf({ source, destination }: Message): number {
  return ((source.ton * 256 + source.npi) * 256 + destination.ton) * 256 + destination.npi;
}

/** Whether it was charged, as a row says it. */
export function chargeCode({ charged }: Message): number {
  if (charged === undefined) return chargeOpen;
  return charged ? chargeSettled : chargeReleased;
}

/** The counter of a short public id; undefined: it has another one. */
export function shortCounterOf({ idForm, publicId }: Message): number | undefined {
  const parsed = idForm === 'short' ? parsePublicId(publicId) : undefined;
  return parsed?.form === 'short' ? parsed.counter : undefined;
}

/** 1 for receipts and notices, which have a table of their own. */
export function tableOf({ kind }: Message): 0 | 1 {
  return kind === 'receipt' || kind === 'notice' ? 1 : 0;
}

/** A row as SQLite returned it, as a message. */
export function decodeRow(row: readonly Value[]): Message {
  const id = row[0] as number;
  const tag = row[1] as number;
  const head = (row[2] as number | null) ?? id;
  const flags = row[4] as number;
  const numbering = row[9] as number;
  const idForm = idForms[(flags >> 5) & 7] ?? 'hex';
  const kind = kindOf(flags);
  const told =
    row[32] === toldInTimeline ? timelineFields((row[26] as string | null) ?? '', kind) : undefined;
  return {
    id,
    tag,
    publicId:
      idForm === 'short' ? shortPublicId((row[3] as number | null) ?? 0) : publicIdOf(idForm, head, tag),
    idForm,
    head,
    kind,
    account: row[5] as string,
    lane: row[6] as string,
    source: {
      ton: Math.floor(numbering / 0x100_0000),
      npi: (numbering >>> 16) & 255,
      digits: row[7] as string,
    },
    destination: { ton: (numbering >>> 8) & 255, npi: numbering & 255, digits: row[8] as string },
    serviceType: (row[10] as string | null) ?? '',
    priority: row[11] as Message['priority'],
    dueMs: row[12] as number,
    expiresMs: row[13] as number,
    acceptedMs: row[14] as number,
    state: messageStates[row[16] as number] ?? 'unknown',
    attempts: row[17] as number,
    error: row[18] as number,
    doneMs: (row[19] as number | null) ?? 0,
    receiptWanted: (flags >> 2) & 7,
    of: (row[20] as number | null) ?? undefined,
    group: (row[21] as string | null) ?? undefined,
    upstreamId: (row[22] as string | null) ?? undefined,
    clientReference: (row[23] as string | null) ?? undefined,
    content: row[24] as Uint8Array,
    text: (row[25] as string | null) ?? undefined,
    timeline: (row[26] as string | null) ?? '',
    price: row[27] as number,
    charged: row[28] === chargeOpen ? undefined : row[28] === chargeSettled,
    memo: (row[29] as string | null) ?? undefined,
    segments: ((flags >> segmentsShift) & segmentsMask) + 1,
    answeredAs: told === undefined ? ((row[31] as string | null) ?? undefined) : told.answeredAs,
    sentMs: told === undefined ? ((row[32] as number | null) ?? 0) : told.sentMs,
    operatorError: told === undefined ? ((row[33] as string | null) ?? undefined) : told.operatorError,
    isReplaced: (flags & replacedBit) !== 0 || told?.isReplaced === true,
    origin: told === undefined ? originOf(row[34] as string | null) : told.origin,
  };
}
