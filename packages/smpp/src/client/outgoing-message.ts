import {
  formatAbsoluteTime,
  formatRelativeTime,
  type PduInput,
  type Segment,
  type SegmentMethod,
  segmentBytes,
  segmentText,
  type TextCoding,
  type TextOptions,
  type TlvInput,
} from '@chappe/protocol';
import { SmppError } from '../errors.ts';

/** An address with its type of number and numbering plan (SMPP 5.0 4.7.1, 4.7.2). */
export interface Address {
  readonly ton: number;
  readonly npi: number;
  /** Digits or letters, at most 20. */
  readonly address: string;
}

/** A time from now. */
export interface Duration {
  readonly days?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
}

/**
 * Which receipts are asked for (registered_delivery, SMPP 5.0 4.7.21): none; one for the final state; one for a
 * failure only; one for success only (5.0; older MCs are asked for `final`); `final` and intermediate notifications.
 */
export type ReceiptWish = 'none' | 'final' | 'failure' | 'success' | 'all';

const registeredDelivery: { readonly [W in ReceiptWish]: number } = {
  none: 0x00,
  final: 0x01,
  failure: 0x02,
  success: 0x03,
  all: 0x11,
};

/** How texts are coded and cut. */
export interface TextSettings extends Omit<TextOptions, 'coding'> {
  /** How the segments of a long message belong together. Default `udh8`. */
  readonly longMessage?: SegmentMethod | undefined;
}

/** A message to be sent. */
export interface OutgoingMessage {
  /**
   * Sender. `+` and digits are an international number, digits alone are of unknown type, anything else is
   * alphanumeric. Default: empty, the MC puts in what it knows.
   */
  readonly from?: string | Address | undefined;
  readonly to: string | Address;
  /** Text of any length. Either this or `bytes`. */
  readonly text?: string | undefined;
  /** Octets as they are, with `dataCoding` (default 4, binary). Cut into segments like a text. */
  readonly bytes?: Uint8Array | undefined;
  readonly dataCoding?: number | undefined;
  /** Default: the smallest that holds the text. */
  readonly coding?: TextCoding | undefined;
  /** 0 flash, 1 phone, 2 SIM, 3 terminal. */
  readonly messageClass?: 0 | 1 | 2 | 3 | undefined;
  /** Default `none`. */
  readonly receipt?: ReceiptWish | undefined;
  /** How long, or until when, the MC tries. Default: what the MC does. */
  readonly validity?: Date | Duration | undefined;
  /** When the MC begins to deliver. Default: now. */
  readonly schedule?: Date | Duration | undefined;
  /** 0 to 3. Default 0. */
  readonly priority?: number | undefined;
  readonly serviceType?: string | undefined;
  readonly protocolId?: number | undefined;
  /** Further bits of esm_class; the one for the user data header is set where needed. */
  readonly esmClass?: number | undefined;
  readonly replaceIfPresent?: boolean | undefined;
  /** Added to every segment. */
  readonly tlvs?: readonly TlvInput[] | undefined;
}

/** The PDUs of one message. */
export interface ComposedMessage {
  readonly pdus: readonly PduInput<'submit_sm'>[];
  /** Undefined for octets. */
  readonly coding: TextCoding | undefined;
}

// SMPP 5.0 4.7.1, 4.7.2
const TON_UNKNOWN = 0;
const TON_INTERNATIONAL = 1;
const TON_ALPHANUMERIC = 5;
const NPI_UNKNOWN = 0;
const NPI_ISDN = 1;

function isDigits(text: string): boolean {
  if (text === '') return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** The address that a string means. */
export function addressOf(given: string | Address): Address {
  if (typeof given !== 'string') return given;
  if (given === '') return { ton: TON_UNKNOWN, npi: NPI_UNKNOWN, address: '' };
  if (given.startsWith('+') && isDigits(given.slice(1))) {
    return { ton: TON_INTERNATIONAL, npi: NPI_ISDN, address: given.slice(1) };
  }
  if (isDigits(given)) return { ton: TON_UNKNOWN, npi: NPI_ISDN, address: given };
  return { ton: TON_ALPHANUMERIC, npi: NPI_UNKNOWN, address: given };
}

function timeOf(given: Date | Duration | undefined): string {
  if (given === undefined) return '';
  if (given instanceof Date) return formatAbsoluteTime(given);
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = given;
  return formatRelativeTime(((days * 24 + hours) * 60 + minutes) * 60 + seconds);
}

function cut(message: OutgoingMessage, reference: number, settings: TextSettings) {
  const { longMessage, ...text } = settings;
  const common = { method: longMessage, reference } as const;
  if (message.bytes !== undefined) {
    const { segments } = segmentBytes(message.bytes, common);
    return {
      segments: segments as readonly Segment[],
      dataCoding: message.dataCoding ?? 4,
      coding: undefined,
    };
  }
  const { coding, messageClass } = message;
  return segmentText(message.text ?? '', {
    ...text,
    ...common,
    ...(coding !== undefined && { coding }),
    ...(messageClass !== undefined && { messageClass }),
  });
}

/**
 * The submit_sm PDUs of a message, one per segment. `reference` ties the segments of a long one together. Throws
 * `ContentError` for what cannot be sent (too many segments, a time out of range).
 */
export function composeMessage(
  message: OutgoingMessage,
  reference: number,
  settings: TextSettings,
): ComposedMessage {
  if ((message.text === undefined) === (message.bytes === undefined)) {
    throw new SmppError('CHAPPE_SMPP_OPTION', 'a message has either text or bytes');
  }
  const source = addressOf(message.from ?? '');
  const destination = addressOf(message.to);
  const { segments, dataCoding, coding } = cut(message, reference, settings);
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
      schedule_delivery_time: timeOf(message.schedule),
      validity_period: timeOf(message.validity),
      registered_delivery: registeredDelivery[message.receipt ?? 'none'],
      replace_if_present_flag: message.replaceIfPresent === true ? 1 : 0,
      data_coding: dataCoding,
      short_message: segment.short_message,
      tlvs: message.tlvs === undefined ? segment.tlvs : [...segment.tlvs, ...message.tlvs],
    }),
  );
  return { pdus, coding };
}
