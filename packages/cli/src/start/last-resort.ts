/** Errors that nobody caught while a server runs. One mistake of ours must not end the sessions of everybody. */
import { exitCodes } from '../exit-codes.ts';

/** What of the process is used. */
export interface ErrorSource {
  on(event: 'uncaughtException', listener: (error: unknown, origin: string) => void): unknown;
  off(event: 'uncaughtException', listener: (error: unknown, origin: string) => void): unknown;
  exit(code: number): unknown;
}

/** Where they are told: it limits itself, so that a mistake made over and over is a line every few seconds. */
export interface MistakeLog {
  report(error: unknown, where: string): void;
}

/** Memory is used up: whatever comes next would fail as well. The rest of the list is found out by V8, which aborts. */
const fatalCodes: ReadonlySet<unknown> = new Set([
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_MEMORY_ALLOCATION_FAILED',
]);
const fatalMessage = 'Array buffer allocation failed';

/**
 * From now on an uncaught exception or an unhandled rejection is told and what it hit is over, but not the process: what
 * is stored is stored, and others' sessions have nothing to do with it. Only where memory is used up the process ends.
 * To be called once everything has started: what fails before that ends the start. Returns what undoes it.
 */
export function goOnAfterMistakes(source: ErrorSource, log: MistakeLog): () => void {
  const listener = (error: unknown, origin: string): void => {
    const where = origin === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception';
    log.report(error, where);
    if (isFatal(error)) source.exit(exitCodes.unexpected);
  };
  source.on('uncaughtException', listener);
  return () => void source.off('uncaughtException', listener);
}

function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return fatalCodes.has((error as { readonly code?: unknown }).code) || error.message === fatalMessage;
}
