/**
 * Meanings of field values (SMPP 3.4 5.2, SMPP 5.0 4.7), by the name that `values` gives in the command tables. A
 * value that is not listed is reserved or private; the codec lets every value through.
 */
export const fieldValues = {
  ton: {
    0: 'Unknown',
    1: 'International',
    2: 'National',
    3: 'Network specific',
    4: 'Subscriber number',
    5: 'Alphanumeric',
    6: 'Abbreviated',
  },
  npi: {
    0: 'Unknown',
    1: 'ISDN E.163/E.164',
    3: 'Data X.121',
    4: 'Telex F.69',
    6: 'Land mobile E.212',
    8: 'National',
    9: 'Private',
    10: 'ERMES',
    14: 'Internet (IP)',
    18: 'WAP client id',
  },
  // 0x00-0x33 is 3.3 or earlier; we read 0x34-0x4f as 3.4 and 0x50 and above as 5.0.
  interface_version: { 0: '3.3 or earlier', 51: '3.3', 52: '3.4', 80: '5.0' },
  // 3.3: 0-1, 3.4: 0-3, 5.0: 0-4. Names are those of GSM SMS; other networks grade 0-3 by urgency.
  priority_flag: { 0: 'Non-priority', 1: 'Priority', 2: 'Priority', 3: 'Priority', 4: 'Background (CBS)' },
  replace_if_present_flag: { 0: 'Do not replace', 1: 'Replace' },
  sm_default_msg_id: { 0: 'No predefined message' },
  dest_flag: { 1: 'SME address', 2: 'Distribution list name' },
  message_state: {
    0: 'SCHEDULED',
    1: 'ENROUTE',
    2: 'DELIVERED',
    3: 'EXPIRED',
    4: 'DELETED',
    5: 'UNDELIVERABLE',
    6: 'ACCEPTED',
    7: 'UNKNOWN',
    8: 'REJECTED',
    9: 'SKIPPED',
  },
  // SMPP's own values; 0x10-0x1f, 0xc0-0xff are read by the groups of 23.038 (see text/data-coding.ts).
  data_coding: {
    0: 'MC default alphabet',
    1: 'IA5 / ASCII',
    2: '8-bit binary (TDMA/CDMA)',
    3: 'Latin 1 (ISO-8859-1)',
    4: '8-bit binary',
    5: 'JIS X 0208-1990',
    6: 'Cyrillic (ISO-8859-5)',
    7: 'Latin/Hebrew (ISO-8859-8)',
    8: 'UCS2 (ISO/IEC 10646)',
    9: 'Pictogram encoding',
    10: 'ISO-2022-JP (music codes)',
    13: 'Extended Kanji JIS X 0212-1990',
    14: 'KS C 5601',
  },
  // The message type, bits 5-2 (mask 0x3c). Mode and GSM features: `fieldMasks`.
  esm_class: {
    0: 'Normal message',
    4: 'MC delivery receipt',
    8: 'SME delivery acknowledgement',
    16: 'SME manual / user acknowledgement',
    24: 'Conversation abort (Korean CDMA)',
    32: 'Intermediate delivery notification',
  },
  // Bits 1-0 (mask 0x03). 3 is reserved in 3.4.
  registered_delivery: {
    0: 'No MC receipt',
    1: 'Receipt on success and failure',
    2: 'Receipt on failure only',
    3: 'Receipt on success only',
  },
} as const;

/** Bit masks of the two bit fields, esm_class (SMPP 5.0 4.7.12) and registered_delivery (SMPP 5.0 4.7.21). */
export const fieldMasks = {
  esm_class: {
    /** 0 default, 1 datagram, 2 forward (transaction), 3 store and forward. */
    mode: 0x03,
    /** Test a receipt with `(esm_class & type) === ESM_CLASS.DELIVERY_RECEIPT`; cloudhopper's mask 0x1c misses bit 5. */
    type: 0x3c,
    /** A user data header stands at the start of the text. */
    udhi: 0x40,
    replyPath: 0x80,
  },
  registered_delivery: {
    receipt: 0x03,
    /** SME acknowledgements: 0x04 delivery, 0x08 manual / user. */
    smeAcknowledgement: 0x0c,
    /** 3.4 prints "bit 5" over a picture of bit 4; everybody uses bit 4. */
    intermediate: 0x10,
  },
} as const;
