import {
  ESM_CLASS,
  formatReceiptText,
  type PduInput,
  receiptTlvs,
  stateForVersion,
  type Version,
} from '@chappe/protocol';
import { tlvList } from '../core/vendor-tlvs.ts';
import { addressFields, addressOf, recipientOf } from '../messages/address.ts';
import { type CutContent, cutContent, type TextSettings } from '../messages/content.ts';
import { checkDeliverInput, checkReceiptInput } from './deliver-checks.ts';
import type { DeliverInput, ReceiptInput } from './deliver-input.ts';

/** The PDUs of one message. */
export interface ComposedDelivery extends Pick<CutContent, 'coding' | 'replaced'> {
  readonly pdus: readonly PduInput<'deliver_sm'>[];
}

/**
 * The deliver_sm PDUs of a message, one per segment. `reference` ties the segments of a long one together. Throws
 * `SmppError` (`CHAPPE_SMPP_OPTION`) for a field that is wrong, `ContentError` for what cannot be sent.
 */
export function composeDelivery(
  message: DeliverInput,
  reference: number,
  settings: TextSettings,
): ComposedDelivery {
  checkDeliverInput(message);
  const addresses = addressFields(recipientOf(message.from), addressOf(message.to));
  const { segments, dataCoding, coding, replaced } = cutContent(message, reference, settings);
  const tlvs = tlvList(message.tlvs ?? []);
  const pdus = segments.map(
    (segment): PduInput<'deliver_sm'> => ({
      command: 'deliver_sm',
      service_type: message.serviceType,
      ...addresses,
      esm_class: (message.esmClass ?? 0) | segment.esmClassBits,
      protocol_id: message.protocolId,
      priority_flag: message.priority,
      data_coding: dataCoding,
      short_message: segment.short_message,
      tlvs: tlvs.length === 0 ? segment.tlvs : [...segment.tlvs, ...tlvs],
    }),
  );
  return { pdus, coding, replaced };
}

/** Labels and ids of receipts are read as ASCII whatever data_coding says: the quoted text must not spoil them. */
function inAscii(text: string): Uint8Array {
  return Buffer.from(text.replace(/[^\x20-\x7e]/gu, '?'), 'latin1');
}

/**
 * The deliver_sm of a receipt: its text in the form of SMPP 3.4 appendix B, and the same in TLVs where the version of the
 * peer has some. `nowMs`: milliseconds since 1970, for a receipt that does not say when. Throws as `composeDelivery`.
 */
export function composeReceipt(
  receipt: ReceiptInput,
  version: Version,
  nowMs: number,
): PduInput<'deliver_sm'> {
  checkReceiptInput(receipt);
  const { error, doneDate = new Date(nowMs), text = '' } = receipt;
  const state = stateForVersion(receipt.state, version);
  const isIntermediate = receipt.intermediate ?? (state === 'SCHEDULED' || state === 'ENROUTE');
  const words = formatReceiptText({ ...receipt, state, err: error, doneDate, text }, receipt.format);
  return {
    command: 'deliver_sm',
    service_type: receipt.serviceType,
    ...addressFields(recipientOf(receipt.from), addressOf(receipt.to)),
    esm_class: isIntermediate ? ESM_CLASS.INTERMEDIATE_NOTIFICATION : ESM_CLASS.DELIVERY_RECEIPT,
    short_message: inAscii(words),
    tlvs: [...receiptTlvs({ ...receipt, state }, version), ...tlvList(receipt.tlvs ?? [])],
  };
}
