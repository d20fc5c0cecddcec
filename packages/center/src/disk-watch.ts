/**
 * Whether the disk answers. A sync that never returns fails nothing and ends nothing: somebody has to notice that nothing
 * has been finished for a while although something waits for it.
 */
import type { Clock } from './clock.ts';
import { CenterError } from './errors.ts';
import type { Store } from './store.ts';

/** How often it is looked. */
const LOOK_MS = 1_000;

/** What follows when it does not. */
export interface DiskEvents {
  /** Nothing has been finished for `stalledAfterMs`. */
  onStalled(error: CenterError): void;
  /** Nor for as long as anybody waits for an answer. */
  onGivenUp(error: CenterError): void;
  /** It answers again. */
  onRecovered(): void;
}

/** Watches the calls of one store that write. */
export class DiskWatch {
  readonly #clock: Clock;
  readonly #events: DiskEvents;
  readonly #stalledAfterMs: number;
  readonly #givenUpAfterMs: number;
  #outstanding = 0;
  /** When something was last finished, or begun with nothing before it. */
  #sinceMs = 0;
  #stalled: CenterError | undefined;
  #isGivenUp = false;
  #disarm: (() => void) | undefined;
  readonly #waiting: Set<(error: CenterError) => void> = new Set();

  constructor(clock: Clock, limits: { stalledAfterMs: number; givenUpAfterMs: number }, events: DiskEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#stalledAfterMs = limits.stalledAfterMs;
    this.#givenUpAfterMs = limits.givenUpAfterMs;
  }

  /** How long nothing has been finished although something waits for it; 0 when nothing does. */
  get waitedMs(): number {
    return this.#outstanding === 0 ? 0 : this.#clock.monotonicMs() - this.#sinceMs;
  }

  /** The store, its writing calls watched. */
  watched(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...values: unknown[]) => Promise<unknown>;
        return writing.has(name) ? (...values: unknown[]) => this.#track(() => call(...values)) : call;
      },
    });
  }

  /** Looks from now on. */
  start(): void {
    this.#disarm = this.#clock.setTimer(() => {
      this.start();
      this.#look();
    }, LOOK_MS);
  }

  stop(): void {
    this.#disarm?.();
  }

  /** As the promise; rejects when the disk does not answer meanwhile. */
  orStalled<T>(promise: Promise<T>): Promise<T> {
    if (this.#stalled !== undefined) return Promise.reject(this.#stalled);
    return new Promise((settle, reject) => {
      this.#waiting.add(reject);
      promise.then(settle, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  #track<T>(call: () => Promise<T>): Promise<T> {
    const result = call();
    if (this.#outstanding === 0) this.#sinceMs = this.#clock.monotonicMs();
    this.#outstanding += 1;
    result.then(this.#finished, this.#finished);
    // Itself, not what follows it: a store settles in the order of its calls.
    return result;
  }

  readonly #finished = (): void => {
    this.#outstanding -= 1;
    this.#sinceMs = this.#clock.monotonicMs();
    if (this.#stalled === undefined) return;
    this.#stalled = undefined;
    this.#isGivenUp = false;
    this.#events.onRecovered();
  };

  #look(): void {
    const { waitedMs } = this;
    if (waitedMs < this.#stalledAfterMs) return;
    const seconds = Math.round(waitedMs / 1_000);
    const text = `the disk has finished nothing for ${seconds} s: submissions are refused until it answers`;
    const error = new CenterError('CHAPPE_STORE_STALLED', text);
    if (this.#stalled === undefined) {
      this.#stalled = error;
      this.#events.onStalled(error);
      for (const reject of this.#waiting) reject(error);
      this.#waiting.clear();
    }
    if (this.#isGivenUp || waitedMs < this.#givenUpAfterMs) return;
    this.#isGivenUp = true;
    this.#events.onGivenUp(error);
  }
}

const writing: ReadonlySet<string | symbol> = new Set<keyof Store>([
  'commit',
  'claim',
  'take',
  'takeExpired',
  'close',
]);
