/** What the cases of the conformance suite start from. */

import type { Message, MessageId, Place } from '../message.ts';
import { hexPublicId } from '../message-id.ts';
import type { Change, Claim, Claimed, Expired, Expiry, Owner, Store } from '../store.ts';

/** A store under test and the way to lose its process. */
export interface StoreUnderTest {
  readonly store: Store;
  /** What the next process would see; undefined for stores that do not outlive theirs. */
  readonly reopen?: (() => Promise<Store>) | undefined;
  /** Lets so much of the store's own time pass; undefined for stores that go by what they are told. */
  readonly pass?: ((ms: number) => Promise<void>) | undefined;
  /** Releases what the test used. */
  dispose(): Promise<void>;
}

/** A store as seen by whoever has begun with it last: what is written is said with that owner. */
export interface OwnStore extends Omit<Store, 'commit' | 'claim' | 'take' | 'takeExpired'> {
  commit(changes: readonly Change[]): Promise<void>;
  claim(claim: Claim): Promise<Claimed>;
  take(id: MessageId, from: 'waiting' | 'sent'): Promise<Message | undefined>;
  takeExpired(expiry: Expiry): Promise<Expired>;
}

/** What a case starts from: one that an owner has begun with. */
export interface Given {
  readonly store: OwnStore;
  readonly reopen: (() => Promise<OwnStore>) | undefined;
}

/** A test: what a store must do, and the proof. `under`: the same without an owner. */
export type Case = readonly [name: string, run: (given: Given, under: StoreUnderTest) => Promise<void>];

/** The store as the one who begins with it next sees it. */
export function owned(store: Store): OwnStore {
  let owner: Owner = { node: 0, nodes: 1, epoch: 0, leaseMs: Number.POSITIVE_INFINITY };
  return {
    watch: (events) => store.watch?.(events),
    recover: async (nowMs, node) => {
      const recovery = await store.recover(nowMs, node);
      owner = recovery.owner;
      return recovery;
    },
    renew: (as, nowMs) => store.renew(as, nowMs),
    recoverLapsed: (as, nowMs) => store.recoverLapsed(as, nowMs),
    commit: (changes) => store.commit(changes, owner),
    claim: (claim) => store.claim(claim, owner),
    take: (id, from) => store.take(id, from, owner),
    takeExpired: (expiry) => store.takeExpired(expiry, owner),
    matching: (match, limit) => store.matching(match, limit),
    find: (id) => store.find(id),
    findByShort: (counter) => store.findByShort(counter),
    findByUpstreamId: (group, ids, begins) => store.findByUpstreamId(group, ids, begins),
    search: (query) => store.search(query),
    waitingIn: (lane, limit, beforeId) => store.waitingIn(lane, limit, beforeId),
    counts: () => store.counts(),
    tallies: () => store.tallies(),
    recount: () => store.recount(),
    purge: (beforeMs, onForget) => store.purge(beforeMs, onForget),
    close: () => store.close(),
  };
}

/** A day. */
export const DAY_MS = 86_400_000;
/** 2026-03-01T12:00:00Z. */
export const NOON_MS: number = Date.UTC(2026, 2, 1, 12);
/** Above every id and every time. */
export const NEVER: number = Number.MAX_SAFE_INTEGER;
const IDS_PER_MS = 4096;
const EPOCH_MS = Date.UTC(2025, 0, 1);

/** An id of a time. */
export function idAt(timeMs: number, sequence = 0): MessageId {
  return (timeMs - EPOCH_MS) * IDS_PER_MS + sequence;
}

/** A message with defaults. */
export function message(id: MessageId, fields: Partial<Message> = {}): Message {
  const tag = fields.tag ?? 0x01020304;
  const head = fields.head ?? id;
  return {
    id,
    tag,
    publicId: hexPublicId(head, tag),
    idForm: 'hex',
    head,
    kind: 'mt',
    account: 'acme',
    lane: 'out',
    source: { ton: 5, npi: 0, digits: 'Chappe' },
    destination: { ton: 1, npi: 1, digits: '447700900123' },
    serviceType: '',
    priority: 0,
    dueMs: NOON_MS,
    expiresMs: NOON_MS + DAY_MS,
    acceptedMs: NOON_MS,
    state: 'enroute',
    attempts: 0,
    error: 0,
    doneMs: 0,
    receiptWanted: 3,
    of: undefined,
    upstreamId: undefined,
    answeredAs: undefined,
    sentMs: 0,
    operatorError: undefined,
    isReplaced: false,
    origin: undefined,
    group: undefined,
    content: new Uint8Array([1, 2, 3]),
    text: 'hello',
    clientReference: undefined,
    timeline: `${NOON_MS} accepted\n`,
    price: 0,
    charged: undefined,
    memo: undefined,
    segments: 1,
    ...fields,
  };
}

/** A change. */
export function change(op: Change['op'], one: Message, place: Place, line = ''): Change {
  return { op, message: one, place, line };
}

/** Stores messages in one place. */
export function insert(
  store: Pick<OwnStore, 'commit'>,
  messages: readonly Message[],
  place: Place = 'waiting',
): Promise<void> {
  return store.commit(messages.map((one) => change('insert', one, place)));
}

/** Ids of what a claim of the usual lane and account brings. */
export async function claimAll(
  store: Pick<OwnStore, 'claim'>,
  nowMs: number = NOON_MS,
  limit: number = 100,
  beforeId: number = NEVER,
): Promise<readonly number[]> {
  const claim = { lane: 'out', account: 'acme', limit, octets: NEVER, nowMs, beforeId };
  const { messages } = await store.claim(claim);
  return messages.map(({ id }) => id);
}

/** Messages whose time is over. */
export async function takeExpired(
  store: Pick<OwnStore, 'takeExpired'>,
  nowMs: number,
  limit = 10,
): Promise<readonly Message[]> {
  return (await store.takeExpired({ nowMs, limit, octets: NEVER })).messages;
}
