/** From what an upstream answered to what becomes of the message. */
import type { Message, Outcome } from '@chappe/center';
import { canonicalId, statusName } from '@chappe/protocol';
import { unansweredMark } from '../message/operator-id.ts';
import { withoutTried } from '../message/trail.ts';
import type { Answer } from './answer.ts';
import type { CompiledFailover } from './failover.ts';
import type { Upstream } from './upstream.ts';

/** What the outcome depends on beside the answer. */
export interface Occasion {
  readonly upstream: Upstream;
  /** The memo with this upstream among those that tried. */
  readonly memo: string;
  /** Another upstream could take the message now. */
  readonly hasNext: boolean;
  readonly failover: CompiledFailover;
  /** Wall clock. */
  readonly nowMs: number;
}

const released: Outcome = { kind: 'released' };
const defaultUnknownWaitMs = 300_000;

/** The outcome of one attempt. */
export function outcomeOfAnswer(message: Message, answer: Answer, occasion: Occasion): Outcome {
  const { upstream, failover, hasNext } = occasion;
  switch (answer.kind) {
    case 'taken':
      return taken(answer, occasion);
    case 'unsent':
      return released;
    case 'slower':
      return failover.on.has('throttled') && hasNext ? next(answer.status, 'throttled', occasion) : released;
    case 'refused':
      if (failover.on.has('rejected') && hasNext) return next(answer.status, 'system', occasion);
      return {
        kind: 'failed',
        state: 'rejected',
        error: answer.status,
        detail: `${upstream.label} ${statusText(answer.status)}`,
      };
    case 'unfit':
      if (hasNext) return next(0, 'system', occasion, answer.reason);
      return {
        kind: 'failed',
        state: 'undeliverable',
        error: 0,
        detail: `${upstream.label} ${answer.reason}`,
      };
    case 'later':
      if (failover.on.has(answer.errorClass) && hasNext)
        return next(answer.status, answer.errorClass, occasion);
      return later(message, answer, occasion);
    case 'unknown':
      return unknown(message, answer.reason, occasion);
  }
}

function taken({ id, isAwaited }: Extract<Answer, { kind: 'taken' }>, occasion: Occasion): Outcome {
  const { upstream, memo, failover, nowMs } = occasion;
  const reference = canonicalId(id);
  const written = id.trim();
  if (reference === '' || !isAwaited) {
    const detail = reference === '' ? upstream.label : `${upstream.label} reference=${written}`;
    return { kind: 'accepted', answeredAs: reference === '' ? undefined : written, memo, detail };
  }
  return {
    kind: 'accepted',
    upstreamId: reference,
    answeredAs: reference === written ? undefined : written,
    group: upstream.group.name,
    lateMs:
      failover.receiptAfterMs === Number.POSITIVE_INFINITY ? undefined : nowMs + failover.receiptAfterMs,
    memo,
    detail: reference === written ? upstream.label : `${upstream.label} id=${written}`,
  };
}

function statusText(status: number): string {
  return statusName(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
}

/** At once to the next upstream. */
function next(
  error: number,
  errorClass: 'system' | 'throttled' | 'full' | 'unreachable' | 'busy' | 'unknown',
  { upstream, memo }: Occasion,
  reason?: string,
): Outcome {
  const why = reason ?? statusText(error);
  return { kind: 'retry', error, errorClass, afterMs: 0, memo, detail: `${upstream.label} ${why} next=1` };
}

function later(
  message: Message,
  answer: Extract<Answer, { kind: 'later' }>,
  { upstream }: Occasion,
): Outcome {
  const afterMs = upstream.retryMs(message, answer);
  const detail = `${upstream.label} ${statusText(answer.status)}`;
  if (afterMs === undefined) return { kind: 'failed', state: 'undeliverable', error: answer.status, detail };
  return {
    kind: 'retry',
    error: answer.status,
    errorClass: answer.errorClass,
    // 0 would be at once, and this is a pause.
    afterMs: Math.max(1, afterMs),
    memo: withoutTried(message.memo),
    detail,
  };
}

/** It may be there: what then is the operator's decision. */
function unknown(message: Message, reason: string, occasion: Occasion): Outcome {
  const { upstream, memo, nowMs, hasNext, failover } = occasion;
  const detail = `${upstream.label} unanswered (${reason})`;
  switch (upstream.settings.unknown ?? 'wait') {
    case 'fail':
      return { kind: 'failed', state: 'unknown', error: 0, detail };
    case 'resend': {
      const text = `${detail}: sent again, possible duplicate`;
      if (failover.on.has('unknown') && hasNext) return { kind: 'unknown', afterMs: 0, memo, detail: text };
      const afterMs = upstream.retryMs(message, { kind: 'later', errorClass: 'unknown', status: 0 });
      if (afterMs === undefined) return { kind: 'failed', state: 'unknown', error: 0, detail };
      // 0 would be at once, and this is a pause.
      return {
        kind: 'unknown',
        afterMs: Math.max(1, afterMs),
        memo: withoutTried(message.memo),
        detail: text,
      };
    }
    case 'wait':
      return {
        kind: 'accepted',
        upstreamId: `${unansweredMark}${message.publicId}`,
        group: upstream.group.name,
        lateMs: nowMs + (upstream.settings.unknownWaitMs ?? defaultUnknownWaitMs),
        memo,
        detail: `${detail}: its receipt is waited for`,
      };
  }
}
