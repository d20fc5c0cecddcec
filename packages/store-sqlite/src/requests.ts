/** What the store asks its threads, and what they answer. */
import type { CenterErrorCode, Claim, DayAside, Expiry, Match, MessageId, SearchQuery } from '@chappe/center';
import type { EncodedChanges } from './encode-changes.ts';
import type { Value } from './row.ts';

/** Which a thread is, and what it works on. */
export interface WorkerRole {
  /** Marks the workerData of our threads. */
  readonly chappeStore: 'writer' | 'reader' | 'copier' | 'checkpointer';
  readonly path: string;
  /** Pages of the write-ahead log before it is copied into the file. */
  readonly checkpointPages: number;
  /** A day file grows no larger; 0: no limit. */
  readonly maxFileBytes: number;
  readonly searchTimeoutMs: number;
  /** To the writer: logs are copied into their files by another thread, when it is told. */
  readonly hasCheckpointer?: boolean | undefined;
}

/** What is to be in the day files before somebody reads them: all, what is not over, or one message. */
export type Concern = 'all' | 'unfinished' | MessageId;

/** A request that is said with its owner: its epoch; undefined: whoever has begun last. */
interface Owned {
  readonly epoch?: number | undefined;
}

/** A request to a thread. */
export type Request =
  | (Owned & { readonly ask: 'commit' } & EncodedChanges)
  /** To the writer: what somebody is about to read is in the day files when it answers; out of turn. */
  | { readonly ask: 'settle'; readonly concern: Concern }
  | { readonly ask: 'recover'; readonly nowMs: number }
  | (Owned & { readonly ask: 'renew' })
  | (Owned & { readonly ask: 'claim'; readonly claim: Claim })
  | (Owned & { readonly ask: 'take'; readonly id: MessageId; readonly place: number })
  | (Owned & { readonly ask: 'expired'; readonly expiry: Expiry })
  | { readonly ask: 'log' }
  | { readonly ask: 'look' }
  | { readonly ask: 'limit'; readonly maxFileBytes: number }
  | { readonly ask: 'close-finished'; readonly beforeDay: number }
  | { readonly ask: 'matching'; readonly match: Match; readonly limit: number }
  | { readonly ask: 'find'; readonly id: MessageId }
  | { readonly ask: 'short'; readonly counter: number }
  | {
      readonly ask: 'upstream-id';
      readonly group: string;
      readonly ids: readonly string[];
      readonly begins: boolean;
    }
  | { readonly ask: 'lane'; readonly lane: string; readonly limit: number; readonly beforeId: MessageId }
  | { readonly ask: 'tallies'; readonly days: readonly string[] | undefined }
  | { readonly ask: 'recount' }
  /** To the writer: the sums of days that are set aside, as far as they are known. */
  | { readonly ask: 'aside-tallies' }
  | { readonly ask: 'counts' }
  | { readonly ask: 'search'; readonly query: SearchQuery }
  | { readonly ask: 'forget'; readonly days: readonly string[] }
  /** To the writer: the reader has found a day damaged. To the reader: it is set aside. */
  | { readonly ask: 'set-aside'; readonly day: number; readonly why: string }
  /** To the writer: to stand still until the moment of a backup is fixed. */
  | { readonly ask: 'hold'; readonly moment: SharedArrayBuffer }
  /** To the copier: to fix it. `isStill`: nobody has begun with the folder. */
  | { readonly ask: 'fix'; readonly moment: SharedArrayBuffer; readonly isStill: boolean }
  /** To the copier, after that. */
  | { readonly ask: 'copy'; readonly folder: string; readonly momentMs: number; readonly version: string }
  /** To the checkpointer: to copy the log of a day into its file. To the writer: it has done so, or could not. */
  | { readonly ask: 'checkpoint'; readonly day: number }
  | { readonly ask: 'close' };

/** A row with its place left out of sight. */
export type Row = readonly Value[];

/** Sums of money: account, messages, accepted, reserved, settled, released. */
export type TallyRow = readonly [string, number, number, number, number, number];

/** A request, with a number of its own. */
export interface Numbered {
  readonly number: number;
  readonly request: Request;
}

/** An answer to the request of that number: what was asked for, or an error. 0: whether the thread is up. */
export type Answer =
  | { readonly number: number; readonly ok: true; readonly value: unknown }
  | {
      readonly number: number;
      readonly ok: false;
      readonly code: CenterErrorCode;
      readonly message: string;
      readonly path: string | undefined;
    };

/** What a thread says without being asked. */
export type Notice =
  | { readonly notice: 'aside'; readonly aside: DayAside }
  /** From the reader: it could not read the file. */
  | { readonly notice: 'damaged'; readonly day: number; readonly why: string }
  /** From the writer: the log of a day is to be copied into its file. */
  | { readonly notice: 'checkpoint'; readonly day: number }
  /** Something to be told. */
  | { readonly notice: 'trouble'; readonly report: FileReport };

/** What `expired` answers. `isCut`: a limit was reached. */
export interface CutRows {
  readonly rows: readonly Row[];
  readonly isCut: boolean;
}

/** Something to be told, of a file. */
export interface FileReport {
  readonly path: string;
  readonly message: string;
  /** Another has begun with the folder: nothing of what this process writes is stored any more. */
  readonly isFenced?: boolean;
}

/** What `look` answers. */
export interface FilesLook {
  /** What was wrong. */
  readonly reports: readonly FileReport[];
  /** Of how many that has been mended. */
  readonly restored: number;
  /** Days whose file is another one now, `YYYY-MM-DD`. */
  readonly days: readonly string[];
  /** Why nothing is written. */
  readonly failure: FileReport | undefined;
}

/** What `log` answers. `trouble`: why it grows, when it should not. */
export interface LogState {
  readonly octets: number;
  readonly trouble: string | undefined;
}

/** What `claim` answers. */
export interface ClaimedRows extends CutRows {
  readonly nextDueMs: number;
}

/** What `lane` answers. */
export interface PageRows {
  readonly rows: readonly Row[];
  readonly nextBeforeId: MessageId | undefined;
}

/** What `search` answers. */
export interface SearchRows extends PageRows {
  readonly partial: boolean;
  /** Days that were not searched. */
  readonly aside?: readonly string[];
}
