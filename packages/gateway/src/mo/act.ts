/** What a rule says about a message from a handset, done. */
import { accountLane, droppedLane, unclaimedLane } from '../routing.ts';
import type { MoAction, MoRouteSettings } from '../settings/route.ts';
import { webhookLane } from '../webhooks/lane.ts';
import { wordOf } from './detail.ts';
import { draftOf, type MoTarget, storeDrafts } from './draft.ts';
import { takeKeyword } from './keywords.ts';
import type { Received } from './received.ts';
import type { MoRoad, Stored } from './road.ts';

// Nobody gets it, but it can be looked up what came of it: over at once, as messages that a route drops.
const ended: MoTarget = { account: '', lane: droppedLane };

/** What is decided about together: a message, or the segments of one that go on as they came. */
export interface Batch {
  /** Not empty. Rules and replies go by the first. */
  readonly messages: readonly Received[];
  /** What segments of one long message have in common; undefined for a message of one piece. */
  readonly set?: string | undefined;
  /** More for the timeline. */
  readonly detail?: string | undefined;
}

/** Does what the rule says; without a rule the message goes where answers go. `done` is called once. */
export function act(batch: Batch, rule: MoRouteSettings | undefined, road: MoRoad, done: Stored): void {
  const told = `rule=${rule === undefined ? 'none' : wordOf(rule.name)}`;
  perform(batch, rule?.action, told, road, done);
}

function perform(batch: Batch, action: MoAction | undefined, told: string, road: MoRoad, done: Stored): void {
  const [first] = batch.messages;
  if (first === undefined) {
    done(undefined);
    return;
  }
  switch (action?.kind) {
    case undefined:
      store(batch, [answerTarget(first, road)], told, road, done);
      return;
    case 'accounts': {
      const accounts = road.spread.choose(action, first.source.digits, batch.set);
      // A rule without accounts is a mistake of its author; the message waits for somebody to see it.
      const targets = accounts.length === 0 ? [unclaimed(road)] : accounts.map(accountTarget);
      store(batch, targets, told, road, done);
      return;
    }
    case 'webhook':
      store(batch, [{ account: '', lane: webhookLane(action.webhook) }], told, road, done);
      return;
    case 'drop':
      road.counters.dropped += batch.messages.length;
      store(batch, [ended], told, road, done);
      return;
    case 'opt-out':
    case 'opt-in': {
      const next = action.then;
      const andThen = (then: Stored): void => {
        const toldMore = `${told} ${action.kind}=1`;
        if (next === undefined) store(batch, [ended], toldMore, road, then);
        else perform(batch, next, toldMore, road, then);
      };
      takeKeyword(action, first, road, andThen, done);
    }
  }
}

function store(
  { messages, detail }: Batch,
  targets: readonly MoTarget[],
  told: string,
  road: MoRoad,
  done: Stored,
): void {
  const nowMs = road.clock.nowMs();
  const expiresMs = nowMs + road.validityMs;
  const more = detail === undefined ? '' : ` ${detail}`;
  const drafts = targets.flatMap((target) =>
    messages.map((received) =>
      draftOf(received, target, `${received.detail} ${told}${more}`, nowMs, expiresMs),
    ),
  );
  storeDrafts(road.center, drafts, done);
}

/** Whose number it is; in a sandbox whose bind serves it, else who last wrote to this handset from it; else nobody yet. */
function answerTarget({ source, destination }: Received, road: MoRoad): MoTarget {
  const writer = road.writers.of(destination.digits, source.digits);
  // '' keeps the routing from giving one customer's message to any other who happens to be bound.
  const account = road.routing.accountFor(destination.digits, source.digits, writer, '') ?? '';
  return account === '' ? unclaimed(road) : accountTarget(account);
}

function accountTarget(account: string): MoTarget {
  return { account, lane: accountLane(account) };
}

function unclaimed(road: MoRoad): MoTarget {
  road.counters.unclaimed += 1;
  return { account: '', lane: unclaimedLane };
}
