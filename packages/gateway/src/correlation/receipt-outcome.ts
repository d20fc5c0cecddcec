/** From an upstream's receipt to what becomes of the message. */
import type { FinalState, Message, Outcome } from '@chappe/center';
import type { UpstreamReceiptSettings } from '@chappe/policy';
import { isFinalState, type MessageState, type Receipt } from '@chappe/protocol';
import {
  errorNumberOf,
  errorWordOf,
  networkErrorTag,
  type OperatorReport,
  tlvsAsText,
} from '../message/operator-report.ts';
import { trailOf, withTaken, withTried } from '../message/trail.ts';
import type { CompiledFailover } from '../upstream/failover.ts';
import { endOf } from './receipt-clock.ts';

/** What a receipt says, in our words. */
export interface Verdict {
  /** The wire's name; undefined when it says nothing. */
  readonly state: MessageState | undefined;
  readonly isFinal: boolean;
  /** 0 to 65535; 0: none, or none that is such a number. */
  readonly error: number;
  /** For the timeline: `stat=UNDELIV err=013`. */
  readonly text: string;
  /** Its error code as the operator wrote it; empty: none. */
  readonly operatorError: string;
  /** When the message came to its end by the operator's clock, epoch milliseconds; undefined: it does not say. */
  readonly doneMs: number | undefined;
  /** When it was submitted, likewise. */
  readonly submittedMs: number | undefined;
  /** For the customer's receipt; undefined: nothing beside the above. */
  readonly report: OperatorReport | undefined;
}

/** What decides what an end means for a message. */
export interface Ending {
  /** The connector that its receipt came by. */
  readonly connector: string;
  readonly failover: CompiledFailover;
  /** Another upstream could take it now. */
  readonly next: (tried: string) => boolean;
  /** Wall clock. */
  readonly nowMs: number;
  /** More for the timeline. */
  readonly remark?: string | undefined;
  /** The receipt as it was kept on disk: it goes with what it says. */
  readonly discards?: Message | undefined;
}

const maxError = 0xffff;
const maxTextCharacters = 20;
const minuteMs = 60_000;

const finals: Readonly<Partial<Record<MessageState, FinalState>>> = {
  DELIVERED: 'delivered',
  EXPIRED: 'expired',
  DELETED: 'deleted',
  UNDELIVERABLE: 'undeliverable',
  ACCEPTED: 'accepted',
  UNKNOWN: 'unknown',
  REJECTED: 'rejected',
  SKIPPED: 'skipped',
};

/** Reads a receipt by the words and codes of its connector. `tlvs`: those that say more, copied. */
export function verdictOf(
  receipt: Receipt,
  settings: UpstreamReceiptSettings = {},
  dates: Partial<Pick<Verdict, 'doneMs' | 'submittedMs'>> = {},
  tlvs: OperatorReport['tlvs'] = [],
): Verdict {
  const { stat, err } = receipt;
  const own = stat === undefined ? undefined : settings.states?.[stat];
  const state = own === undefined ? receipt.state : (own as MessageState);
  const isFinal =
    own === undefined ? receipt.final : !receipt.intermediate && isFinalState(own as MessageState);
  const operatorError = err === undefined ? '' : plain(err);
  const code = operatorError === '' ? '' : ` err=${operatorError}`;
  const text = `stat=${plain(stat ?? state ?? 'none')}${code}${reportedBeside(receipt, tlvs)}`;
  const { error, errorWord, isMapped } = errorOf(receipt, settings);
  // What stands for another code is not told beside it.
  const told = isMapped ? tlvs.filter(({ tag }) => tag !== networkErrorTag) : tlvs;
  const report = errorWord === undefined && told.length === 0 ? undefined : { errorWord, tlvs: told };
  const { doneMs, submittedMs } = dates;
  return { state, isFinal, error, text, operatorError, doneMs, submittedMs, report };
}

/** What the end that a receipt tells means for the message. */
export function outcomeOfReceipt(verdict: Verdict, message: Message, ending: Ending): Outcome {
  const { state, error, report, operatorError } = verdict;
  const { connector, failover, next, nowMs, remark, discards } = ending;
  const doneMs = endOf(verdict.doneMs, message, nowMs);
  const done =
    doneMs === undefined || nowMs - doneMs < minuteMs
      ? ''
      : ` done=${new Date(doneMs).toISOString().slice(0, 19)}Z`;
  const detail = `connector=${connector} ${verdict.text}${done}${remark === undefined ? '' : ` ${remark}`}`;
  const final = (state === undefined ? undefined : finals[state]) ?? 'unknown';
  if (final === 'delivered') return { kind: 'delivered', detail, doneMs, report, operatorError, discards };
  if (failover.onReceipt.has(final)) {
    const { memo } = message;
    // Who took it stands there. The receipt may have come by another connector of the group.
    const tried = memo !== undefined && trailOf(memo).tried.length > 0 ? memo : withTried(memo, connector);
    if (next(tried))
      return {
        kind: 'retry',
        error,
        errorClass: 'system',
        afterMs: 0,
        memo: withTaken(tried),
        detail: `${detail} next=1`,
        operatorError,
        discards,
      };
  }
  return { kind: 'failed', state: final, error, detail, doneMs, report, operatorError, discards };
}

/** `errorWord`: the operator's own, where the number does not say it. `isMapped`: the settings have a number for it. */
function errorOf(
  { err, networkError }: Receipt,
  { errors }: UpstreamReceiptSettings,
): { readonly error: number; readonly errorWord: string | undefined; readonly isMapped: boolean } {
  const word = err === '' ? undefined : err;
  const mapped = errors?.[word ?? String(networkError?.code)];
  if (mapped !== undefined) {
    const error = Math.min(Math.max(0, Math.trunc(mapped)), maxError);
    return { error, errorWord: undefined, isMapped: true };
  }
  return {
    error: errorNumberOf(word ?? '') || (networkError?.code ?? 0),
    errorWord: errorWordOf(word === undefined ? undefined : plain(word)),
    isMapped: false,
  };
}

function reportedBeside({ networkError }: Receipt, tlvs: OperatorReport['tlvs']): string {
  const network = networkError === undefined ? '' : ` network=${networkError.type}:${networkError.code}`;
  const others = tlvsAsText(tlvs);
  return others === '' ? network : `${network} tlvs=${others}`;
}

/** Words of a peer for a timeline: short, and no spaces or signs that mean something there. */
function plain(text: string): string {
  let shown = '';
  for (let at = 0; at < Math.min(text.length, maxTextCharacters); at += 1) {
    const code = text.charCodeAt(at);
    shown += code > 0x20 && code < 0x7f && code !== 0x3d ? text[at] : '_';
  }
  return shown;
}
