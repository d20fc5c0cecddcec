/** deliver_sm and data_sm from an upstream (SMPP 3.4 4.6, 4.7), receipts apart: a message from a handset. */
import { CenterError } from '@chappe/center';
import { status } from '@chappe/protocol';
import { act, MoRefused } from './act.ts';
import type { MoInbox } from './inbox.ts';
import { ruleFor } from './part-rules.ts';
import { setKey } from './part-set.ts';
import { factsOf, type MoOrigin, type MoPdu, receivedOf, segmentOf } from './received.ts';

/**
 * Takes a message and calls `answer` once, with the command_status of the response: ESME_ROK after all that comes of the
 * message is on disk; ESME_RX_T_APPN when it could not be stored, so that the operator tries again; ESME_RX_R_APPN when
 * it never can be; that of a rule that refuses it. May call it before it returns (a segment that came again). The PDU may be views of received octets:
 * nothing of it is kept.
 *
 * A connector's handler returns `DEFERRED`, having kept command and sequence_number for `session.respond`.
 */
export function takeMo(
  pdu: MoPdu,
  from: MoOrigin,
  inbox: MoInbox,
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

/** Its own of a rule; a draft that the center never takes would come again for ever if it were refused for now. */
function statusOf(error: Error): number {
  if (error instanceof MoRefused) return error.status;
  const isHopeless = error instanceof CenterError && error.code === 'CHAPPE_CENTER_DRAFT';
  return isHopeless ? status.ESME_RX_R_APPN : status.ESME_RX_T_APPN;
}
