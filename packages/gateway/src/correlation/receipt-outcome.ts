/** From an upstream's receipt to what becomes of the message. */
import type { FinalState, Outcome } from '@chappe/center';
import { isFinalState, type MessageState, type Receipt } from '@chappe/protocol';
import type { UpstreamReceiptSettings } from '../settings/connector.ts';
import type { CompiledFailover } from '../upstream/failover.ts';
import { triedOf, withTaken, withTried } from '../upstream/memo.ts';

/** What a receipt says, in our words. */
export interface Verdict {
  /** The wire's name; undefined when it says nothing. */
  readonly state: MessageState | undefined;
  readonly isFinal: boolean;
  /** 0 to 65535; 0: none. */
  readonly error: number;
  /** For the timeline: `stat=UNDELIV err=013`. */
  readonly text: string;
}

const maxError = 0xffff;
const maxTextCharacters = 20;

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

/** Reads a receipt by the words and codes of its connector. */
export function verdictOf(receipt: Receipt, settings: UpstreamReceiptSettings = {}): Verdict {
  const { stat, err } = receipt;
  const own = stat === undefined ? undefined : settings.states?.[stat];
  const state = own === undefined ? receipt.state : (own as MessageState);
  const isFinal =
    own === undefined ? receipt.final : !receipt.intermediate && isFinalState(own as MessageState);
  const word = stat ?? state ?? 'none';
  const code = err === undefined || err === '' ? '' : ` err=${plain(err)}`;
  return { state, isFinal, error: errorOf(receipt, settings), text: `stat=${plain(word)}${code}` };
}

/** What the end that a receipt tells means for the message. `next`: another upstream could take it now. */
export function outcomeOfReceipt(
  verdict: Verdict,
  memo: string | undefined,
  connector: string,
  failover: CompiledFailover,
  next: (tried: string) => boolean,
): Outcome {
  const { state, error, text } = verdict;
  const detail = `connector=${connector} ${text}`;
  const final = (state === undefined ? undefined : finals[state]) ?? 'unknown';
  if (final === 'delivered') return { kind: 'delivered', detail };
  if (failover.onReceipt.has(final)) {
    // Who took it stands there. The receipt may have come by another connector of the group.
    const tried = memo !== undefined && triedOf(memo).length > 0 ? memo : withTried(memo, connector);
    if (next(tried))
      return {
        kind: 'retry',
        error,
        errorClass: 'system',
        afterMs: 0,
        memo: withTaken(tried),
        detail: `${detail} next=1`,
      };
  }
  return { kind: 'failed', state: final, error, detail };
}

function errorOf({ err, networkError }: Receipt, { errors }: UpstreamReceiptSettings): number {
  const mapped = err === undefined ? undefined : errors?.[err];
  if (mapped !== undefined) return Math.min(Math.max(0, Math.trunc(mapped)), maxError);
  if (err !== undefined && err !== '' && isDigits(err)) return Math.min(Number(err), maxError);
  return networkError === undefined ? 0 : Math.min(networkError.code, maxError);
}

function isDigits(text: string): boolean {
  if (text.length > 5) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
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
