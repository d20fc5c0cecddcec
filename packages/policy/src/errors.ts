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

// More than anybody mends at one go; a table of 100,000 wrong lines must not make as many words.
const maxFlaws = 200;

/** Settings that cannot be used, with all that is wrong with them. Its message is the first flaw, and how many more. */
export class SettingsError extends RangeError {
  override readonly name = 'SettingsError';
  /** Each names entry and field; the first 200. */
  readonly flaws: readonly string[];

  constructor(flaws: readonly string[]) {
    const [first = 'these settings cannot be', ...more] = flaws;
    super(more.length === 0 ? first : `${first} (and ${more.length} more)`);
    this.flaws = flaws;
  }
}

/** Gathers what cannot be in settings while they are compiled, so that all of it is told at once. */
export class SettingsFlaws {
  readonly #found: string[] = [];

  /** Notes a flaw. */
  add(message: string): void {
    if (this.#found.length < maxFlaws) this.#found.push(message);
  }

  /** What `make` gives; undefined when it throws a RangeError, which is noted. */
  attempt<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.add(error.message);
      return undefined;
    }
  }

  /** Throws a `SettingsError` when anything was found. */
  refuse(): void {
    if (this.#found.length > 0) throw new SettingsError(this.#found);
  }
}

/** Notes what is wrong; where there is nobody to tell it throws a RangeError. */
export function refusalTo(flaws: SettingsFlaws | undefined): (message: string) => void {
  if (flaws !== undefined) return (message) => flaws.add(message);
  return (message) => {
    throw new RangeError(message);
  };
}
