/** The actions of rules for messages from handsets: the registry of this gateway, and what those do that are always there. */
import {
  type AccountsAction,
  accountsKind,
  type DropAction,
  dropKind,
  GatewayError,
  type KeywordAction,
  type MoAction,
  MoActions,
  optInKind,
  optOutKind,
  type RefuseAction,
  refuseKind,
  type WebhookAction,
  webhookKind,
} from '@chappe/policy';
import { accountLane, webhookLane } from '../lanes/lanes.ts';
import { stickyAccount } from '../lanes/sticky-account.ts';
import type { MoActionContext, MoActionHandler, MoResult, MoTarget, PreparedMoAction } from './context.ts';
import type { Received } from './received.ts';

/** What actions are made of: those that are always there, and others. */
export class MoHandlers extends MoActions<MoActionHandler> {
  // What did not change is the same object after a reload, and goes on as it was; what is gone is forgotten with it.
  readonly #prepared = new WeakMap<MoAction, PreparedMoAction>();

  /** Throws a RangeError where two have one name. */
  constructor(more: readonly MoActionHandler[] = []) {
    super([...builtIn, ...more]);
  }

  /** The action ready to run. Throws a RangeError where there is none of its kind, or it cannot be. */
  prepared(action: MoAction): PreparedMoAction {
    let prepared = this.#prepared.get(action);
    if (prepared === undefined) {
      const handler = this.get(action.kind);
      if (handler === undefined) throw new RangeError(`there is no action "${action.kind}"`);
      prepared = handler.prepare(action);
      this.#prepared.set(action, prepared);
    }
    return prepared;
  }

  /** The same for an action and those that come after it, so that what cannot be is told before it is used. */
  prepareAll(action: MoAction): void {
    for (let one: MoAction | undefined = action; one !== undefined; one = one.then) this.prepared(one);
  }
}

/** To an account: its binds, or whatever it takes messages by. */
export function accountTarget(account: string): MoTarget {
  return { account, lane: accountLane(account) };
}

/** To a webhook. */
export function webhookTarget(webhookName: string): MoTarget {
  return { account: '', lane: webhookLane(webhookName) };
}

/** To accounts. */
const accounts: MoActionHandler<AccountsAction> = {
  ...accountsKind,
  prepare: ({ accounts: names, spread }) => {
    const results = names.map((name) => taken(accountTarget(name)));
    const all: MoResult = { kind: 'taken', targets: names.map(accountTarget) };
    if (spread === 'all' || names.length < 2) return { takesWaiting: names.length > 0, run: () => all };
    const of = (name: string): MoResult => results[names.indexOf(name)] ?? all;
    let turn = 0;
    return {
      run: (_context, { messages: [first], set }) => {
        if (spread === 'sticky') return of(stickyAccount(names, first.source.digits));
        // All segments go to one account when they are passed as they came.
        if (set !== undefined) return of(stickyAccount(names, set));
        const result = results[turn] ?? all;
        turn = (turn + 1) % names.length;
        return result;
      },
    };
  },
};

const webhook: MoActionHandler<WebhookAction> = {
  ...webhookKind,
  prepare: ({ webhook: name }) => always(taken(webhookTarget(name))),
};

const refuse: MoActionHandler<RefuseAction> = {
  ...refuseKind,
  prepare: ({ status }) => ({ ...always({ kind: 'refused', status }), takesWaiting: false }),
};

const drop: MoActionHandler<DropAction> = {
  ...dropKind,
  prepare: () => always({ kind: 'dropped' }),
};

/** STOP and START: opt-outs written and taken back by the handset itself, and the word that confirms it. */
const optOut: MoActionHandler<KeywordAction> = { ...optOutKind, prepare: keyword };
const optIn: MoActionHandler<KeywordAction> = { ...optInKind, prepare: keyword };

const builtIn: readonly MoActionHandler[] = [accounts, webhook, optOut, optIn, refuse, drop];

function always(result: MoResult): PreparedMoAction {
  return { run: () => result };
}

function taken(target: MoTarget): MoResult {
  return { kind: 'taken', targets: [target] };
}

function keyword({ kind, reply }: KeywordAction): PreparedMoAction {
  return {
    run: (context, { messages: [first] }) =>
      // Without a number there is nobody to opt out or to reply to.
      first.source.digits === '' ? written(kind) : takeKeyword(kind, reply, first, context),
  };
}

/**
 * Writes the opt-out down (or takes it away); what else the rule says comes after that, then the reply. In this order:
 * what an operator sends again after an error is written down twice without harm, but confirmed only once.
 */
async function takeKeyword(
  kind: KeywordAction['kind'],
  reply: string | undefined,
  received: Received,
  context: MoActionContext,
): Promise<MoResult> {
  const { source, destination, text = '' } = received;
  const isOut = kind === 'opt-out';
  try {
    if (isOut) await context.optOuts.add(source.digits, destination.digits, text);
    else await context.optOuts.remove(source.digits, destination.digits);
  } catch (error) {
    const isAddress = error instanceof GatewayError && error.code === 'CHAPPE_GATEWAY_INVALID';
    if (!isAddress)
      return { kind: 'retry', error: error instanceof Error ? error : new Error(String(error)) };
    // An address that nothing can be sent to: it would come again for ever if it were refused.
    context.onError(error, kind);
    return written(kind);
  }
  if (isOut) context.counters.optedOut += 1;
  else context.counters.optedIn += 1;
  if (reply === undefined) return written(kind);
  const whenStored = (targets: readonly MoTarget[]): Promise<void> =>
    confirm(kind, reply, received, targets, context);
  return { ...written(kind), whenStored };
}

function written(kind: string): Extract<MoResult, { kind: 'done' }> {
  return { kind: 'done', detail: `${kind}=1` };
}

/** The opt-out stands whether its confirmation can be sent or not. The reply is that of the account that got the message. */
async function confirm(
  kind: string,
  text: string,
  received: Received,
  [first]: readonly MoTarget[],
  context: MoActionContext,
): Promise<void> {
  const got = first === undefined || first.account === '' ? undefined : first.account;
  const account = got ?? context.ownerOf(received) ?? '';
  try {
    await context.reply(received.destination.digits, received.source.digits, text, account);
  } catch (error) {
    context.onError(error, `reply to ${kind}`);
  }
}
