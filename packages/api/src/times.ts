/** Times and durations as they stand in requests and answers. */

// ECMA-262 21.4.1.1: the farthest point in time that a Date can hold.
const farthestMs = 8.64e15;

const unitMs: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** How durations are written: seconds (`30`), or with a unit (`500ms`, `30s`, `10m`, `2h`, `3d`). */
export const durationPattern: RegExp = /^(\d{1,9})(ms|s|m|h|d)?$/;

/** How points in time are written: ISO 8601 with a zone. */
export const dateTimePattern: RegExp =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds of a duration; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (unitMs.get(match[2] ?? 's') ?? 0);
}

/** Epoch milliseconds of a point in time: ISO 8601, or a duration from `nowMs`; undefined when it is neither. */
export function momentMs(text: string, nowMs: number): number | undefined {
  const ahead = durationMs(text);
  if (ahead !== undefined) return nowMs + ahead;
  if (!dateTimePattern.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** Epoch milliseconds in ISO 8601, UTC. */
export function isoOf(atMs: number): string {
  return new Date(Math.min(Math.max(atMs, -farthestMs), farthestMs)).toISOString();
}
