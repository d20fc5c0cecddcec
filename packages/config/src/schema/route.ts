/** Routes: which messages of customers go where. */
import type { ErrorClass, MessageState } from '@chappe/center';
import type { FailoverSettings, RouteAction, RouteSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import type { z } from 'zod';
import { name } from '../values/words.ts';
import { accountCondition, conditionKeys, conditionsOf } from './conditions.ts';
import { compact, type Every, oneOf, oneOrMany, optional, required, scalar, section } from './field.ts';
import { filtersSchema } from './filters.ts';
import { priceSchema } from './price.ts';
import { onePriority } from './priority.ts';
import type { ReadContext } from './read-context.ts';
import { count, flag, pauseMs } from './shapes.ts';
import { readStatus } from './status.ts';
import { viaSchema } from './via.ts';

const maxTries = 100;

const errorClasses: Readonly<Record<ErrorClass | 'rejected', true>> = {
  unreachable: true,
  busy: true,
  full: true,
  throttled: true,
  system: true,
  unknown: true,
  rejected: true,
};
const receiptStates: readonly MessageState[] = [
  'expired',
  'deleted',
  'undeliverable',
  'unknown',
  'rejected',
  'skipped',
];

const failover: z.ZodType<FailoverSettings> = section({
  on: optional(
    oneOrMany(oneOf(Object.keys(errorClasses) as (ErrorClass | 'rejected')[])),
    'error classes of an attempt that move it on; rejected: refused for good; else all but throttled',
  ),
  onReceipt: optional(
    oneOrMany(oneOf(receiptStates)),
    'receipt states that move it on instead of ending it; else none',
  ),
  receiptAfter: optional(pauseMs, 'no receipt for so long moves it on; else never'),
  queued: optional(
    pauseMs,
    'queued for so long while the groups before have no room: the next may take it too; else never',
  ),
  tries: optional(count(maxTries), 'groups that one message may go through; else all'),
}).transform((given) =>
  compact<FailoverSettings>({
    on: given.on,
    onReceipt: given.onReceipt,
    receiptAfterMs: given.receiptAfter,
    queuedMs: given.queued,
    tries: given.tries,
  }),
);

/** `true` stands for the plainest refusal. */
function readRefusal(text: string): number {
  return text === 'true' ? status.ESME_RSUBMITFAIL : readStatus(text);
}

function routeKeys(world: ReadContext) {
  return section({
    name: required(scalar(name), 'its name in metrics, timelines and `chappe route test`'),
    account: optional(accountCondition(world), 'who sent it: exact, or with * at the end'),
    accounts: optional(accountCondition(world), 'the same for several'),
    ...conditionKeys(world),
    via: optional(
      viaSchema(world),
      'where to: connectors, shares of them, or a list of both in the order of failover',
    ),
    reject: optional(
      scalar(readRefusal, { type: ['string', 'integer', 'boolean'] }),
      'refused with this status: ESME_RSUBMITFAIL, 0x45',
    ),
    drop: optional(flag, 'accepted, and ends at once as skipped', false),
    hold: optional(flag, 'accepted, and waits until somebody releases it or its validity ends', false),
    failover: optional(failover, 'when a message goes to the next group of via'),
    priority: optional(onePriority, 'overrules that of the message'),
    price: optional(priceSchema(world), 'of one segment: 0.0125, or keys perSegment, byPrefix and file'),
    filters: optional(filtersSchema(world), 'filters of its messages, beside those for all'),
    disabled: optional(flag, 'as if it were not there', false),
  });
}

type Parsed = z.output<ReturnType<typeof routeKeys>>;

/** A route as it is written. */
export function routeSchema(world: ReadContext): z.ZodType<RouteSettings> {
  return routeKeys(world).transform((given, context): RouteSettings => {
    const say = (message: string, ...path: readonly string[]): void =>
      context.addIssue({ code: 'custom', message, path: [...path] });
    const actions = actionsOf(given);
    const [action = { kind: 'drop' }] = actions;
    if (actions.length !== 1)
      say(`a route has exactly one of via, reject, drop and hold: this one has ${actions.length}`);
    if (given.failover !== undefined && given.via === undefined)
      say('only a route with via has a next group', 'failover');
    if (given.account !== undefined && given.accounts !== undefined)
      say('there are account and accounts: one of them is enough', 'accounts');
    if (given.keyword !== undefined && given.keywords !== undefined)
      say('there are keyword and keywords: one of them is enough', 'keywords');
    return settingsOf(given, action);
  });
}

function actionsOf({ via, reject, drop, hold, failover: next }: Parsed): RouteAction[] {
  const actions: RouteAction[] = [];
  if (via !== undefined)
    actions.push({ kind: 'via', groups: via, ...(next === undefined ? {} : { failover: next }) });
  if (reject !== undefined) actions.push({ kind: 'reject', status: reject });
  if (drop === true) actions.push({ kind: 'drop' });
  if (hold === true) actions.push({ kind: 'hold' });
  return actions;
}

function settingsOf(given: Parsed, action: RouteAction): RouteSettings {
  const conditions = conditionsOf({ ...given, accounts: given.accounts ?? given.account });
  const all: Every<RouteSettings> = {
    ...(conditions as Every<RouteSettings>),
    name: given.name,
    action,
    priority: given.priority,
    price: given.price,
    filters: given.filters,
    disabled: given.disabled,
  };
  return compact<RouteSettings>(all);
}
