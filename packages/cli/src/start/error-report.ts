/** Errors that no caller hears of, on their way to the log: a failing disk must not fill the screen. */
import { CenterError, type Clock, isToldElsewhere } from '@chappe/center';

/** Where errors end up. */
export interface ErrorLog {
  error(fields: object, message: string): void;
}

interface Seen {
  readonly sinceMs: number;
  repeats: number;
}

// Each kind of error once in this time; the repeats are counted.
const quietMs = 5_000;
// Kinds are few (places in the code and messages); more are told without being counted.
const maxKinds = 100;

/** Tells errors to a log that may come later; each kind once in a while. */
export class ErrorReport {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #seen = new Map<string, Seen>();
  readonly #early: { readonly fields: object; readonly message: string }[] = [];
  #log: ErrorLog | undefined;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** The log is here: what came before is told now. */
  attach(log: ErrorLog): void {
    this.#log = log;
    for (const { fields, message } of this.#early.splice(0)) log.error(fields, message);
  }

  /** An error at some place. */
  report(error: unknown, where: string): void {
    if (where !== 'center' && error instanceof CenterError && isToldElsewhere(error)) return;
    const message = error instanceof Error ? error.message : String(error);
    const kind = `${where} ${message}`;
    const nowMs = this.#clock.monotonicMs();
    const seen = this.#seen.get(kind);
    if (seen !== undefined && nowMs - seen.sinceMs < quietMs) {
      seen.repeats += 1;
      return;
    }
    if (seen === undefined && this.#seen.size >= maxKinds) this.#seen.clear();
    this.#seen.set(kind, { sinceMs: nowMs, repeats: 0 });
    const repeats = seen === undefined || seen.repeats === 0 ? {} : { repeats: seen.repeats };
    this.#tell({ where, err: error, ...repeats }, message);
  }

  #tell(fields: object, message: string): void {
    if (this.#log !== undefined) this.#log.error(fields, message);
    else if (this.#early.length < maxKinds) this.#early.push({ fields, message });
  }
}
