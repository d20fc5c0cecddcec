/**
 * What a center calls of its user: hooks of the options, connectors, those who wait for an answer. A throw in one of
 * them hits the one message it was about, and is told; it never reaches the commit or the turn that it happened in.
 */
import { CenterError } from './errors.ts';

/** Hears of failures; never throws. */
export type ErrorListener = (error: CenterError) => void;

/** A listener for failures that may itself fail without harm. */
export function safeListener(listener: ((error: CenterError) => void) | undefined): ErrorListener {
  return (error) => {
    try {
      listener?.(error);
    } catch {
      // There is nobody else to tell.
    }
  };
}

/** What a hook threw, as an error that names the hook. */
export function hookError(name: string, cause: unknown): CenterError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new CenterError('CHAPPE_CENTER_HOOK', `${name} threw: ${what}`, { cause });
}

/** The hook, guarded: `instead` is returned where it throws. */
export function guarded<Arguments extends readonly unknown[], Result>(
  name: string,
  hook: (...values: Arguments) => Result,
  instead: Result,
  tell: ErrorListener,
): (...values: Arguments) => Result {
  return (...values) => {
    try {
      return hook(...values);
    } catch (cause) {
      tell(hookError(name, cause));
      return instead;
    }
  };
}
