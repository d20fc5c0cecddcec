/** What is wrong with a table of routes for messages from handsets, all at once, before it is used. */
import type { MoAction, MoRouteSettings } from '../settings/mo-route.ts';
import { atOnce, type Steps } from '../slices.ts';
import type { FlawSink, RouteFlaw } from './check-rules.ts';
import { checkRules } from './check-rules.ts';
import { quoted } from './words.ts';

// An opt-out, and what happens then: nobody needs more, and settings of the API may be nested without end.
const maxNesting = 4;

interface KnownTargets {
  readonly accounts: ReadonlySet<string> | undefined;
  readonly webhooks: ReadonlySet<string>;
}

/** The same as `checkRoutes` for mo routes; `knownWebhooks`: names of the hooks that they may call. */
export function checkMoRoutes(
  routes: readonly MoRouteSettings[],
  knownConnectors: ReadonlySet<string>,
  knownAccounts: ReadonlySet<string> | undefined,
  knownWebhooks: ReadonlySet<string>,
): readonly RouteFlaw[] {
  return atOnce(moRouteFlaws(routes, knownConnectors, knownAccounts, knownWebhooks));
}

/** The same, in steps. */
export function moRouteFlaws(
  routes: readonly MoRouteSettings[],
  knownConnectors: ReadonlySet<string>,
  knownAccounts: ReadonlySet<string> | undefined,
  knownWebhooks: ReadonlySet<string>,
): Steps<readonly RouteFlaw[]> {
  const known = { accounts: knownAccounts, connectors: knownConnectors };
  return checkRules(routes, known, (route, flaws) => {
    if (route.accounts !== undefined) {
      flaws.warn('accounts', 'messages from handsets are of none, so nothing matches: use to or connectors');
    }
    checkAction(route.action, 'action', { accounts: knownAccounts, webhooks: knownWebhooks }, flaws, 1);
  });
}

function checkAction(
  action: MoAction,
  field: string,
  known: KnownTargets,
  flaws: FlawSink,
  nesting: number,
): void {
  switch (action.kind) {
    case 'accounts':
      if (action.accounts.length === 0) flaws.error(`${field}.accounts`, 'there are none: name an account');
      action.accounts.forEach((account, at) => {
        if (known.accounts === undefined || known.accounts.has(account)) return;
        flaws.error(`${field}.accounts.${at}`, `there is no account ${quoted(account)}`);
      });
      return;
    case 'webhook':
      if (known.webhooks.has(action.webhook)) return;
      flaws.error(`${field}.webhook`, `there is no webhook ${quoted(action.webhook)}`);
      return;
    case 'opt-out':
    case 'opt-in':
      if (action.then === undefined) return;
      if (nesting === maxNesting) flaws.error(`${field}.then`, `actions stand ${maxNesting} deep at most`);
      else checkAction(action.then, `${field}.then`, known, flaws, nesting + 1);
      return;
    case 'refuse':
      if (action.status === 0) flaws.error(`${field}.status`, 'ESME_ROK refuses nothing');
      return;
    case 'drop':
      return;
  }
}
