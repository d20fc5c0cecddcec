/** STOP and START: opt-outs written and taken back by the handset itself, and the word that confirms it. */

import type { MoAction } from '@chappe/policy';
import { GatewayError } from '@chappe/policy';
import type { MoContext, Stored } from './context.ts';
import type { Received } from './received.ts';

type KeywordAction = Extract<MoAction, { readonly kind: 'opt-out' | 'opt-in' }>;

/**
 * Writes the opt-out down (or takes it away), then does what else the rule says, then replies. In this order: what an
 * operator sends again after an error is written down twice without harm, but confirmed only once.
 */
export function takeKeyword(
  action: KeywordAction,
  received: Received,
  context: MoContext,
  andThen: (done: Stored) => void,
  done: Stored,
): void {
  const handset = received.source.digits;
  const number = received.destination.digits;
  const isOut = action.kind === 'opt-out';
  // Without a number there is nobody to opt out or to reply to.
  if (handset === '') {
    andThen(done);
    return;
  }
  const written = isOut
    ? context.optOuts.add(handset, number, received.text ?? '')
    : context.optOuts.remove(handset, number);
  written.then(
    () => {
      if (isOut) context.counters.optedOut += 1;
      else context.counters.optedIn += 1;
      andThen((error) => {
        if (error !== undefined || action.reply === undefined) done(error);
        else confirm(action.reply, action, received, context, done);
      });
    },
    (error: unknown) => {
      const isAddress = error instanceof GatewayError && error.code === 'CHAPPE_GATEWAY_INVALID';
      if (!isAddress) {
        done(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      // An address that nothing can be sent to: it would come again for ever if it were refused.
      context.onError(error, action.kind);
      andThen(done);
    },
  );
}

/** The opt-out stands whether its confirmation can be sent or not. */
function confirm(
  text: string,
  action: KeywordAction,
  { source, destination }: Received,
  context: MoContext,
  done: Stored,
): void {
  const writer = context.writers.of(destination.digits, source.digits) ?? '';
  const owner = (): string | undefined =>
    context.receivingBinds.accountFor(destination.digits, source.digits, writer, writer);
  const account = accountOf(action) ?? owner() ?? '';
  context.reply(destination.digits, source.digits, text, account).then(
    () => done(undefined),
    (error: unknown) => {
      context.onError(error, `reply to ${action.kind}`);
      done(undefined);
    },
  );
}

/** The account that the rule passes the message on to: then the reply is its. */
function accountOf({ then: next }: KeywordAction): string | undefined {
  if (next?.kind === 'accounts') return next.accounts[0];
  return next?.kind === 'opt-out' || next?.kind === 'opt-in' ? accountOf(next) : undefined;
}
