/** The door of @chappe/policy: settings and the pure rules made of them: accounts, numbers, filters, routes. */
export { type Account, openAccount } from './accounts/account.ts';
export { type AccountInput, type AccountOptions, Accounts } from './accounts/accounts.ts';
export { authenticator, type BindRefusal, type BindRefusalReason } from './accounts/admission.ts';
export { BindMemory } from './accounts/bind-memory.ts';
export { BoundedMap } from './accounts/bounded-map.ts';
export { FairMap } from './accounts/fair-map.ts';
export { type Login, type LoginResult, Logins } from './accounts/logins.ts';
export { isLoopback } from './accounts/loopback.ts';
export { compileNetworks, isWide } from './accounts/networks.ts';
export { generatePassword, hashForProcess, hashPassword } from './accounts/password.ts';
export type { PreparedAccounts } from './accounts/prepared-accounts.ts';
export { sameValue } from './accounts/same-value.ts';
export { openSealing, Sealing } from './accounts/sealing.ts';
export { formatAmount, parseAmount } from './decimal.ts';
export { GatewayError, type GatewayErrorCode, SettingsError, SettingsFlaws } from './errors.ts';
export type { MessageFacts } from './facts.ts';
export { FilterLayer } from './filters/filter-layer.ts';
export { Filters } from './filters/filters.ts';
export { type OptOut, type OptOutPage, type OptOutQuery, OptOuts } from './filters/opt-outs.ts';
export { type PumpingAlarm, type PumpingLimits, PumpingWatch, pumpingLimits } from './filters/pumping.ts';
export {
  type AddressList,
  ListFile,
  type ListFileData,
  type ListFileKind,
  namesOf,
} from './lists/list-file.ts';
export { NumberTable } from './lists/number-table.ts';
export {
  addressOf,
  cleanDestination,
  cleanSource,
  destinationOf,
  maxAddressCharacters,
} from './numbers/address.ts';
export { type AddressRange, compileAddressRange } from './numbers/address-range.ts';
export { overlaps } from './numbers/number-owners.ts';
export { checkNumberPlan, normaliseNumber } from './numbers/number-plan.ts';
export { rewriteAddress } from './numbers/rewrite-address.ts';
export { compileSenderRules, replaceSender } from './numbers/sender-rules.ts';
export type { FlawSink, RouteFlaw } from './routes/check-rules.ts';
export type { RuleVerdict } from './routes/explain.ts';
export {
  accountsKind,
  builtInMoActions,
  dropKind,
  type MoActionKind,
  MoActions,
  type MoTargets,
  optInKind,
  optOutKind,
  refuseKind,
  webhookKind,
} from './routes/mo-actions.ts';
export { type RouteComparison, RouteTrial } from './routes/replay.ts';
export { type CompiledRoute, Router } from './routes/router.ts';
export { Rules } from './routes/rules.ts';
export { checkRoutes, routeErrors } from './routes/validate.ts';
export { checkMoRoutes, type MoNames, moRouteErrors } from './routes/validate-mo.ts';
export { wayOf } from './routes/words.ts';
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
export type { RouteConditions, TimeOfDay, TlvCondition } from './settings/conditions.ts';
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
export { type End, endsOf } from './settings/ends.ts';
export type {
  DuplicateFilter,
  FilterSettings,
  PumpingSettings,
  TextFilter,
  UrlFilter,
} from './settings/filters.ts';
export { type GatewaySettings, noSettings, type Origin } from './settings/gateway.ts';
export {
  type AnyEntry,
  type EntryKind,
  type EntrySettings,
  entriesOfKind,
  entryKinds,
  listOfKind,
  nameOfEntry,
} from './settings/kinds.ts';
export type {
  AccountsAction,
  DropAction,
  KeywordAction,
  MoAction,
  MoRouteSettings,
  RefuseAction,
  WebhookAction,
} from './settings/mo-route.ts';
export type {
  FailoverSettings,
  PriceSettings,
  RouteAction,
  RouteSettings,
  Target,
} from './settings/route.ts';
export type { WebhookSettings } from './settings/webhook.ts';
export { atOnce, inSlices, type Steps } from './slices.ts';
export { TimeZone } from './time-zone.ts';
