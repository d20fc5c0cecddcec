/** Hears what went wrong in code of the user's; `where` is the name of a command or of an option. */
export type ErrorListener = (error: unknown, where: string) => void;

/** Kinds of errors that are warned of: whoever makes up a new kind each time must not flood a console. */
const KINDS_MAX = 100;

/** Whether a value is a promise, be it the language's own or a library's. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isReference = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isReference && typeof (value as { readonly then?: unknown }).then === 'function';
}

/**
 * Calls code of the user's. What it throws, or its promise rejects with, goes to `onError` and to nobody else; where
 * nobody listens, the process warns once for each kind of error (its place, name and code).
 */
export class Guard {
  readonly #onError: ErrorListener | undefined;
  readonly #warned = new Set<string>();

  constructor(onError: ErrorListener | undefined) {
    this.#onError = onError;
  }

  /** Calls a callback whose result nobody needs. Never throws. */
  run(callback: () => unknown, where: string): void {
    try {
      this.watch(callback(), where);
    } catch (error) {
      this.report(error, where);
    }
  }

  /**
   * Calls a callback whose answer is needed at once; undefined where it fails. A promise is no answer: it comes too late.
   * Never throws.
   */
  ask<T>(callback: () => T, where: string): T | undefined {
    try {
      const answer = callback();
      if (!isThenable(answer)) return answer;
      const late = new TypeError(`${where} returned a promise: its answer is needed at once`);
      answer.then(
        () => this.report(late, where),
        (error: unknown) => this.report(error, where),
      );
    } catch (error) {
      this.report(error, where);
    }
    return undefined;
  }

  /** What a callback returned: reports what it rejects with, where it is a promise. For those who call without `run`. */
  watch(returned: unknown, where: string): void {
    if (returned === undefined || !isThenable(returned)) return;
    returned.then(undefined, (error: unknown) => this.report(error, where));
  }

  /** Tells what went wrong. Never throws, whatever `onError` does. */
  report(error: unknown, where: string): void {
    const listener = this.#onError;
    if (listener === undefined) {
      this.#warn(error, where);
      return;
    }
    try {
      const result: unknown = listener(error, where);
      if (isThenable(result)) result.then(undefined, (failure: unknown) => this.#warn(failure, 'onError'));
    } catch (failure) {
      this.#warn(error, where);
      this.#warn(failure, 'onError');
    }
  }

  #warn(error: unknown, where: string): void {
    const isError = error instanceof Error;
    const code = isError ? String((error as { readonly code?: unknown }).code ?? '') : '';
    const kind = isError ? `${where} ${error.name} ${code}` : `${where} ${typeof error}`;
    if (this.#warned.has(kind) || this.#warned.size >= KINDS_MAX) return;
    this.#warned.add(kind);
    const what = isError ? `${error.name}: ${error.message}` : `a thrown ${typeof error}`;
    process.emitWarning(`${where}: ${what} (set onError to hear of each; this kind is shown once)`, {
      type: 'SmppWarning',
      code: 'CHAPPE_SMPP_UNHEARD',
      ...(isError && error.stack !== undefined && { detail: error.stack }),
    });
  }
}
