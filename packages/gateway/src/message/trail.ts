/**
 * The memo of a routed message: `route` or `route|op-a,op-b`, the connectors that have tried it in this round, `*` once
 * one of them has taken it, though it then went on elsewhere, and `?op-c` for one whose filters refuse the text that it
 * is a piece of. Route and connector names hold no `|` and no comma, names of connectors neither `*` nor `?`.
 */

/** The name of the route that a message was accepted by; '' when it has none. */
export function routeOf(memo: string | undefined): string {
  if (memo === undefined) return '';
  const bar = memo.indexOf('|');
  return bar < 0 ? memo : memo.slice(0, bar);
}

/** The connectors that have tried it since the last pause. */
export function triedOf(memo: string | undefined): readonly string[] {
  if (memo === undefined) return nobody;
  const bar = memo.indexOf('|');
  if (bar < 0) return nobody;
  return memo
    .slice(bar + 1)
    .split(',')
    .filter((name) => name !== takenMark && !name.startsWith(unfitMark));
}

/** The connector that has tried it last; undefined: none in this round. */
export function lastTriedOf(memo: string | undefined): string | undefined {
  return triedOf(memo).at(-1);
}

/** Whether a connector had taken it before it went on to another. */
export function wasTaken(memo: string | undefined): boolean {
  const bar = memo?.indexOf('|') ?? -1;
  return bar >= 0 && memo?.includes(takenMark, bar) === true;
}

/** The memo of one that had been taken, and goes on. */
export function withTaken(memo: string | undefined): string {
  return wasTaken(memo) ? (memo ?? '') : withTried(memo, takenMark);
}

/** The memo with one more connector. */
export function withTried(memo: string | undefined, connector: string): string {
  if (memo === undefined) return `|${connector}`;
  return memo.includes('|') ? `${memo},${connector}` : `${memo}|${connector}`;
}

/** The memo with nobody having tried. */
export function withoutTried(memo: string | undefined): string {
  const marks = (memo ?? '')
    .slice(routeOf(memo).length + 1)
    .split(',')
    .filter((name) => name === takenMark || name.startsWith(unfitMark));
  return marks.length === 0 ? routeOf(memo) : `${routeOf(memo)}|${marks.join(',')}`;
}

/** The memo of a piece of a text that those connectors are not to get. */
export function withUnfit(memo: string | undefined, connectors: readonly string[]): string | undefined {
  if (connectors.length === 0) return memo;
  return `${routeOf(memo)}|${connectors.map((name) => `${unfitMark}${name}`).join(',')}`;
}

/** Whether a connector is not to get the text that a message is a piece of. */
export function isUnfitFor(memo: string | undefined, connector: string): boolean {
  const bar = memo?.indexOf('|') ?? -1;
  return (
    bar >= 0 &&
    (memo ?? '')
      .slice(bar + 1)
      .split(',')
      .includes(`${unfitMark}${connector}`)
  );
}

const takenMark = '*';
const unfitMark = '?';
const nobody: readonly string[] = Object.freeze([]);
