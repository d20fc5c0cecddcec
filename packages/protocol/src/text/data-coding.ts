import { ContentError } from './content-error.ts';
import type { TextCoding } from './text-coding.ts';

/** What data_coding 0 means at a peer; `gsm7-packed` also says that all GSM 7-bit text of the peer is packed. */
export type DefaultAlphabet = 'gsm7' | 'gsm7-packed' | 'latin1' | 'ascii' | 'ucs2';

/** A message waiting indication (3GPP 23.038 4). */
export interface WaitingIndication {
  readonly indication: 'voicemail' | 'fax' | 'email' | 'other';
  /** Whether messages are waiting; false puts the indication out. */
  readonly active: boolean;
  /** Whether the phone keeps the message; false: it may be discarded once the indication is set. */
  readonly store: boolean;
}

/** The meaning of a data_coding octet (SMPP 5.0 4.7.7, 3GPP 23.038 4). */
export interface DataCoding {
  /** Of the text, after decompression where `compressed`. `octet` for what is no text or not known. */
  readonly coding: TextCoding;
  /** 0 flash, 1 phone, 2 SIM, 3 terminal equipment. */
  readonly messageClass?: 0 | 1 | 2 | 3;
  /** The text is compressed (3GPP 23.042): its octets cannot be read as `coding`. */
  readonly compressed: boolean;
  readonly waiting?: WaitingIndication;
  /** The phone may delete the message once it was read. */
  readonly autoDelete?: boolean;
  /** The value, or a bit in it, has no meaning in either document: `coding` is the least harmful reading. */
  readonly reserved: boolean;
}

/** Options of `readDataCoding` and `writeDataCoding`. */
export interface DataCodingOptions {
  /** Default `gsm7`. */
  readonly defaultAlphabet?: DefaultAlphabet | undefined;
}

/** SMPP's own values (SMPP 5.0 4.7.7). 9 is pictograms, of which no table exists. */
const smppCodings: { readonly [value: number]: TextCoding } = {
  1: 'ascii',
  2: 'octet',
  3: 'latin1',
  4: 'octet',
  5: 'jis',
  6: 'cyrillic',
  7: 'hebrew',
  8: 'ucs2',
  9: 'octet',
  10: 'iso-2022-jp',
  13: 'jis-x-0212',
  14: 'euc-kr',
};

const valueByCoding: ReadonlyMap<TextCoding, number> = new Map(
  // 2 and 9 give way to 4: the last of the same coding stays, so `octet` is set again.
  [...Object.entries(smppCodings).map(([value, coding]) => [coding, Number(value)] as const), ['octet', 4]],
);

const indications = ['voicemail', 'fax', 'email', 'other'] as const;
const messageClasses = [0, 1, 2, 3] as const;

const gsm7At = (alphabet: DefaultAlphabet): TextCoding => (alphabet === 'gsm7-packed' ? alphabet : 'gsm7');

/** Groups 00xxxxxx and 01xxxxxx: bit 5 compressed, bit 4 class present, bits 3-2 alphabet, bits 1-0 class. */
function readGeneral(value: number, gsm7: TextCoding): DataCoding {
  const coding = ([gsm7, 'octet', 'ucs2', 'octet'] as const)[(value >> 2) & 3]!;
  const classed = (value & 0x10) !== 0;
  return {
    coding,
    compressed: (value & 0x20) !== 0,
    ...(classed && { messageClass: messageClasses[(value & 3) as 0 | 1 | 2 | 3] }),
    ...(value & 0x40 && { autoDelete: true }),
    reserved: (value & 0x0c) === 0x0c || (!classed && (value & 3) !== 0),
  };
}

/** Groups 1100 (discard), 1101 (store, GSM 7-bit) and 1110 (store, UCS2): bit 3 active, bit 2 zero, bits 1-0 kind. */
function readWaiting(value: number, gsm7: TextCoding): DataCoding {
  const indication = indications[(value & 3) as 0 | 1 | 2 | 3];
  return {
    // 0xe0-0xef are reserved in SMPP and UCS2 in 23.038: everyone reads UCS2.
    coding: value >= 0xe0 ? 'ucs2' : gsm7,
    compressed: false,
    waiting: { indication, active: (value & 8) !== 0, store: value >= 0xd0 },
    reserved: (value & 4) !== 0,
  };
}

function read(value: number, alphabet: DefaultAlphabet): DataCoding {
  if (value === 0) return { coding: alphabet, compressed: false, reserved: false };
  if (value < 0x10 || (value >= 0x80 && value < 0xc0)) {
    const coding = smppCodings[value];
    return { coding: coding ?? 'octet', compressed: false, reserved: coding === undefined };
  }
  const gsm7 = gsm7At(alphabet);
  if (value < 0x80) return readGeneral(value, gsm7);
  if (value < 0xf0) return readWaiting(value, gsm7);
  // 1111xxxx: bit 3 zero, bit 2 the alphabet, bits 1-0 the class.
  return {
    coding: value & 4 ? 'octet' : gsm7,
    compressed: false,
    messageClass: messageClasses[(value & 3) as 0 | 1 | 2 | 3],
    reserved: (value & 8) !== 0,
  };
}

const readings = new Map<DefaultAlphabet, DataCoding[]>();

/**
 * Reads a data_coding octet. 0x00 is what the peer's default alphabet says, 0x01-0x0e are SMPP's table, 0x10-0x7f and
 * 0xc0-0xff the groups of 23.038. The rest is opaque octets and `reserved`. Answers are shared and frozen: this is on
 * the way of every message.
 */
export function readDataCoding(value: number, options: DataCodingOptions = {}): DataCoding {
  const alphabet = options.defaultAlphabet ?? 'gsm7';
  let known = readings.get(alphabet);
  if (known === undefined) {
    known = Array.from({ length: 256 }, (_, octet) => Object.freeze(read(octet, alphabet)));
    readings.set(alphabet, known);
  }
  return known[value & 0xff]!;
}

/** What `writeDataCoding` takes: the coding, and anything else that `readDataCoding` returns. */
export type DataCodingInput = Pick<DataCoding, 'coding'> & {
  readonly [K in Exclude<keyof DataCoding, 'coding'>]?: DataCoding[K] | undefined;
};

const isGsm7 = (coding: TextCoding): boolean => coding === 'gsm7' || coding === 'gsm7-packed';

function impossible(input: DataCodingInput, why: string): ContentError {
  return new ContentError('CHAPPE_DATA_CODING', `data_coding cannot say ${input.coding} ${why}`);
}

function writeWaiting(input: DataCodingInput, waiting: WaitingIndication): number {
  const low = (waiting.active ? 8 : 0) | indications.indexOf(waiting.indication);
  if (isGsm7(input.coding)) return (waiting.store ? 0xd0 : 0xc0) | low;
  if (input.coding === 'ucs2' && waiting.store) return 0xe0 | low;
  throw impossible(input, 'with a message waiting indication');
}

function writeGeneral(input: DataCodingInput): number {
  const alphabet = isGsm7(input.coding) ? 0 : input.coding === 'octet' ? 4 : input.coding === 'ucs2' ? 8 : -1;
  if (alphabet < 0) throw impossible(input, 'with a class, compression or automatic deletion');
  const { messageClass } = input;
  const value = (input.autoDelete ? 0x40 : 0) | (input.compressed ? 0x20 : 0) | alphabet;
  if (messageClass === undefined) return value;
  // SMPP 5.0 4.7.7 knows classes in 0xf0-0xff only; 23.038 has the same in 0x10-0x1f, the only place for UCS2.
  if (value < 8) return 0xf0 | value | messageClass;
  return value | 0x10 | messageClass;
}

/**
 * The data_coding of a content, the inverse of `readDataCoding`. Throws `ContentError` CHAPPE_DATA_CODING for what no
 * value says, as Latin-1 with a class, or GSM 7-bit at a peer whose default alphabet is another.
 */
export function writeDataCoding(input: DataCodingInput, options: DataCodingOptions = {}): number {
  const alphabet = options.defaultAlphabet ?? 'gsm7';
  if (input.waiting) return writeWaiting(input, input.waiting);
  if (input.messageClass !== undefined || input.compressed || input.autoDelete) return writeGeneral(input);
  if (input.coding === alphabet) return 0;
  const value = valueByCoding.get(input.coding);
  if (value !== undefined) return value;
  // Packed or not is the peer's habit and stands in no data_coding.
  if (isGsm7(input.coding) && isGsm7(alphabet)) return 0;
  throw impossible(input, `where the default alphabet is ${alphabet}`);
}
