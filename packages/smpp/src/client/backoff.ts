import type { Random } from '../clock.ts';

/** When to try again after a lost or refused bind. Milliseconds. */
export interface Reconnect {
  /** Wait before the first try. Default 1,000. */
  readonly minMs?: number | undefined;
  /** The wait doubles up to this, and begins anew once a bind has held: see `Loss`. Default 30,000, or `minMs` where that is more. */
  readonly maxMs?: number | undefined;
  /** Part of each wait that is random, 0 to 1, so that many clients do not come back at once. Default 0.5. */
  readonly jitter?: number | undefined;
  /** command_status of a bind response after which trying again is useless. Default: wrong password or system_id. */
  readonly giveUpOn?: readonly number[] | undefined;
}

/** Wait before try `attempt` (0 is the first after a loss). */
export function reconnectDelayMs(reconnect: Reconnect, attempt: number, random: Random): number {
  const { minMs = 1_000, maxMs = Math.max(minMs, 30_000), jitter = 0.5 } = reconnect;
  const fullMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return fullMs * (1 - jitter * random());
}
