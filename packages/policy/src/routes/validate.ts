/** What is wrong with a table of routes, all at once, before it is used. */
import type { FailoverSettings, RouteAction, RouteSettings, Target } from '../settings/route.ts';
import { atOnce, type Steps } from '../slices.ts';
import type { FlawSink, RouteFlaw } from './check-rules.ts';
import { checkRules, ruleErrors } from './check-rules.ts';
import { compileNames } from './plain-conditions.ts';
import { isFreeUnawares, priceFlaws } from './price.ts';
import { quoted } from './words.ts';

const accountTarget = 'account:';
// SMPP 3.4 5.1.3: command_status has four octets.
const maxStatus = 0xffff_ffff;

interface Known {
  readonly connectors: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string> | undefined;
}

/**
 * Checks the routes of messages from customers. `knownConnectors`: upstreams and other lanes that targets may name.
 * `knownAccounts`: undefined when every system_id may come. A table with errors makes `new Router` throw or loses
 * messages; one with warnings works.
 */
export function checkRoutes(
  routes: readonly RouteSettings[],
  knownConnectors: ReadonlySet<string>,
  knownAccounts: ReadonlySet<string> | undefined,
): readonly RouteFlaw[] {
  const known = { accounts: knownAccounts, connectors: knownConnectors };
  return atOnce(checkRules(routes, known, (route, flaws) => checkRoute(route, known, flaws)));
}

/** The errors among them that compiling a `Router` does not find, in steps. */
export function routeErrors(
  routes: readonly RouteSettings[],
  knownConnectors: ReadonlySet<string>,
  knownAccounts: ReadonlySet<string> | undefined,
): Steps<readonly string[]> {
  const known = { accounts: knownAccounts, connectors: knownConnectors };
  return ruleErrors(routes, 'route', (route, flaws) => checkTargets(route, known, flaws));
}

function checkRoute(route: RouteSettings, known: Known, flaws: FlawSink): void {
  for (const { field, message } of priceFlaws(route.price)) flaws.error(field, message);
  if (
    isFreeUnawares(route.price, route.to) &&
    (route.action.kind === 'via' || route.action.kind === 'hold')
  ) {
    flaws.warn(
      'price',
      'numbers that no prefix holds are free: give perSegment for them (0, if that is meant), or unlisted: reject',
    );
  }
  if (route.connectors !== undefined) {
    flaws.warn('connectors', 'messages of customers come by none, so nothing matches: use accounts');
  }
  checkTargets(route, known, flaws);
}

function checkTargets(route: RouteSettings, known: Known, flaws: FlawSink): void {
  checkAction(route.action, flaws);
  if (route.action.kind !== 'via') return;
  route.action.groups.forEach((group, at) => {
    checkGroup(group, `action.groups.${at}`, flaws);
    group.forEach((target, place) => {
      const field = `action.groups.${at}.${place}.connector`;
      checkConnector(target.connector, field, known, flaws);
      checkLoop(route, target.connector, field, flaws);
    });
  });
}

function checkAction(action: RouteAction, flaws: FlawSink): void {
  if (action.kind === 'reject') {
    const { status } = action;
    if (Number.isInteger(status) && status > 0 && status <= maxStatus) return;
    flaws.error('action.status', `${status} refuses nothing: give a command_status from 1, as 0x45`);
    return;
  }
  if (action.kind !== 'via') return;
  if (action.groups.length === 0) flaws.error('action.groups', 'there are none: name a connector');
  if (action.failover !== undefined) checkFailover(action.failover, flaws);
}

function checkFailover({ tries, queuedMs, receiptAfterMs }: FailoverSettings, flaws: FlawSink): void {
  if (tries !== undefined && !(Number.isInteger(tries) && tries >= 1)) {
    flaws.error('action.failover.tries', `${tries}: give a whole number from 1`);
  }
  if (queuedMs !== undefined && !(queuedMs > 0)) {
    flaws.error('action.failover.queuedMs', `${queuedMs}: give a time above 0`);
  }
  if (receiptAfterMs !== undefined && !(receiptAfterMs > 0)) {
    flaws.error('action.failover.receiptAfterMs', `${receiptAfterMs}: give a time above 0`);
  }
}

function checkGroup(group: readonly Target[], field: string, flaws: FlawSink): void {
  if (group.length === 0) flaws.error(field, 'it is empty: name a connector or leave it out');
  const seen = new Set<string>();
  group.forEach(({ connector, weight }, at) => {
    if (weight !== undefined && !(weight > 0 && Number.isFinite(weight))) {
      const remedy = 'give one above 0, or leave the connector out';
      flaws.error(`${field}.${at}.weight`, `a weight of ${weight} gives it no share: ${remedy}`);
    }
    if (seen.has(connector)) {
      flaws.warn(
        `${field}.${at}.connector`,
        `${quoted(connector)} stands in this group twice: add the weights`,
      );
    }
    seen.add(connector);
  });
}

function checkConnector(
  connector: string,
  field: string,
  { connectors: knownConnectors, accounts: knownAccounts }: Known,
  flaws: FlawSink,
): void {
  if (knownConnectors.has(connector)) return;
  if (!connector.startsWith(accountTarget)) {
    flaws.error(field, `there is no connector ${quoted(connector)}`);
    return;
  }
  const account = connector.slice(accountTarget.length);
  if (account === '') flaws.error(field, 'name the account: account:NAME');
  else if (knownAccounts !== undefined && !knownAccounts.has(account)) {
    flaws.error(field, `there is no account ${quoted(account)}`);
  }
}

/** Decided only where the route names whom it takes from: with any other condition it may well be meant. */
function checkLoop(route: RouteSettings, connector: string, field: string, flaws: FlawSink): void {
  if (route.accounts === undefined || !connector.startsWith(accountTarget)) return;
  const account = connector.slice(accountTarget.length);
  if (!holdsName(route.accounts, account)) return;
  flaws.warn(
    field,
    `messages of ${quoted(account)} come back to it: a peer that forwards them sends them round`,
  );
}

function holdsName(patterns: readonly string[], name: string): boolean {
  try {
    return compileNames(patterns)(name);
  } catch {
    // Patterns that cannot be are told with the conditions.
    return false;
  }
}
