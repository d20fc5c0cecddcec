import type { CommandName, Commands } from './commands.ts';
import type { CommandDefinition, TlvDefinition } from './schema.ts';
import type { TlvName, Tlvs, TlvValueOf } from './tlvs.ts';

/** The value of one field of a body, by its definition. */
export type FieldValue<F> = F extends { readonly type: 'integer' }
  ? number
  : F extends { readonly type: 'c_octet_string' }
    ? string
    : F extends { readonly type: 'octet_string' }
      ? Uint8Array
      : F extends { readonly type: 'array'; readonly element: infer E }
        ? readonly ElementValue<E>[]
        : never;

type FieldValues<Fields> = { readonly [F in keyof Fields]: FieldValue<Fields[F]> };

/** The value of one element of an array: a string, an object, or a union of objects told apart by their tag. */
export type ElementValue<E> = E extends { readonly type: 'c_octet_string' }
  ? string
  : E extends { readonly type: 'record'; readonly fields: infer Fields }
    ? FieldValues<Fields>
    : E extends {
          readonly type: 'variant';
          readonly tag: infer T extends string;
          readonly cases: infer Cases;
        }
      ? { [K in keyof Cases]: { readonly [N in T]: K } & FieldValues<Cases[K]> }[keyof Cases]
      : never;

/**
 * The body of a PDU: fields by the names of the documents. Counts and lengths (sm_length, number_of_dests,
 * no_unsuccess) are not there: they are the length of the field that they count.
 */
export type BodyOf<D extends CommandDefinition> = {
  readonly [F in keyof D['fields'] as D['fields'][F] extends { readonly type: 'count' }
    ? never
    : F]: FieldValue<D['fields'][F]>;
};

/** The header of a PDU without its length (SMPP 3.4 3.2, SMPP 5.0 3.2). */
export interface PduHeader<C extends string> {
  readonly command: C;
  /** 0 in requests; `status` has the names. */
  readonly command_status: number;
  /** 1 to 0x7fffffff by the documents; every value of 32 bits is read and written. */
  readonly sequence_number: number;
}

/** A TLV of a table, as decoded. */
export type TlvOf<T extends { readonly [name: string]: TlvDefinition }> = {
  readonly [N in keyof T & string]: {
    readonly name: N;
    readonly tag: number;
    readonly value: TlvValueOf<T[N]>;
    /**
     * The raw value, present where `value` does not tell it all: a wrong length, a missing or an early NUL, an
     * alert_on_message_delivery without value. `encode` writes `bytes` where they are present.
     */
    readonly bytes?: Uint8Array | undefined;
  };
}[keyof T & string];

/**
 * A TLV whose tag is not in the tables; or one of an integer whose octets are none that it can hold (a text, nothing,
 * a number too large), which has the flag `tlv_len`.
 */
export interface UnknownTlv {
  readonly name: undefined;
  readonly tag: number;
  readonly value: Uint8Array;
  readonly bytes?: Uint8Array | undefined;
}

/** A decoded TLV. Octets are views of the received bytes. */
export type Tlv = TlvOf<Tlvs> | UnknownTlv;

/** What every decoded PDU has after its body. */
export interface PduTail {
  /** In the order of the wire, with repeats and unknown tags. */
  readonly tlvs: readonly Tlv[];
  /**
   * What tolerance did, empty for a flawless PDU: `body_omitted`, `trailing_bytes:N` (octets after command_length),
   * `trailing_garbage:HEX` (1-3 octets after the last TLV), `oversize:FIELD:27>16`, `missing_nul:FIELD`,
   * `truncated:FIELD` (a response that ends early), `tlv_len:NAME:4!=1`, `tlv_no_nul:NAME`, `tlv_overrun:NAME`,
   * `unknown_command`.
   */
  readonly flags: readonly string[];
}

type Flat<T> = { [K in keyof T]: T[K] };

/**
 * One PDU by its name: `PduOf<'submit_sm'>`. Integers are numbers, C-octet strings are strings of one character per
 * octet without the NUL (Latin-1, 8-bit clean), octet strings are views of the received bytes. In a response whose
 * body was omitted strings are '', numbers 0 and arrays empty.
 */
export type PduOf<C extends CommandName> = C extends CommandName
  ? Flat<PduHeader<C> & BodyOf<Commands[C]> & PduTail>
  : never;

/** Any PDU of the tables; `command` tells which. */
export type Pdu = { [C in CommandName]: PduOf<C> }[CommandName];

/** A whole frame whose command_id is not in the tables. */
export interface UnknownPdu {
  readonly command: 'unknown';
  readonly command_id: number;
  readonly command_status: number;
  readonly sequence_number: number;
  /** All octets after the header. */
  readonly body: Uint8Array;
  /** `unknown_command`, with `trailing_bytes:N` where there were any. */
  readonly flags: readonly string[];
}

/** Why a PDU cannot be read. */
export interface PduError {
  /** The command_status to answer with. */
  readonly status: number;
  /** The field or TLV that failed; undefined for the frame itself. */
  readonly field: string | undefined;
  /** Where, in octets from the start of the PDU. */
  readonly offset: number;
  /** One line of English. */
  readonly reason: string;
}

/** Octets that are no PDU, or one whose body cannot be read. */
export interface MalformedPdu {
  readonly command: 'malformed';
  /** 0 when the octets end before it. */
  readonly command_id: number;
  /** The PDU it wanted to be; undefined when command_id is unknown or was not read. */
  readonly name: CommandName | undefined;
  /** The PDU's own status, not the one to answer with. */
  readonly command_status: number;
  /** 0 when the octets end before it. */
  readonly sequence_number: number;
  readonly error: PduError;
  /** The octets as given to `decode`. */
  readonly raw: Uint8Array;
}

/** What `decode` returns. */
export type DecodedPdu = Pdu | UnknownPdu | MalformedPdu;

/** A TLV to be encoded: by name with its value, or by tag with raw octets. `bytes`, where given, is what is sent. */
export type TlvInput =
  | {
      readonly [N in TlvName]: {
        readonly name: N;
        readonly tag?: number | undefined;
        readonly value: TlvValueOf<Tlvs[N]>;
        readonly bytes?: Uint8Array | undefined;
      };
    }[TlvName]
  | {
      readonly name?: undefined;
      readonly tag: number;
      readonly value: Uint8Array;
      readonly bytes?: Uint8Array | undefined;
    };

/** TLVs by name; an array of values repeats the TLV. Sent in the order of the keys. */
export type TlvRecord = {
  readonly [N in TlvName]?: TlvValueOf<Tlvs[N]> | readonly TlvValueOf<Tlvs[N]>[] | undefined;
};

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What `encode` takes for one PDU; see `PduInput`. */
export type PduInputOf<C extends CommandName> = C extends CommandName
  ? Flat<
      { readonly command: C } & Given<{
        command_status: number;
        sequence_number: number;
        flags: readonly string[];
      }> &
        Given<BodyOf<Commands[C]>> & { readonly tlvs?: readonly TlvInput[] | TlvRecord | undefined }
    >
  : never;

/**
 * What `encode` takes: `command` and any of its fields; the rest is 0, '' or empty. TLVs are a list (kept in order)
 * or a record by name. A decoded `Pdu` is always valid, its `flags` included: what was tolerated is sent again.
 */
export type PduInput<C extends CommandName = CommandName> = { [N in C]: PduInputOf<N> }[C];
