/** What is wrong with a table of routes for messages from handsets, all at once, before it is used. */
import type { MoRouteSettings } from '../settings/mo-route.ts';
import { atOnce, type Steps } from '../slices.ts';
import { checkRules, type KnownNames, type RouteFlaw } from './check-rules.ts';
import { builtInMoActions, type MoActions, type MoTargets } from './mo-actions.ts';

/** Names that rules for messages from handsets may refer to. */
export interface MoNames extends KnownNames, MoTargets {}

/** The same as `checkRoutes` for mo routes. `actions`: those that they may name; default the ones that are always there. */
export function checkMoRoutes(
  routes: readonly MoRouteSettings[],
  known: MoNames,
  actions: MoActions = builtInMoActions,
): readonly RouteFlaw[] {
  return atOnce(moRouteFlaws(routes, known, actions));
}

/** The same, in steps. */
export function moRouteFlaws(
  routes: readonly MoRouteSettings[],
  known: MoNames,
  actions: MoActions = builtInMoActions,
): Steps<readonly RouteFlaw[]> {
  return checkRules(routes, known, (route, flaws) => {
    if (route.accounts !== undefined) {
      flaws.warn('accounts', 'messages from handsets are of none, so nothing matches: use to or connectors');
    }
    actions.check(route.action, 'action', flaws, known);
  });
}
