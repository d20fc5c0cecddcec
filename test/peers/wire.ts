import type { PeerPdu } from './line-peer.ts';

/** Values of the wire that the rigs name; taken from the specification, not from our own tables. */
export const wire = {
  ok: 0,
  /** command_status, SMPP 3.4 5.1.3 */
  invalidDestination: 0x0b,
  invalidMessageId: 0x0c,
  cancelFailed: 0x11,
  replaceFailed: 0x13,
  receiverTemporaryError: 0x64,
  /** esm_class, SMPP 3.4 5.2.12 */
  udhIndicator: 0x40,
  receiptType: 0x04,
  /** registered_delivery, SMPP 3.4 5.2.17 */
  finalReceipt: 1,
  /** data_coding, SMPP 3.4 5.2.19 */
  octets: 4,
  ucs2: 8,
  /** message_state, SMPP 3.4 5.2.28 */
  enroute: 1,
  delivered: 2,
  deleted: 4,
  undeliverable: 5,
  /** schedule_delivery_time, relative, SMPP 3.4 7.1.1 */
  inAnHour: '000000010000000R',
} as const;

/** The receipt text of SMPP 3.4 appendix B for a message that was delivered. */
export const deliveredReceipt: RegExp =
  /^id:\S+ sub:001 dlvrd:001 submit date:\d{10} done date:\d{10} stat:DELIVRD err:000 text:/i;

/** A text as UTF-16BE, what peers call UCS-2. */
export function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** The octets of short_message of a PDU that a peer program printed. */
export function shortMessage(pdu: PeerPdu): Buffer {
  return Buffer.from(String(pdu.short_message), 'hex');
}

/** Cuts a text of single octets into concatenated parts with an 8-bit reference (3GPP TS 23.040 9.2.3.24.1). */
export function udhParts(text: Uint8Array, octetsPerPart: number, reference: number): readonly Buffer[] {
  const total = Math.ceil(text.length / octetsPerPart);
  return Array.from({ length: total }, (_, at) =>
    Buffer.concat([
      Uint8Array.of(5, 0, 3, reference, total, at + 1),
      text.subarray(at * octetsPerPart, (at + 1) * octetsPerPart),
    ]),
  );
}

/** Puts concatenated parts with 6-octet headers together again, whatever their order. */
export function joinParts(parts: readonly Buffer[]): Buffer {
  const ordered = [...parts].sort((a, b) => a[5]! - b[5]!);
  return Buffer.concat(ordered.map((part) => part.subarray(6)));
}
