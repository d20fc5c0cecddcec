import type { PduInput } from '@chappe/protocol';
import type { SessionCodec } from '../core/options.ts';
import { strayField } from '../core/stray-field.ts';
import { milliseconds, objectWith, optionsOf, refuse } from '../option-checks.ts';

/** How one request is made. */
export interface RequestOptions {
  /** From sending to the response, and as long for a slot of the window. Default: the session's response timer. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const checkOptions = optionsOf<RequestOptions>({
  timeoutMs: milliseconds,
  // An AbortSignal, of this realm or another.
  signal: objectWith('addEventListener', 'removeEventListener'),
});

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) for what is no PDU. Its fields are checked when it is encoded. */
export function checkPdu(pdu: PduInput): void {
  if (typeof pdu?.command === 'string') return;
  const what =
    typeof pdu === 'object' && pdu !== null ? 'has no command' : `is ${pdu === null ? null : typeof pdu}`;
  refuse('the PDU', `${what}: it takes an object, as { command: 'enquire_link' }`);
}

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) for a field that the PDU does not have. */
export function checkFields(pdu: PduInput, codec: SessionCodec): void {
  const stray = strayField(codec, pdu.command, pdu);
  if (stray !== undefined) refuse('the PDU', stray);
}

/** Throws for what no end of a request can be told to. */
export function checkDone(done: unknown): void {
  if (typeof done !== 'function') refuse('done', `is ${typeof done}: it takes a function`);
}

/** Throws for options of a request, of `send` or of `receipt` that are misspelt or wrong. */
export function checkWaitOptions(options: RequestOptions): void {
  checkOptions(options, '');
}
