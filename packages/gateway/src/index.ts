/** The door of @chappe/gateway: the composed message centre, and a sandbox of it for tests. */

export { addressKey } from '@chappe/smpp';
export type { Account } from './accounts/account.ts';
export { type AccountInput, type AccountOptions, Accounts } from './accounts/accounts.ts';
export type { BindRefusal } from './accounts/admission.ts';
export { isLoopback } from './accounts/loopback.ts';
export { compileNetworks, isWide } from './accounts/networks.ts';
export { generatePassword, hashForProcess, hashPassword } from './accounts/password.ts';
export { addressOf } from './address.ts';
export { type AddressRange, compileAddressRange } from './address-range.ts';
export type { AuditEntry, AuditLine, AuditVia } from './audit/audit-line.ts';
export { type AuditLimits, AuditLog, type AuditPage, type AuditQuery } from './audit/audit-log.ts';
export { type BillingRecord, billingRecords, type RecordQuery } from './billing-records.ts';
export { checkSettings } from './compiled-settings.ts';
export type { UnmatchedReceipt } from './correlation/unmatched.ts';
export type { GatewayCounters } from './counters.ts';
export type { AnyEntry, EntryKind, EntrySettings } from './entries/kinds.ts';
export type { PutResult, RemoveResult } from './entries/run-time.ts';
export type { ShadowedEntry } from './entries.ts';
export { GatewayError, type GatewayErrorCode } from './errors.ts';
export type { GatewayEvent, GatewayListener } from './events.ts';
export {
  type AddressList,
  ListFile,
  type ListFileData,
  type ListFileKind,
  namesOf,
} from './filters/list-file.ts';
export { NumberTable } from './filters/number-table.ts';
export type { OptOut, OptOutPage, OptOutQuery } from './filters/opt-outs.ts';
export { Gateway } from './gateway.ts';
export {
  type HeldMessage,
  type HeldPage,
  heldMessages,
  type ReleasedHeld,
  type ReleaseResult,
  releaseAllHeld,
  releaseHeld,
} from './held.ts';
export type { IngressCounters } from './ingress/ingress.ts';
export type { MoArguments } from './inject-mo.ts';
export type { LifetimeLimits } from './lifetime.ts';
export { type MessageView, type SegmentView, type TimelineStep, viewOf } from './message-view.ts';
export { Messages, matchesView, type SearchOptions, type SearchPage, type WaitOptions } from './messages.ts';
export { formatAmount, parseAmount } from './money/decimal.ts';
export type { LedgerEntry } from './money/ledger-entry.ts';
export type { StatementLine } from './money/statement.ts';
export type { Discrepancy } from './money/verify.ts';
export type { ConnectorLimit } from './observation/connector-limit.ts';
export {
  type ConnectorCounts,
  type ConnectorState,
  type ConnectorView,
  connectorView,
  connectorViews,
  removedViews,
} from './observation/connector-view.ts';
export { type Hold, holds } from './observation/hold-times.ts';
export type { Refusal, RefusalQuery } from './observation/refusals.ts';
export { type TimeCounts, timeBoundsMs } from './observation/time-counts.ts';
export type { TracedPdu, TraceTarget } from './observation/trace.ts';
export {
  defaultLifetime,
  defaultReceiptValidityMs,
  type GatewayOptions,
  type SmppListenOptions,
  type TlsListenOptions,
} from './options.ts';
export type { PeerFault } from './peer-faults.ts';
export type { ReceiptFormat } from './receipt-text.ts';
export { type ReplayRange, type ReplayResult, replayRoutes } from './replay-messages.ts';
export { type RouteAnswer, type RouteQuestion, testRoutes } from './route-test.ts';
export type { RuleVerdict } from './routes/explain.ts';
export type { RouteFlaw } from './routes/flaw.ts';
export type { RouteComparison } from './routes/replay.ts';
export { checkRoutes } from './routes/validate.ts';
export { checkMoRoutes } from './routes/validate-mo.ts';
export { wayOf } from './routes/way.ts';
export { forgetMessages } from './sandbox/forget-messages.ts';
export { type HandsetState, handsetStates, type InboxMessage, type InboxSegment } from './sandbox/handset.ts';
export {
  type HandsetOptions,
  type HandsetSummary,
  Handsets,
  type OutcomeWeights,
} from './sandbox/handsets.ts';
export { type Magic, type MagicNumber, magicNumbers } from './sandbox/magic.ts';
export { type Sandbox, type SandboxPhone, startSandbox } from './sandbox.ts';
export type { SandboxOptions } from './sandbox-options.ts';
export { openSealing, Sealing } from './sealing.ts';
export {
  matchesSearch,
  parseSearch,
  type Searchable,
  SearchError,
  type SearchQuery,
  type SearchTerm,
} from './search-language.ts';
export { type ContentArgument, sizeOf } from './segments.ts';
export type { SessionView } from './session-view.ts';
export { viewOfSession } from './session-view.ts';
export type {
  AccountReceiptSettings,
  AccountSettings,
  CreditSettings,
  MessageIdForm,
  NumberPlan,
  QuotaSettings,
  SenderRule,
  ThroughputSettings,
} from './settings/account.ts';
export type {
  AddressKind,
  AddressRewrite,
  AddressType,
  BreakerSettings,
  ConnectorSettings,
  StatusRule,
  TlvRule,
  UpstreamReceiptSettings,
  UpstreamTls,
} from './settings/connector.ts';
export type { GatewaySettings, Origin } from './settings/gateway.ts';
export type {
  DuplicateFilter,
  FailoverSettings,
  FilterSettings,
  MoAction,
  MoRouteSettings,
  PriceSettings,
  PumpingSettings,
  RouteAction,
  RouteConditions,
  RouteSettings,
  Target,
  TextFilter,
  TimeOfDay,
  TlvCondition,
  UrlFilter,
  WebhookSettings,
} from './settings/route.ts';
export { atOnce, inSlices, type Steps } from './slices.ts';
export type { ReceiptChoice, SubmitArguments, Submitted } from './submit.ts';
export {
  type RematchForm,
  rematchReceipts,
  removeUnmatched,
  type UnmatchedPage,
  unmatchedReceipts,
} from './unmatched-inbox.ts';
export { type End, endsOf } from './upstream/ends.ts';
export { type TrialMessage, type TrialResult, tryUpstream } from './upstream/trial.ts';
export type { Upstream } from './upstream/upstream.ts';
