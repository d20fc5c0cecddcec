import {
  NPI,
  readNumber,
  readSenderNumber,
  type SegmentMethod,
  type TextCoding,
  type TextOptions,
  type TlvTable,
  TON,
  type WrittenNumber,
} from '@chappe/protocol';
import type { NoTlvs, TlvsOption } from '../core/vendor-tlvs.ts';

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

/** How texts are coded and cut. */
export interface TextSettings extends Omit<TextOptions, 'coding' | 'replacement'> {
  /**
   * Stands for each character that a coding does not hold; '' leaves it out. Default: such a text is refused. Where the
   * coding is chosen by the text, UCS2 holds them all, unless it is not `allowed`.
   */
  readonly replacement?: string | undefined;
  /** How the segments of a long message belong together. Default `udh8`. */
  readonly longMessage?: SegmentMethod | undefined;
}

/** A message to be sent. */
export interface OutgoingMessage<T extends TlvTable = NoTlvs> {
  /**
   * Sender. `+` and digits are an international number, digits alone are of unknown type, anything else is
   * alphanumeric. What people put between the digits of a number is left out. Default: empty, the MC puts in what it
   * knows.
   */
  readonly from?: string | Address | undefined;
  /** A number, written as for `from`: `'+44 7700 900123'`. What is none goes as an `Address` only, as it is. */
  readonly to: string | Address;
  /** Text of any length. Either this or `bytes`. */
  readonly text?: string | undefined;
  /** Octets as they are, with `dataCoding` (default 4, binary). Cut into segments like a text. */
  readonly bytes?: Uint8Array | undefined;
  readonly dataCoding?: number | undefined;
  /** Default: the smallest that holds the text. */
  readonly coding?: TextCoding | undefined;
  /**
   * Stands for each character that the coding does not hold; '' leaves it out. Default: that of the client's `text`;
   * where neither says one, such a text is refused (`ContentError`, `CHAPPE_TEXT_CHARACTER`).
   */
  readonly replacement?: string | undefined;
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
  /** Added to every segment: a list, or a record by name. */
  readonly tlvs?: TlvsOption<T> | undefined;
}

/** The address that a sender means. */
export function addressOf(given: string | Address): Address {
  if (typeof given !== 'string') return given;
  if (given === '') return { ton: TON.UNKNOWN, npi: NPI.UNKNOWN, address: '' };
  const number = readSenderNumber(given);
  return number === undefined
    ? { ton: TON.ALPHANUMERIC, npi: NPI.UNKNOWN, address: given }
    : numberAddress(number);
}

/** The address that a destination means; what is no number as it is: `checkMessage` refuses it. */
export function destinationOf(given: string | Address): Address {
  if (typeof given !== 'string') return given;
  const number = readNumber(given);
  return number === undefined ? addressOf(given) : numberAddress(number);
}

function numberAddress({ digits, hasPlus }: WrittenNumber): Address {
  return { ton: hasPlus ? TON.INTERNATIONAL : TON.UNKNOWN, npi: NPI.ISDN, address: digits };
}
