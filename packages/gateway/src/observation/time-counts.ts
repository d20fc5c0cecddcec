/** How long things take, as plain integers: one comparison per bucket, no allocation. Read by metrics only. */

/** Upper bounds of the buckets, milliseconds: a loopback answer takes one, an upstream tens, a roaming handset hours. */
export const timeBoundsMs: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000,
];

/** Counts of one kind of time. */
export class TimeCounts {
  /** One for each bound, and one for what is longer; not added up. */
  readonly buckets: number[] = new Array<number>(timeBoundsMs.length + 1).fill(0);
  /** Milliseconds of all that was counted. */
  sumMs = 0;
  count = 0;

  /** Counts one time. What is below nothing (a clock set back) counts as nothing. */
  note(tookMs: number): void {
    const ms = Math.max(0, tookMs);
    let at = 0;
    while (at < timeBoundsMs.length && ms > (timeBoundsMs[at] as number)) at += 1;
    this.buckets[at] = (this.buckets[at] as number) + 1;
    this.sumMs += ms;
    this.count += 1;
  }
}
