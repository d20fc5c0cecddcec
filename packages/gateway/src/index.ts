/** The door of @chappe/gateway: the composed message centre, and a sandbox of it for tests. */

export { addressKey } from '@chappe/smpp';
export {
  Afterwards,
  type AgainRefusal,
  type Handled,
  type ReceiptRefusal,
  type RetryOptions,
  type RetryResult,
} from './admin/afterwards.ts';
export {
  type DestinationEstimate,
  type Estimate,
  type EstimateQuestion,
  type EstimateRefusal,
  estimateMessages,
} from './admin/estimate.ts';
export {
  type HeldMessage,
  type HeldPage,
  heldMessages,
  type ReleasedHeld,
  type ReleaseResult,
  releaseAllHeld,
  releaseHeld,
} from './admin/held.ts';
export { type HookPostRefusal, redeliverEvent } from './admin/hook-posts.ts';
export { type ReplayRange, type ReplayResult, replayRoutes } from './admin/replay-messages.ts';
export type { ReceiptReplay, ReplayedReceipts, ReplayStop } from './admin/replay-receipts.ts';
export { type RouteAnswer, type RouteQuestion, testRoutes } from './admin/route-test.ts';
export { type TrialMessage, type TrialResult, tryUpstream } from './admin/trial.ts';
export {
  type RematchForm,
  rematchReceipts,
  removeUnmatched,
  type UnmatchedPage,
  unmatchedReceipts,
} from './admin/unmatched-inbox.ts';
export type { AuditEntry, AuditLine, AuditVia } from './audit/audit-line.ts';
export { type AuditLimits, AuditLog, type AuditPage, type AuditQuery } from './audit/audit-log.ts';
export { type CallbackRequest, callbackKinds, maxCallbackUrlOctets } from './callbacks/callback.ts';
export type { CallbackOptions } from './callbacks/callbacks.ts';
export type { Alert } from './egress/alert-notification.ts';
export type { ReceiptFormat } from './egress/receipt-text.ts';
export type { ShadowedEntry } from './entries/entries.ts';
export type { PutResult, RemoveResult } from './entries/run-time.ts';
export type { GatewayCounters } from './gateway/counters.ts';
export { Gateway } from './gateway/gateway.ts';
export {
  defaultLifetime,
  defaultReceiptValidityMs,
  type GatewayOptions,
} from './gateway/options.ts';
export type { OutletHost, Outlets } from './gateway/outlets.ts';
export { type BillingRecord, billingRecords, type RecordQuery } from './history/billing-records.ts';
export { type MessageView, type SegmentView, type TimelineStep, viewOf } from './history/message-view.ts';
export {
  Messages,
  type MessageWalk,
  matchesView,
  type SearchOptions,
  type SearchPage,
  type TakeView,
  type WaitOptions,
} from './history/messages.ts';
export {
  matchesSearch,
  parseSearch,
  type Searchable,
  SearchError,
  type SearchQuery,
  type SearchTerm,
} from './history/search-language.ts';
export type { MoArguments } from './ingress/handset-originated.ts';
export type { IngressCounters } from './ingress/ingress.ts';
export {
  Inlet,
  type ReceiptChoice,
  type SubmitRequest,
  type SubmitResult,
  type Submitted,
} from './ingress/inlet.ts';
export type {
  ListenersOptions,
  ListenOptions,
  SmppListenOptions,
  TlsListenOptions,
} from './ingress/listeners.ts';
export type { ReplacedAs, ReplacedPiece, StoredReplacement } from './ingress/replace-stored.ts';
export type { LaneBehaviour, LaneBehaviours, Special } from './lanes/behaviour.ts';
export { broadcastLane, handsetLane } from './lanes/lanes.ts';
export { repetitionOf } from './message/broadcast-times.ts';
export { dataCodingByteOf, esmClassOf, isTextOnly, readContent } from './message/content.ts';
export { type ContentMeasure, type ContentUnit, measureContent } from './message/content-measure.ts';
export type { LifetimeLimits } from './message/lifetime.ts';
export { dataCodingOf, isBinary } from './message/message-text.ts';
export {
  type Meta,
  maxMetaKeys,
  maxMetaOctets,
  maxMetaValueOctets,
  metaKeyPattern,
} from './message/meta.ts';
export { type Beside, type ContentArgument, sizeOf } from './message/segments.ts';
export { accountTarget, webhookTarget } from './mo/actions.ts';
export type {
  MoActionContext,
  MoActionHandler,
  MoArrival,
  MoCounters,
  MoResult,
  MoTarget,
  OptOutBook,
  PreparedMoAction,
  Reply,
} from './mo/context.ts';
export type { Received } from './mo/received.ts';
export type { LedgerEntry } from './money/ledger-entry.ts';
export type { StatementLine } from './money/statement.ts';
export type { Discrepancy } from './money/verify.ts';
export { checkSettings } from './network/check-settings.ts';
export { type EventView, eventBodyOf } from './observation/event-body.ts';
export { eventData } from './observation/event-data.ts';
export { EventIds, eventIdOf, type Moment } from './observation/event-ids.ts';
export type { TypeOf, ValueSchema } from './observation/event-schema.ts';
export {
  type EventBody,
  type EventData,
  type EventType,
  type EventTypeOf,
  eventSchemas,
  eventTypes,
  eventVersion,
  internalTypes,
  streamedTypes,
} from './observation/event-types.ts';
export type { GatewayEvent, GatewayListener, InboxMessage, InboxSegment } from './observation/events.ts';
export { type Hold, holds } from './observation/hold-times.ts';
export type { PeerFault } from './observation/peer-faults.ts';
export type { Refusal, RefusalQuery } from './observation/refusals.ts';
export type { SessionView } from './observation/session-view.ts';
export { viewOfSession } from './observation/session-view.ts';
export { type TimeCounts, timeBoundsMs } from './observation/time-counts.ts';
export type { TracedPdu, TraceTarget } from './observation/trace.ts';
export type { UnmatchedReceipt } from './receipts/unmatched.ts';
export type { ConnectorLimit } from './upstream/connector-limit.ts';
export {
  type ConnectorCounts,
  type ConnectorState,
  type ConnectorView,
  connectorView,
  connectorViews,
  removedViews,
} from './upstream/connector-view.ts';
export type { Upstream } from './upstream/upstream.ts';
export type { HookDeliveries, HookDelivery } from './webhooks/deliveries.ts';
export type { HookHealth, HookNotice } from './webhooks/health.ts';
export type { WebhookConnector } from './webhooks/webhook-connector.ts';
