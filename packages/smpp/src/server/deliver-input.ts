import type {
  MessageState,
  NetworkErrorCode,
  ReceiptTextFormat,
  TextCoding,
  TlvTable,
  UnmappableCharacter,
} from '@chappe/protocol';
import type { NoTlvs, TlvsOption } from '../core/vendor-tlvs.ts';
import type { Address } from '../messages/address.ts';
import type { ContentInput } from '../messages/content.ts';

/** A message for an ESME: what `deliver` takes. */
export interface DeliverInput<T extends TlvTable = NoTlvs> extends ContentInput {
  /** The handset: a number, written as for `to`. May be empty. */
  readonly from: string | Address;
  /**
   * The number or name that it was written to. `+` and digits are an international number, digits alone are of unknown
   * type, anything else is alphanumeric. What people put between the digits of a number is left out.
   */
  readonly to: string | Address;
  /** 0 to 3. Default 0. */
  readonly priority?: number | undefined;
  readonly serviceType?: string | undefined;
  readonly protocolId?: number | undefined;
  /** Further bits of esm_class (`ESM_CLASS`); the one for the user data header is set where needed. */
  readonly esmClass?: number | undefined;
  /** Added to every segment: a list, or a record by name. Peers of 3.3 get none. */
  readonly tlvs?: TlvsOption<T> | undefined;
}

/** A message that the ESME has taken, all of it. */
export interface Delivered {
  /** How many deliver_sm it took. */
  readonly segments: number;
  /** How its text was coded; undefined for octets. */
  readonly coding: TextCoding | undefined;
  /** The characters that the coding does not hold, and `replacement` stands for; empty when the text survived whole. */
  readonly replaced: readonly UnmappableCharacter[];
}

/** The word about a message that an ESME has submitted: what `sendReceipt` takes. */
export interface ReceiptInput<T extends TlvTable = NoTlvs> {
  /** Its message_id, exactly as the response to the submission had it. */
  readonly id: string;
  /** What became of it. Peers before 5.0 are told the nearest that they know. */
  readonly state: MessageState;
  /** The handset: the destination of the message. */
  readonly from: string | Address;
  /** The source of the message; empty where it had none. */
  readonly to: string | Address;
  /** Whether it is a notification on the way, not the last word. Default: so for SCHEDULED and ENROUTE. */
  readonly intermediate?: boolean | undefined;
  /** When it was submitted. Default: unknown, which is written as zeros. */
  readonly submitDate?: Date | undefined;
  /** When it reached the state. Default now. */
  readonly doneDate?: Date | undefined;
  /** `err` of the text: 0 to 65535, written with three digits at least, or a word without blanks. Default 0. */
  readonly error?: number | string | undefined;
  /** The network's own code, in a TLV: type 3 is GSM. */
  readonly networkError?: NetworkErrorCode | undefined;
  /** Messages submitted, 0 to 999; default 1. */
  readonly sub?: number | undefined;
  /** Messages delivered, 0 to 999. Default 1 for DELIVERED, else 0. */
  readonly dlvrd?: number | undefined;
  /** The text of the message, of which the first 20 characters are sent; what is not in ASCII as `?`. Default none. */
  readonly text?: string | undefined;
  /** user_message_reference of the submission, if it had one. */
  readonly userMessageReference?: number | undefined;
  readonly serviceType?: string | undefined;
  /** How this ESME wants dates and labels of the text. */
  readonly format?: ReceiptTextFormat | undefined;
  /** Further TLVs: a list, or a record by name. Peers of 3.3 get none. */
  readonly tlvs?: TlvsOption<T> | undefined;
}
