/**
 * The door of @chappe/smpp: ESME client, MC server, sessions. Its users need PDUs, statuses, texts, segments, receipts
 * and times as well, so the door of @chappe/protocol is part of it.
 */

export * from '@chappe/protocol';
export type { ReceiptMatching } from './client/awaited-receipts.ts';
export type { Reconnect } from './client/backoff.ts';
export { type ClientState, SmppClient } from './client/client.ts';
export type { IncomingSettings, ReceiptSettings } from './client/incoming.ts';
export type {
  IncomingEvent,
  IncomingMessage,
  IncomingPdu,
  IncomingReceipt,
  IncompleteMessage,
} from './client/incoming-event.ts';
export type { Renewal } from './client/kept-bind.ts';
export type { Loss } from './client/loss.ts';
export type { ClientOptions } from './client/options.ts';
export { OutbindListener } from './client/outbind-listener.ts';
export type { OutbindListenerOptions } from './client/outbind-options.ts';
export type { Duration, OutgoingMessage } from './client/outgoing-message.ts';
export { Pace, type Rate } from './client/pace.ts';
export type { ReceiptOptions, ReceiptResult, SentMessage } from './client/sent-message.ts';
export { readSmppUrl, type SmppAddress } from './client/url.ts';
export { type Clock, type Random, systemClock } from './clock.ts';
export {
  type BindPdu,
  type Notice,
  newCounters as newSessionCounters,
  type SessionCounters,
  type SessionEvent,
} from './core/events.ts';
export {
  type PduTap,
  type SessionCodec,
  type SessionOptions,
  sessionDefaults,
  standardCodec,
  WriterPool,
} from './core/options.ts';
export { SessionCore } from './core/session-core.ts';
export {
  type BindKind,
  type CommandRule,
  commandRules,
  type SessionRole,
  type SessionState,
  sessionStates,
} from './core/states.ts';
export type { CodecOption, NoTlvs, ReceivedPdu, TlvsOption } from './core/vendor-tlvs.ts';
export type { VersionOption } from './core/version-option.ts';
export { deniedStatus, messageIdCharactersMax, statusFor } from './core/versions.ts';
export {
  type CloseReason,
  type SegmentOutcome,
  SmppAbortError,
  SmppBindError,
  SmppClosedError,
  SmppConnectError,
  SmppError,
  type SmppErrorCode,
  SmppNotBoundError,
  SmppStatus,
  SmppStatusError,
  SmppTimeoutError,
  type TimeoutKind,
} from './errors.ts';
export { type Address, addressOf } from './messages/address.ts';
export type { ContentInput, TextSettings } from './messages/content.ts';
export type { ReceiptWish } from './messages/receipt-wish.ts';
export * as optionChecks from './option-checks.ts';
export type { ServerTls } from './server/admission.ts';
export type { ServerCounters } from './server/counters.ts';
export type { Delivered, DeliverInput, ReceiptInput } from './server/deliver-input.ts';
export { type ServerLimits, serverLimits } from './server/limits.ts';
export type { BindDecision, BindRequest, OutbindTarget, ServerOptions } from './server/options.ts';
export { SmppServer } from './server/server.ts';
export type { ServerSession } from './server/server-session.ts';
export type {
  IncompleteSubmission,
  SubmissionSettings,
  SubmittedMessage,
  SubmittedPdu,
} from './server/submitted-message.ts';
export {
  DEFERRED,
  type Operation,
  type OperationName,
  type OperationResult,
  type Operations,
} from './session/operations.ts';
export type { RequestOptions } from './session/request-options.ts';
export type { Done, RequestResult } from './session/request-queue.ts';
export type { RequestInput } from './session/requests.ts';
export type { Answerable, ResponseInput } from './session/responses.ts';
export type { Session } from './session/session.ts';
export { SimulatedClock } from './simulated-clock.ts';
export { addressKey } from './transport/address-key.ts';
export type { ClientTls } from './transport/dial.ts';
export { memoryPair } from './transport/memory.ts';
export { type Certificates, secureContextOptions, tlsVersionMin } from './transport/tls.ts';
export type { Remote, Transport, TransportListener } from './transport/transport.ts';
