/** What messages would be and cost that nobody sends: by the account, the routes and the money, as they stand. */
import type { Address, Priority } from '@chappe/center';
import {
  type Account,
  type CompiledRoute,
  GatewayError,
  type MessageFacts,
  openAccount,
  wayOf,
} from '@chappe/policy';
import { isDigits, status, statusName, type Tlv, type TlvInput } from '@chappe/protocol';
import { receiverOf, sourceOf, tlvsOf } from '../ingress/inlet.ts';
import { type ContentMeasure, measureContent } from '../message/content-measure.ts';
import type { ContentArgument } from '../message/segments.ts';
import type { Ledger } from '../money/ledger.ts';
import type { Administered } from './administered.ts';
import { noWay } from './route-test.ts';

/** The messages: one content, to one number or several. */
export interface EstimateQuestion {
  readonly account: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly content: ContentArgument;
  readonly tlvs?: readonly TlvInput[] | undefined;
  /** Wall clock. */
  readonly nowMs: number;
}

/** Why a message would not be taken. */
export interface EstimateRefusal {
  /** `form`: an address cannot be; the others are those of refused submissions. */
  readonly reason: 'form' | 'sender' | 'destination' | 'quota' | 'route' | 'unrouted' | 'credit';
  readonly detail: string;
  readonly commandStatus: number;
}

/** What would become of the message to one number. */
export interface DestinationEstimate {
  /** As the account's rules make them. */
  readonly from: string;
  readonly to: string;
  /** The rule that takes it; undefined: none does. */
  readonly route: string | undefined;
  /** Those that the route names, the first choice first; empty: it goes to none. */
  readonly connectors: readonly string[];
  /** `op-a 70, op-b 30; else op-c`; `no route`. */
  readonly way: string;
  /** Of one segment, and of all; millionths. 0 where it is refused. */
  readonly price: number;
  readonly totalPrice: number;
  readonly refusal: EstimateRefusal | undefined;
}

/** The answer. */
export interface Estimate {
  readonly content: ContentMeasure;
  /** In the order of the question. */
  readonly destinations: readonly DestinationEstimate[];
}

/** What was taken of the account by the numbers before. */
interface Spent {
  segments: number;
  price: number;
}

/**
 * Says what messages would be and cost. Nothing is stored, set aside or counted. What is decided by what others send in
 * the same moment, and by texts that were sent before, is not asked: throughput, filters, pumping. Throws a `GatewayError`
 * for a content that cannot be cut.
 */
export function estimateMessages(
  gateway: Administered & { readonly ledger: Ledger },
  { account, from, to, content, tlvs: given, nowMs }: EstimateQuestion,
): Estimate {
  const measure = measureContent(content);
  const spent: Spent = { segments: 0, price: 0 };
  const known = gateway.accounts.get(account);
  const { rest: tlvs } = tlvsOf(given, known ?? openAccount(account));
  const destinations = to.map((one) =>
    estimateOne(gateway, { account, known, from, to: one, measure, tlvs, nowMs }, spent),
  );
  return { content: measure, destinations };
}

interface One {
  readonly account: string;
  readonly known: Account | undefined;
  readonly from: string;
  readonly to: string;
  readonly measure: ContentMeasure;
  readonly tlvs: readonly Tlv[];
  readonly nowMs: number;
}

function estimateOne(
  gateway: Administered & { readonly ledger: Ledger },
  one: One,
  spent: Spent,
): DestinationEstimate {
  const { router } = gateway.network;
  let source: Address;
  let destination: Address;
  try {
    source = sourceOf(one);
    destination = receiverOf(one, { numbersOnly: router !== undefined });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { message, commandStatus = status.ESME_RSUBMITFAIL } = error;
    const refusal: EstimateRefusal = { reason: 'form', detail: message, commandStatus };
    return { ...unrouted(one.from, one.to, noWay(router !== undefined)), refusal };
  }
  const policy = one.known?.policy;
  const sender = policy === undefined ? source : policy.sender(source);
  // To operators only numbers go.
  const isGood = router === undefined || isDigits(destination.digits);
  const allowed = policy === undefined ? destination : policy.destination(destination);
  const receiver = isGood ? allowed : undefined;
  const facts = factsOf(one, sender ?? source, receiver ?? destination);
  const route = router?.peek(facts);
  const { segments } = one.measure;
  const listed = route?.priceOf(facts.destination);
  const price = route?.settings.action.kind === 'drop' ? 0 : (listed ?? 0);
  const totalPrice = price * segments;
  const refusal =
    (sender === undefined ? refused('sender', status.ESME_RINVSRCADR) : undefined) ??
    (receiver === undefined ? refused('destination', status.ESME_RINVDSTADR) : undefined) ??
    overQuota(one, spent) ??
    (router === undefined ? undefined : refusedBy(route, listed)) ??
    overCredit(gateway.ledger, one, spent.price + totalPrice);
  const way = {
    ...unrouted(facts.source.digits, facts.destination.digits, noWay(router !== undefined)),
    ...(route === undefined
      ? {}
      : { route: route.settings.name, connectors: connectorsOf(route), way: wayOf(route.settings.action) }),
  };
  if (refusal !== undefined) return { ...way, refusal };
  spent.segments += segments;
  spent.price += totalPrice;
  return { ...way, price, totalPrice };
}

function unrouted(from: string, to: string, way: string): DestinationEstimate {
  return { from, to, route: undefined, connectors: [], way, price: 0, totalPrice: 0, refusal: undefined };
}

function factsOf(
  { account, known, measure, tlvs, nowMs }: One,
  source: Address,
  destination: Address,
): MessageFacts {
  return {
    kind: 'mt',
    account,
    connector: '',
    source,
    destination,
    text: measure.text,
    coding: measure.coding,
    segments: measure.segments,
    tlvs,
    tags: known?.policy.tags ?? [],
    priority: 0 as Priority,
    nowMs,
  };
}

function connectorsOf({ settings: { action } }: CompiledRoute): readonly string[] {
  if (action.kind !== 'via') return [];
  return [...new Set(action.groups.flatMap((group) => group.map(({ connector }) => connector)))];
}

const words: Readonly<Record<EstimateRefusal['reason'], string>> = {
  form: 'an address cannot be',
  sender: 'the account may not send from this address',
  destination: 'the account may not send to this number',
  quota: 'the quota of the account is used up',
  route: 'its route does not take it',
  unrouted: 'no route takes it',
  credit: 'the account has not the money for it',
};

function refused(
  reason: EstimateRefusal['reason'],
  commandStatus: number,
  detail: string = words[reason],
): EstimateRefusal {
  return { reason, detail: `${detail}: ${statusName(commandStatus) ?? commandStatus}`, commandStatus };
}

function refusedBy(
  route: CompiledRoute | undefined,
  listed: number | undefined,
): EstimateRefusal | undefined {
  if (route === undefined) return refused('unrouted', status.ESME_RINVDSTADR);
  const { action } = route.settings;
  if (action.kind === 'reject') return refused('route', action.status);
  return listed === undefined
    ? refused('route', status.ESME_RINVDSTADR, 'its route has no price for this number')
    : undefined;
}

function overQuota({ known, measure, nowMs }: One, spent: Spent): EstimateRefusal | undefined {
  const fits = known?.policy.quota.fits(spent.segments + measure.segments, nowMs) ?? true;
  return fits ? undefined : refused('quota', status.ESME_RTHROTTLED);
}

function overCredit(ledger: Ledger, { known, nowMs }: One, total: number): EstimateRefusal | undefined {
  // One that nobody knows has no bounds, and is not to be remembered for having asked.
  if (known === undefined) return undefined;
  const credit = ledger.account(known.name);
  credit.configure(known.settings.credit);
  const result = credit.wouldReserve(total, nowMs);
  if (result === 'ok') return undefined;
  return result === 'no-credit'
    ? refused('credit', status.ESME_RSUBMITFAIL)
    : refused('credit', status.ESME_RTHROTTLED, `the account has reached its ${result.replace('-', ' ')}`);
}
