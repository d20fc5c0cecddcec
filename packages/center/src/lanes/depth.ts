import type { Lane } from './lane.ts';

/** How much of a lane is where. */
export interface LaneDepth {
  readonly lane: string;
  /** On disk, due or not. */
  readonly waiting: number;
  /** In memory. */
  readonly queued: number;
  /** With the connector. */
  readonly flying: number;
  readonly isAttached: boolean;
}

/** That of a lane. */
export function depthOf(lane: Lane): LaneDepth {
  return {
    lane: lane.name,
    waiting: [...lane.feeds.values()].reduce((sum, feed) => sum + feed.waiting, 0),
    queued: lane.count,
    flying: lane.flying,
    isAttached: lane.connector !== undefined,
  };
}

/** That of a lane which is not there. */
export function noDepth(lane: string): LaneDepth {
  return { lane, waiting: 0, queued: 0, flying: 0, isAttached: false };
}
