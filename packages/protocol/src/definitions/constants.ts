/**
 * Names for the values of fields that programs write by hand. The codec takes plain numbers; what each of them is called
 * in the documents is `fieldValues`.
 */
import type { SmppVersion } from './schema.ts';

/** source_addr_ton, dest_addr_ton, addr_ton: type of number (SMPP 3.4 5.2.5, SMPP 5.0 4.7.1). */
export const TON = {
  UNKNOWN: 0,
  /** Country code first, without a plus (E.164). */
  INTERNATIONAL: 1,
  NATIONAL: 2,
  NETWORK_SPECIFIC: 3,
  SUBSCRIBER_NUMBER: 4,
  /** A name, at most 11 characters on GSM. */
  ALPHANUMERIC: 5,
  /** Short codes, at some operators. */
  ABBREVIATED: 6,
} as const;

/** source_addr_npi, dest_addr_npi, addr_npi: numbering plan (SMPP 3.4 5.2.6, SMPP 5.0 4.7.2). */
export const NPI = {
  UNKNOWN: 0,
  /** Telephone numbers (E.163, E.164). */
  ISDN: 1,
  /** X.121. */
  DATA: 3,
  /** F.69. */
  TELEX: 4,
  /** E.212. */
  LAND_MOBILE: 6,
  NATIONAL: 8,
  PRIVATE: 9,
  ERMES: 10,
  /** An IP address. */
  INTERNET: 14,
  WAP_CLIENT: 18,
} as const;

/**
 * esm_class (SMPP 3.4 5.2.12, SMPP 5.0 4.7.12): a mode (bits 1-0), a message type (bits 5-2) and two features, to be put
 * together by `|`. Read the parts by the masks of `fieldMasks.esm_class`, never by comparing the whole: Kannel sends 0x43.
 */
export const ESM_CLASS = {
  /** Modes of a submission. */
  DEFAULT_MODE: 0x00,
  DATAGRAM: 0x01,
  /** Forward, also called transaction: the response says what became of the message. */
  FORWARD: 0x02,
  STORE_AND_FORWARD: 0x03,
  /** Types of a message; none of them is an ordinary one. */
  DELIVERY_RECEIPT: 0x04,
  DELIVERY_ACKNOWLEDGEMENT: 0x08,
  USER_ACKNOWLEDGEMENT: 0x10,
  CONVERSATION_ABORT: 0x18,
  INTERMEDIATE_NOTIFICATION: 0x20,
  /** A user data header stands at the start of the content. */
  UDHI: 0x40,
  REPLY_PATH: 0x80,
} as const;

/** registered_delivery (SMPP 3.4 5.2.17, SMPP 5.0 4.7.21), to be put together by `|`. */
export const REGISTERED_DELIVERY = {
  NONE: 0x00,
  /** A receipt of the final state, whichever it is. */
  FINAL: 0x01,
  FAILURE: 0x02,
  /** 5.0; reserved before. */
  SUCCESS: 0x03,
  /** Acknowledgements of the receiving SME. */
  DELIVERY_ACKNOWLEDGEMENT: 0x04,
  USER_ACKNOWLEDGEMENT: 0x08,
  /** Notifications on the way to the final state. */
  INTERMEDIATE: 0x10,
} as const;

/**
 * data_coding as SMPP has it (SMPP 3.4 5.2.19, SMPP 5.0 4.7.7). Classes and waiting indications are bits of 3GPP 23.038:
 * `writeDataCoding` puts them together.
 */
export const DATA_CODING = {
  /** What the message centre takes it for: GSM 7-bit with most, Latin 1 with some. */
  DEFAULT: 0,
  ASCII: 1,
  /** Octets, of TDMA and CDMA. */
  BINARY_CDMA: 2,
  LATIN1: 3,
  BINARY: 4,
  JIS: 5,
  CYRILLIC: 6,
  HEBREW: 7,
  UCS2: 8,
  PICTOGRAM: 9,
  ISO_2022_JP: 10,
  EXTENDED_KANJI: 13,
  KS_C_5601: 14,
} as const;

/** priority_flag (SMPP 3.4 5.2.14, SMPP 5.0 4.7.14). On GSM 1 to 3 are the same; other networks grade them by urgency. */
export const PRIORITY = {
  NONE: 0,
  LEVEL_1: 1,
  LEVEL_2: 2,
  LEVEL_3: 3,
  /** 5.0, cell broadcast: background. */
  BACKGROUND: 4,
} as const;

/** interface_version of a bind: 3.3, 3.4 or 5.0 (SMPP 3.4 5.2.4, SMPP 5.0 4.7.13). */
export type Version = 0x33 | 0x34 | 0x50;

/** interface_version by the name of a version. */
export const versionByName: { readonly [V in SmppVersion]: Version } = {
  '3.3': 0x33,
  '3.4': 0x34,
  '5.0': 0x50,
};

const names: { readonly [V in Version]: SmppVersion } = { 51: '3.3', 52: '3.4', 80: '5.0' };

/** The name of a version by its interface_version. */
export function versionName(version: Version): SmppVersion {
  return names[version];
}
