/** From what an account's rules have let in to its way: the routes, the filters, the money. */
import type { Address, Priority } from '@chappe/center';
import type { CompiledRoute, MessageFacts, Router } from '@chappe/policy';
import { type Concatenation, status } from '@chappe/protocol';
import { droppedLane, heldLane } from '../lanes/lanes.ts';
import { hasLooped } from '../message/hops.ts';
import { dataCodingOf } from '../message/message-text.ts';
import { wholeKeyOf } from '../message/own-part.ts';
import { type Reservation, releasedBy } from './reservation.ts';
import type { AcceptanceParts, Asked, NotTaken, PartPlace, RefusalKind, Taken } from './verdict.ts';
import type { Fate, Wholes } from './wholes.ts';

/** What an account's rules have let in. */
export interface Admitted {
  readonly source: Address;
  readonly destination: Address;
  readonly priority: Priority;
  readonly waitMs: number;
}

const noCredit = status.ESME_RSUBMITFAIL;
// Capped like a quota: it will be better tomorrow.
const overCap = status.ESME_RTHROTTLED;
const quotaUsedUp: NotTaken = Object.freeze({ refusal: 'quota', status: status.ESME_RTHROTTLED });
// What is decided by a part's addresses and words; the others may go better in a moment.
const lasting: ReadonlySet<RefusalKind> = new Set(['filter', 'pumping', 'loop', 'route', 'unrouted']);

/** What is taken without a question. */
export function taken(
  { source, destination, priority, waitMs }: Admitted,
  lane: string,
  memo: string | undefined,
  detail: string | undefined,
): Taken {
  return {
    refusal: undefined,
    source,
    destination,
    priority,
    lane,
    memo,
    price: 0,
    reservation: undefined,
    waitMs,
    text: undefined,
    facts: undefined,
    part: undefined,
    detail,
  };
}

/** The verdict on a message that is whole. */
export function routed(
  asked: Asked,
  parts: AcceptanceParts,
  router: Router,
  admitted: Admitted,
): Taken | NotTaken {
  const facts = factsOf(asked, admitted, asked.segments);
  return barred(asked, parts, admitted) ?? byRoute(asked, parts, router.route(facts), admitted, facts);
}

/** The verdict on a part of a text that its customer has cut: what became of the part that came first, see wholes.ts. */
export function routedPart(
  asked: Asked,
  { sequence, total, ...rest }: Concatenation,
  parts: AcceptanceParts,
  router: Router,
  admitted: Admitted,
  wholes: Wholes,
): Taken | NotTaken {
  const { account, nowMs } = asked;
  const { source, destination } = admitted;
  const whole = wholeKeyOf(account.name, source.digits, destination.digits, { sequence, total, ...rest });
  const place: PartPlace = { account: account.name, whole, sequence, total };
  const fate = wholes.fateOf(place, nowMs);
  const facts = factsOf(asked, admitted, Math.max(total, asked.segments));
  const verdict =
    fate === undefined
      ? firstPart(asked, total, parts, router, admitted, facts)
      : laterPart(asked, fate, parts, router, admitted, facts);
  if (verdict.refusal !== undefined) {
    const { refusal, status: answer } = verdict;
    if (lasting.has(refusal))
      wholes.note(place, { kind: 'refused', refusal, status: answer }, nowMs, undefined, undefined);
    return verdict;
  }
  const route = verdict.memo ?? '';
  const { filters, remembers } = parts.filtersNamed(route) ?? noFilters;
  const isDropped = verdict.lane === droppedLane;
  const isHeld = !isDropped && (router.rejectsByText || filters?.looksAtText === true);
  const forget = remembers ? () => filters?.forget(facts, asked.contentKey) : undefined;
  const mayGo = (text: string): boolean => {
    const all = { ...facts, text };
    return !router.refusesText(all) && filters?.refuses(all) !== true;
  };
  wholes.note(place, { kind: 'taken', route, isDropped }, nowMs, isHeld ? mayGo : undefined, forget);
  const reservation: Reservation = {
    keep: (messages) => {
      verdict.reservation?.keep(messages);
      wholes.keep(messages);
    },
    release: () => {
      verdict.reservation?.release();
      wholes.release(place);
    },
  };
  return { ...verdict, reservation, part: { place, isHeld } };
}

const noFilters = { filters: undefined, remembers: false };

/** Decides for all; so there must be quota and money for all. */
function firstPart(
  asked: Asked,
  total: number,
  parts: AcceptanceParts,
  router: Router,
  admitted: Admitted,
  facts: MessageFacts,
): Taken | NotTaken {
  const { account, nowMs, segments } = asked;
  // Its own segments are counted already.
  if (!account.policy.quota.fits(Math.max(0, total - segments), nowMs)) return quotaUsedUp;
  const verdict =
    barred(asked, parts, admitted) ?? byRoute(asked, parts, router.route(facts), admitted, facts);
  if (verdict.refusal !== undefined || verdict.price === 0) return verdict;
  const credit = parts.creditOf(account);
  const others = credit?.reserve(verdict.price, total - 1, nowMs) ?? 'ok';
  if (others === 'ok') credit?.release(verdict.price, total - 1, nowMs);
  else {
    verdict.reservation?.release();
    return { refusal: 'credit', status: others === 'no-credit' ? noCredit : overCap };
  }
  return verdict;
}

function laterPart(
  asked: Asked,
  fate: Fate,
  parts: AcceptanceParts,
  router: Router,
  admitted: Admitted,
  facts: MessageFacts,
): Taken | NotTaken {
  if (fate.kind === 'refused') return { refusal: fate.refusal, status: fate.status };
  if (fate.isDropped) return taken(admitted, droppedLane, fate.route, `route=${fate.route}`);
  return (
    barred(asked, parts, admitted) ??
    byRoute(asked, parts, router.routeOfPart(facts, fate.route), admitted, facts)
  );
}

/** Refused whatever the routes say. */
function barred(
  { account, tlvs, nowMs }: Asked,
  parts: AcceptanceParts,
  admitted: Admitted,
): NotTaken | undefined {
  if (hasLooped(tlvs, parts.nodeId)) return { refusal: 'loop', status: status.ESME_RINVDSTADR };
  const { digits } = admitted.destination;
  if (digits !== '' && parts.isStopped(account.name, digits, nowMs))
    return { refusal: 'pumping', status: status.ESME_RINVDSTADR };
  return undefined;
}

function byRoute(
  asked: Asked,
  parts: AcceptanceParts,
  route: CompiledRoute | undefined,
  admitted: Admitted,
  facts: MessageFacts,
): Taken | NotTaken {
  const { account, nowMs, segments } = asked;
  if (route === undefined) return { refusal: 'unrouted', status: status.ESME_RINVDSTADR };
  const { action } = route.settings;
  const named = `route=${route.settings.name}`;
  if (action.kind === 'reject') return { refusal: 'route', status: action.status, rule: named };
  const listed = route.priceOf(admitted.destination);
  if (listed === undefined) {
    return { refusal: 'route', status: status.ESME_RINVDSTADR, rule: `${named} unpriced` };
  }
  const { filters, remembers } = parts.filtersOf(route);
  const verdict = filters.check(facts, asked.contentKey);
  if (verdict.kind === 'reject') {
    return { refusal: 'filter', status: verdict.status, rule: `${named} ${verdict.reason}` };
  }
  const isDropped = verdict.kind === 'drop' || action.kind === 'drop';
  const price = isDropped ? 0 : listed;
  const credit = parts.creditOf(account);
  const reserved = credit?.reserve(price, segments, nowMs) ?? 'ok';
  if (reserved !== 'ok') {
    filters.forget(facts, asked.contentKey);
    return { refusal: 'credit', status: reserved === 'no-credit' ? noCredit : overCap, rule: named };
  }
  const release = (): void => {
    credit?.release(price, segments, nowMs);
    filters.forget(facts, asked.contentKey);
  };
  return {
    refusal: undefined,
    source: admitted.source,
    destination: admitted.destination,
    priority: route.settings.priority ?? admitted.priority,
    lane: isDropped
      ? droppedLane
      : action.kind === 'hold'
        ? heldLane(route.settings.name)
        : parts.laneOf(route),
    memo: route.settings.name,
    price,
    reservation: price > 0 || remembers ? releasedBy(release) : undefined,
    waitMs: admitted.waitMs,
    text: verdict.kind === 'pass' ? verdict.text : undefined,
    facts,
    part: undefined,
    detail: verdict.kind === 'drop' ? `${named} dropped=${verdict.reason}` : named,
  };
}

/** The facts of a message that its account's rules have let in. `segments`: of the whole. */
export function factsOf(
  asked: Asked,
  { source, destination, priority }: Admitted,
  segments: number,
): MessageFacts {
  return {
    kind: 'mt',
    account: asked.account.name,
    connector: '',
    source,
    destination,
    text: asked.text,
    coding: dataCodingOf(asked.dataCoding).coding,
    segments,
    tlvs: asked.tlvs,
    tags: asked.account.policy.tags,
    priority,
    nowMs: asked.nowMs,
  };
}
