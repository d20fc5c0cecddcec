/** The port to the disk. Every store passes the suite of `@chappe/center/conformance`. */
import type { CenterError } from './errors.ts';
import type { Message, MessageId, MessageKind, Place } from './message.ts';
import type { MessageState } from './states.ts';

/**
 * One change to what is stored. `insert` writes a new message, `update` what attempts change (place, lane, state,
 * dueMs, attempts, error, doneMs, group, upstreamId, timeline), `replace` the whole message, `remove` takes a
 * receipt or notice away and appends `line` to the timeline of the message it is about, if that is still there; `line`
 * appends it to the timeline of the message itself and changes nothing else.
 * Every change may be applied twice: after an unclear failure the center commits it again.
 */
export interface Change {
  readonly op: 'insert' | 'update' | 'replace' | 'remove' | 'line';
  readonly message: Message;
  readonly place: Place;
  readonly line: string;
  /**
   * Of an insertion: the first message of this commit with the same content and text, or itself if others follow that
   * have the same; a store may keep these once for all of them.
   */
  readonly body?: MessageId;
  /** It is as it was: no step that anybody hears of. */
  readonly isSilent?: true;
  /** Of an insertion: nobody has been told of it, so it may be refused. Any other change must be stored one day. */
  readonly isRefusable?: true;
}

/** A day whose file is damaged: it is left as it is, and nothing is known of its messages, until it is whole again. */
export interface DayAside {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly path: string;
  /** What is wrong with it, for people. */
  readonly why: string;
  /** Whether its sums of money are known, with what has changed since; `tallies` and `recount` have them then. */
  readonly hasTallies: boolean;
}

/** What a store tells without being asked. */
export interface StoreEvents {
  /** The day is set aside from now on: no new message may get an id of it. `error`: that, with what to do. */
  onAside(aside: DayAside, error: CenterError): void;
  /** Something that an operator must know, and that stops nothing. */
  onTrouble(error: CenterError): void;
}

/** The messages of one account in one lane that wait on disk. */
export interface Waiting {
  readonly lane: string;
  readonly account: string;
  /** How many wait, due or not. */
  readonly count: number;
  /** How many of them are receipts and notices; none when left out. */
  readonly notes?: number;
  /** When the next one is due. */
  readonly nextDueMs: number;
}

/**
 * Who works on a store: one node, from the `recover` that it begins with until that node is begun again, or is taken over by
 * another. What it has in place `memory` is its own, and nobody else gets it as long as that lasts; what an owner of before
 * writes is refused whole, with CHAPPE_STORE_FENCED.
 */
export interface Owner {
  /** Which of the nodes that share the store it is: 0 up to `nodes` - 1. */
  readonly node: number;
  /** For how many nodes the store has room, a power of two up to 1,024: each makes ids of its own, see message-id.ts. */
  readonly nodes: number;
  /** Grows each time that the node begins, or is taken over. */
  readonly epoch: number;
  /** For how long it may leave out `renew` before others may take it over; Infinity: nobody can. */
  readonly leaseMs: number;
}

/** What has become of the messages that ended nodes had in memory. */
export interface Recovered {
  /** Those nodes: what they write is refused from now on. */
  readonly nodes: readonly number[];
  /** What waits again. */
  readonly waiting: readonly Waiting[];
  /** How many that are, marked uncertain. */
  readonly uncertain: number;
}

/** What stood in a journal only when the process before ended, and is where it belongs now. */
export interface Replay {
  readonly commits: number;
  readonly changes: number;
}

/** What a store knows when it is opened. */
export interface Recovery {
  /** As whom it is open from now on. */
  readonly owner: Owner;
  readonly highestId: MessageId;
  /** Highest counter of a short public id; -1 when there is none. */
  readonly highestShort: number;
  readonly waiting: readonly Waiting[];
  /** Messages at an upstream. */
  readonly sent: number;
  /** Messages that were in the memory of a process of this node that ended without saying so; they wait again. */
  readonly uncertain: number;
  /** Days that could not be read: nothing above is of them. None when left out. */
  readonly aside?: readonly DayAside[];
  /** None when left out. */
  readonly replay?: Replay;
}

/** Which waiting messages to claim. */
export interface Claim {
  readonly lane: string;
  readonly account: string;
  readonly limit: number;
  /** Octets of contents and texts: it ends with the message that reaches them. */
  readonly octets: number;
  readonly nowMs: number;
  /** Only messages with a lower id. */
  readonly beforeId: MessageId;
}

/** Claimed messages, now in place `memory`. */
export interface Claimed {
  readonly messages: readonly Message[];
  /** A limit was reached: there may be more. */
  readonly isCut: boolean;
  /** Of those that still wait, Infinity when none does. */
  readonly nextDueMs: number;
}

/** Which messages whose time is over to take; limits as of a claim. */
export type Expiry = Pick<Claim, 'nowMs' | 'limit' | 'octets'>;
/** As of a claim. */
export type Expired = Pick<Claimed, 'messages' | 'isCut'>;

/** Messages alike, as cancel_sm and replace_if_present mean them; what is left out may be anything. */
export interface Match {
  readonly account?: string | undefined;
  readonly source?: string | undefined;
  readonly destination: string;
  readonly serviceType?: string | undefined;
}

/**
 * The money of one account's messages of one UTC day (of acceptance), in the smallest unit. Changes in the same
 * transaction as the messages: accepted = reserved + settled + released at all times.
 */
export interface Tally {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly account: string;
  /** Messages that cost something. */
  readonly messages: number;
  readonly accepted: number;
  /** Of those that have not ended. */
  readonly reserved: number;
  readonly settled: number;
  readonly released: number;
}

/** How much an account has submitted on one UTC day, as far as it is kept. */
export interface DayCount {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly account: string;
  /** Sum of `Message.segments`. */
  readonly segments: number;
}

/** A word of a timeline's details: `route=uk`; with `isBeginning` it may go on. */
export interface TimelineWord {
  readonly word: string;
  readonly isBeginning?: boolean | undefined;
}

/** A search; all conditions must hold. Newest first. */
export interface SearchQuery {
  readonly account?: string | undefined;
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  /** `source`, `destination` and `account` need only begin like this. */
  readonly prefix?: boolean | undefined;
  readonly kinds?: readonly MessageKind[] | undefined;
  readonly states?: readonly MessageState[] | undefined;
  /** Part of the text; ASCII letters in any case. */
  readonly text?: string | undefined;
  readonly clientReference?: string | undefined;
  /** What its timeline tells: of each list one word must stand there. */
  readonly inTimeline?: readonly (readonly TimelineWord[])[] | undefined;
  /** Its text holds the word, or its timeline tells one of those, or it has that id. */
  readonly any?:
    | { readonly text: string; readonly inTimeline: readonly TimelineWord[]; readonly publicId: string }
    | undefined;
  /** Accepted at or after. */
  readonly afterMs?: number | undefined;
  /** Accepted before. */
  readonly beforeMs?: number | undefined;
  /** Only lower ids: `nextBeforeId` of the page before. */
  readonly beforeId?: MessageId | undefined;
  /** At most, 1 to 1000; default 100. */
  readonly limit?: number | undefined;
}

/**
 * Content, texts and the like of the messages of one page, octets: it ends with the message that reaches it, however few
 * there are. Messages have up to 64 kB each, and whoever asks for a page holds it in memory.
 */
export const maxPageOctets: number = 2 * 1024 * 1024;

/** Some messages, newest first. `nextBeforeId`: there may be more; undefined: that was all. */
export interface MessagePage {
  readonly messages: readonly Message[];
  readonly nextBeforeId: MessageId | undefined;
}

/** One page of a search. */
export interface SearchPage extends MessagePage {
  /** True when the time limit ended the search before the page was full; go on with `nextBeforeId`. */
  readonly partial: boolean;
  /** Days in the range of this page, `YYYY-MM-DD`, that are set aside and were not searched. None when left out. */
  readonly aside?: readonly string[] | undefined;
}

/** What is written and not yet where it belongs: in a journal, or the write-ahead log of a database. */
export interface StoreLog {
  readonly octets: number;
  /** Why it grows, when it should not. */
  readonly trouble: CenterError | undefined;
}

/** What has become of the files of a store. */
export interface StoreLook {
  /** What was wrong, each once: files that were taken away, or replaced, while they were in use. */
  readonly reports: readonly CenterError[];
  /** How many of them are back. */
  readonly restored: number;
  /** Why nothing may be stored as long as it is so; undefined: it may. */
  readonly failure: CenterError | undefined;
}

/** A copy of all that is durable, as of one moment. */
export interface Backup {
  readonly folder: string;
  /** As of when it is, epoch milliseconds. */
  readonly momentMs: number;
  readonly files: number;
  readonly octets: number;
  readonly messages: number;
  /** Messages, receipts and notices that were not over. */
  readonly unfinished: number;
  /** Accounts whose messages cost something. */
  readonly accounts: number;
  /** Entries of the ControlStore beside it. */
  readonly entries: number;
  /** Days that were set aside, `YYYY-MM-DD`: their files are in it as they are, damaged. */
  readonly aside: readonly string[];
}

/** How a backup is made. */
export interface BackupOptions {
  /** Of the program, for whoever finds it. */
  readonly version: string;
  /** What time it is, epoch milliseconds. */
  readonly nowMs: () => number;
  /**
   * Called right before the moment is fixed: what is asked of the store until it returns is in the backup. For whoever holds
   * back commits that he has acknowledged.
   */
  readonly onMoment?: (() => void) | undefined;
  /** Called when it is fixed; all that is left is to copy. */
  readonly onFixed?: ((momentMs: number) => void) | undefined;
}

/**
 * Durable storage of messages. All methods reject with a CenterError and never throw. Those that write (commit, claim,
 * take, takeExpired) take effect and settle in the order of the calls, and are said with their owner: one that is fenced
 * changes nothing, and gets nothing, whatever it asks for. What concerns a message of a day that is set aside
 * rejects with CHAPPE_STORE_ASIDE, but for changes that cannot be refused: those are kept for it. What concerns several
 * days leaves it out.
 */
export interface Store {
  /** Called before `recover`, for stores that tell something. */
  watch?(events: StoreEvents): void;
  /**
   * Called once, first: begins a node (default 0) anew and fences whoever was it before, whose messages in place `memory`
   * wait again, marked uncertain. Rejects when the store has no room for that node.
   */
  recover(nowMs: number, node?: number): Promise<Recovery>;
  /** Lengthens the lease to `leaseMs` from now, by the clock of the store; one that has none goes by what it is told. */
  renew(owner: Owner, nowMs: number): Promise<void>;
  /** Takes over all nodes whose lease has run out: they are fenced, and their messages in place `memory` wait again, marked. */
  recoverLapsed(owner: Owner, nowMs: number): Promise<Recovered>;
  /** All or nothing, durable when it settles. Reads the messages before it returns. Those in place `memory` are the owner's. */
  commit(changes: readonly Change[], owner: Owner): Promise<void>;
  /** Due waiting messages in order priority descending, due, id; from now in place `memory`. */
  claim(claim: Claim, owner: Owner): Promise<Claimed>;
  /** The one message, if it is in that place; from now in place `memory`. */
  take(id: MessageId, from: 'waiting' | 'sent', owner: Owner): Promise<Message | undefined>;
  /**
   * Messages past their validity that wait or are at an upstream, and those at an upstream whose receipt is late (past
   * `dueMs`); from now in place `memory`.
   */
  takeExpired(expiry: Expiry, owner: Owner): Promise<Expired>;
  /** Messages alike that wait or are in memory, ids descending (the last submitted first). */
  matching(match: Match, limit: number): Promise<readonly MessageId[]>;
  find(id: MessageId): Promise<Message | undefined>;
  /** By the counter of a short public id; the first of those that share it. */
  findByShort(counter: number): Promise<Message | undefined>;
  /**
   * Messages at an upstream, by what it called them: any of these ids, or (`begins`) anything that begins so. The
   * first ones of each day, some hundred.
   */
  findByUpstreamId(group: string, ids: readonly string[], begins?: boolean): Promise<readonly Message[]>;
  search(query: SearchQuery): Promise<SearchPage>;
  /** Messages that wait in a lane, at most `limit`; with a lower id than `beforeId`. */
  waitingIn(lane: string, limit: number, beforeId?: MessageId): Promise<MessagePage>;
  /** Messages of kind `mt` by day and account. Reads an index: a second for millions. */
  counts(): Promise<readonly DayCount[]>;
  /** The money of all days that are kept, and of those that are set aside as far as it is known. */
  tallies(): Promise<readonly Tally[]>;
  /** The same, added up from the messages one by one: slow. */
  recount(): Promise<readonly Tally[]>;
  /**
   * Forgets whole days that ended before and hold nothing unfinished; returns those days. `onForget` is given their
   * money first; when it rejects nothing is forgotten.
   */
  purge(
    beforeMs: number,
    onForget?: (tallies: readonly Tally[]) => Promise<void>,
  ): Promise<readonly string[]>;
  /** Looks whether its files are where they were, for stores that have some, and puts back what is not. Asked for every second. */
  look?(): Promise<StoreLook>;
  /** The state of its log, for stores that have one. Asked for every some seconds. */
  log?(): Promise<StoreLog>;
  /** Copies all that is durable, its ControlStore too, into a folder, for stores that can. */
  backup?(folder: string, options: BackupOptions): Promise<Backup>;
  close(): Promise<void>;
}
