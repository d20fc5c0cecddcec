/**
 * Group commit: changes gather while commits are in flight, and the next commit takes them all. No timers: a lone
 * change is committed at the end of the turn it came in, a flood in the largest groups that the disk's pace allows.
 */
import type { Clock } from './clock.ts';
import { CenterError } from './errors.ts';
import type { LiveMessage } from './lanes/lane.ts';
import type { Message, MessageId } from './message.ts';
import type { Change, Store } from './store.ts';

/**
 * Changes of one commit, about: more would make the first of them wait long for the last. Only a flood reaches it, and
 * then 3,000 carried 1.7 times the messages that 1,000 did, since each commit costs a sync.
 */
const MAX_CHANGES = 3_000;
/** One is written while the next one is prepared. */
const MAX_IN_FLIGHT = 2;
/** After a failure of the store: the pause before the next try, doubled up to the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Called once: with the messages when they are durable, or with an error when none of them is stored. */
export type Submitted = (error: CenterError | undefined, messages: readonly Message[]) => void;

/** The drafts of one submit call. */
export interface Submission {
  readonly messages: readonly LiveMessage[];
  readonly done: Submitted;
}

/** What one commit carries. Outcomes are kept until they are stored; submissions fail with the commit. */
export interface Batch {
  /** Ascending; batches are committed in this order. */
  readonly number: number;
  readonly outcomes: Change[];
  readonly inserts: Change[];
  readonly submissions: Submission[];
}

/** What happens after a commit. */
export interface CommitEvents {
  onCommitted(batch: Batch): void;
  /** The submissions are refused by the error; outcomes are tried again by themselves. */
  onRefused(submissions: readonly Submission[], error: CenterError): void;
  onFailure(error: CenterError): void;
}

function batchOf(number: number): Batch {
  return { number, outcomes: [], inserts: [], submissions: [] };
}

function sizeOf(batch: Batch): number {
  return batch.outcomes.length + batch.inserts.length;
}

/** Anything thrown, as a CenterError. */
export function asCenterError(error: unknown): CenterError {
  if (error instanceof CenterError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CenterError('CHAPPE_STORE_FAILED', message, { cause: error });
}

/** Gathers changes and commits them in order. */
export class GroupCommit {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #events: CommitEvents;
  #open: Batch = batchOf(1);
  readonly #full: Batch[] = [];
  readonly #again: Batch[] = [];
  #inFlight = 0;
  #failure: CenterError | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #disarm: (() => void) | undefined;
  #isClosed = false;
  #idle: (() => void)[] = [];
  /** Messages refused after an unclear failure: until they have been removed, the store may bring them up. */
  readonly refusedIds: Set<MessageId> = new Set();
  /** Highest number of a batch that came back. */
  settledNumber = 0;
  /** Changes not stored yet. */
  pending = 0;
  /** Commits that succeeded. */
  commits = 0;
  /** Commits that failed. */
  failures = 0;

  constructor(store: Store, clock: Clock, events: CommitEvents) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
  }

  /** Why submissions would be refused now; undefined: they would not. */
  get failure(): CenterError | undefined {
    return this.#failure;
  }

  /** Number of the last batch that holds anything: once it has settled, all that was added by now has. */
  get lastNumber(): number {
    return sizeOf(this.#open) === 0 ? this.#open.number - 1 : this.#open.number;
  }

  /** Changes that must reach the disk, together. */
  addOutcome(change: Change, ...more: readonly Change[]): void {
    const batch = this.#roomy();
    batch.outcomes.push(change, ...more);
    this.pending += 1 + more.length;
  }

  /** New messages, stored together or not at all. */
  addSubmission(inserts: readonly Change[], submission: Submission): void {
    const batch = this.#roomy();
    for (const insert of inserts) batch.inserts.push(insert);
    batch.submissions.push(submission);
    this.pending += inserts.length;
  }

  /** Commits what has gathered, as far as the number in flight allows. */
  flush(): void {
    if (this.#failure !== undefined || this.#isClosed) return;
    while (this.#inFlight < MAX_IN_FLIGHT) {
      const batch = this.#next();
      if (batch === undefined) return;
      this.#send(batch);
    }
  }

  /** Settles when nothing is pending, or when the store fails meanwhile. */
  idle(): Promise<void> {
    if (this.pending === 0 || this.#failure !== undefined) return Promise.resolve();
    return new Promise((settle) => this.#idle.push(settle));
  }

  /** Writes nothing more: what is pending, or comes from now on, stays unsaved. */
  close(): void {
    this.#isClosed = true;
    this.#disarm?.();
    this.#disarm = undefined;
  }

  #roomy(): Batch {
    if (sizeOf(this.#open) >= MAX_CHANGES) this.#closeOpen();
    return this.#open;
  }

  #closeOpen(): void {
    this.#full.push(this.#open);
    this.#open = batchOf(this.#open.number + 1);
  }

  #next(): Batch | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    if (this.#full.length === 0) {
      if (sizeOf(this.#open) === 0) return undefined;
      this.#closeOpen();
    }
    return this.#full.shift();
  }

  #send(batch: Batch): void {
    this.#inFlight += 1;
    const changes = batch.inserts.length === 0 ? batch.outcomes : batch.outcomes.concat(batch.inserts);
    this.#commit(changes)
      .then(
        () => this.#stored(batch),
        (error: unknown) => this.#failed(batch, asCenterError(error)),
      )
      .catch((error: unknown) => this.#events.onFailure(asCenterError(error)));
  }

  /** Stores are not to throw; one that does all the same has failed. */
  #commit(changes: readonly Change[]): Promise<void> {
    try {
      return this.#store.commit(changes);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #stored(batch: Batch): void {
    this.#settle(batch);
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

  #settle(batch: Batch): void {
    this.#inFlight -= 1;
    if (batch.number > this.settledNumber) this.settledNumber = batch.number;
  }

  #failed(batch: Batch, error: CenterError): void {
    this.#settle(batch);
    this.failures += 1;
    this.#failure = error;
    const refused: Submission[] = [];
    this.#strip(batch, refused, true);
    if (batch.outcomes.length > 0) this.#again.push(batch);
    for (const waiting of [...this.#full, this.#open]) this.#strip(waiting, refused, false);
    this.#events.onFailure(error);
    if (refused.length > 0) this.#events.onRefused(refused, error);
    this.#tellIdle();
    this.#pause();
  }

  /**
   * Takes the submissions out of a batch. When it went to the disk, a failure may be unclear: what is refused must not
   * be stored, so it is removed again with the outcomes.
   */
  #strip(batch: Batch, refused: Submission[], wasSent: boolean): void {
    this.pending -= batch.inserts.length;
    refused.push(...batch.submissions);
    if (wasSent) {
      for (const { message } of batch.inserts) {
        batch.outcomes.push({ op: 'remove', message, place: 'done', line: '' });
        this.refusedIds.add(message.id);
        this.pending += 1;
      }
    }
    batch.inserts.length = 0;
    batch.submissions.length = 0;
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
    if (this.pending > 0 && this.#failure === undefined) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const settle of waiting) settle();
  }
}
