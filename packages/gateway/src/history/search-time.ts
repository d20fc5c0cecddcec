/** Points in time as they are asked for: UTC, unless they say another zone. */

const unitMs: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const hourMs = 3_600_000;
const minuteMs = 60_000;
// A day, or a day and a time of it, and perhaps a zone.
const written =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Epoch milliseconds of `2026-07-20`, `2026-07-20T10:00`, `2026-07-20T10:00:00.5+02:00`, of epoch seconds or
 * milliseconds, or of so long ago (`90s`, `10m`, `2h`, `3d`); undefined for what is no time, a 30th of February included.
 */
export function timeOf(value: string, nowMs: number): number | undefined {
  const ago = /^(\d{1,6})([smhd])$/.exec(value);
  if (ago !== null) return nowMs - Number(ago[1]) * (unitMs.get(ago[2] ?? 's') ?? 0);
  if (/^\d{9,10}$/.test(value)) return Number(value) * 1_000;
  if (/^\d{12,13}$/.test(value)) return Number(value);
  const parts = written.exec(value);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  const [fraction = '0', zone = 'Z'] = parts.slice(7) as (string | undefined)[];
  const atMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const aheadMs = zoneMs(zone);
  // What runs over is carried on: then it was no such day or hour.
  const isReal = new Date(atMs).toISOString().startsWith(`${parts[1]}-${parts[2]}-${parts[3]}`);
  if (!isReal || hour > 23 || minute > 59 || second > 59 || aheadMs === undefined) return undefined;
  return atMs + Math.floor(Number(`0.${fraction}`) * 1_000) - aheadMs;
}

/** How far a zone is ahead of UTC; undefined: there is none so far. */
function zoneMs(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * hourMs + minutes * minuteMs);
}
