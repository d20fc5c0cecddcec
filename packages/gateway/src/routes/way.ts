/** What a route does, in words. */
import type { RouteAction, Target } from '../settings/route.ts';

/** `op-a 70, op-c 30; else op-b`, `rejected with 0x45`, `dropped`, `held`. The same words mean the same road. */
export function wayOf(action: RouteAction): string {
  switch (action.kind) {
    case 'via':
      return action.groups.map(groupWords).join('; else ');
    case 'reject':
      return `rejected with 0x${action.status.toString(16)}`;
    case 'drop':
      return 'dropped';
    case 'hold':
      return 'held';
  }
}

function groupWords(group: readonly Target[]): string {
  // A single target takes all, whatever its weight.
  if (group.length === 1) return group[0]?.connector ?? '';
  return group.map(({ connector, weight }) => `${connector} ${weight ?? 1}`).join(', ');
}
