/**
 * Where a routed message may go: ordered groups of weighted connectors. A plan is named by what it says
 * (`via:op-a*70,op-b*30>op-c`), and that is its lane: messages found on disk after a restart, or after the routes have
 * changed, still say where they may go.
 */
import type { Target } from '@chappe/policy';

/** One connector of a group. */
export interface PlanMember {
  readonly connector: string;
  /** Relative, above 0. */
  readonly weight: number;
}

/** A plan. */
export interface Plan {
  /** Its name and lane. */
  readonly lane: string;
  readonly groups: readonly (readonly PlanMember[])[];
}

const prefix = 'via:';

/** The plan of a route's groups. */
export function planOf(groups: readonly (readonly Target[])[]): Plan {
  const members = groups.map((group) =>
    group.map(({ connector, weight = 1 }): PlanMember => ({ connector, weight })),
  );
  const texts = members.map((group) =>
    group.map(({ connector, weight }) => (weight === 1 ? connector : `${connector}*${weight}`)).join(','),
  );
  return { lane: `${prefix}${texts.join('>')}`, groups: members };
}

/** The plan that a lane is named after; undefined for other lanes. */
export function planOfLane(lane: string): Plan | undefined {
  if (!lane.startsWith(prefix)) return undefined;
  const groups = lane
    .slice(prefix.length)
    .split('>')
    .map((group) =>
      group.split(',').map((member): PlanMember => {
        const [connector = '', weight = '1'] = member.split('*');
        return { connector, weight: Number(weight) > 0 ? Number(weight) : 1 };
      }),
    );
  return { lane, groups };
}
