import type { CenterError } from './errors.ts';
import type { LiveMessage } from './lanes/lane.ts';
import type { Message } from './message.ts';
import type { Share } from './shares.ts';
import type { Change } from './store.ts';

/** Called once: with the messages when they are durable, or with an error when none of them is stored. */
export type Submitted = (error: CenterError | undefined, messages: readonly Message[]) => void;

/** The drafts of one submit call. */
export interface Submission {
  readonly messages: readonly LiveMessage[];
  readonly inserts: readonly Change[];
  readonly done: Submitted;
  /** Of the pool of what is not on disk yet. */
  readonly share: Share;
  readonly octets: number;
}
