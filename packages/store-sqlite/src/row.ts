/** Messages as rows: flat arrays of numbers and strings, which travel between threads at little cost. */

import type { Change, IdForm, Message, MessageId, MessageKind } from '@chappe/center';
import { dayNumberOfId, messageStates, parsePublicId, publicIdOf, shortPublicId } from '@chappe/center';
import { timelineFields } from './old-rows.ts';
import { originOf, originText } from './origin.ts';
import {
  chargeOpen,
  chargeReleased,
  chargeSettled,
  columns,
  freshColumns,
  placeCodes,
  toldInTimeline,
} from './schema.ts';

/** A value of a column. */
export type Value = number | string | null | Uint8Array;

/** Opcodes of changes. The rows follow flat in `values`; the sign of `table` is in the opcode. */
/** A row whose last columns are empty: see `freshColumns`. */
export const opInsert = 0;
/** A final state: the columns that it changes. */
export const opDone = 1;
/** Everything that attempts change. */
export const opUpdate = 2;
/** The whole row. */
export const opReplace = 3;
/** Takes a row away. */
export const opRemove = 4;
/** A line for the timeline of a message. */
export const opLine = 5;
/** A final state of a message that costs something: its account, its price, `opDone` and whether it was charged. */
export const opCharge = 6;
/** A content and a text that several rows have in common: their id, the length of the content, the text. */
export const opBody = 7;

/** Values of each opcode, after opcode and table. */
export const opWidths: readonly number[] = [freshColumns.length, 8, 14, columns.length, 1, 2, 11, 3];
/** Of `opCharge`: where what stands in the file begins. */
export const chargeWidth = 2;

/** Changes of one day file. Contents lie one after the other in `bytes`; their column holds the length. */
export interface DayChanges {
  readonly day: number;
  readonly values: (number | string | null)[];
  readonly bytes: Uint8Array;
  /** Some of it may be refused, see `Change.isRefusable`. */
  readonly isRefusable: boolean;
  /** Whole messages are among them: a day that has no file gets one. */
  readonly hasNew: boolean;
}

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
const nothing = new Uint8Array(0);
const stateCodes = new Map(messageStates.map((state, code) => [state, code]));

/** The kind of message that `flags` say. */
export function kindOf(flags: number): MessageKind {
  return kinds[flags & 3] as MessageKind;
}

/** 1 for receipts and notices, which have a table of their own. */
function tableOf(message: Message): number {
  return message.kind === 'receipt' || message.kind === 'notice' ? 1 : 0;
}

class DayEncoder {
  readonly values: (number | string | null)[] = [];
  readonly contents: Uint8Array[] = [];
  octets = 0;
  isRefusable = false;
  hasNew = false;

  /** `body`: where content and text are, when not in the row. */
  row(message: Message, place: number, body?: MessageId): void {
    const { source, destination } = message;
    const content = body === undefined ? message.content : nothing;
    this.values.push(
      message.id,
      message.tag,
      message.head === message.id ? null : message.head,
      message.idForm === 'short' ? shortCounter(message.publicId) : null,
      kinds.indexOf(message.kind) |
        (message.receiptWanted << 2) |
        (idForms.indexOf(message.idForm) << 5) |
        ((Math.min(message.segments, maxSegments) - 1) << segmentsShift) |
        (message.isReplaced ? replacedBit : 0),
      message.account,
      message.lane,
      source.digits,
      destination.digits,
      ((source.ton * 256 + source.npi) * 256 + destination.ton) * 256 + destination.npi,
      message.serviceType === '' ? null : message.serviceType,
      message.priority,
      message.dueMs,
      message.expiresMs,
      message.acceptedMs,
      place,
      stateCodes.get(message.state) as number,
      message.attempts,
      message.error,
      message.doneMs === 0 ? null : message.doneMs,
      message.of ?? null,
      message.group ?? null,
      message.upstreamId ?? null,
      message.clientReference ?? null,
      content.length,
      body === undefined ? (message.text ?? null) : null,
      message.timeline === '' ? null : message.timeline,
      message.price,
      chargeCode(message),
      message.memo ?? null,
      body ?? null,
    );
    this.#bytes(content);
  }

  /** The columns after those of `row`. */
  later({ answeredAs, sentMs, operatorError, origin }: Message): void {
    const came = origin === undefined ? null : originText(origin);
    this.values.push(answeredAs ?? null, sentMs === 0 ? null : sentMs, operatorError ?? null, came);
  }

  body({ id, content, text }: Message): void {
    this.values.push(opBody, 0, id, content.length, text ?? null);
    this.#bytes(content);
  }

  update(message: Message, place: number): void {
    this.values.push(
      message.lane,
      message.dueMs,
      place,
      stateCodes.get(message.state) as number,
      message.attempts,
      message.error,
      message.group ?? null,
      message.upstreamId ?? null,
      message.timeline === '' ? null : message.timeline,
      message.memo ?? null,
      message.answeredAs ?? null,
      message.sentMs === 0 ? null : message.sentMs,
      message.operatorError ?? null,
      message.id,
    );
  }

  done(message: Message): void {
    if (message.price > 0) this.values.push(message.account, message.price);
    this.values.push(
      stateCodes.get(message.state) as number,
      message.attempts,
      message.error,
      message.doneMs,
      message.timeline === '' ? null : message.timeline,
      message.answeredAs ?? null,
      message.operatorError ?? null,
    );
    if (message.price > 0) this.values.push(chargeCode(message));
    this.values.push(message.id);
  }

  #bytes(content: Uint8Array): void {
    this.contents.push(content);
    this.octets += content.length;
  }

  finish(day: number): DayChanges {
    const bytes = new Uint8Array(this.octets);
    let at = 0;
    for (const content of this.contents) {
      bytes.set(content, at);
      at += content.length;
    }
    return { day, values: this.values, bytes, isRefusable: this.isRefusable, hasNew: this.hasNew };
  }
}

/**
 * Changes by day file, the newest day first: a receipt born today is stored before its message of yesterday becomes
 * final, so that a crash in between repeats an attempt and never loses a receipt.
 */
export function encodeChanges(changes: readonly Change[]): DayChanges[] {
  const days = new Map<number, DayEncoder>();
  let lastDay = -1;
  let last: DayEncoder | undefined;
  const encoderOf = (id: MessageId): DayEncoder => {
    const day = dayNumberOfId(id);
    if (day === lastDay && last !== undefined) return last;
    lastDay = day;
    last = days.get(day) ?? new DayEncoder();
    days.set(day, last);
    return last;
  };
  for (const change of changes) encode(change, encoderOf);
  return [...days].sort(([a], [b]) => b - a).map(([day, encoder]) => encoder.finish(day));
}

function encode(change: Change, encoderOf: (id: MessageId) => DayEncoder): void {
  const { op, message, place, line, body } = change;
  const encoder = encoderOf(message.id);
  if (change.isRefusable === true) encoder.isRefusable = true;
  const table = tableOf(message);
  switch (op) {
    case 'insert':
      encoder.hasNew = true;
      if (body === message.id) encoder.body(message);
      encoder.values.push(isFresh(message) ? opInsert : opReplace, table);
      encoder.row(message, placeCodes[place], body);
      if (!isFresh(message)) encoder.later(message);
      break;
    case 'replace':
      encoder.hasNew = true;
      encoder.values.push(opReplace, table);
      encoder.row(message, placeCodes[place]);
      encoder.later(message);
      break;
    case 'update':
      encoder.values.push(place !== 'done' ? opUpdate : message.price > 0 ? opCharge : opDone, table);
      if (place === 'done') encoder.done(message);
      else encoder.update(message, placeCodes[place]);
      break;
    case 'remove':
      encoder.values.push(opRemove, table, message.id);
      if (message.of !== undefined && line !== '')
        encoderOf(message.of).values.push(opLine, 0, line, message.of);
      break;
    case 'line':
      encoder.values.push(opLine, 0, line, message.id);
  }
}

function isFresh({ answeredAs, sentMs, operatorError, origin }: Message): boolean {
  return answeredAs === undefined && sentMs === 0 && operatorError === undefined && origin === undefined;
}

function chargeCode({ charged }: Message): number {
  if (charged === undefined) return chargeOpen;
  return charged ? chargeSettled : chargeReleased;
}

function shortCounter(publicId: string): number | null {
  const parsed = parsePublicId(publicId);
  return parsed?.form === 'short' ? parsed.counter : null;
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
