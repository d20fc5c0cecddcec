import { ChappeError } from '../codec/errors.ts';

/** Why a text or a message cannot be put on the wire. */
export type ContentErrorCode =
  | 'CHAPPE_DATA_CODING'
  | 'CHAPPE_TEXT_CHARACTER'
  | 'CHAPPE_TOO_MANY_SEGMENTS'
  | 'CHAPPE_PAYLOAD_TOO_LONG'
  | 'CHAPPE_REFERENCE_RANGE'
  | 'CHAPPE_UDH_TOO_LONG'
  | 'CHAPPE_UDH_ELEMENT'
  | 'CHAPPE_UDH_WITH_SAR'
  | 'CHAPPE_TIME_RANGE'
  | 'CHAPPE_TLV_VALUE';

/** A mistake of the caller in a content to be sent. Nothing that a peer sends raises it. */
export class ContentError extends ChappeError {
  declare readonly code: ContentErrorCode;
  /** The limit that was passed; undefined where none applies. */
  readonly limit: number | undefined;
  /** What was asked for, in the unit of `limit`; undefined where none applies. */
  readonly actual: number | undefined;

  constructor(code: ContentErrorCode, message: string, limit?: number, actual?: number) {
    super(code, message);
    this.limit = limit;
    this.actual = actual;
  }
}
