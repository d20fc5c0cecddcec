/** SIGHUP, from the first moment of a process to its last: unheard it ends it, whatever it is doing. */

/** What signals come from: `process`. */
export interface SignalSource {
  on(signal: 'SIGHUP', hear: () => void): unknown;
  off(signal: 'SIGHUP', hear: () => void): unknown;
}

/** Hears it as long as it lives. One that comes too early is acted on when its time has come. */
export class HangUps {
  readonly #source: SignalSource;
  readonly #hear: () => void;
  #act: (() => void) | undefined;
  #cameEarly = false;

  constructor(source: SignalSource) {
    this.#source = source;
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
