/** What every operation of an ESME works with, and how an operation that stores something is answered. */
import { type Center, CenterError, type Draft, type Message } from '@chappe/center';
import { status } from '@chappe/protocol';
import { type Clock, DEFERRED, type ResponseInput, type Session } from '@chappe/smpp';
import type { EarlyReceipts } from '../early-receipts.ts';
import type { LifetimeLimits } from '../lifetime.ts';
import type { Routing } from '../routing.ts';

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
  readonly routing: Routing;
  readonly clock: Clock;
  readonly lifetime: LifetimeLimits;
  readonly early: EarlyReceipts;
  readonly counters: IngressCounters;
  /** Hears of failures of the store, which the ESME only sees as a status. */
  readonly onError: (error: unknown, where: string) => void;
}

/** The account of a session: what `authenticate` put there. */
export function accountOf(session: Session): string {
  return session.context as string;
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

/** Stores drafts and answers the request when they are on disk. All submissions of one turn share a commit. */
export function storeAndAnswer(
  ingress: Ingress,
  session: Session,
  request: { readonly command: string; readonly sequence_number: number },
  drafts: readonly Draft[],
  response: (messages: readonly Message[]) => ResponseInput,
): typeof DEFERRED {
  // The PDU itself is a view of a received chunk: it must not be kept until the commit.
  const answerable = { command: request.command, sequence_number: request.sequence_number };
  ingress.center.submit(drafts, (error, messages) => {
    if (error !== undefined) {
      ingress.onError(error, request.command);
      session.respond(answerable, refuse(ingress, statusOfError(error)));
      return;
    }
    ingress.counters.accepted += messages.length;
    const answer = response(messages);
    if (ingress.early.isHeld(messages))
      ingress.early.hold(messages, () => session.respond(answerable, answer));
    else session.respond(answerable, answer);
  });
  return DEFERRED;
}

export { DEFERRED };
