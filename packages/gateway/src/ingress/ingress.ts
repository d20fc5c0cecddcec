/** What every operation of an ESME works with, and how an operation that stores something is answered. */
import type { Center, Message, Shares } from '@chappe/center';
import type { Account, Accounts, MessageFacts } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { type Clock, DEFERRED, type ResponseInput, type Session } from '@chappe/smpp';
import type { ReceivingBinds } from '../lanes/binds.ts';
import type { LifetimeLimits } from '../message/lifetime.ts';
import type { Refusals } from '../observation/refusals.ts';
import type { OperatorRequests } from '../upstream/operator-requests.ts';
import type { Acceptance } from './acceptance.ts';
import type { DelayedResponses } from './delayed-responses.ts';
import type { Prepared } from './prepared.ts';
import { statusOfError } from './store-status.ts';
import type { Transactions } from './transactions.ts';

/** Plain integers of the ingress, for metrics. */
export interface IngressCounters {
  /** Segments stored, of each destination. */
  accepted: number;
  /** Submissions answered with an error. */
  refused: number;
}

/** What an operation needs. One object for the life of the gateway. */
export interface Ingress {
  readonly center: Center;
  readonly accounts: Accounts;
  readonly acceptance: Acceptance;
  /** Submissions that were not taken, for those who are asked. */
  readonly refusals: Refusals;
  readonly transactions: Transactions;
  readonly receivingBinds: ReceivingBinds;
  readonly clock: Clock;
  readonly lifetime: LifetimeLimits;
  readonly delayed: DelayedResponses;
  /** What waits in memory to be stored, since its account is shaped. */
  readonly shaped: Shares;
  /** Ties the segments of a long message together; another for each. */
  nextReference(): number;
  /** Whether destinations are numbers; in the sandbox they may be names. */
  readonly numbersOnly: boolean;
  /** Whether there are upstreams, for which long texts are cut. */
  splitsLongMessages(): boolean;
  /** Whether a long text has to be cut for one of the upstreams that a lane leads to. */
  cutsFor(lane: string): boolean;
  /** The connectors that a lane leads to whose own filters refuse such a message. */
  refusedBy(lane: string, facts: MessageFacts, pieces: readonly Uint8Array[]): readonly string[];
  /** Has the upstream of a message take it back; false when that cannot be. */
  cancelUpstream(message: Message): Promise<boolean>;
  /** Requests about broadcasts that an operator has taken. */
  readonly operators: OperatorRequests;
  readonly counters: IngressCounters;
  /** Hears of failures of the store, which the ESME only sees as a status. */
  readonly onError: (error: unknown, where: string) => void;
}

/** The name of a session's account: what `authenticate` put there. */
export function accountOf(session: Session): string {
  return session.context as string;
}

/** The account of that name. One that was removed while its session was still there may do what an open one may not. */
export function knownAccount(name: string, { accounts }: Ingress): Account | undefined {
  return accounts.get(name) ?? (accounts.open ? accounts.ensure(name) : undefined);
}

/** An error response, counted. */
export function refuse(ingress: Ingress, commandStatus: number): { readonly command_status: number } {
  ingress.counters.refused += 1;
  return { command_status: commandStatus };
}

/**
 * Stores what is prepared and answers the request when it is on disk. Whatever goes wrong from here on is this request's
 * alone: it is answered ESME_RSYSERR, and `onError` hears of it.
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
  prepared.store((error, messages) => {
    try {
      if (error === undefined) answerStored(ingress, session, prepared, messages, response(messages), answer);
      else {
        ingress.onError(error, answerable.command);
        answer(refuse(ingress, statusOfError(error)) as ResponseInput);
      }
    } catch (failure) {
      ingress.onError(failure, answerable.command);
      answer({ command_status: status.ESME_RSYSERR } as ResponseInput);
    }
  });
  return DEFERRED;
}

function answerStored(
  { transactions, delayed }: Ingress,
  session: Session,
  { isTransaction }: Prepared,
  messages: readonly Message[],
  response: ResponseInput,
  answer: (response: ResponseInput) => void,
): void {
  if (isTransaction) transactions.hold(messages, response, answer);
  else if (!delayed.takes(messages, session, () => answer(response))) answer(response);
}
