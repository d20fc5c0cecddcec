/** The base of every error that Chappe throws on purpose. `code` is stable, the message is not. */
export class ChappeError extends Error {
  /** `CHAPPE_` and what happened; part of the public contract. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Why a PDU cannot be encoded. */
export type EncodeErrorCode =
  | 'CHAPPE_UNKNOWN_COMMAND'
  | 'CHAPPE_UNKNOWN_TLV'
  | 'CHAPPE_FIELD_TYPE'
  | 'CHAPPE_FIELD_TOO_LONG'
  | 'CHAPPE_FIELD_TOO_SHORT'
  | 'CHAPPE_FIELD_RANGE'
  | 'CHAPPE_FIELD_CHARACTER';

/** A mistake of the caller in a PDU to be encoded. */
export class EncodeError extends ChappeError {
  declare readonly code: EncodeErrorCode;
  /** The field, as `destination_addr`, `dest_address[3].dl_name` or `tlvs.message_payload`. */
  readonly field: string;
  /** The limit that was passed: octets with the NUL, or the largest value; undefined where none applies. */
  readonly limit: number | undefined;

  constructor(code: EncodeErrorCode, field: string, message: string, limit?: number) {
    super(code, `${field}: ${message}`);
    this.field = field;
    this.limit = limit;
  }
}
