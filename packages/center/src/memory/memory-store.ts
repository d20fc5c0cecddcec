import { CenterError } from '../errors.ts';
import type { Message, MessageId, Place } from '../message.ts';
import { dayNumberOfId, dayOfId, firstIdAt, parsePublicId } from '../message-id.ts';
import { Room } from '../room.ts';
import { matchesQuery, pageOf } from '../search.ts';
import { isFinalState } from '../states.ts';
import type {
  Change,
  Claim,
  Claimed,
  DayCount,
  Expired,
  Expiry,
  Match,
  MessagePage,
  Recovery,
  SearchPage,
  SearchQuery,
  Store,
  Tally,
  Waiting,
} from '../store.ts';
import { timelineLine, withStep } from '../timeline.ts';
import { Heap } from './heap.ts';
import { MemoryTallies } from './memory-tallies.ts';
import { plain } from './plain.ts';

interface Row {
  message: Message;
  place: Place;
  /** Grows when the row is queued again: older entries of heaps are passed over. */
  turn: number;
}

interface Entry {
  readonly row: Row;
  readonly turn: number;
  readonly id: MessageId;
  readonly key: number;
}

/** Options of the memory store. */
export interface MemoryStoreOptions {
  /** Finished messages kept for searches; the oldest are forgotten. Default 100,000 (some 100 MB). */
  readonly finishedMessages?: number;
}

const DEFAULT_FINISHED = 100_000;
const DEFAULT_PAGE = 100;
const NEVER = Number.POSITIVE_INFINITY;

function isEarlier(a: Entry, b: Entry): boolean {
  return a.key === b.key ? a.id < b.id : a.key < b.key;
}

/** Waiting rows of one account in one lane, by priority. */
type Queues = readonly Heap<Entry>[];

/** Keeps everything in memory: for the sandbox and for tests. Nothing survives the process. */
export class MemoryStore implements Store {
  readonly #rows: Map<MessageId, Row> = new Map();
  readonly #waiting: Map<string, Queues> = new Map();
  readonly #expiry: Heap<Entry> = new Heap(isEarlier);
  /** Rows that are not over, by destination. */
  readonly #unfinished: Map<string, Set<Row>> = new Map();
  readonly #finished: MessageId[] = [];
  readonly #finishedLimit: number;
  readonly #tallies: MemoryTallies = new MemoryTallies();
  /** The part in `#tallies` of messages that are not kept any more. */
  readonly #forgotten: MemoryTallies = new MemoryTallies();
  #highestId: MessageId = 0;
  #highestShort = -1;
  #isClosed = false;

  constructor(options: MemoryStoreOptions = {}) {
    this.#finishedLimit = options.finishedMessages ?? DEFAULT_FINISHED;
  }

  async recover(nowMs: number): Promise<Recovery> {
    this.#check();
    let uncertain = 0;
    let sent = 0;
    const waiting = new Map<string, { -readonly [K in keyof Waiting]: Waiting[K] }>();
    for (const row of this.#rows.values()) {
      // Taken for its receipt, which was not stored: it is at its upstream as before.
      if (row.place === 'memory' && row.message.reference !== undefined) this.#put(row, 'sent');
      if (row.place === 'memory') {
        const timeline = withStep(row.message.timeline, timelineLine(nowMs, 'recovered', 'uncertain=1'));
        row.message = { ...row.message, timeline };
        this.#put(row, 'waiting');
        uncertain += 1;
      }
      if (row.place === 'sent') sent += 1;
      if (row.place !== 'waiting') continue;
      const { lane, account, dueMs } = row.message;
      const key = `${lane}\0${account}`;
      const sum = waiting.get(key) ?? { lane, account, count: 0, nextDueMs: NEVER };
      sum.count += 1;
      if (row.message.kind === 'receipt' || row.message.kind === 'notice') sum.notes = (sum.notes ?? 0) + 1;
      sum.nextDueMs = Math.min(sum.nextDueMs, dueMs);
      waiting.set(key, sum);
    }
    return {
      highestId: this.#highestId,
      highestShort: this.#highestShort,
      waiting: [...waiting.values()],
      sent,
      uncertain,
    };
  }

  commit(changes: readonly Change[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed());
    for (const change of changes) this.#apply(change);
    return Promise.resolve();
  }

  async claim({ lane, account, limit, octets, nowMs, beforeId }: Claim): Promise<Claimed> {
    this.#check();
    const queues = this.#waiting.get(`${lane}\0${account}`) ?? [];
    const messages: Message[] = [];
    const room = new Room(limit, octets);
    const tooNew: Entry[] = [];
    for (let priority = queues.length - 1; priority >= 0; priority -= 1) {
      const queue = queues[priority] as Heap<Entry>;
      for (let entry = valid(queue); entry !== undefined; entry = valid(queue)) {
        if (entry.key > nowMs || room.isUsedUp) break;
        queue.pop();
        if (entry.id >= beforeId) {
          tooNew.push(entry);
          continue;
        }
        this.#put(entry.row, 'memory');
        messages.push(entry.row.message);
        room.take(entry.row.message);
      }
    }
    for (const entry of tooNew) queues[entry.row.message.priority]?.push(entry);
    const nextDueMs = queues.reduce((least, queue) => Math.min(least, valid(queue)?.key ?? NEVER), NEVER);
    return { messages, isCut: room.isUsedUp, nextDueMs };
  }

  async take(id: MessageId, from: 'waiting' | 'sent'): Promise<Message | undefined> {
    this.#check();
    const row = this.#rows.get(id);
    if (row?.place !== from) return undefined;
    this.#put(row, 'memory');
    return row.message;
  }

  async takeExpired({ nowMs, limit, octets }: Expiry): Promise<Expired> {
    this.#check();
    const messages: Message[] = [];
    const room = new Room(limit, octets);
    for (let entry = valid(this.#expiry); entry !== undefined; entry = valid(this.#expiry)) {
      if (entry.key > nowMs || room.isUsedUp) break;
      this.#expiry.pop();
      this.#put(entry.row, 'memory');
      messages.push(entry.row.message);
      room.take(entry.row.message);
    }
    return { messages, isCut: room.isUsedUp };
  }

  async matching(match: Match, limit: number): Promise<readonly MessageId[]> {
    this.#check();
    const ids: MessageId[] = [];
    for (const { message, place } of this.#unfinished.get(match.destination) ?? []) {
      if (place === 'sent' || message.kind !== 'mt') continue;
      if (match.account !== undefined && match.account !== message.account) continue;
      if (match.source !== undefined && match.source !== message.source.digits) continue;
      if (match.serviceType !== undefined && match.serviceType !== message.serviceType) continue;
      ids.push(message.id);
    }
    return ids.sort((a, b) => b - a).slice(0, limit);
  }

  async find(id: MessageId): Promise<Message | undefined> {
    this.#check();
    return this.#rows.get(id)?.message;
  }

  async findByShort(counter: number): Promise<Message | undefined> {
    this.#check();
    let found: Message | undefined;
    for (const { message } of this.#rows.values()) {
      if (message.idForm !== 'short' || counterOf(message) !== counter) continue;
      if (found === undefined || message.id < found.id) found = message;
    }
    return found;
  }

  async findByReference(
    connector: string,
    references: readonly string[],
    begins = false,
  ): Promise<readonly Message[]> {
    this.#check();
    const found: Message[] = [];
    const isMeant = (reference: string): boolean =>
      begins ? references.some((start) => reference.startsWith(start)) : references.includes(reference);
    for (const { message, place } of this.#rows.values()) {
      if (place !== 'sent' || message.connector !== connector) continue;
      if (message.reference !== undefined && isMeant(message.reference)) found.push(message);
    }
    return found;
  }

  async waitingIn(lane: string, limit: number, beforeId: MessageId = NEVER): Promise<MessagePage> {
    this.#check();
    const messages = [...this.#rows.values()]
      .filter(({ message, place }) => place === 'waiting' && message.lane === lane && message.id < beforeId)
      .map(({ message }) => message)
      .sort((a, b) => b.id - a.id);
    return pageOf(messages, limit);
  }

  async counts(): Promise<readonly DayCount[]> {
    this.#check();
    const counts = new Map<string, { day: string; account: string; segments: number }>();
    for (const { message } of this.#rows.values()) {
      if (message.kind !== 'mt') continue;
      const { account } = message;
      const day = dayOfId(message.id);
      const count = counts.get(`${day}/${account}`) ?? { day, account, segments: 0 };
      count.segments += message.segments;
      counts.set(`${day}/${account}`, count);
    }
    return [...counts.values()];
  }

  async tallies(): Promise<readonly Tally[]> {
    this.#check();
    return this.#tallies.all();
  }

  async recount(): Promise<readonly Tally[]> {
    this.#check();
    const counted = this.#forgotten.copy();
    for (const { message, place } of this.#rows.values()) counted.add(message, place, 1);
    return counted.all();
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    this.#check();
    const limit = query.limit ?? DEFAULT_PAGE;
    const ids = [...this.#rows.keys()].sort((a, b) => b - a);
    const all = this.#rows;
    const matching = function* (): Generator<Message> {
      for (const id of ids) {
        const message = all.get(id)?.message;
        if (message !== undefined && matchesQuery(message, query)) yield message;
      }
    };
    return { ...pageOf(matching(), limit), partial: false };
  }

  async purge(
    beforeMs: number,
    onForget: (tallies: readonly Tally[]) => Promise<void> = () => Promise.resolve(),
  ): Promise<readonly string[]> {
    this.#check();
    const before = dayNumberOfId(firstIdAt(beforeMs));
    const busy = new Set<number>();
    const old = new Map<number, MessageId[]>();
    for (const [id, { place }] of this.#rows) {
      const day = dayNumberOfId(id);
      if (day >= before) continue;
      if (place !== 'done') busy.add(day);
      const ids = old.get(day) ?? [];
      ids.push(id);
      old.set(day, ids);
    }
    const days = [...old].filter(([day]) => !busy.has(day)).map(([, ids]) => dayOfId(ids[0] as MessageId));
    await onForget(this.#tallies.of(days));
    for (const [day, ids] of old) if (!busy.has(day)) for (const id of ids) this.#rows.delete(id);
    this.#tallies.forget(days);
    this.#forgotten.forget(days);
    return days.sort();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #check(): void {
    if (this.#isClosed) throw closed();
  }

  #apply({ op, message, place, line }: Change): void {
    const { id } = message;
    if (op === 'remove') {
      const gone = this.#rows.get(id);
      // Its entries in the heaps hold no more.
      if (gone !== undefined) {
        gone.turn += 1;
        this.#index(gone, false);
        this.#tallies.add(gone.message, gone.place, -1);
      }
      this.#rows.delete(id);
      if (message.of !== undefined && line !== '') this.#addLine(message.of, line);
      return;
    }
    if (op === 'line') {
      this.#addLine(id, line);
      return;
    }
    let row = this.#rows.get(id);
    if (row === undefined) {
      if (op !== 'insert') return;
      row = { message, place, turn: 0 };
      this.#rows.set(id, row);
      if (id > this.#highestId) this.#highestId = id;
    } else this.#tallies.add(row.message, row.place, -1);
    row.message = plain(message);
    if (op !== 'update' && message.idForm === 'short')
      this.#highestShort = Math.max(this.#highestShort, counterOf(message));
    this.#tallies.add(row.message, place, 1);
    this.#put(row, place);
  }

  #addLine(id: MessageId, line: string): void {
    const row = this.#rows.get(id);
    if (row !== undefined) row.message = { ...row.message, timeline: withStep(row.message.timeline, line) };
  }

  #put(row: Row, place: Place): void {
    row.place = place;
    row.turn += 1;
    this.#index(row, place !== 'done');
    const { message, turn } = row;
    if (place === 'done' || isFinalState(message.state)) {
      this.#finished.push(message.id);
      if (this.#finished.length > this.#finishedLimit * 2) this.#forget();
      return;
    }
    if (place === 'memory') return;
    const endMs = place === 'sent' ? Math.min(message.expiresMs, message.dueMs) : message.expiresMs;
    this.#expiry.push({ row, turn, id: message.id, key: endMs });
    if (place === 'waiting')
      this.#queues(message)[message.priority]?.push({ row, turn, id: message.id, key: message.dueMs });
  }

  #index(row: Row, isUnfinished: boolean): void {
    const { digits } = row.message.destination;
    const rows = this.#unfinished.get(digits);
    if (isUnfinished && rows === undefined) this.#unfinished.set(digits, new Set([row]));
    else if (isUnfinished) rows?.add(row);
    else if (rows?.delete(row) === true && rows.size === 0) this.#unfinished.delete(digits);
  }

  #queues({ lane, account }: Message): Queues {
    const key = `${lane}\0${account}`;
    let queues = this.#waiting.get(key);
    if (queues === undefined) {
      queues = [new Heap(isEarlier), new Heap(isEarlier), new Heap(isEarlier), new Heap(isEarlier)];
      this.#waiting.set(key, queues);
    }
    return queues;
  }

  /** Rarely, and many at once: taking from the front of a long array is dear. */
  #forget(): void {
    for (const id of this.#finished.splice(0, this.#finishedLimit)) {
      const row = this.#rows.get(id);
      if (row === undefined) continue;
      this.#forgotten.add(row.message, row.place, 1);
      this.#rows.delete(id);
    }
  }
}

/** The first entry that still holds; those that do not are dropped. */
function valid(heap: Heap<Entry>): Entry | undefined {
  for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
    if (entry.row.turn === entry.turn) return entry;
    heap.pop();
  }
  return undefined;
}

function counterOf(message: Message): number {
  const parsed = parsePublicId(message.publicId);
  return parsed?.form === 'short' ? parsed.counter : -1;
}

function closed(): CenterError {
  return new CenterError('CHAPPE_STORE_CLOSED', 'the memory store is closed');
}
