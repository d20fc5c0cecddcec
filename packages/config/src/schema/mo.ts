/** Rules for messages from handsets. */
import type { MoAction, MoRouteSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { z } from 'zod';
import { anyText, name } from '../values/words.ts';
import { conditionKeys, conditionsOf } from './conditions.ts';
import { compact, type Every, oneOf, oneOrMany, optional, reference, scalar, section } from './field.ts';
import type { ReadContext } from './read-context.ts';
import { flag } from './shapes.ts';
import { readStatus } from './status.ts';

const statusShape = { type: ['string', 'integer', 'boolean'] } as const;

/** `true` stands for the plainest refusal. */
function readRefusal(text: string): number {
  return text === 'true' ? status.ESME_RX_R_APPN : readStatus(text);
}

// Ten segments: longer answers to STOP are hardly meant.
const maxReply = 1_530;

/** A rule; the file gives those without a name one by their place. */
export type MoRouteDraft = Omit<MoRouteSettings, 'name'> & { readonly name?: string | undefined };

function deliverSchema(world: ReadContext): z.ZodType<MoAction> {
  const account = scalar(reference(world.known.accounts, 'account'));
  return z.union(
    [
      account.transform((given): MoAction => accountsAction([given])),
      section({
        account: optional(account, 'the account that gets it'),
        accounts: optional(z.array(account), 'or the accounts'),
        spread: optional(
          oneOf(['round-robin', 'sticky', 'all']),
          'of several accounts: in turn, the same for the same handset, or each gets one',
          'round-robin',
        ),
        webhook: optional(scalar(reference(world.known.webhooks, 'webhook')), 'or the webhook'),
      }).transform((given, context): MoAction => {
        const { account: one, accounts, spread, webhook } = given;
        const ways = [one, accounts, webhook].filter((way) => way !== undefined);
        if (ways.length !== 1)
          context.addIssue({
            code: 'custom',
            message: `deliver takes exactly one of account, accounts and webhook: here are ${ways.length}`,
          });
        if (spread !== undefined && accounts === undefined)
          context.addIssue({ code: 'custom', message: 'spread is for several accounts', path: ['spread'] });
        if (webhook !== undefined) return { kind: 'webhook', webhook };
        return accountsAction(accounts ?? [one ?? ''], spread);
      }),
    ],
    { error: 'expected an account, or keys account, accounts and spread, or webhook' },
  );
}

type Spread = Extract<MoAction, { kind: 'accounts' }>['spread'];

function accountsAction(accounts: readonly string[], spread: Spread = 'round-robin'): MoAction {
  return { kind: 'accounts', accounts, spread };
}

function moKeys(world: ReadContext) {
  const connector = oneOrMany(scalar(reference(world.known.connectors, 'connector')));
  return section({
    name: optional(scalar(name), 'its name in metrics and timelines; else mo- and its place'),
    connector: optional(connector, 'where it came from'),
    connectors: optional(connector, 'the same for several'),
    ...conditionKeys(world),
    deliver: optional(deliverSchema(world), 'who gets it: an account, or keys'),
    do: optional(
      oneOf(['opt-out', 'opt-in', 'drop'], { optout: 'opt-out', optin: 'opt-in' }),
      'opt-out: no more messages from the number written to; opt-in: again; drop: nobody gets it',
    ),
    reject: optional(
      scalar(readRefusal, statusShape),
      'the operator is answered with this status: ESME_RX_T_APPN (it tries again), ESME_RX_R_APPN (it does not)',
    ),
    reply: optional(scalar(anyText(maxReply)), 'what an opt-out or opt-in is answered with'),
    reassemble: optional(
      flag,
      'a long message is put together first, else its segments pass as they came',
      false,
    ),
  });
}

type Parsed = z.output<ReturnType<typeof moKeys>>;

/** A rule as it is written. */
export function moSchema(world: ReadContext): z.ZodType<MoRouteDraft> {
  return moKeys(world).transform((given, context): MoRouteDraft => {
    const say = (message: string, ...path: readonly string[]): void =>
      context.addIssue({ code: 'custom', message, path: [...path] });
    if (given.connector !== undefined && given.connectors !== undefined)
      say('there are connector and connectors: one of them is enough', 'connectors');
    if (given.keyword !== undefined && given.keywords !== undefined)
      say('there are keyword and keywords: one of them is enough', 'keywords');
    if (given.reply !== undefined && (given.do === undefined || given.do === 'drop'))
      say('only an opt-out or opt-in is answered', 'reply');
    if (given.do === 'drop' && given.deliver !== undefined)
      say('it is dropped or delivered, not both', 'deliver');
    sayWays(given, say);
    const conditions = conditionsOf({ ...given, connectors: given.connectors ?? given.connector });
    const all: Every<MoRouteDraft> = {
      ...(conditions as Every<MoRouteDraft>),
      name: given.name,
      action: actionOf(given),
      reassemble: given.reassemble,
    };
    return compact<MoRouteDraft>(all);
  });
}

type Ways = Pick<Parsed, 'deliver' | 'reject'> & { readonly do?: Parsed['do'] };

function sayWays(given: Ways, say: (message: string, ...path: readonly string[]) => void): void {
  const { do: what, deliver, reject } = given;
  if (reject !== undefined && (what !== undefined || deliver !== undefined))
    say('it is rejected or taken, not both', 'reject');
  if (what === undefined && deliver === undefined && reject === undefined)
    say('"deliver" or "do" is missing, or "reject"');
}

/** What becomes of what no rule takes. */
export function unclaimedSchema(world: ReadContext): z.ZodType<MoAction> {
  return section({
    deliver: optional(deliverSchema(world), 'who gets it: an account, or keys'),
    do: optional(oneOf(['drop']), 'drop: nobody gets it'),
    reject: optional(scalar(readRefusal, statusShape), 'the operator is answered with this status'),
  }).transform((given, context): MoAction => {
    const say = (message: string, ...path: readonly string[]): void =>
      context.addIssue({ code: 'custom', message, path: [...path] });
    if (given.do !== undefined && given.deliver !== undefined)
      say('it is dropped or delivered, not both', 'deliver');
    sayWays(given, say);
    return given.reject === undefined
      ? (given.deliver ?? { kind: 'drop' })
      : { kind: 'refuse', status: given.reject };
  });
}

function actionOf({ do: what, deliver, reply, reject }: Parsed): MoAction {
  if (reject !== undefined) return { kind: 'refuse', status: reject };
  if (what === undefined || what === 'drop') return deliver ?? { kind: 'drop' };
  return {
    kind: what,
    ...(reply === undefined ? {} : { reply }),
    // biome-ignore lint/suspicious/noThenProperty: the name in the settings; nobody awaits an action
    ...(deliver === undefined ? {} : { then: deliver }),
  };
}

/** A rule of a file with the name that it has there, or gets by its place (from 0). */
export function namedRule(rule: MoRouteDraft, index: number): MoRouteSettings {
  return { ...rule, name: rule.name ?? `mo-${index + 1}` };
}
