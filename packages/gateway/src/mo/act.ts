/** What a rule says about a message from a handset, done. */

import type { MoAction, MoRouteSettings } from '@chappe/policy';
import { accountLane, droppedLane, unclaimedLane, webhookLane } from '../lanes/lanes.ts';
import { wordOf } from '../message/detail.ts';
import type { MoContext, Stored } from './context.ts';
import { draftOf, type MoTarget, storeDrafts } from './draft.ts';
import { takeKeyword } from './keywords.ts';
import type { Received } from './received.ts';

// Nobody gets it, but it can be looked up what came of it: over at once, as messages that a route drops.
const ended: MoTarget = { account: '', lane: droppedLane };
const kept: MoTarget = { account: '', lane: unclaimedLane };

/** A rule refuses a message: the operator is answered with this status. */
export class MoRefused extends Error {
  /** command_status. */
  readonly status: number;

  constructor(status: number) {
    super('a rule refuses it');
    this.status = status;
  }
}

/** What is decided about together: a message, or the segments of one that go on as they came. */
export interface Batch {
  /** Not empty. Rules and replies go by the first. */
  readonly messages: readonly Received[];
  /** What segments of one long message have in common; undefined for a message of one piece. */
  readonly set?: string | undefined;
  /** More for the timeline. */
  readonly detail?: string | undefined;
  /** The operator has been answered already: it is too late to refuse it. */
  readonly isAnswered?: boolean | undefined;
  /** Puts it where it is to be; undefined: it is new, and is stored there. `targets` is not empty. */
  readonly place?: ((targets: readonly MoTarget[], detail: string, done: Stored) => void) | undefined;
}

/** Does what the rule says; without a rule the message goes where answers go. `done` is called once. */
export function act(batch: Batch, rule: MoRouteSettings | undefined, context: MoContext, done: Stored): void {
  const told = `rule=${rule === undefined ? 'none' : wordOf(rule.name)}`;
  perform(batch, rule?.action, told, context, done);
}

/**
 * Whose number it is; in a sandbox whose bind serves it, else who last wrote to this handset from it. Undefined: nobody's
 * yet. `given`: the account where there is no other.
 */
export function answerAccount(
  { source, destination }: Pick<Received, 'source' | 'destination'>,
  context: Pick<MoContext, 'receivingBinds' | 'writers'>,
  given?: string,
): string | undefined {
  const writer = context.writers.of(destination.digits, source.digits);
  return context.receivingBinds.accountFor(destination.digits, source.digits, writer, given);
}

function perform(
  batch: Batch,
  action: MoAction | undefined,
  told: string,
  context: MoContext,
  done: Stored,
): void {
  const [first] = batch.messages;
  if (first === undefined) {
    done(undefined);
    return;
  }
  switch (action?.kind) {
    case undefined: {
      // '' keeps the routing of a sandbox from giving one customer's message to any other who happens to be bound, before
      // it has waited for its own.
      const given = batch.place === undefined ? '' : undefined;
      const account = answerAccount(first, context, given) ?? '';
      if (account !== '') store(batch, [accountTarget(account)], told, context, done);
      else if (context.unclaimedAction === undefined) keep(batch, told, context, done);
      else perform(batch, context.unclaimedAction, `${told} unclaimed=1`, context, done);
      return;
    }
    case 'accounts': {
      const accounts = context.spread.choose(action, first.source.digits, batch.set);
      // A rule without accounts is a mistake of its author; the message waits for somebody to see it.
      if (accounts.length === 0) keep(batch, told, context, done);
      else store(batch, accounts.map(accountTarget), told, context, done);
      return;
    }
    case 'webhook':
      store(batch, [{ account: '', lane: webhookLane(action.webhook) }], told, context, done);
      return;
    case 'refuse':
      if (batch.isAnswered === true) drop(batch, `${told} refused=late`, context, done);
      else done(new MoRefused(action.status));
      return;
    case 'drop':
      drop(batch, told, context, done);
      return;
    case 'opt-out':
    case 'opt-in': {
      const next = action.then;
      const andThen = (then: Stored): void => {
        const toldMore = `${told} ${action.kind}=1`;
        if (next === undefined) store(batch, [ended], toldMore, context, then);
        else perform(batch, next, toldMore, context, then);
      };
      takeKeyword(action, first, context, andThen, done);
    }
  }
}

function drop(batch: Batch, told: string, context: MoContext, done: Stored): void {
  context.counters.dropped += batch.messages.length;
  store(batch, [ended], told, context, done);
}

/** It waits until somebody takes it: see unclaimed.ts. */
function keep(batch: Batch, told: string, context: MoContext, done: Stored): void {
  const [first] = batch.messages;
  if (batch.place === undefined && first !== undefined) {
    context.counters.unclaimed += 1;
    context.onUnclaimed(first);
  }
  store(batch, [kept], told, context, done);
}

function store(
  { messages, detail, place }: Batch,
  targets: readonly MoTarget[],
  told: string,
  context: MoContext,
  done: Stored,
): void {
  const more = detail === undefined ? '' : ` ${detail}`;
  if (place !== undefined) {
    place(targets, `${told}${more}`, done);
    return;
  }
  const nowMs = context.clock.nowMs();
  const expiresMs = nowMs + context.validityMs;
  const drafts = targets.flatMap((target) =>
    messages.map((received) =>
      draftOf(received, target, `${received.detail} ${told}${more}`, nowMs, expiresMs),
    ),
  );
  storeDrafts(context.center, drafts, done);
}

function accountTarget(account: string): MoTarget {
  return { account, lane: accountLane(account) };
}
