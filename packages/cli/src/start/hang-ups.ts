/** SIGHUP, from the first moment of a process to its last: unheard it ends it, whatever it is doing. */

/** What signals come from: `process`. */
export interface SignalSource {
  on(signal: 'SIGHUP', hear: () => void): unknown;
  off(signal: 'SIGHUP', hear: () => void): unknown;
}

/** Sources that are heard before there is anybody to act, and whether a signal has come. */
const early = new WeakMap<SignalSource, { hasCome: boolean }>();

/**
 * Hears it while the program is still being loaded, and to the very end of the process: for the first lines of those
 * that serve.
 */
export function hearFromTheStart(source: SignalSource): void {
  const heard = { hasCome: false };
  early.set(source, heard);
  source.on('SIGHUP', () => {
    heard.hasCome = true;
  });
}

/** Hears it as long as it lives. One that comes too early is acted on when its time has come. */
export class HangUps {
  readonly #source: SignalSource;
  readonly #hear: () => void;
  #act: (() => void) | undefined;
  #cameEarly: boolean;

  constructor(source: SignalSource) {
    this.#source = source;
    this.#cameEarly = early.get(source)?.hasCome === true;
    this.#hear = () => {
      if (this.#act === undefined) this.#cameEarly = true;
      else this.#act();
    };
    source.on('SIGHUP', this.#hear);
  }

  /** From now on `act` is called for each; at once when one has come before. */
  begin(act: () => void): void {
    this.#act = act;
    if (!this.#cameEarly) return;
    this.#cameEarly = false;
    act();
  }

  /** From now on it is too late: `tell` says so. */
  end(tell: () => void): void {
    this.#act = tell;
  }

  /** Hears no more. */
  close(): void {
    this.#source.off('SIGHUP', this.#hear);
  }
}
