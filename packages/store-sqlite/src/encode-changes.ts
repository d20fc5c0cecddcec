/** Changes of messages as records: what the main thread has to do for a commit. */

import type { Change, Message, MessageId } from '@chappe/center';
import { dayNumberOfId } from '@chappe/center';
import { FRAME_OCTETS } from './frame.ts';
import { originText } from './origin.ts';
import { noPlace, RecordWriter } from './records.ts';
import {
  chargeCode,
  flagsOf,
  numberingOf,
  opBody,
  opCharge,
  opDone,
  opInsert,
  opLine,
  opRemove,
  opReplace,
  opUpdate,
  shortCounterOf,
  stateCode,
  tableOf,
} from './row.ts';
import { placeCodes } from './schema.ts';

/** The changes of one commit, on their way to the thread that writes. */
export interface EncodedChanges {
  /** Room for the head of a frame, and the records. */
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly records: number;
  /** Days of whose changes some may be refused, see `Change.isRefusable`. */
  readonly refusableDays: readonly number[];
}

const nothing = new Uint8Array(0);

/** Encodes the changes of one store. */
export class ChangeEncoder {
  readonly #writer: RecordWriter = new RecordWriter(FRAME_OCTETS);

  /** Reads the messages before it returns. */
  encode(changes: readonly Change[]): EncodedChanges {
    const refusableDays: number[] = [];
    for (const change of changes) {
      if (change.isRefusable === true) {
        const day = dayNumberOfId(change.message.id);
        if (!refusableDays.includes(day)) refusableDays.push(day);
      }
      this.#change(change);
    }
    const { records } = this.#writer;
    return { octets: this.#writer.take(), records, refusableDays };
  }

  #change({ op, message, place, line, body }: Change): void {
    switch (op) {
      case 'insert':
        if (body === message.id) this.#body(message);
        this.#row(isFresh(message) ? opInsert : opReplace, message, placeCodes[place], body);
        break;
      case 'replace':
        this.#row(opReplace, message, placeCodes[place], undefined);
        break;
      case 'update':
        if (place === 'done') this.#done(message);
        else this.#update(message, placeCodes[place]);
        break;
      case 'remove':
        this.#writer.begin(opRemove, tableOf(message), noPlace, message.id);
        this.#writer.end();
        if (message.of !== undefined && line !== '') this.#line(message.of, line);
        break;
      case 'line':
        this.#line(message.id, line);
    }
  }

  #line(id: MessageId, line: string): void {
    this.#writer.begin(opLine, 0, noPlace, id);
    this.#writer.text(line);
    // That its receipt was delivered is the last that is heard of a message.
    this.#writer.end(true);
  }

  #body({ id, content, text }: Message): void {
    this.#writer.begin(opBody, 0, noPlace, id);
    this.#writer.octets(content);
    this.#text(text);
    this.#writer.end();
  }

  /** `body`: where content and text are, when not in the row. */
  #row(op: number, message: Message, place: number, body: MessageId | undefined): void {
    const writer = this.#writer;
    const { id, head, source, destination, serviceType } = message;
    writer.begin(op, tableOf(message), place, id, endOf(message, place));
    writer.number(message.tag);
    this.#number(head === id ? undefined : head);
    this.#number(shortCounterOf(message));
    writer.number(flagsOf(message));
    writer.text(message.account);
    writer.text(message.lane);
    writer.text(source.digits);
    writer.text(destination.digits);
    writer.number(numberingOf(message));
    this.#text(serviceType === '' ? undefined : serviceType);
    writer.number(message.priority);
    writer.number(message.dueMs);
    writer.number(message.expiresMs);
    writer.number(message.acceptedMs);
    writer.number(place);
    writer.number(stateCode(message));
    writer.number(message.attempts);
    writer.number(message.error);
    this.#number(message.doneMs === 0 ? undefined : message.doneMs);
    this.#number(message.of);
    this.#text(message.group);
    this.#text(message.upstreamId);
    this.#text(message.clientReference);
    writer.octets(body === undefined ? message.content : nothing);
    this.#text(body === undefined ? message.text : undefined);
    this.#timeline(message);
    writer.number(message.price);
    writer.number(chargeCode(message));
    this.#text(message.memo);
    this.#number(body);
    if (op === opReplace) this.#later(message);
    writer.end();
  }

  /** The columns that most messages have no values for. */
  #later({ answeredAs, sentMs, operatorError, origin }: Message): void {
    this.#text(answeredAs);
    this.#number(sentMs === 0 ? undefined : sentMs);
    this.#text(operatorError);
    this.#text(origin === undefined ? undefined : originText(origin));
  }

  #update(message: Message, place: number): void {
    const writer = this.#writer;
    writer.begin(opUpdate, tableOf(message), place, message.id, endOf(message, place));
    writer.text(message.lane);
    writer.number(message.dueMs);
    writer.number(place);
    writer.number(stateCode(message));
    writer.number(message.attempts);
    writer.number(message.error);
    this.#text(message.group);
    this.#text(message.upstreamId);
    this.#timeline(message);
    this.#text(message.memo);
    this.#text(message.answeredAs);
    this.#number(message.sentMs === 0 ? undefined : message.sentMs);
    this.#text(message.operatorError);
    writer.end();
  }

  #done(message: Message): void {
    const writer = this.#writer;
    const isPriced = message.price > 0;
    writer.begin(isPriced ? opCharge : opDone, tableOf(message), placeCodes.done, message.id);
    if (isPriced) {
      writer.text(message.account);
      writer.number(message.price);
    }
    writer.number(stateCode(message));
    writer.number(message.attempts);
    writer.number(message.error);
    writer.number(message.doneMs);
    this.#timeline(message);
    this.#text(message.answeredAs);
    this.#text(message.operatorError);
    if (isPriced) writer.number(chargeCode(message));
    writer.end(message.receiptWanted === 0);
  }

  #timeline({ timeline }: Message): void {
    this.#text(timeline === '' ? undefined : timeline);
  }

  #text(value: string | undefined): void {
    if (value === undefined) this.#writer.nothing();
    else this.#writer.text(value);
  }

  #number(value: number | undefined): void {
    if (value === undefined) this.#writer.nothing();
    else this.#writer.number(value);
  }
}

/** When one that waits or is at an upstream is to be looked at, as `endSql` says it of a row. */
function endOf({ dueMs, expiresMs }: Message, place: number): number {
  if (place === placeCodes.sent) return Math.min(dueMs, expiresMs);
  return place === placeCodes.waiting ? expiresMs : Number.POSITIVE_INFINITY;
}

function isFresh({ answeredAs, sentMs, operatorError, origin }: Message): boolean {
  return answeredAs === undefined && sentMs === 0 && operatorError === undefined && origin === undefined;
}
