/** Whether the files of the store are where they were. One that is taken away fails nothing, until the process has ended. */
import type { Clock } from './clock.ts';
import type { CenterError } from './errors.ts';
import { asCenterError } from './group-commit.ts';
import type { Store } from './store.ts';

/** How often it is looked. */
const LOOK_MS = 1_000;

/** What follows. */
export interface StoreWatchEvents {
  /** Something was wrong: told once. */
  onReport(error: CenterError): void;
  /** Nothing may be stored because of this; undefined: it may again. */
  onFailure(error: CenterError | undefined): void;
}

/** Watches the files of one store. */
export class StoreWatch {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #events: StoreWatchEvents;
  #failure: CenterError | undefined;
  #disarm: (() => void) | undefined;
  #isRunning = false;
  /** Files that were put back. */
  restored = 0;

  constructor(store: Store, clock: Clock, events: StoreWatchEvents) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
  }

  /** Looks from now on; nothing is done for a store without files. */
  start(): void {
    if (this.#store.look === undefined) return;
    this.#isRunning = true;
    this.#arm();
  }

  stop(): void {
    this.#isRunning = false;
    this.#disarm?.();
  }

  #arm(): void {
    this.#disarm = this.#clock.setTimer(() => {
      void this.#look().then(() => {
        if (this.#isRunning) this.#arm();
      });
    }, LOOK_MS);
  }

  async #look(): Promise<void> {
    try {
      const look = await this.#store.look?.();
      if (look === undefined || !this.#isRunning) return;
      this.restored += look.restored;
      for (const error of look.reports) this.#events.onReport(error);
      this.#take(look.failure);
    } catch (error) {
      if (this.#isRunning) this.#take(asCenterError(error));
    }
  }

  #take(failure: CenterError | undefined): void {
    if (failure?.message === this.#failure?.message) return;
    this.#failure = failure;
    if (failure !== undefined) this.#events.onReport(failure);
    this.#events.onFailure(failure);
  }
}
