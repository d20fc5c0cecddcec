/** The message center: stores messages, hands them to connectors, and says what became of them. */

export { Center } from './center.ts';
export { type Clock, type Random, systemClock } from './clock.ts';
export type { Connector, ErrorClass, Outcome, Report } from './connector.ts';
export {
  type ControlChange,
  type ControlEntry,
  type ControlListener,
  type ControlName,
  type ControlNews,
  type ControlRange,
  type ControlStore,
  defaultKnownWrites,
} from './control/control-store.ts';
export { ControlWatchers, newsAfter } from './control/control-watchers.ts';
export { MemoryControl, type MemoryControlOptions } from './control/memory-control.ts';
export { CenterError, type CenterErrorCode, isToldElsewhere } from './errors.ts';
export { IdMap } from './id-map.ts';
export type { LaneDepth } from './lanes/depth.ts';
export { Deque } from './lanes/deque.ts';
export { fencedError } from './memory/memory-owners.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory/memory-store.ts';
export {
  type Address,
  type Draft,
  type IdForm,
  type Message,
  type MessageId,
  type MessageKind,
  noticeOnRetry,
  type Origin,
  type Pieces,
  type Place,
  type Priority,
  receiptOnFailure,
  receiptOnSuccess,
} from './message.ts';
export {
  dayNumber,
  dayNumberOfId,
  dayOfId,
  dayOfNumber,
  firstIdAt,
  hexPublicId,
  type IdGenerator,
  type IdPart,
  idGenerator,
  idTimeMs,
  nodeOfId,
  type ParsedPublicId,
  parsePublicId,
  publicIdOf,
  receiptIdOf,
  shortPublicId,
} from './message-id.ts';
export { octetsOfCall } from './octets.ts';
export type { CancelResult, MessageRef, Replacement, ReplaceResult } from './operations.ts';
export {
  type CenterCounters,
  type CenterHooks,
  type CenterLimits,
  type CenterOptions,
  defaultLimits,
  type Step,
} from './options.ts';
export { systemRandom } from './random.ts';
export {
  defaultRetryDelays,
  type FailedAttempt,
  type RetryDelays,
  type RetryPolicy,
  retryPolicy,
} from './retry.ts';
export { Room } from './room.ts';
export { looseFolder, makeFile, refuseLinks, replaceFile, syncFolder } from './safe-files.ts';
export { type Amount, type Share, Shares } from './shares.ts';
export {
  type FinalState,
  finalStates,
  isFinalState,
  type MessageState,
  mayFollow,
  messageStates,
  transitions,
} from './states.ts';
export { SteadyClock } from './steady-clock.ts';
export {
  type Backup,
  type BackupOptions,
  type Change,
  type Claim,
  type Claimed,
  type DayAside,
  type DayCount,
  type Expired,
  type Expiry,
  type Match,
  type MessagePage,
  maxPageOctets,
  type Owner,
  type Recovered,
  type Recovery,
  type Replay,
  type SearchPage,
  type SearchQuery,
  type Store,
  type StoreEvents,
  type StoreLog,
  type StoreLook,
  type Tally,
  type TimelineWord,
  type Waiting,
} from './store.ts';
export type { Submitted } from './submission.ts';
export {
  hasTimelineWord,
  maxTimelineSteps,
  type TimelineStep,
  timelineLine,
  timelineSteps,
} from './timeline.ts';
