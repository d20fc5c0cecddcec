import type { DecodedPdu, PduInput } from '@chappe/protocol';
import type { SessionOptions } from './options.ts';
import { redacted } from './redact.ts';

/** Shows a received PDU to the tap; one with a password is shown masked, octets included. */
export function tellReceived(options: SessionOptions, pdu: DecodedPdu, frame: Uint8Array): void {
  const shown = redacted(pdu);
  options.tap?.('in', shown, shown === pdu ? frame : options.codec.encode(shown as PduInput));
}

/** Shows a PDU that is sent under this sequence number, encoded apart: the tap is slow and rare, sending is not. */
export function tellSent(options: SessionOptions, pdu: PduInput, sequence: number): void {
  const shown = { ...redacted(pdu), sequence_number: sequence } as PduInput;
  options.tap?.('out', shown, options.codec.encode(shown));
}
