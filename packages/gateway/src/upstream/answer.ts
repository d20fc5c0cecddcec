/** What an upstream did with a message, or why nothing is known of it. */
import type { ErrorClass } from '@chappe/center';
import type { Pdu } from '@chappe/protocol';
import type { RequestResult } from '@chappe/smpp';
import type { StatusClasses } from './statuses.ts';

/**
 * - taken: it has it, under that id ('' when it gave none). `isAwaited`: its receipt will come.
 * - refused: it never will; `status` is its command_status.
 * - later: not now.
 * - slower: it takes no more for a moment; the message was not judged.
 * - unknown: no answer; it may have it. `isLost`: since its connection was lost, with all that was on its way.
 * - unsent: it did not leave.
 * - unfit: it cannot be said to this upstream at all.
 */
export type Answer =
  | { readonly kind: 'taken'; readonly id: string; readonly isAwaited: boolean }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'later'; readonly errorClass: ErrorClass; readonly status: number }
  | { readonly kind: 'slower'; readonly status: number }
  | { readonly kind: 'unknown'; readonly reason: string; readonly isLost: boolean }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'unfit'; readonly reason: string };

/** It does not honour the bind any more: what that is for the message depends on what it said before. */
export interface Unhonoured {
  readonly kind: 'unhonoured';
  readonly status: number;
}

/** It did not leave, or is as if it had not. */
export const unsent: Answer = { kind: 'unsent' };

/** The meaning of what came of a submit_sm or data_sm. `isAwaited`: a receipt was asked for. */
export function answerOf(
  result: RequestResult,
  classes: StatusClasses,
  isAwaited: boolean,
): Answer | Unhonoured {
  if (result instanceof Error) return answerOfError(result);
  const { command_status: status } = result;
  switch (classes.classify(status)) {
    case 'ok':
      return { kind: 'taken', id: idOf(result), isAwaited };
    case 'accepted':
      return { kind: 'taken', id: '', isAwaited: false };
    case 'throttled':
      return { kind: 'slower', status };
    case 'full':
      return { kind: 'later', errorClass: 'full', status };
    case 'temporary':
      return { kind: 'later', errorClass: 'system', status };
    case 'rebind':
      return { kind: 'unhonoured', status };
    default:
      return { kind: 'refused', status };
  }
}

function idOf(pdu: Pdu): string {
  return 'message_id' in pdu && typeof pdu.message_id === 'string' ? pdu.message_id : '';
}

function answerOfError(error: Error): Answer {
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && code.startsWith('CHAPPE_SMPP_') && code !== 'CHAPPE_SMPP_VERSION') {
    const isMaybeSent = 'maybeSent' in error && error.maybeSent === true;
    // A response that cannot be read is one: the upstream has the message, under an id that we do not know.
    return isMaybeSent || code === 'CHAPPE_SMPP_MALFORMED_RESPONSE'
      ? { kind: 'unknown', reason: error.message, isLost: code === 'CHAPPE_SMPP_CLOSED' }
      : unsent;
  }
  return { kind: 'unfit', reason: error.message };
}
