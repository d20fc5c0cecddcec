import { type Pdu, status } from '@chappe/protocol';
import type { Binding } from './binding.ts';
import type { SessionState } from './states.ts';
import type { Outstanding, Window } from './window.ts';

/**
 * The request that a generic_nack answers. Under number 0 that cannot be told (SMPP 3.4 4.3.1), unless we have said
 * nothing yet but our bind: MCs refuse it so, and under numbers of their own.
 */
export function nackedRequest(
  window: Window,
  binding: Binding,
  state: SessionState,
  sequence: number,
): Outstanding | undefined {
  const request = window.take(sequence, 'generic_nack');
  if (request !== undefined || (state !== 'open' && state !== 'outbound')) return request;
  return window.take(binding.requestSequence, 'generic_nack');
}

/** A generic_nack is a refusal, also where its status says ESME_ROK. */
export function asRefusal(pdu: Pdu): Pdu {
  const isRefusal = pdu.command !== 'generic_nack' || pdu.command_status !== 0;
  return isRefusal ? pdu : { ...pdu, command_status: status.ESME_RUNKNOWNERR };
}
