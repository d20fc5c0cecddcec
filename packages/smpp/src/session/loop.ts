import type { Clock } from '../clock.ts';
import { Deadlines } from './deadlines.ts';
import { Turns } from './turns.ts';

/** Bounds on what one session takes of the process; each has its reason in `loopDefaults`. */
export interface LoopLimits {
  readonly pdusPerTurn: number;
  readonly turnMs: number;
  readonly writeBufferOctets: number;
  readonly writeStallMs: number;
  /** Requests of one session that may wait for a slot of its window. */
  readonly queueLimit: number;
  readonly responseTimeoutMs: number;
}

/** What the sessions of one server or client share: the clock, one timer, the turns of the event loop, and bounds. */
export interface SessionLoop extends LoopLimits {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly turns: Turns;
}

/** Defaults next to their reasons. */
export const loopDefaults: LoopLimits = {
  // About 10 ms of quick handlers; a slow one meets `turnMs` first.
  pdusPerTurn: 4_000,
  // Ten flooding peers then keep a quiet one waiting for a tenth of a second.
  turnMs: 10,
  // A peer that does not read is held back before it costs memory.
  writeBufferOctets: 1024 * 1024,
  writeStallMs: 60_000,
  // Ten seconds of a fast session; more waiting hides that the peer is too slow.
  queueLimit: 10_000,
  responseTimeoutMs: 60_000,
};

/** A loop of its own. */
export function createLoop(clock: Clock, limits: LoopLimits): SessionLoop {
  return { ...limits, clock, deadlines: new Deadlines(clock), turns: new Turns(clock) };
}
