/** Where the threads of the program find their code. */

/** Set by scripts/bundle.ts: in the one-file bundle the threads run that same file. */
declare const CHAPPE_BUNDLE: boolean | undefined;

/** The file of the program where it is one; undefined: the threads' files stand beside their owners'. */
export const bundleUrl: URL | undefined =
  typeof CHAPPE_BUNDLE === 'undefined' ? undefined : new URL(import.meta.url);
