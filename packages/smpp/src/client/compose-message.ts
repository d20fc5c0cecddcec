import {
  ContentError,
  formatAbsoluteTime,
  formatRelativeTime,
  type PduInput,
  type TextCoding,
  type UnmappableCharacter,
} from '@chappe/protocol';
import { tlvList } from '../core/vendor-tlvs.ts';
import { addressFields, addressOf, recipientOf } from '../messages/address.ts';
import { cutContent, type TextSettings } from '../messages/content.ts';
import { registeredDelivery } from '../messages/receipt-wish.ts';
import { checkMessage } from './message-checks.ts';
import type { Duration, OutgoingMessage } from './outgoing-message.ts';

/** The PDUs of one message. */
export interface ComposedMessage {
  readonly pdus: readonly PduInput<'submit_sm'>[];
  /** Undefined for octets. */
  readonly coding: TextCoding | undefined;
  /** Characters that the coding does not hold. */
  readonly replaced: readonly UnmappableCharacter[];
}

function written(given: Date | Duration): string {
  if (given instanceof Date) return formatAbsoluteTime(given);
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = given;
  return formatRelativeTime(((days * 24 + hours) * 60 + minutes) * 60 + seconds);
}

function timeOf(field: string, given: Date | Duration | undefined): string {
  if (given === undefined) return '';
  try {
    return written(given);
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    throw new ContentError(error.code, `${field}: ${error.message}`, error.limit, error.actual);
  }
}

/**
 * The submit_sm PDUs of a message, one per segment. `reference` ties the segments of a long one together. Throws
 * `SmppError` (`CHAPPE_SMPP_OPTION`) for a field that is wrong, `ContentError` for what cannot be sent (a character that
 * the coding lacks, too many segments, a time out of range).
 */
export function composeMessage(
  message: OutgoingMessage,
  reference: number,
  settings: TextSettings,
): ComposedMessage {
  checkMessage(message);
  const addresses = addressFields(addressOf(message.from ?? ''), recipientOf(message.to));
  const { segments, dataCoding, coding, replaced } = cutContent(message, reference, settings);
  const tlvs = tlvList(message.tlvs ?? []);
  const pdus = segments.map(
    (segment): PduInput<'submit_sm'> => ({
      command: 'submit_sm',
      service_type: message.serviceType,
      ...addresses,
      esm_class: (message.esmClass ?? 0) | segment.esmClassBits,
      protocol_id: message.protocolId,
      priority_flag: message.priority,
      schedule_delivery_time: timeOf('schedule', message.schedule),
      validity_period: timeOf('validity', message.validity),
      registered_delivery: registeredDelivery[message.receipt ?? 'none'],
      replace_if_present_flag: message.replaceIfPresent === true ? 1 : 0,
      data_coding: dataCoding,
      short_message: segment.short_message,
      tlvs: tlvs.length === 0 ? segment.tlvs : [...segment.tlvs, ...tlvs],
    }),
  );
  return { pdus, coding, replaced };
}
