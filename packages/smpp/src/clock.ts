/** Time as this package sees it. Tests and simulations pass their own. */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970: for SMPP dates only, never for timers. */
  nowMs(): number;
  /** Monotonic time in milliseconds, fractions allowed. Its zero point means nothing. */
  monotonicMs(): number;
  /** Calls `run` once, `delayMs` (0 or more) from now. Returns what disarms it. */
  setTimer(run: () => void, delayMs: number): () => void;
}

/** Random numbers from 0 (inclusive) to 1 (exclusive): jitter, and the first reference of long messages. */
export type Random = () => number;

/** Node's timers take 32-bit delays; a later deadline is simply looked at again. */
const MAX_DELAY_MS = 0x7fff_ffff;

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
