/**
 * Group commit: changes gather while commits are in flight, and the next commit takes them all. No timers: a lone
 * change is committed at the end of the turn it came in, a flood in the largest groups that the disk's pace allows.
 */
import type { Clock } from './clock.ts';
import { CenterError } from './errors.ts';
import type { LiveMessage } from './lanes/lane.ts';
import type { MessageId } from './message.ts';
import type { Change } from './store.ts';
import type { Submission } from './submission.ts';
import { WaitingSubmissions } from './waiting-submissions.ts';

/**
 * Changes of one commit, about: more would make the first of them wait long for the last. Only a flood reaches it, and
 * then 3,000 carried 1.7 times the messages that 1,000 did, since each commit costs a sync.
 */
const MAX_CHANGES = 3_000;
/**
 * Octets of contents and texts of one commit, about: a few long messages must not make all others wait for the disk, nor
 * take the memory of thousands of short ones on their way there.
 */
const MAX_OCTETS = 4 * 1024 * 1024;
/** The part of both that submissions have at least. */
const LEAST_PART = 1 / 4;
/** One is written while the next one is prepared. */
const MAX_IN_FLIGHT = 2;
/** After a failure of the store: the pause before the next try, doubled up to the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** What one commit carries. Outcomes are kept until they are stored; submissions fail with the commit. */
export interface Batch {
  readonly outcomes: Change[];
  readonly submissions: Submission[];
  /** Octets of the outcomes. */
  octets: number;
  /** Changes in `submissions`, and their octets. */
  inserts: number;
  insertOctets: number;
}

/** What happens after a commit. */
export interface CommitEvents {
  onCommitted(batch: Batch): void;
  /** The submissions are refused by the error; outcomes are tried again by themselves. */
  onRefused(submissions: readonly Submission[], error: CenterError): void;
  onFailure(error: CenterError): void;
}

function emptyBatch(): Batch {
  return { outcomes: [], submissions: [], octets: 0, inserts: 0, insertOctets: 0 };
}

function sizeOf({ outcomes, inserts }: Batch): number {
  return outcomes.length + inserts;
}

function isFull(batch: Batch): boolean {
  return sizeOf(batch) >= MAX_CHANGES || batch.octets + batch.insertOctets >= MAX_OCTETS;
}

/** However many outcomes there are, new messages get a part of each commit. */
function takesMore(batch: Batch): boolean {
  const { inserts, insertOctets } = batch;
  return !isFull(batch) || (inserts < MAX_CHANGES * LEAST_PART && insertOctets < MAX_OCTETS * LEAST_PART);
}

/** Anything thrown, as a CenterError. */
export function asCenterError(error: unknown): CenterError {
  if (error instanceof CenterError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CenterError('CHAPPE_STORE_FAILED', message, { cause: error });
}

function changesOf({ outcomes, submissions }: Batch): readonly Change[] {
  if (submissions.length === 0) return outcomes;
  const changes = outcomes.slice();
  for (const { inserts } of submissions) for (const insert of inserts) changes.push(insert);
  return changes;
}

/** Only these carry contents. */
function octetsIn({ op, message }: Change): number {
  return op === 'insert' || op === 'replace' ? (message as LiveMessage).octets : 0;
}

/** Gathers changes and commits them in order. */
export class GroupCommit {
  readonly #store: (changes: readonly Change[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #events: CommitEvents;
  /** Outcomes that have gathered. */
  #open: Batch = emptyBatch();
  readonly #full: Batch[] = [];
  readonly #waiting = new WaitingSubmissions();
  readonly #again: Batch[] = [];
  readonly #inFlight: Set<Batch> = new Set();
  /** The disk does not answer. */
  #stalled: CenterError | undefined;
  /** What would be stored now would be gone with the process. */
  #held: CenterError | undefined;
  #failure: CenterError | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #disarm: (() => void) | undefined;
  #isClosed = false;
  #idle: (() => void)[] = [];
  /** Messages refused after an unclear failure: until they have been removed, the store may bring them up. */
  readonly refusedIds: Set<MessageId> = new Set();
  /** Changes not stored yet. */
  pending = 0;
  /** Commits that succeeded. */
  commits = 0;
  /** Commits that failed. */
  failures = 0;

  /** `store`: commits changes, see `Store.commit`. */
  constructor(store: (changes: readonly Change[]) => Promise<void>, clock: Clock, events: CommitEvents) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
  }

  /** Why submissions would be refused now; undefined: they would not. */
  get failure(): CenterError | undefined {
    return this.#held ?? this.#failure ?? this.#stalled;
  }

  /** Changes that must reach the disk, together. */
  addOutcome(change: Change, ...more: readonly Change[]): void {
    if (isFull(this.#open)) this.#closeOpen();
    const batch = this.#open;
    batch.outcomes.push(change, ...more);
    batch.octets += octetsIn(change);
    for (const other of more) batch.octets += octetsIn(other);
    this.pending += 1 + more.length;
  }

  /** New messages, stored together or not at all. */
  addSubmission(submission: Submission): void {
    this.#waiting.add(submission);
    this.pending += submission.inserts.length;
  }

  /** Commits what has gathered, as far as the number in flight allows. */
  flush(): void {
    if (this.#failure !== undefined || this.#held !== undefined || this.#isClosed) return;
    while (this.#inFlight.size < MAX_IN_FLIGHT) {
      const batch = this.#next();
      if (batch === undefined) return;
      this.#send(batch);
    }
  }

  /** The disk does not answer: what it has not been given is refused, and what comes, until `resume`. */
  stall(error: CenterError): void {
    this.#stalled = error;
    this.#refuse(this.#notSent(), error);
    this.#tellIdle();
  }

  /** Nothing may be stored: what the disk has not been given is refused, and what comes, as long as it is so. */
  hold(error: CenterError | undefined): void {
    this.#held = error;
    if (error === undefined) {
      this.flush();
      return;
    }
    this.#refuse(this.#notSent(), error);
    this.#tellIdle();
  }

  /** Nor will it in time: what it was given is refused as well, and removed if it is stored after all. */
  giveUp(error: CenterError): void {
    const refused: Submission[] = [];
    for (const batch of this.#inFlight) refused.push(...this.#stripped(batch, this.#open.outcomes));
    this.#refuse(refused, error);
  }

  /** It answers again. */
  resume(): void {
    this.#stalled = undefined;
  }

  #refuse(refused: readonly Submission[], error: CenterError): void {
    if (refused.length > 0) this.#events.onRefused(refused, error);
  }

  /** Settles when nothing is pending, or when the store fails meanwhile. */
  idle(): Promise<void> {
    if (this.pending === 0 || this.failure !== undefined) return Promise.resolve();
    return new Promise((settle) => this.#idle.push(settle));
  }

  /** Writes nothing more: what is pending, or comes from now on, stays unsaved. */
  close(): void {
    this.#isClosed = true;
    this.#disarm?.();
    this.#disarm = undefined;
  }

  #closeOpen(): void {
    this.#full.push(this.#open);
    this.#open = emptyBatch();
  }

  #next(): Batch | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    if (this.#full.length === 0) {
      if (sizeOf(this.#open) === 0 && this.#waiting.isEmpty) return undefined;
      this.#closeOpen();
    }
    const batch = this.#full.shift() as Batch;
    this.#fill(batch);
    return batch;
  }

  /** Outcomes first, since they must be stored; then submissions, in turns. */
  #fill(batch: Batch): void {
    while (takesMore(batch)) {
      const submission = this.#waiting.next();
      if (submission === undefined) return;
      batch.submissions.push(submission);
      batch.inserts += submission.inserts.length;
      batch.insertOctets += submission.octets;
    }
  }

  #send(batch: Batch): void {
    this.#inFlight.add(batch);
    this.#commit(changesOf(batch))
      .then(
        () => this.#stored(batch),
        (error: unknown) => this.#failed(batch, asCenterError(error)),
      )
      .catch((error: unknown) => this.#events.onFailure(asCenterError(error)));
  }

  /** Stores are not to throw; one that does all the same has failed. */
  #commit(changes: readonly Change[]): Promise<void> {
    try {
      return this.#store(changes);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #stored(batch: Batch): void {
    this.#inFlight.delete(batch);
    this.commits += 1;
    this.pending -= sizeOf(batch);
    this.#pauseMs = FIRST_PAUSE_MS;
    if (this.refusedIds.size > 0) {
      for (const { op, message } of batch.outcomes) if (op === 'remove') this.refusedIds.delete(message.id);
    }
    // The worker gets its next group before this one is looked at.
    this.flush();
    this.#events.onCommitted(batch);
    this.#tellIdle();
  }

  #failed(batch: Batch, error: CenterError): void {
    this.#inFlight.delete(batch);
    this.failures += 1;
    this.#failure = error;
    const refused = [...this.#stripped(batch, batch.outcomes), ...this.#notSent()];
    if (batch.outcomes.length > 0) this.#again.push(batch);
    this.#events.onFailure(error);
    this.#refuse(refused, error);
    this.#tellIdle();
    this.#pause();
  }

  /** Submissions that the disk has not been given. */
  #notSent(): Submission[] {
    const waiting = this.#waiting.clear();
    for (const { inserts } of waiting) this.pending -= inserts.length;
    return waiting;
  }

  /**
   * Takes the submissions out of a batch that went to the disk. What became of them there is not clear: what is refused
   * must not be stored, so it is removed again, by changes that are added to `removals`.
   */
  #stripped(batch: Batch, removals: Change[]): Submission[] {
    const refused = batch.submissions.splice(0);
    for (const { inserts } of refused) {
      // In place of the insertion there is the removal now.
      for (const { message } of inserts) {
        removals.push({ op: 'remove', message, place: 'done', line: '' });
        this.refusedIds.add(message.id);
      }
    }
    batch.inserts = 0;
    return refused;
  }

  #pause(): void {
    if (this.#disarm !== undefined) return;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    this.#disarm = this.#clock.setTimer(() => {
      this.#disarm = undefined;
      this.#failure = undefined;
      this.flush();
    }, pauseMs);
  }

  #tellIdle(): void {
    if (this.#idle.length === 0) return;
    if (this.pending > 0 && this.failure === undefined) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const settle of waiting) settle();
  }
}
