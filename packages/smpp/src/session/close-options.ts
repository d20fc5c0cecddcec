import { milliseconds, optionsOf } from '../option-checks.ts';

/** How long what is open has to end; 0 for not at all. */
export interface CloseOptions {
  /** Milliseconds. Default 10,000. */
  readonly drainMs?: number | undefined;
}

const checkClose = optionsOf<CloseOptions>({ drainMs: milliseconds });

/** Throws `SmppError` (`CHAPPE_SMPP_OPTION`) for options of `close` that are misspelt or wrong. */
export function checkCloseOptions(options: CloseOptions): void {
  checkClose(options, '');
}
