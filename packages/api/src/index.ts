/** The door of @chappe/api: the HTTP API of a gateway. */

export type { AuthOptions, NamedKey } from './auth/keys.ts';
export type { MakeBackup } from './backups.ts';
export { type ApiOptions, buildApi } from './build-api.ts';
export type { ConnectionLimits } from './connections.ts';
export type { DoorName } from './doors/doors.ts';
export type { IdempotencyLimits } from './idempotency.ts';
export { type Listening, type ListenOptions, listenApi, ProbeListenError } from './listen.ts';
export type { FlawBody, ProblemBody } from './problem.ts';
export { type Problem, type ProblemCode, problemCodes } from './problem.ts';
export type { MessagesBody } from './routes/messages.ts';
export type { MessageBody, MessageSummaryBody, SegmentBody, StepBody } from './schemas/message.ts';
export type {
  InboxBody,
  InboxMessageBody,
  PhoneBody,
  PhoneStateBody,
  PhoneSubmission,
  PhoneSubmittedBody,
  PhonesBody,
} from './schemas/phone.ts';
export type { SessionsBody } from './schemas/session.ts';
export type { RefusedBody, SubmissionBody, SubmittedBody, SubmittedListBody } from './schemas/submission.ts';
