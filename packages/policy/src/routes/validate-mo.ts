/** What is wrong with a table of routes for messages from handsets, all at once, before it is used. */
import type { MoRouteSettings } from '../settings/mo-route.ts';
import { atOnce, type Steps } from '../slices.ts';
import { checkRules, type KnownNames, type RouteFlaw, ruleErrors } from './check-rules.ts';
import { builtInMoActions, type MoActions, type MoTargets } from './mo-actions.ts';

/** Names that rules for messages from handsets may refer to. */
export interface MoNames extends KnownNames, MoTargets {}

/** The same as `checkRoutes` for mo routes. `actions`: those that they may name; default the ones that are always there. */
export function checkMoRoutes(
  routes: readonly MoRouteSettings[],
  known: MoNames,
  actions: MoActions = builtInMoActions,
): readonly RouteFlaw[] {
  return atOnce(
    checkRules(routes, known, (route, flaws) => {
      if (route.accounts !== undefined) {
        flaws.warn(
          'accounts',
          'messages from handsets are of none, so nothing matches: use to or connectors',
        );
      }
      actions.check(route.action, 'action', flaws, known);
    }),
  );
}

/** The errors among them that compiling `Rules` does not find, in steps. */
export function moRouteErrors(
  routes: readonly MoRouteSettings[],
  known: MoTargets,
  actions: MoActions = builtInMoActions,
): Steps<readonly string[]> {
  return ruleErrors(routes, 'mo route', ({ action }, flaws) => actions.check(action, 'action', flaws, known));
}
