/** What every operation of an ESME works with, and how an operation that stores something is answered. */
import { type Center, CenterError, type Draft, type Message } from '@chappe/center';
import { status } from '@chappe/protocol';
import { type Clock, DEFERRED, type ResponseInput, type Session } from '@chappe/smpp';
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { EarlyReceipts } from '../early-receipts.ts';
import type { LifetimeLimits } from '../lifetime.ts';
import type { Routing } from '../routing.ts';
import type { Transactions } from '../transactions.ts';
import type { Acceptance } from './acceptance.ts';

/** Plain integers of the ingress, for metrics. */
export interface IngressCounters {
  /** Messages stored, one for each segment and destination. */
  accepted: number;
  /** Submissions answered with an error. */
  refused: number;
}

/** What an operation needs. One object for the life of the gateway. */
export interface Ingress {
  readonly center: Center;
  readonly accounts: Accounts;
  readonly acceptance: Acceptance;
  readonly transactions: Transactions;
  readonly routing: Routing;
  readonly clock: Clock;
  readonly lifetime: LifetimeLimits;
  readonly early: EarlyReceipts;
  /** Ties the segments of a long message together; another for each. */
  nextReference(): number;
  /** Whether there are upstreams, for which long texts are cut. */
  cutsLong(): boolean;
  /** Whether a long text has to be cut for one of the upstreams that a lane leads to. */
  cutsFor(lane: string): boolean;
  /** Has the upstream of a message take it back; false when that cannot be. */
  cancelUpstream(message: Message): Promise<boolean>;
  readonly counters: IngressCounters;
  /** Hears of failures of the store, which the ESME only sees as a status. */
  readonly onError: (error: unknown, where: string) => void;
}

/** Drafts that are ready to be stored together. */
export interface Prepared {
  /** Never there: tells it from a refusal. */
  readonly refusal?: undefined;
  readonly drafts: readonly Draft[];
  /** They are stored so many milliseconds later. */
  readonly waitMs: number;
  /** Answered with the outcome. */
  readonly isTransaction: boolean;
  /** To be called when they are not stored: the money that was set aside for them is given back. */
  readonly giveBack: (() => void) | undefined;
  /** Taken from quota and throughput of the account, given back when they are not stored. */
  readonly segments: number;
}

/** The name of a session's account: what `authenticate` put there. */
export function accountOf(session: Session): string {
  return session.context as string;
}

/** The account of that name. One that was removed while its session was still there may do what an open one may not. */
export function knownAccount(name: string, { accounts }: Ingress): Account | undefined {
  return accounts.get(name) ?? (accounts.open ? accounts.meet(name) : undefined);
}

/** An error response, counted. */
export function refuse(ingress: Ingress, commandStatus: number): { readonly command_status: number } {
  ingress.counters.refused += 1;
  return { command_status: commandStatus };
}

/** The status for a submission that the center did not take. */
export function statusOfError(error: unknown): number {
  const isFull = error instanceof CenterError && error.code === 'CHAPPE_CENTER_FULL';
  return isFull ? status.ESME_RMSGQFUL : status.ESME_RSYSERR;
}

/**
 * Stores drafts and answers the request when they are on disk. All submissions of one turn share a commit. Whatever goes
 * wrong from here on is this request's alone: it is answered ESME_RSYSERR, and `onError` hears of it.
 */
export function storeAndAnswer(
  ingress: Ingress,
  session: Session,
  request: { readonly command: string; readonly sequence_number: number },
  prepared: Prepared,
  response: (messages: readonly Message[]) => ResponseInput,
): typeof DEFERRED {
  // The PDU itself is a view of a received chunk: it must not be kept until the commit.
  const answerable = { command: request.command, sequence_number: request.sequence_number };
  const answer = (answered: ResponseInput): void => session.respond(answerable, answered);
  const store = (): void => {
    ingress.center.submit(prepared.drafts, (error, messages) => {
      try {
        if (error === undefined) stored(ingress, prepared, messages, response(messages), answer);
        else {
          notStored(ingress, accountOf(session), prepared);
          ingress.onError(error, answerable.command);
          answer(refuse(ingress, statusOfError(error)) as ResponseInput);
        }
      } catch (failure) {
        ingress.onError(failure, answerable.command);
        answer({ command_status: status.ESME_RSYSERR } as ResponseInput);
      }
    });
  };
  // Shaped: not stored and not answered before its time, so that its sender's window slows it down.
  if (prepared.waitMs > 0) ingress.clock.setTimer(store, prepared.waitMs);
  else store();
  return DEFERRED;
}

function stored(
  ingress: Ingress,
  prepared: Prepared,
  messages: readonly Message[],
  response: ResponseInput,
  answer: (response: ResponseInput) => void,
): void {
  // What was set aside for it is that of the message whose place it took.
  if (prepared.drafts[0]?.replaceIfPresent === true && messages.some(wasReplaced)) prepared.giveBack?.();
  ingress.counters.accepted += messages.length;
  if (prepared.isTransaction) ingress.transactions.hold(messages, response, answer);
  else if (ingress.early.isHeld(messages)) ingress.early.hold(messages, () => answer(response));
  else answer(response);
}

function notStored({ accounts }: Ingress, account: string, prepared: Prepared): void {
  prepared.giveBack?.();
  // By its name: the settings may have changed since, and then the counts go on in another object.
  accounts.get(account)?.policy.notStored(prepared.segments);
}

/** A message that was there before, and has another text now. */
function wasReplaced({ timeline }: Message): boolean {
  return timeline.includes(' replaced ');
}

export { DEFERRED };
