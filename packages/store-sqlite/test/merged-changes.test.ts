/** Whatever is merged, and in whatever order it goes into the files: they are as if every change had been made by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Change, Message, MessageState, Place } from '@chappe/center';
import { dayNumberOfId } from '@chappe/center';
import { expect, it, onTestFinished } from 'vitest';
import { DAY_MS, idAt, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { seeded } from '../../center/test/support/simulated-clock.ts';
import { DayFile } from '../src/day-file.ts';
import { ChangeEncoder } from '../src/encode-changes.ts';
import { FRAME_OCTETS } from '../src/frame.ts';
import { MergedChanges } from '../src/merged-changes.ts';
import { Records } from '../src/records.ts';

type Next = () => number;

const states: readonly MessageState[] = ['enroute', 'scheduled'];
const ends: readonly MessageState[] = ['delivered', 'expired', 'undeliverable'];
const one = <T>(next: Next, of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;

/** A folder's day files, opened when they are needed. */
class Days {
  readonly #path: string = mkdtempSync(join(tmpdir(), 'chappe-merged-'));
  readonly #files: Map<number, DayFile> = new Map();

  constructor() {
    onTestFinished(() => {
      for (const file of this.#files.values()) file.close();
      rmSync(this.#path, { recursive: true, force: true });
    });
  }

  of(day: number): DayFile {
    let file = this.#files.get(day);
    if (file === undefined) {
      file = DayFile.open(join(this.#path, `${day}.db`), { checkpointPages: 8_000, maxFileBytes: 0 });
      this.#files.set(day, file);
    }
    return file;
  }

  contents(): unknown {
    return [...this.#files]
      .sort(([a], [b]) => a - b)
      .map(([day, { path }]) => {
        const database = new DatabaseSync(path, { readOnly: true });
        const all = (sql: string): unknown => database.prepare(sql).all();
        const rows = [
          all('SELECT * FROM msg ORDER BY id'),
          all('SELECT * FROM note ORDER BY id'),
          all('SELECT * FROM tally WHERE messages > 0 ORDER BY account'),
          all('SELECT * FROM shared ORDER BY id'),
        ];
        database.close();
        return [day, rows];
      });
  }

  apply(merged: MergedChanges, ids: readonly number[]): void {
    for (const { day, operations } of merged.operations(ids)) this.of(day).apply(operations);
    merged.done(ids);
  }
}

/** Messages of two days and their receipts, and what happens to them, at random but not without sense. */
class Story {
  readonly #next: Next;
  readonly #messages: Message[] = [];
  #count = 0;

  constructor(next: Next) {
    this.#next = next;
  }

  changes(): Change[] {
    const changes: Change[] = [];
    for (let left = 1 + Math.floor(this.#next() * 6); left > 0; left -= 1) changes.push(...this.#step());
    return changes;
  }

  #step(): Change[] {
    const next = this.#next;
    const known = one(next, this.#messages);
    if (known === undefined || next() < 0.3) return this.#begin();
    const place = one<Place>(next, ['waiting', 'memory', 'sent']);
    const doneMs = NOON_MS + this.#count;
    this.#count += 1;
    const timeline = `${known.timeline}${doneMs} step n=${this.#count}\n`;
    const isNote = known.kind === 'receipt';
    if (isNote && next() < 0.5) return [this.#made('remove', known, 'done', `${doneMs} receipt-delivered\n`)];
    if (next() < 0.2) return [this.#made('line', known, place, `${doneMs} line n=${this.#count}\n`)];
    if (next() < 0.1)
      return [this.#made('replace', { ...known, text: `new ${doneMs}`, isReplaced: true, timeline }, place)];
    if (next() < 0.5) {
      const charged = known.price === 0 ? undefined : next() < 0.5;
      const state = one(next, ends);
      return [
        this.#made('update', { ...known, state, doneMs, timeline, charged, operatorError: '7' }, 'done'),
      ];
    }
    const group = place === 'sent' ? 'up' : known.group;
    return [
      this.#made(
        'update',
        { ...known, state: one(next, states), group, attempts: known.attempts + 1, timeline },
        place,
      ),
    ];
  }

  #made(op: Change['op'], changed: Message, place: Place, line = ''): Change {
    const at = this.#messages.findIndex(({ id }) => id === changed.id);
    if (op === 'remove') this.#messages.splice(at, 1);
    else if (op !== 'line') this.#messages[at] = changed;
    return { op, message: changed, place, line };
  }

  #begin(): Change[] {
    const next = this.#next;
    const id = idAt(NOON_MS + Math.floor(next() * 2) * DAY_MS, this.#count);
    this.#count += 1;
    const of = one(next, this.#messages)?.id;
    const isReceipt = of !== undefined && next() < 0.3;
    const fresh = message(id, {
      kind: isReceipt ? 'receipt' : 'mt',
      ...(isReceipt ? { of } : { price: next() < 0.5 ? 7 : 0 }),
      idForm: next() < 0.2 ? 'short' : 'hex',
      text: next() < 0.5 ? 'Grüße, Welt' : undefined,
      content: new Uint8Array(Math.floor(next() * 20)).fill(7),
      timeline: `${NOON_MS} accepted\n`,
    });
    this.#messages.push(fresh);
    const body = !isReceipt && next() < 0.1 ? { body: id } : {};
    return [
      {
        op: 'insert',
        message: fresh,
        place: one<Place>(next, ['waiting', 'memory', 'sent']),
        line: '',
        ...body,
      },
    ];
  }
}

/** Frames of such a story. */
function framesOf(next: Next, count: number): Records[] {
  const story = new Story(next);
  const encoder = new ChangeEncoder();
  return Array.from({ length: count }, () => {
    const { octets } = encoder.encode(story.changes());
    return new Records(octets.subarray(FRAME_OCTETS));
  });
}

function add(to: MergedChanges, frame: number, records: Records, isDoubtful = false): void {
  to.add({ frame, records, nowMs: frame, isDoubtful }, () => undefined);
}

/** One record after the other, each as if nothing else were there. */
function oneByOne(frames: readonly Records[]): Days {
  const days = new Days();
  for (const records of frames) {
    for (let from = 0; from < records.octets.length; from += records.length(from)) {
      const alone = new MergedChanges();
      add(alone, 1, new Records(records.octets.subarray(from, from + records.length(from))));
      days.apply(alone, alone.all());
    }
  }
  return days;
}

/** Some of what is pending goes into the files, as it does when time passes, or somebody reads. */
function applySome(days: Days, pending: MergedChanges, next: Next, frame: number): void {
  const chance = next();
  if (chance < 0.1) days.apply(pending, pending.all());
  else if (chance < 0.2) days.apply(pending, pending.waiting());
  else if (chance < 0.3) days.apply(pending, pending.unfinished());
  else if (chance < 0.6) days.apply(pending, pending.next(1 + Math.floor(next() * 20), frame - 5));
  else if (chance < 0.7)
    days.apply(
      pending,
      pending.all().filter(() => next() < 0.3),
    );
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

it.each(seeds)('seed %i', (seed) => {
  const next = seeded(seed);
  const frames = framesOf(next, 250);
  const merged = new Days();
  const pending = new MergedChanges();
  for (const [at, records] of frames.entries()) {
    add(pending, at + 1, records);
    applySome(merged, pending, next, at + 1);
  }
  merged.apply(pending, pending.all());
  expect([pending.size, pending.octets, pending.ready]).toEqual([0, 0, 0]);
  expect(pending.firstFrame).toBe(Number.POSITIVE_INFINITY);
  expect(pending.hasDay(dayNumberOfId(idAt(NOON_MS)))).toBe(false);
  expect(merged.contents()).toEqual(oneByOne(frames).contents());
});

it.each(seeds)('seed %i, with crashes: what is read again of the journal changes nothing', (seed) => {
  const next = seeded(100 + seed);
  const frames = framesOf(next, 250);
  const merged = new Days();
  let pending = new MergedChanges();
  for (const [at, records] of frames.entries()) {
    add(pending, at + 1, records);
    applySome(merged, pending, next, at + 1);
    if (next() > 0.05) continue;
    // It is known of some time ago what was in the files.
    const known = Math.min(pending.firstFrame, at + 2) - 1;
    const from = Math.max(0, known - Math.floor(next() * 30));
    pending = new MergedChanges();
    for (let again = from; again <= at; again += 1) add(pending, again + 1, frames[again] as Records, true);
    merged.apply(pending, pending.all());
  }
  merged.apply(pending, pending.all());
  expect(merged.contents()).toEqual(oneByOne(frames).contents());
});
