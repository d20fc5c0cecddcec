/** What the gateway says of routes and rules: patterns, expressions, times, and rules that nothing reaches. */
import {
  checkMoRoutes,
  checkRoutes,
  type GatewaySettings,
  type MoAction,
  type RouteFlaw,
} from '@chappe/policy';
import type { Path } from './flaw.ts';
import { keyOfAction } from './schema/mo-forms.ts';
import type { ReadContext } from './schema/read-context.ts';

/** One of its flaws, with the keys that it may be about: the first that is there counts. */
export interface RuleFlaw {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly paths: readonly Path[];
}

type Rules = Pick<GatewaySettings, 'routes' | 'mo'>;

/** Places in the file of rules, where not all of them are there. */
export type RulePlaces = { readonly [list in keyof Rules]: readonly number[] };

/** What rules may refer to. */
export type RuleWorld = Pick<ReadContext, 'known' | 'actions'>;

const noNames: ReadonlySet<string> = new Set();

/** Flaws of the routes for both directions. `places`: default one after the other. */
export function ruleFlaws({ routes, mo }: Rules, world: RuleWorld, places?: RulePlaces): RuleFlaw[] {
  const { accounts, connectors = noNames, webhooks = noNames } = world.known;
  const moFlaws = checkMoRoutes(mo, { accounts, connectors, webhooks }, world.actions);
  return [
    ...checkRoutes(routes, connectors, accounts).map((flaw) =>
      ruleFlaw('routes', flaw, writtenKeys(flaw.field), places),
    ),
    ...moFlaws.map((flaw) => {
      const action = mo[flaw.index]?.action;
      const keys = isOfAction(flaw.field) ? actionKeys(flaw.field, action, world) : writtenKeys(flaw.field);
      return ruleFlaw('mo', flaw, keys, places);
    }),
    // Names that stand there twice are found by themselves, also where the rest of an entry is wrong.
  ].filter(({ field }) => field !== 'name');
}

function ruleFlaw(
  list: keyof Rules,
  { index, field, severity, message }: RouteFlaw,
  keys: readonly string[],
  places: RulePlaces | undefined,
): RuleFlaw & { readonly field: string } {
  const place = places?.[list][index] ?? index;
  return { field, severity, message, paths: keys.map((key) => [list, place, key]) };
}

const written: { readonly [field: string]: readonly string[] } = {
  accounts: ['accounts', 'account'],
  keywords: ['keywords', 'keyword'],
  connectors: ['connectors', 'connector'],
  textFlags: ['text'],
};

/** The keys of the file that make a field of the settings. */
function writtenKeys(field: string): readonly string[] {
  const [first = '', second = ''] = field.split('.');
  if (first !== 'action') return written[first] ?? [first];
  if (second === 'groups') return ['via'];
  return second === 'failover' ? ['failover'] : ['reject'];
}

function isOfAction(field: string): boolean {
  return field.startsWith('action.');
}

/** The key that makes an action for messages from handsets: `action.then.accounts.0` is about the one that comes after it. */
function actionKeys(field: string, action: MoAction | undefined, { actions }: RuleWorld): readonly string[] {
  let at = action;
  for (const part of field.split('.').slice(1)) {
    if (part !== 'then' || at?.then === undefined) break;
    at = at.then;
  }
  return at === undefined ? ['do'] : [keyOfAction(at, actions), 'do'];
}
