/**
 * Changes that are in the journal and not in the day files, by message: what happens to a message within seconds becomes one
 * row, written once. They are done in any order of messages, and of each message in the order in which they came. All of it
 * stands in arrays of numbers and in the octets of the journal: objects by the hundred thousand that live for seconds are what
 * a collector does worst with.
 */
import { dayNumberOfId } from '@chappe/center';
import { addOperations, type Merged, type Place } from './merged-row.ts';
import { MergedSlots, NONE } from './merged-slots.ts';
import type { Records } from './records.ts';
import { noPlace } from './records.ts';
import {
  type DayOperations,
  type Operation,
  opBody,
  opCharge,
  opDone,
  opInsert,
  opLine,
  opMark,
  opRemove,
  opReplace,
  opUpdate,
} from './row.ts';
import { placeCodes } from './schema.ts';

/** The changes of one commit. */
export interface NewChanges {
  readonly frame: number;
  readonly records: Records;
  /** By a clock that never goes back. */
  readonly nowMs: number;
  /** Some of them may be in the day files: they are read from the journal after a crash. */
  readonly isDoubtful: boolean;
}

/** Those of one folder. */
export class MergedChanges {
  readonly #slots: MergedSlots = new MergedSlots();
  /** Contents in common: rows that have theirs there come after them. */
  #bodies: Place[] = [];
  /** How many messages each day has. */
  readonly #days: Map<number, number> = new Map();
  #newestDay = -1;

  /** Messages. */
  get size(): number {
    return this.#slots.size + this.#bodies.length;
  }

  /** What they take in memory, about. */
  get octets(): number {
    return this.#slots.octets;
  }

  /** All frames before this one are done; Infinity: there is nothing to do. */
  get firstFrame(): number {
    if (this.#bodies.length > 0) return 0;
    const { oldest } = this.#slots;
    return oldest === NONE ? Number.POSITIVE_INFINITY : this.#slots.frameOf(oldest);
  }

  /** Since when the oldest of them is there; Infinity: there is none. */
  get sinceMs(): number {
    const { oldest } = this.#slots;
    return oldest === NONE ? Number.POSITIVE_INFINITY : this.#slots.sinceMsOf(oldest);
  }

  /** How many have no change to wait for, since they wait on disk, or are over. */
  get ready(): number {
    return this.#slots.ready;
  }

  /** Whether something of that day is to be done. */
  hasDay(day: number): boolean {
    return this.#days.has(day);
  }

  /** Whether something is to be done with that message. */
  has(id: number): boolean {
    return this.#slots.of(id) !== NONE;
  }

  /** Takes the changes of one frame, and returns how many they are. `onNew` hears of days that whole messages come to. */
  add({ frame, records, nowMs, isDoubtful }: NewChanges, onNew: (day: number) => void): number {
    const { length } = records.octets;
    const chunk = this.#slots.addChunk(records);
    let newDay = -1;
    let count = 0;
    for (let from = 0; from < length; from += records.length(from)) {
      count += 1;
      const op = records.op(from);
      const id = records.id(from);
      if (op === opBody) {
        this.#bodies.push({ records, at: from });
        continue;
      }
      const isWhole = op === opInsert || op === opReplace;
      const day = isWhole ? dayNumberOfId(id) : newDay;
      if (isWhole && day !== newDay) onNew(day);
      newDay = day;
      let slot = this.#slots.of(id);
      if (slot === NONE) {
        slot = this.#slots.add(id, frame, nowMs, op === opInsert && !isDoubtful);
        this.#count(dayNumberOfId(id), 1);
      }
      this.#take(slot, op, chunk, records, from);
    }
    if (newDay > this.#newestDay) this.#newestDay = newDay;
    this.#slots.sealChunk(chunk);
    return count;
  }

  /** A change comes to what there is of its message. */
  #take(slot: number, op: number, chunk: number, records: Records, from: number): void {
    const slots = this.#slots;
    const place = op === opMark ? placeCodes.memory : records.place(from);
    switch (op) {
      case opInsert:
      case opReplace:
        slots.setRow(slot, chunk, from);
        break;
      case opRemove:
        if (slots.isNew(slot)) {
          this.#leave(slot);
          return;
        }
        slots.setRemoved(slot, records.table(from));
        break;
      case opUpdate:
        // It says all that these said.
        slots.dropLater(slot, isBeforeUpdate);
        slots.addLater(slot, chunk, from);
        break;
      case opDone:
      case opCharge:
        // The timeline that it brings takes the place of the one with lines that were added.
        slots.dropLater(slot, isLine);
        slots.addLater(slot, chunk, from);
        break;
      default:
        slots.addLater(slot, chunk, from);
    }
    if (place !== noPlace)
      slots.setPlace(slot, place, op === opMark ? Number.POSITIVE_INFINITY : records.endMs(from));
    const known = slots.placeOf(slot);
    slots.setReady(
      slot,
      known === placeCodes.waiting ||
        (known === placeCodes.done && records.isLast(from)) ||
        slots.isReady(slot),
    );
  }

  /** All messages. */
  all(): number[] {
    return this.#slots.ids(() => true);
  }

  /**
   * What waits or is at an upstream, or may be said to be so in its file; of days before the newest all, so that their files say
   * whether anything of them is not over.
   */
  unfinished(): number[] {
    const slots = this.#slots;
    return slots.ids((slot) => {
      const place = slots.placeOf(slot);
      if (!slots.isNew(slot) || place === placeCodes.waiting || place === placeCodes.sent) return true;
      return dayNumberOfId(slots.idOf(slot)) < this.#newestDay;
    });
  }

  /** What is to be looked at by then. */
  ending(nowMs: number): number[] {
    return this.#slots.ids((slot) => this.#slots.endMsOf(slot) <= nowMs);
  }

  /** Those that wait on disk. */
  waiting(): number[] {
    const slots = this.#slots;
    return slots.readyIds(Number.POSITIVE_INFINITY, (slot) => slots.placeOf(slot) === placeCodes.waiting);
  }

  /** At most so many: the oldest ones, that are there since then or longer, and then those that have no change to wait for. */
  next(limit: number, sinceMs: number): number[] {
    const slots = this.#slots;
    const ids: number[] = [];
    for (let slot = slots.oldest; slot !== NONE && ids.length < limit; slot = slots.newer(slot)) {
      if (slots.sinceMsOf(slot) > sinceMs) break;
      ids.push(slots.idOf(slot));
    }
    if (ids.length === limit || slots.ready === 0) return ids;
    const others = slots.readyIds(limit - ids.length, (slot) => slots.sinceMsOf(slot) > sinceMs);
    return ids.length === 0 ? others : ids.concat(others);
  }

  /** What is to be done with messages, by day. Contents in common come first, whoever they are for. */
  operations(ids: Iterable<number>): DayOperations[] {
    const days = new Map<number, Operation[]>();
    let lastDay = -1;
    let last: Operation[] = [];
    const of = (id: number): Operation[] => {
      const day = dayNumberOfId(id);
      if (day === lastDay) return last;
      lastDay = day;
      last = days.get(day) ?? [];
      days.set(day, last);
      return last;
    };
    for (const { records, at: from } of this.#bodies) {
      const id = records.id(from);
      of(id).push({ op: opBody, table: 0, values: records.values(from, [id]) });
    }
    for (const id of ids) {
      const slot = this.#slots.of(id);
      if (slot !== NONE) addOperations(this.#merged(slot), of(id));
    }
    return [...days].map(([day, operations]) => ({ day, operations }));
  }

  /** They are done: those that `operations` gave for these messages. */
  done(ids: Iterable<number>): void {
    this.#bodies = [];
    for (const id of ids) {
      const slot = this.#slots.of(id);
      if (slot !== NONE) this.#leave(slot);
    }
  }

  #merged(slot: number): Merged {
    const slots = this.#slots;
    return {
      id: slots.idOf(slot),
      table: slots.tableOf(slot),
      row: slots.rowOf(slot),
      later: slots.laterOf(slot),
      isRemoved: slots.isRemoved(slot),
      isNew: slots.isNew(slot),
    };
  }

  #leave(slot: number): void {
    this.#count(dayNumberOfId(this.#slots.idOf(slot)), -1);
    this.#slots.remove(slot);
  }

  #count(day: number, more: number): void {
    const count = (this.#days.get(day) ?? 0) + more;
    if (count === 0) this.#days.delete(day);
    else this.#days.set(day, count);
  }
}

function isLine(op: number): boolean {
  return op === opLine;
}

function isBeforeUpdate(op: number): boolean {
  return op === opUpdate || op === opLine || op === opMark;
}
