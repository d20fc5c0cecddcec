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
  Owner,
  Recovered,
  Recovery,
  SearchPage,
  SearchQuery,
  Store,
  Tally,
} from '../store.ts';
import { timelineLine, withStep } from '../timeline.ts';
import { type Entry, emptyQueues, isEarlier, type Queues, type Row, valid } from './entries.ts';
import { Heap } from './heap.ts';
import { MemoryOwners } from './memory-owners.ts';
import { MemoryTallies } from './memory-tallies.ts';
import { plain } from './plain.ts';
import { WaitingSums } from './waiting-sums.ts';

/** Options of the memory store. */
export interface MemoryStoreOptions {
  /** Finished messages kept for searches; the oldest are forgotten. Default 100,000 (some 100 MB). */
  readonly finishedMessages?: number;
  /** For how many nodes there is room, a power of two. Default 1. */
  readonly nodes?: number;
  /** How long a node of several may be silent before others may take it over. Default 3 s; of one node: for ever. */
  readonly leaseMs?: number;
}

const DEFAULT_FINISHED = 100_000;
const DEFAULT_PAGE = 100;
const NEVER = Number.POSITIVE_INFINITY;

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
  readonly #owners: MemoryOwners;
  #highestId: MessageId = 0;
  #highestShort = -1;
  #isClosed = false;

  constructor({ finishedMessages = DEFAULT_FINISHED, nodes, leaseMs }: MemoryStoreOptions = {}) {
    this.#finishedLimit = finishedMessages;
    this.#owners = new MemoryOwners(nodes, leaseMs);
  }

  async recover(nowMs: number, node = 0): Promise<Recovery> {
    this.#check();
    const owner = this.#owners.begin(node, nowMs);
    const { uncertain } = this.#putBack([node], nowMs);
    let sent = 0;
    const waiting = new WaitingSums();
    for (const { message, place } of this.#rows.values()) {
      if (place === 'sent') sent += 1;
      if (place === 'waiting') waiting.add(message);
    }
    const { all } = waiting;
    const { highestId, highestShort } = { highestId: this.#highestId, highestShort: this.#highestShort };
    return { owner, highestId, highestShort, waiting: all, sent, uncertain };
  }

  async renew(owner: Owner, nowMs: number): Promise<void> {
    this.#check(owner);
    this.#owners.renew(owner, nowMs);
  }

  async recoverLapsed(owner: Owner, nowMs: number): Promise<Recovered> {
    this.#check(owner);
    const nodes = this.#owners.takeLapsed(owner, nowMs);
    return { nodes, ...this.#putBack(nodes, nowMs) };
  }

  /** What these nodes have in memory waits again, marked. */
  #putBack(nodes: readonly number[], nowMs: number): Omit<Recovered, 'nodes'> {
    const waiting = new WaitingSums();
    let uncertain = 0;
    if (nodes.length === 0) return { waiting: [], uncertain };
    for (const row of this.#rows.values()) {
      if (row.place !== 'memory' || !nodes.includes(row.node)) continue;
      // Taken for its receipt, which was not stored: it is at its upstream as before.
      if (row.message.upstreamId !== undefined) {
        this.#put(row, 'sent');
        continue;
      }
      const timeline = withStep(row.message.timeline, timelineLine(nowMs, 'recovered', 'uncertain=1'));
      row.message = { ...row.message, timeline };
      this.#put(row, 'waiting');
      waiting.add(row.message);
      uncertain += 1;
    }
    return { waiting: waiting.all, uncertain };
  }

  commit(changes: readonly Change[], owner?: Owner): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed());
    const fenced = this.#owners.fenced(owner);
    if (fenced !== undefined) return Promise.reject(fenced);
    for (const change of changes) this.#apply(change, owner?.node ?? 0);
    return Promise.resolve();
  }

  async claim({ lane, account, limit, octets, nowMs, beforeId }: Claim, owner?: Owner): Promise<Claimed> {
    this.#check(owner);
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
        this.#put(entry.row, 'memory', owner?.node);
        messages.push(entry.row.message);
        room.take(entry.row.message);
      }
    }
    for (const entry of tooNew) queues[entry.row.message.priority]?.push(entry);
    const nextDueMs = queues.reduce((least, queue) => Math.min(least, valid(queue)?.key ?? NEVER), NEVER);
    return { messages, isCut: room.isUsedUp, nextDueMs };
  }

  async take(id: MessageId, from: 'waiting' | 'sent', owner?: Owner): Promise<Message | undefined> {
    this.#check(owner);
    const row = this.#rows.get(id);
    if (row?.place !== from) return undefined;
    this.#put(row, 'memory', owner?.node);
    return row.message;
  }

  async takeExpired({ nowMs, limit, octets }: Expiry, owner?: Owner): Promise<Expired> {
    this.#check(owner);
    const messages: Message[] = [];
    const room = new Room(limit, octets);
    for (let entry = valid(this.#expiry); entry !== undefined; entry = valid(this.#expiry)) {
      if (entry.key > nowMs || room.isUsedUp) break;
      this.#expiry.pop();
      this.#put(entry.row, 'memory', owner?.node);
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

  async findByUpstreamId(group: string, ids: readonly string[], begins = false): Promise<readonly Message[]> {
    this.#check();
    const found: Message[] = [];
    const isMeant = (id: string): boolean =>
      begins ? ids.some((start) => id.startsWith(start)) : ids.includes(id);
    for (const { message, place } of this.#rows.values()) {
      if (place !== 'sent' || message.group !== group) continue;
      if (message.upstreamId !== undefined && isMeant(message.upstreamId)) found.push(message);
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

  #check(owner?: Owner): void {
    if (this.#isClosed) throw closed();
    const fenced = this.#owners.fenced(owner);
    if (fenced !== undefined) throw fenced;
  }

  #apply({ op, message, place, line }: Change, node: number): void {
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
      row = { message, place, node, turn: 0 };
      this.#rows.set(id, row);
      if (id > this.#highestId) this.#highestId = id;
    } else this.#tallies.add(row.message, row.place, -1);
    row.message = plain(message);
    if (op !== 'update' && message.idForm === 'short')
      this.#highestShort = Math.max(this.#highestShort, counterOf(message));
    this.#tallies.add(row.message, place, 1);
    this.#put(row, place, node);
  }

  #addLine(id: MessageId, line: string): void {
    const row = this.#rows.get(id);
    if (row !== undefined) row.message = { ...row.message, timeline: withStep(row.message.timeline, line) };
  }

  #put(row: Row, place: Place, node = 0): void {
    row.place = place;
    row.node = node;
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
      queues = emptyQueues();
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

function counterOf(message: Message): number {
  const parsed = parsePublicId(message.publicId);
  return parsed?.form === 'short' ? parsed.counter : -1;
}

function closed(): CenterError {
  return new CenterError('CHAPPE_STORE_CLOSED', 'the memory store is closed');
}
