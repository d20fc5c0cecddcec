/**
 * The memo of a routed message: `route` or `route|op-a,op-b`, the connectors that have tried it in this round, `*` once
 * one of them has taken it, though it then went on elsewhere, and `?op-c` for one whose filters refuse the text that it
 * is a piece of. Route and connector names hold no `|` and no comma, names of connectors neither `*` nor `?`.
 */

/** What a memo says. */
export interface RouteTrail {
  /** The name of the route that the message was accepted by; '' when it has none. */
  readonly route: string;
  /** The connectors that have tried it since the last pause, the last one last. */
  readonly tried: readonly string[];
  /** Whether a connector had taken it before it went on to another. */
  readonly isTaken: boolean;
  /** The connectors that are not to get the text that it is a piece of. */
  readonly unfit: readonly string[];
}

const takenMark = '*';
const unfitMark = '?';
const nobody: readonly string[] = Object.freeze([]);
const noTrail: RouteTrail = Object.freeze({ route: '', tried: nobody, isTaken: false, unfit: nobody });

// Hot path: a memo is asked for at every hop, and there are few of them: one for each route and way through its plan.
// Each is read once; settings that come and go leave some behind.
const maxKnown = 10_000;
const known = new Map<string, RouteTrail>();

/** Reads a memo. */
export function trailOf(memo: string | undefined): RouteTrail {
  if (memo === undefined) return noTrail;
  let trail = known.get(memo);
  if (trail === undefined) {
    trail = readTrail(memo);
    if (known.size >= maxKnown) known.clear();
    known.set(memo, trail);
  }
  return trail;
}

function readTrail(memo: string): RouteTrail {
  const bar = memo.indexOf('|');
  if (bar < 0) return { ...noTrail, route: memo };
  const marks = memo.slice(bar + 1).split(',');
  return {
    route: memo.slice(0, bar),
    tried: marks.filter((name) => name !== takenMark && !name.startsWith(unfitMark)),
    isTaken: marks.includes(takenMark),
    unfit: marks.filter((name) => name.startsWith(unfitMark)).map((name) => name.slice(unfitMark.length)),
  };
}

/** The memo of one that had been taken, and goes on. */
export function withTaken(memo: string | undefined): string {
  return trailOf(memo).isTaken ? (memo ?? '') : withTried(memo, takenMark);
}

/** The memo with one more connector. */
export function withTried(memo: string | undefined, connector: string): string {
  if (memo === undefined) return `|${connector}`;
  return memo.includes('|') ? `${memo},${connector}` : `${memo}|${connector}`;
}

/** The memo with nobody having tried. */
export function withoutTried(memo: string | undefined): string {
  const { route, isTaken, unfit } = trailOf(memo);
  const marks = [...(isTaken ? [takenMark] : []), ...unfit.map((name) => `${unfitMark}${name}`)];
  return marks.length === 0 ? route : `${route}|${marks.join(',')}`;
}

/** The memo of a piece of a text that those connectors are not to get. */
export function withUnfit(memo: string | undefined, connectors: readonly string[]): string | undefined {
  if (connectors.length === 0) return memo;
  return `${trailOf(memo).route}|${connectors.map((name) => `${unfitMark}${name}`).join(',')}`;
}
