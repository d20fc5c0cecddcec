/**
 * Messages from handsets that nobody has taken: they wait on disk, and are looked at again when rules, numbers or binds
 * change, when the process begins, and when somebody asks for it.
 */
import type { Message, MessageId } from '@chappe/center';
import type { MoRouteSettings } from '@chappe/policy';
import type { Concatenation } from '@chappe/protocol';
import { accountLane, unclaimedLane } from '../lanes/lanes.ts';
import { readContent } from '../message/content.ts';
import { draftOf, type MoContext, type MoTarget, type Stored, storeDrafts } from './context.ts';
import { act, answerAccount, ruleFor } from './journey.ts';
import type { Parts } from './parts.ts';
import { factsOf, type Received, setKey, storedReceived } from './received.ts';

/** What is needed beside the context. */
interface UnclaimedContext extends MoContext {
  readonly parts: Parts;
}

/** left: nobody takes it now. gone: it waits no more. */
export type ClaimResult = 'claimed' | 'left' | 'gone';

/** A message with what is known of it. */
interface Waiting {
  readonly message: Message;
  readonly received: Received;
  readonly concat: Concatenation | undefined;
  readonly rule: MoRouteSettings | undefined;
  /** The rule wants it put together with its other segments. */
  readonly isPart: boolean;
}

const pageMessages = 1_000;
// Ids only: what is found is read again when its turn has come, the eldest first.
const maxFound = 100_000;
// They share commits; more at once would only wait in memory.
const atOnce = 100;

/** The lane `unclaimed`. */
export class UnclaimedLane {
  readonly #context: UnclaimedContext;
  readonly #tagsOf: (connector: string) => readonly string[];
  #looking: Promise<void> | undefined;
  #isWanted = false;
  #isStopped = false;

  /** `tagsOf`: those of a connector now. */
  constructor(context: UnclaimedContext, tagsOf: (connector: string) => readonly string[]) {
    this.#context = context;
    this.#tagsOf = tagsOf;
  }

  /** Looks at all of them again. Asked for while that is under way, it is done once more. Never rejects. */
  look(): Promise<void> {
    this.#isWanted = true;
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /**
   * One of them: to `account`, or to whom rules and numbers give it now. Rejects as the store does.
   */
  claim(message: Message, account?: string): Promise<ClaimResult> {
    if (message.lane !== unclaimedLane) return Promise.resolve('gone');
    const waiting = this.#waiting(message);
    return new Promise((resolve, reject) => {
      let result: ClaimResult = 'left';
      const place = (targets: readonly MoTarget[], detail: string, done: Stored): void =>
        this.#place(waiting, targets, detail, (error, came) => {
          result = came;
          done(error);
        });
      const done = (error: Error | undefined): void =>
        error === undefined ? resolve(result) : reject(error);
      if (account !== undefined) {
        place([{ account, lane: accountLane(account) }], 'by=hand', done);
      } else if (!this.#isTaken(waiting)) {
        done(undefined);
      } else if (waiting.isPart) {
        this.#join(waiting, (error) => (error === undefined ? resolve('claimed') : reject(error)));
      } else {
        const { received, concat, rule } = waiting;
        const { group, source, destination } = received;
        const set = concat && setKey(group, source.digits, destination.digits, concat);
        act({ messages: [received], set, isAnswered: true, place }, rule, this.#context, done);
      }
    });
  }

  /** Looks no more; what is under way ends by itself. */
  stop(): void {
    this.#isStopped = true;
  }

  async #lookAll(): Promise<void> {
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        if (!this.#isStopped) this.#context.onError(error, 'messages from handsets that nobody has taken');
      }
    }
  }

  async #lookOnce(): Promise<void> {
    const found = await this.#find();
    // Full: there are more.
    if (found.length >= maxFound) this.#isWanted = true;
    for (let from = 0; from < found.length && !this.#isStopped; from += atOnce) {
      const some = found.slice(from, from + atOnce);
      await Promise.all(some.map((id) => this.#claimById(id)));
    }
  }

  /** Ids of those that somebody takes now, the eldest first. */
  async #find(): Promise<readonly MessageId[]> {
    const found: MessageId[] = [];
    let beforeId: MessageId | undefined;
    while (!this.#isStopped) {
      const page = await this.#context.center.waitingIn(unclaimedLane, pageMessages, beforeId);
      for (const message of page.messages) {
        if (this.#isTaken(this.#waiting(message))) found.push(message.id);
      }
      beforeId = page.nextBeforeId;
      if (beforeId === undefined || found.length >= maxFound) break;
    }
    return found.reverse();
  }

  async #claimById(id: MessageId): Promise<void> {
    const message = await this.#context.center.query({ id });
    if (message !== undefined) await this.claim(message);
  }

  #waiting(message: Message): Waiting {
    const { clock, rules, partRules, onError } = this.#context;
    const { received, concat } = storedReceived(message, this.#tagsOf);
    const { tlvs } = readContent(message.content);
    const facts = factsOf(received, tlvs, concat?.total ?? 1, clock.nowMs());
    const hasHead = concat === undefined || concat.sequence === 1;
    const isPart = concat !== undefined && ruleFor(facts, hasHead, partRules, onError)?.reassemble === true;
    return { message, received, concat, isPart, rule: ruleFor(facts, hasHead, rules, onError) };
  }

  /** Whether it would go anywhere. It is too late to refuse it. */
  #isTaken({ received, rule, isPart }: Waiting): boolean {
    if (isPart) return true;
    const isOwned = rule === undefined && answerAccount(received, this.#context) !== undefined;
    if (isOwned) return true;
    const action = rule === undefined ? this.#context.unclaimedAction : rule.action;
    if (action === undefined) return false;
    try {
      return this.#context.prepared(action).takesWaiting !== false;
    } catch (error) {
      this.#context.onError(error, `action ${action.kind}`);
      return false;
    }
  }

  /** A copy for each target but the first, which gets the message itself. */
  #place(
    { message, received }: Waiting,
    targets: readonly MoTarget[],
    detail: string,
    done: (error: Error | undefined, result: ClaimResult) => void,
  ): void {
    const { center, clock } = this.#context;
    const [first, ...more] = targets;
    if (first === undefined || first.lane === unclaimedLane) {
      done(undefined, 'left');
      return;
    }
    const nowMs = clock.nowMs();
    const copies = more.map((target) =>
      draftOf(received, target, `${received.detail} ${detail}`, nowMs, message.expiresMs),
    );
    const move = (error: Error | undefined): void => {
      if (error !== undefined) done(error, 'left');
      else
        center
          .move(message.id, first.lane, {
            fromLane: unclaimedLane,
            account: first.account,
            detail: `claimed ${detail}`,
          })
          .then(
            (result) => done(undefined, result === 'replaced' ? 'claimed' : 'gone'),
            (failure: Error) => done(failure, 'left'),
          );
    };
    if (copies.length === 0) move(undefined);
    else storeDrafts(center, copies, move);
  }

  /** It waits for its other segments, as it would if it came now. */
  #join({ message, received, concat }: Waiting, done: Stored): void {
    const { center, parts } = this.#context;
    parts.take(received, concat as Concatenation, (error) => {
      if (error !== undefined) done(error);
      else center.cancel({ id: message.id }).then(() => done(undefined), done);
    });
  }
}
