/** Wrong keys as they are told: the first one at once, then how many there were in each minute or hour. */
import type { Clock } from '@chappe/center';

/** Wrong keys of some time. */
export interface WrongKeysReport {
  /** The address that most of them came from. */
  readonly address: string;
  readonly count: number;
  /** How many addresses they came from, as far as they are counted. */
  readonly addresses: number;
}

// Whoever has more addresses is told by the count.
const maxAddresses = 1_000;

/** Counts them; `tell` is called at most twice in `everyMs`. */
export class WrongKeys {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #tell: (report: WrongKeysReport) => void;
  readonly #byAddress = new Map<string, number>();
  #count = 0;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number, tell: (report: WrongKeysReport) => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#tell = tell;
  }

  /** A wrong key came. */
  note(address: string): void {
    if (this.#disarm === undefined) {
      this.#tell({ address, count: 1, addresses: 1 });
      this.#disarm = this.#clock.setTimer(() => this.#turn(), this.#everyMs);
      return;
    }
    this.#count += 1;
    const known = this.#byAddress.get(address);
    if (known !== undefined || this.#byAddress.size < maxAddresses) {
      this.#byAddress.set(address, (known ?? 0) + 1);
    }
  }

  /** Tells what was not told yet. */
  close(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#report();
  }

  #turn(): void {
    this.#disarm = undefined;
    // Quiet for so long: the next one is told at once again.
    if (this.#report()) this.#disarm = this.#clock.setTimer(() => this.#turn(), this.#everyMs);
  }

  #report(): boolean {
    if (this.#count === 0) return false;
    let most: readonly [string, number] = ['', 0];
    for (const entry of this.#byAddress) if (entry[1] > most[1]) most = entry;
    this.#tell({ address: most[0], count: this.#count, addresses: this.#byAddress.size });
    this.#count = 0;
    this.#byAddress.clear();
    return true;
  }
}
