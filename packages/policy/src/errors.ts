/** Errors of this package: mistakes of the caller, and a centre that cannot take more. */
import { ChappeError } from '@chappe/protocol';

/** Stable codes of this package's errors. */
export type GatewayErrorCode =
  /** A value of a submission is wrong; `field` says which. */
  | 'CHAPPE_GATEWAY_INVALID'
  /** Too much is waiting: try again later. */
  | 'CHAPPE_GATEWAY_FULL'
  /** The magic number for ESME_RTHROTTLED. */
  | 'CHAPPE_GATEWAY_THROTTLED'
  /** The store has failed; nothing was accepted. */
  | 'CHAPPE_GATEWAY_STORE'
  /** The gateway is stopping. */
  | 'CHAPPE_GATEWAY_STOPPED'
  /** Nothing happened in the time given. */
  | 'CHAPPE_GATEWAY_TIMEOUT'
  /** The caller's AbortSignal. */
  | 'CHAPPE_GATEWAY_ABORTED';

/** The one class of this package's errors. */
export class GatewayError extends ChappeError {
  declare readonly code: GatewayErrorCode;
  /** The argument that is wrong, as `to`; undefined where none is. */
  readonly field: string | undefined;
  /** The command_status that an ESME would have got; undefined where none would. */
  readonly commandStatus: number | undefined;

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly field?: string | undefined;
      readonly commandStatus?: number | undefined;
    } = {},
  ) {
    super(code, message, options);
    this.field = options.field;
    this.commandStatus = options.commandStatus;
  }
}
