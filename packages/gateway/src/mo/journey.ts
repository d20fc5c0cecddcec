/**
 * The journey of a message from a handset: deliver_sm or data_sm of an upstream (SMPP 3.4 4.6, 4.7), receipts apart. It
 * comes, its rule is looked for, the rule's action says what becomes of it, and the operator is answered when that is on
 * disk. Segments of long messages may wait for each other on the way (parts.ts); what nobody takes waits (unclaimed.ts).
 */
import { CenterError, type Pieces } from '@chappe/center';
import type { MessageFacts, MoAction, MoRouteSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { accountLane, droppedLane, unclaimedLane } from '../lanes/lanes.ts';
import { readContent } from '../message/content.ts';
import { rangesOf, wordOf } from '../message/detail.ts';
import {
  draftOf,
  type MoArrival,
  type MoContext,
  type MoResult,
  type MoRules,
  type MoTarget,
  type Stored,
  storeDrafts,
} from './context.ts';
import { type Joined, joinContents } from './join.ts';
import type { PartSet, Parts } from './parts.ts';
import {
  factsOf,
  type MoOrigin,
  type MoPdu,
  type Received,
  receivedOf,
  segmentOf,
  setKey,
} from './received.ts';

/**
 * Takes a message and calls `answer` once, with the command_status of the response: ESME_ROK after all that comes of the
 * message is on disk; ESME_RX_T_APPN when it could not be stored, so that the operator tries again; ESME_RX_R_APPN when
 * it never can be; that of a rule that refuses it. May call it before it returns (a segment that came again). The PDU may
 * be views of received octets: nothing of it is kept.
 *
 * A connector's handler returns `DEFERRED`, having kept command and sequence_number for `session.respond`.
 */
export function takeMo(
  pdu: MoPdu,
  from: MoOrigin,
  inbox: MoContext & { readonly parts: Parts },
  answer: (commandStatus: number) => void,
): void {
  const { counters, onError } = inbox;
  counters.received += 1;
  const received = receivedOf(pdu, from);
  const concat = segmentOf(pdu);
  const facts = factsOf(received, pdu.tlvs, concat?.total ?? 1, inbox.clock.nowMs());
  const done = (error: Error | undefined): void => {
    if (error === undefined) {
      answer(status.ESME_ROK);
      return;
    }
    counters.refused += 1;
    if (!(error instanceof MoRefused)) onError(error, pdu.command);
    answer(statusOf(error));
  };
  if (concat === undefined) {
    act({ messages: [received] }, ruleFor(facts, true, inbox.rules, onError), inbox, done);
    return;
  }
  const hasHead = concat.sequence === 1;
  if (ruleFor(facts, hasHead, inbox.partRules, onError)?.reassemble === true) {
    inbox.parts.take(received, concat, done);
    return;
  }
  const set = setKey(received.group, received.source.digits, received.destination.digits, concat);
  act({ messages: [received], set }, ruleFor(facts, hasHead, inbox.rules, onError), inbox, done);
}

/** A rule refuses a message: the operator is answered with this status. */
class MoRefused extends Error {
  /** command_status. */
  readonly status: number;

  constructor(commandStatus: number) {
    super('a rule refuses it');
    this.status = commandStatus;
  }
}

/** Its own of a rule; a draft that the center never takes would come again for ever if it were refused for now. */
function statusOf(error: Error): number {
  if (error instanceof MoRefused) return error.status;
  const isHopeless = error instanceof CenterError && error.code === 'CHAPPE_CENTER_DRAFT';
  return isHopeless ? status.ESME_RX_R_APPN : status.ESME_RX_T_APPN;
}

/**
 * The rules by which single segments are held back: a text is only known once it is whole, so conditions on texts are
 * left out. A rule with such conditions holds what it might match; one that would pass it on as it came says nothing.
 * Once the message is whole the rules themselves decide.
 */
export function partRules(rules: readonly MoRouteSettings[]): MoRouteSettings[] {
  return rules.flatMap((rule) => {
    const { text, textFlags: _flags, keywords, when, ...rest } = rule;
    if (text === undefined && keywords === undefined && when === undefined) return [rule];
    return rule.reassemble === true ? [rest] : [];
  });
}

/**
 * The first rule that matches. `hasHead`: whether the text begins where the message does; if not, its first word is no
 * keyword. Never throws: a rule that fails counts as no rule, so that the message is kept.
 */
export function ruleFor(
  facts: MessageFacts,
  hasHead: boolean,
  rules: MoRules,
  onError: MoContext['onError'],
): MoRouteSettings | undefined {
  try {
    const rule = rules.match(facts);
    if (hasHead || rule?.keywords === undefined) return rule;
    return rules.match({ ...facts, text: undefined });
  } catch (error) {
    onError(error, 'rules for messages from handsets');
    return undefined;
  }
}

/**
 * A long message put together, or as much of it as came, goes on by the rules; `done` when it is on disk. Where no rule
 * wants it whole (conditions on texts decide only now), or it cannot be one message, its segments go on as they came, all
 * to the same receivers.
 */
export function deliverSet(set: PartSet, context: MoContext, done: Stored): void {
  const pieces = piecesOf(set);
  const segments = set.parts.map(({ received }) => ({ ...received, pieces })) as [Received, ...Received[]];
  const [first] = segments;
  const joined = joinContents(segments.map(({ content }) => content));
  const whole = joined === undefined ? first : wholeOf(first, joined);
  const tlvs = joined?.tlvs ?? readContent(first.content).tlvs;
  const facts = factsOf(whole, tlvs, set.total, context.clock.nowMs());
  const rule = ruleFor(facts, set.missing[0] !== 1, context.rules, context.onError);
  const isWhole = joined !== undefined && rule?.reassemble === true;
  const arrival: MoArrival = isWhole ? { messages: [whole] } : { messages: segments, set: set.id };
  act({ ...arrival, detail: detailOf(set), isAnswered: true }, rule, context, done);
}

function wholeOf(first: Received, { content, text, dataCoding }: Joined): Received {
  return { ...first, content, text, dataCoding };
}

function piecesOf({ parts, total, missing, id }: PartSet): Pieces {
  return { first: id, came: parts.length, total, missing };
}

function detailOf({ parts, total, missing, id }: PartSet): string {
  const words = `parts=${parts.length}/${total} set=${id}`;
  return missing.length === 0 ? words : `${words} missing=${rangesOf(missing)}`;
}

/** What is to be done with. */
export interface Batch extends MoArrival {
  /** More for the timeline. */
  readonly detail?: string | undefined;
  /** Puts it where it is to be; undefined: it is new, and is stored there. `targets` is not empty. */
  readonly place?: ((targets: readonly MoTarget[], detail: string, done: Stored) => void) | undefined;
}

/** As `Stored`, with where it went. */
type Placed = (error: Error | undefined, targets: readonly MoTarget[]) => void;

// Nobody gets it, but it can be looked up what came of it: over at once, as messages that a route drops.
const ended: readonly MoTarget[] = [{ account: '', lane: droppedLane }];
const kept: readonly MoTarget[] = [{ account: '', lane: unclaimedLane }];
const nowhere: readonly MoTarget[] = [];

/** Does what the rule says; without a rule the message goes where answers go. `done` is called once. */
export function act(batch: Batch, rule: MoRouteSettings | undefined, context: MoContext, done: Stored): void {
  const words = `rule=${rule === undefined ? 'none' : wordOf(rule.name)}`;
  if (rule === undefined) answerOwner(batch, words, context, done);
  else perform(batch, rule.action, words, context, done);
}

/** The account that an answer goes to without a rule; undefined: nobody's yet. `given`: the account where there is no other. */
export function answerAccount(
  { source, destination }: Pick<Received, 'source' | 'destination'>,
  context: Pick<MoContext, 'receivingBinds' | 'writers'>,
  given?: string,
): string | undefined {
  const writer = context.writers.of(destination.digits, source.digits);
  return context.receivingBinds.accountFor(destination.digits, source.digits, writer, given);
}

function answerOwner(batch: Batch, words: string, context: MoContext, done: Placed): void {
  // '' keeps the routing of a sandbox from giving one customer's message to any other who happens to be bound, before it
  // has waited for its own.
  const given = batch.place === undefined ? '' : undefined;
  const account = answerAccount(batch.messages[0], context, given) ?? '';
  const { unclaimedAction } = context;
  if (account !== '') store(batch, [{ account, lane: accountLane(account) }], words, context, done);
  else if (unclaimedAction === undefined) keep(batch, words, context, done);
  else perform(batch, unclaimedAction, `${words} unclaimed=1`, context, done);
}

/** Runs an action: it is code of others, so whatever it throws hits this message only. */
function perform(batch: Batch, action: MoAction, words: string, context: MoContext, done: Placed): void {
  let result: MoResult | Promise<MoResult>;
  try {
    result = context.prepared(action).run(context, batch);
  } catch (error) {
    fail(batch, action, error, words, context, done);
    return;
  }
  if (result instanceof Promise)
    result.then(
      (later) => follow(batch, action, later, words, context, done),
      (error) => fail(batch, action, error, words, context, done),
    );
  else follow(batch, action, result, words, context, done);
}

/** The message is not lost: it waits, as one that nobody takes. */
function fail(
  batch: Batch,
  { kind }: MoAction,
  error: unknown,
  words: string,
  context: MoContext,
  done: Placed,
): void {
  context.onError(error, `action ${kind}`);
  keep(batch, `${words} failed=${wordOf(kind)}`, context, done);
}

/** Does what the action has said. */
function follow(
  batch: Batch,
  action: MoAction,
  result: MoResult,
  words: string,
  context: MoContext,
  done: Placed,
): void {
  switch (result?.kind) {
    case 'taken':
      if (result.targets.length === 0) keep(batch, words, context, done);
      else store(batch, result.targets, words, context, done);
      return;
    case 'done': {
      const more = result.detail === undefined ? words : `${words} ${result.detail}`;
      const { whenStored } = result;
      const { kind, then: next } = action;
      const then: Placed = whenStored === undefined ? done : afterwards(whenStored, kind, context, done);
      if (next === undefined) store(batch, ended, more, context, then);
      else perform(batch, next, more, context, then);
      return;
    }
    case 'dropped':
      drop(batch, words, context, done);
      return;
    case 'unclaimed':
      keep(batch, words, context, done);
      return;
    case 'refused':
      if (batch.isAnswered === true) drop(batch, `${words} refused=late`, context, done);
      else done(new MoRefused(result.status), nowhere);
      return;
    case 'retry':
      if (batch.place === undefined) {
        done(result.error, nowhere);
        return;
      }
      // It goes on waiting, and does not keep others from being looked at.
      context.onError(result.error, `action ${action.kind}`);
      keep(batch, words, context, done);
      return;
    default:
      fail(batch, action, new TypeError('it has not said what becomes of a message'), words, context, done);
  }
}

/** Calls what an action wants done when the message is on disk. It stands there, whatever comes of that. */
function afterwards(
  whenStored: (targets: readonly MoTarget[]) => void | Promise<void>,
  kind: string,
  { onError }: MoContext,
  done: Placed,
): Placed {
  return (error, targets) => {
    if (error !== undefined) {
      done(error, targets);
      return;
    }
    const fail = (failure: unknown): void => {
      onError(failure, `action ${kind}`);
      done(undefined, targets);
    };
    let result: void | Promise<void>;
    try {
      result = whenStored(targets);
    } catch (failure) {
      fail(failure);
      return;
    }
    if (result === undefined) done(undefined, targets);
    else result.then(() => done(undefined, targets), fail);
  };
}

function drop(batch: Batch, words: string, context: MoContext, done: Placed): void {
  context.counters.dropped += batch.messages.length;
  store(batch, ended, words, context, done);
}

/** It waits until somebody takes it: see unclaimed.ts. */
function keep(batch: Batch, words: string, context: MoContext, done: Placed): void {
  if (batch.place === undefined) {
    context.counters.unclaimed += 1;
    context.onUnclaimed(batch.messages[0]);
  }
  store(batch, kept, words, context, done);
}

function store(
  { messages, detail, place }: Batch,
  targets: readonly MoTarget[],
  words: string,
  context: MoContext,
  done: Placed,
): void {
  const more = detail === undefined ? '' : ` ${detail}`;
  const stored = (error: Error | undefined): void => done(error, targets);
  if (place !== undefined) {
    place(targets, `${words}${more}`, stored);
    return;
  }
  const nowMs = context.clock.nowMs();
  const expiresMs = nowMs + context.validityMs;
  const drafts = targets.flatMap((target) =>
    messages.map((received) =>
      draftOf(received, target, `${received.detail} ${words}${more}`, nowMs, expiresMs),
    ),
  );
  storeDrafts(context.center, drafts, stored);
}
