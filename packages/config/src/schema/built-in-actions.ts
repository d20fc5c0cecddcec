/** The actions of rules for messages from handsets that are always there, as they are written. */
import {
  type AccountsAction,
  accountsKind,
  type DropAction,
  dropKind,
  type KeywordAction,
  type MoAction,
  optInKind,
  optOutKind,
  type RefuseAction,
  refuseKind,
  type WebhookAction,
  webhookKind,
} from '@chappe/policy';
import { status } from '@chappe/protocol';
import { z } from 'zod';
import { anyText } from '../values/words.ts';
import { hexText } from '../values/written.ts';
import { oneOf, optional, reference, scalar, section } from './field.ts';
import type { KnownNames } from './known-names.ts';
import { formsOf, type MoActionForm, type MoForms, type MoKey, type MoSettingKey } from './mo-forms.ts';
import { readStatus } from './status.ts';

// Ten segments: longer answers to STOP are hardly meant.
const maxReply = 1_530;

const deliver: MoKey<MoAction> = {
  name: 'deliver',
  about: 'who gets it: an account, or keys',
  value: deliverSchema,
};

const reject: MoKey<MoAction> = {
  name: 'reject',
  about:
    'the operator is answered with this status: ESME_RX_T_APPN (it tries again), ESME_RX_R_APPN (it does not)',
  value: () =>
    scalar(readRefusal, { type: ['string', 'integer', 'boolean'] }).transform(
      (commandStatus): RefuseAction => ({ kind: 'refuse', status: commandStatus }),
    ),
};

const reply: MoSettingKey = {
  name: 'reply',
  about: 'what an opt-out or opt-in is answered with',
  misplaced: 'only an opt-out or opt-in is answered',
  value: () => scalar(anyText(maxReply)),
};

const accounts: MoActionForm<AccountsAction> = {
  ...accountsKind,
  by: deliver,
  past: 'delivered',
  follows: true,
  written: ({ accounts: names, spread }) => ({ deliver: { accounts: names, spread } }),
};

const webhook: MoActionForm<WebhookAction> = {
  ...webhookKind,
  by: deliver,
  past: 'delivered',
  follows: true,
  written: ({ webhook: name }) => ({ deliver: { webhook: name } }),
};

const optOut: MoActionForm<KeywordAction> = {
  ...optOutKind,
  by: {
    word: 'opt-out',
    spellings: ['optout'],
    about: 'no more messages from the number written to',
    settings: [reply],
  },
  past: 'opted out',
  isForRules: true,
  written: writtenKeyword,
};

const optIn: MoActionForm<KeywordAction> = {
  ...optInKind,
  by: { word: 'opt-in', spellings: ['optin'], about: 'again', settings: [reply] },
  past: 'opted in',
  isForRules: true,
  written: writtenKeyword,
};

const drop: MoActionForm<DropAction> = {
  ...dropKind,
  by: { word: 'drop', about: 'nobody gets it' },
  past: 'dropped',
  written: () => ({ do: 'drop' }),
};

const refuse: MoActionForm<RefuseAction> = {
  ...refuseKind,
  by: reject,
  past: 'rejected',
  written: ({ status: commandStatus }) => ({ reject: hexText(commandStatus) }),
};

const builtIn: readonly MoActionForm[] = [accounts, webhook, optOut, optIn, drop, refuse];

/** Those that are always there. */
export const builtInForms: MoForms = formsOf(builtIn);

/**
 * Those that are always there, and others: how a package above the gateway has its actions read. Throws a RangeError where
 * two have one name.
 */
export function moForms(more: readonly MoActionForm[]): MoForms {
  return formsOf([...builtIn, ...more]);
}

function deliverSchema({ accounts: knownAccounts, webhooks }: KnownNames): z.ZodType<MoAction> {
  const account = scalar(reference(knownAccounts, 'account'));
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
        webhook: optional(scalar(reference(webhooks, 'webhook')), 'or the webhook'),
      }).transform((given, context): MoAction => {
        const { account: one, accounts: several, spread, webhook: hook } = given;
        const ways = [one, several, hook].filter((way) => way !== undefined);
        if (ways.length !== 1)
          context.addIssue({
            code: 'custom',
            message: `deliver takes exactly one of account, accounts and webhook: here are ${ways.length}`,
          });
        if (spread !== undefined && several === undefined)
          context.addIssue({ code: 'custom', message: 'spread is for several accounts', path: ['spread'] });
        if (hook !== undefined) return { kind: 'webhook', webhook: hook };
        return accountsAction(several ?? [one ?? ''], spread);
      }),
    ],
    { error: 'expected an account, or keys account, accounts and spread, or webhook' },
  );
}

function accountsAction(
  names: readonly string[],
  spread: AccountsAction['spread'] = 'round-robin',
): AccountsAction {
  return { kind: 'accounts', accounts: names, spread };
}

/** `true` stands for the plainest refusal. */
function readRefusal(text: string): number {
  return text === 'true' ? status.ESME_RX_R_APPN : readStatus(text);
}

function writtenKeyword({ kind, reply: text }: KeywordAction): { readonly [key: string]: unknown } {
  return { do: kind, reply: text };
}
