/** Wrong keys: each one from an address is answered later than the one before, and no sooner is one looked at. */
import type { Clock } from '@chappe/center';
import { addressKey } from '@chappe/gateway';

interface Guesser {
  failures: number;
  waiting: number;
  lastMs: number;
}

const firstDelayMs = 100;
const longestDelayMs = 5_000;
// Who has made no mistake for so long begins anew.
const forgetMs = 600_000;
// Some 2 MB; whoever has more networks is slowed down by nothing that counts them.
const maxGuessers = 10_000;
// Each holds a connection open: more get their answer at once, and it is to go away.
const maxWaiting = 10;
/** Of all addresses: so many connections are held by wrong keys. */
export const maxHeldBack = 500;

/** Slows down who guesses. */
export class Refusals {
  readonly #clock: Clock;
  /** Least recently seen first. */
  readonly #guessers = new Map<string, Guesser>();
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a wrong key came from that address lately. */
  isSuspect(address: string): boolean {
    const known = this.#guessers.get(addressKey(address));
    return known !== undefined && known.failures > 0 && this.#isFresh(known);
  }

  /** What was waited for was no mistake. */
  forgive(address: string): void {
    const known = this.#guessers.get(addressKey(address));
    if (known !== undefined) known.failures -= 1;
  }

  /**
   * Counts a mistake from that address, or what may be one. Settles with true when it may be answered; with false at once
   * when too many wait already: then it is not even to be looked at. `closing`: ends all waits.
   */
  async wait(address: string, closing: AbortSignal): Promise<boolean> {
    const guesser = this.#guesserAt(addressKey(address));
    guesser.failures += 1;
    if (guesser.waiting >= maxWaiting || this.#waiting >= maxHeldBack) return false;
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(guesser.failures - 1, 10));
    guesser.waiting += 1;
    this.#waiting += 1;
    await this.#pass(delayMs, closing);
    guesser.waiting -= 1;
    this.#waiting -= 1;
    return true;
  }

  #guesserAt(key: string): Guesser {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#guessers.get(key);
    this.#guessers.delete(key);
    const isKnown = known !== undefined && this.#isFresh(known);
    const guesser = isKnown ? known : { failures: 0, waiting: 0, lastMs: nowMs };
    guesser.lastMs = nowMs;
    if (this.#guessers.size >= maxGuessers) {
      const [oldest = key] = this.#guessers.keys();
      this.#guessers.delete(oldest);
    }
    this.#guessers.set(key, guesser);
    return guesser;
  }

  #isFresh({ waiting, lastMs }: Guesser): boolean {
    return waiting > 0 || this.#clock.monotonicMs() - lastMs < forgetMs;
  }

  #pass(delayMs: number, closing: AbortSignal): Promise<void> {
    if (closing.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const disarm = this.#clock.setTimer(resolve, delayMs);
    const end = (): void => {
      disarm();
      resolve();
    };
    closing.addEventListener('abort', end, { once: true });
    return promise.finally(() => closing.removeEventListener('abort', end));
  }
}
