/**
 * The vocabulary in which PDUs and TLVs are written down. The tables of this folder are the only truth: types
 * (`pdu.ts`), the interpreter and the generated codec derive from them, and vendor definitions given to
 * `createCodec` use the same words.
 */

/** The versions of SMPP, oldest first. */
export const smppVersions = ['3.3', '3.4', '5.0'] as const;

/** A version of SMPP. */
export type SmppVersion = (typeof smppVersions)[number];

/** Who sends a PDU: the ESME (client), the MC (message centre) or either. */
export type Direction = 'ESME->MC' | 'MC->ESME' | 'both';

/** What a PDU is: only a `request` is answered; an `outbind` or an `alert_notification` is a `notification`. */
export type CommandKind = 'request' | 'response' | 'notification' | 'nack';

/** Unsigned integer, big endian, `size` octets. `values` names the table of meanings in `fieldValues`. */
export interface IntegerField {
  readonly type: 'integer';
  readonly size: 1 | 2 | 4;
  readonly values?: string;
}

/** Number of octets or elements of the field `of`, which follows at once. It derives from that field. */
export interface CountField {
  readonly type: 'count';
  readonly size: 1;
  readonly of: string;
}

/**
 * Octets up to a NUL. `max` counts the NUL. `sizes` are the total sizes the documents allow (dates: one NUL or
 * 17 octets); they are not enforced, since peers send other ones and times are parsed elsewhere.
 */
export interface CStringField {
  readonly type: 'c_octet_string';
  readonly max: number;
  /**
   * Octets, the NUL among them, up to which the field is encoded although the documents end at `max`: what it holds was
   * given out by the peer itself, which alone knows how much it takes. Default `max`.
   */
  readonly encodeMax?: number;
  readonly sizes?: readonly number[];
}

/** Raw octets; their number stands in the count field before it. */
export interface OctetsField {
  readonly type: 'octet_string';
  readonly max: number;
}

/** A field inside an array element. */
export type ElementField = IntegerField | CStringField;

/** An array element with fixed fields. */
export interface RecordElement {
  readonly type: 'record';
  readonly fields: { readonly [field: string]: ElementField };
}

/** An array element whose first octet, `tag`, decides which fields follow. */
export interface VariantElement {
  readonly type: 'variant';
  readonly tag: string;
  readonly cases: { readonly [tag: number]: { readonly [field: string]: ElementField } };
}

/** Elements; their number stands in the count field before it. */
export interface ArrayField {
  readonly type: 'array';
  readonly element: RecordElement | VariantElement | CStringField;
}

/** Any field of a PDU body. */
export type FieldDefinition = IntegerField | CountField | CStringField | OctetsField | ArrayField;

/** One PDU: its id, what it is, and its body in wire order. */
export interface CommandDefinition {
  readonly id: number;
  readonly kind: CommandKind;
  readonly direction: Direction;
  readonly versions: readonly SmppVersion[];
  /** The PDU that answers it. */
  readonly response?: string;
  /**
   * A response with an error status and no body field given is sent as a bare header (SMPP 3.4 4.1.2, 4.4.2;
   * SMPP 5.0 says so for all). Responses without the mark keep their fields: 3.4 decoders in use fail on a
   * query_sm_resp without them.
   */
  readonly errorBody?: 'omit';
  readonly fields: { readonly [field: string]: FieldDefinition };
}

/** PDU definitions by name. */
export interface CommandTable {
  readonly [command: string]: CommandDefinition;
}

/**
 * One TLV. `integer` and `bitmask` have one length, `min` to `max` bound the others, in octets of the value, a
 * NUL included. `lengths` are further lengths that the versions or the field allow and that are no deviation.
 */
export interface TlvDefinition {
  readonly tag: number;
  readonly type: 'integer' | 'bitmask' | 'c_octet_string' | 'octet_string';
  readonly min: number;
  readonly max: number;
  readonly lengths?: readonly number[];
  readonly versions?: readonly SmppVersion[];
  /** May stand several times in one PDU by the documents. The codec reads and writes every TLV in every PDU, repeats included. */
  readonly repeat?: boolean;
  /** Meaning of values (integers), or of the first octet (octet strings). */
  readonly values?: { readonly [value: number]: string };
}

/** TLV definitions by name. */
export interface TlvTable {
  readonly [name: string]: TlvDefinition;
}
