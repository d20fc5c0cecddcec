/** Routes, rules for messages from handsets, and webhooks as they are written. */
import {
  type FailoverSettings,
  formatAmount,
  type MoRouteSettings,
  type PriceSettings,
  type RouteConditions,
  type RouteSettings,
  type Target,
  type WebhookSettings,
} from '@chappe/policy';
import { type MoForms, writtenAction } from '../schema/mo-forms.ts';
import {
  hexText,
  maybeDuration,
  patternText,
  type Written,
  written,
  writtenList,
} from '../values/written.ts';
import { writtenFilters } from './filters.ts';

/** A route. */
export function writtenRoute(route: RouteSettings): Written {
  return written({
    name: route.name,
    ...conditions(route),
    ...action(route),
    priority: route.priority,
    price: route.price === undefined ? undefined : price(route.price),
    filters: route.filters === undefined ? undefined : writtenFilters(route.filters),
    disabled: route.disabled,
  });
}

/** A rule for messages from handsets. `actions`: what it may do. */
export function writtenMoRoute(rule: MoRouteSettings, actions: MoForms): Written {
  return written({
    name: rule.name,
    connectors: rule.connectors,
    ...conditions(rule),
    ...writtenAction(rule.action, actions),
    reassemble: rule.reassemble,
  });
}

/** A webhook without its secrets. */
export function writtenWebhook({
  name,
  url,
  timeoutMs,
  concurrency,
  failureLimit,
  giveUpMs,
  allowPrivate,
}: WebhookSettings): Written {
  return written({
    name,
    url,
    timeout: maybeDuration(timeoutMs),
    concurrency,
    failureLimit,
    giveUpAfter: maybeDuration(giveUpMs),
    allowPrivate,
  });
}

function conditions(rule: RouteConditions): Written {
  return {
    accounts: rule.accounts,
    from: writtenList(rule.from),
    to: writtenList(rule.to),
    text: rule.text === undefined ? undefined : patternText(rule.text, rule.textFlags),
    codings: rule.codings,
    segments: rule.segments,
    time: rule.time?.map(({ days, from, until, timeZone }) =>
      written({ days, from, until, timezone: timeZone }),
    ),
    tlvs: rule.tlvs?.map(({ tag, value }) => written({ tag: hexText(tag), value })),
    tags: rule.tags,
    keywords: rule.keywords,
    when: rule.when,
  };
}

function action({ action: does }: RouteSettings): Written {
  switch (does.kind) {
    case 'via':
      return {
        via: does.groups.map(group),
        failover: does.failover === undefined ? undefined : failover(does.failover),
      };
    case 'reject':
      return { reject: hexText(does.status) };
    case 'drop':
      return { drop: true };
    case 'hold':
      return { hold: true };
  }
}

function group(targets: readonly Target[]): unknown {
  const [only] = targets;
  if (targets.length === 1 && only?.weight === undefined) return only?.connector;
  return { share: Object.fromEntries(targets.map(({ connector, weight }) => [connector, weight ?? 1])) };
}

function failover({ on, onReceipt, receiptAfterMs, queuedMs, tries }: FailoverSettings): Written {
  return written({
    on,
    onReceipt,
    receiptAfter: maybeDuration(receiptAfterMs),
    queued: maybeDuration(queuedMs),
    tries,
  });
}

function price({ perSegment, byPrefix, unlisted }: PriceSettings): Written {
  return written({
    perSegment: perSegment === undefined ? undefined : formatAmount(perSegment),
    byPrefix:
      byPrefix === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(byPrefix).map(([prefix, amount]) => [prefix, formatAmount(amount)]),
          ),
    unlisted,
  });
}
