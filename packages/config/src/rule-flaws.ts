/** What the gateway says of routes and rules: patterns, expressions, times, and rules that nothing reaches. */
import { checkMoRoutes, checkRoutes, type GatewaySettings, type RouteFlaw } from '@chappe/policy';
import type { Path } from './flaw.ts';
import type { KnownNames } from './schema/read-context.ts';

/** One of its flaws, with the keys that it may be about: the first that is there counts. */
export interface RuleFlaw {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly paths: readonly Path[];
}

type Rules = Pick<GatewaySettings, 'routes' | 'mo'>;

/** Places in the file of rules, where not all of them are there. */
export type RulePlaces = { readonly [list in keyof Rules]: readonly number[] };

const noNames: ReadonlySet<string> = new Set();

/** Flaws of the routes for both directions. `places`: default one after the other. */
export function ruleFlaws({ routes, mo }: Rules, known: KnownNames, places?: RulePlaces): RuleFlaw[] {
  const { accounts, connectors = noNames, webhooks = noNames } = known;
  const found = [
    ...checkRoutes(routes, connectors, accounts).map((flaw) => ({ list: 'routes', flaw }) as const),
    ...checkMoRoutes(mo, connectors, accounts, webhooks).map((flaw) => ({ list: 'mo', flaw }) as const),
  ];
  return found.flatMap(({ list, flaw }) => {
    // Names that stand there twice are found by themselves, also where the rest of an entry is wrong.
    if (flaw.field === 'name') return [];
    return [ruleFlaw(list, places?.[list][flaw.index] ?? flaw.index, flaw)];
  });
}

function ruleFlaw(list: keyof Rules, index: number, { field, severity, message }: RouteFlaw): RuleFlaw {
  return { severity, message, paths: writtenKeys(field).map((key) => [list, index, key]) };
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
  if (second === 'failover') return ['failover'];
  return second === 'status' ? ['reject'] : ['deliver', 'do'];
}
