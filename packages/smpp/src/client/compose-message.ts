import {
  ContentError,
  DATA_CODING,
  formatAbsoluteTime,
  formatRelativeTime,
  type PduInput,
  REGISTERED_DELIVERY,
  type Segment,
  segmentBytes,
  segmentText,
  type TextCoding,
  type UnmappableCharacter,
} from '@chappe/protocol';
import { tlvList } from '../core/vendor-tlvs.ts';
import { checkMessage } from './message-checks.ts';
import {
  addressOf,
  type Duration,
  destinationOf,
  type OutgoingMessage,
  type ReceiptWish,
  type TextSettings,
} from './outgoing-message.ts';

/** The PDUs of one message. */
export interface ComposedMessage {
  readonly pdus: readonly PduInput<'submit_sm'>[];
  /** Undefined for octets. */
  readonly coding: TextCoding | undefined;
  /** Characters that the coding does not hold. */
  readonly replaced: readonly UnmappableCharacter[];
}

const registeredDelivery: { readonly [W in ReceiptWish]: number } = {
  none: REGISTERED_DELIVERY.NONE,
  final: REGISTERED_DELIVERY.FINAL,
  failure: REGISTERED_DELIVERY.FAILURE,
  success: REGISTERED_DELIVERY.SUCCESS,
  all: REGISTERED_DELIVERY.FINAL | REGISTERED_DELIVERY.INTERMEDIATE,
};

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

interface Content {
  readonly segments: readonly Segment[];
  readonly dataCoding: number;
  readonly coding: TextCoding | undefined;
  readonly replaced: readonly UnmappableCharacter[];
}

function cut(message: OutgoingMessage, reference: number, settings: TextSettings): Content {
  const { longMessage, ...text } = settings;
  const common = { method: longMessage, reference } as const;
  if (message.bytes !== undefined) {
    const { segments } = segmentBytes(message.bytes, common);
    return {
      segments,
      dataCoding: message.dataCoding ?? DATA_CODING.BINARY,
      coding: undefined,
      replaced: [],
    };
  }
  const { coding, messageClass } = message;
  const replacement = message.replacement ?? settings.replacement;
  const whole = segmentText(message.text ?? '', {
    ...text,
    ...common,
    replacement,
    ...(coding !== undefined && { coding }),
    ...(messageClass !== undefined && { messageClass }),
  });
  const [lost] = whole.unmappable;
  if (lost !== undefined && replacement === undefined) throw unmappable(whole.coding, lost);
  return { ...whole, replaced: whole.unmappable };
}

/** Nobody wants question marks unasked. */
function unmappable(coding: TextCoding, { character, index }: UnmappableCharacter): ContentError {
  const what = `${coding} has no ${JSON.stringify(character)} (at ${index} of the text)`;
  const remedy = 'leave coding out, and one that holds the text is chosen, or say a replacement';
  return new ContentError('CHAPPE_TEXT_CHARACTER', `${what}: ${remedy}`);
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
  const source = addressOf(message.from ?? '');
  const destination = destinationOf(message.to);
  const { segments, dataCoding, coding, replaced } = cut(message, reference, settings);
  const tlvs = tlvList(message.tlvs ?? []);
  const pdus = segments.map(
    (segment): PduInput<'submit_sm'> => ({
      command: 'submit_sm',
      service_type: message.serviceType,
      source_addr_ton: source.ton,
      source_addr_npi: source.npi,
      source_addr: source.address,
      dest_addr_ton: destination.ton,
      dest_addr_npi: destination.npi,
      destination_addr: destination.address,
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
