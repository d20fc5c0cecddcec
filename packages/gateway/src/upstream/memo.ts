/**
 * The memo of a routed message: `route` or `route|op-a,op-b`, the connectors that have tried it in this round. Route
 * and connector names hold no `|` and no comma.
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
  return bar < 0 ? nobody : memo.slice(bar + 1).split(',');
}

/** The memo with one more connector. */
export function withTried(memo: string | undefined, connector: string): string {
  if (memo === undefined) return `|${connector}`;
  return memo.includes('|') ? `${memo},${connector}` : `${memo}|${connector}`;
}

/** The memo with nobody having tried. */
export function withoutTried(memo: string | undefined): string {
  return routeOf(memo);
}

const nobody: readonly string[] = Object.freeze([]);
