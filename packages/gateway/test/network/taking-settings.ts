/** Settings of all kinds at random: they can be, however odd they are. */

import type {
  AccountSettings,
  ConnectorSettings,
  FilterSettings,
  GatewaySettings,
  MoAction,
  MoRouteSettings,
  RouteSettings,
  WebhookSettings,
} from '@chappe/policy';
import * as fc from 'fast-check';
import { secretHash } from './world.ts';

const accountNames = ['acme', 'bank', 'Ünï', ' x ', '__proto__', 'constructor'] as const;
const connectorNames = ['op-a', 'op-b', 'op-c', 'ö', '__proto__', 'toString'] as const;
const hookNames = ['hook', 'valueOf', '__proto__'] as const;
const numbers = ['44', '447', '4477', '49', '1', ''] as const;
const someNumbers = fc.uniqueArray(fc.constantFrom(...numbers), { maxLength: 3 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const filters: fc.Arbitrary<FilterSettings> = fc.record({
  blockTo: optional(fc.uniqueArray(fc.constantFrom('447700900001', '49*', '1*', '*'), { maxLength: 2 })),
  blockFrom: optional(fc.constant(['BAD', 'WORSE*'])),
  optOut: optional(fc.boolean()),
});

const account = (systemId: string): fc.Arbitrary<AccountSettings> =>
  fc.record({
    systemId: fc.constant(systemId),
    passwordHash: fc.constant(secretHash),
    allowFrom: optional(fc.constant(['203.0.113.0/24', '0.0.0.0/0'])),
    binds: optional(fc.constantFrom(1, 10_000)),
    throughput: optional(fc.record({ perSecond: fc.constantFrom(0.001, 1_000_000) })),
    quota: optional(fc.record({ day: fc.constantFrom(0, Number.MAX_SAFE_INTEGER) })),
    senders: optional(fc.constantFrom([], ['ACME'], ['*'])),
    destinations: optional(fc.constantFrom([], ['44'], ['*', '1'])),
    ownNumbers: optional(fc.constantFrom([], ['4477*', '100'], ['*'])),
    mo: optional(fc.constantFrom('none', 'any')),
    tags: optional(fc.constantFrom([], ['vip'])),
    suspended: optional(fc.boolean()),
  });

const connector = (name: string): fc.Arbitrary<ConnectorSettings> =>
  fc.record({
    name: fc.constant(name),
    host: fc.constant('memory'),
    systemId: fc.constant('chappe'),
    password: fc.constantFrom('secret', 'x'.repeat(70)),
    // The last one: no bind can be made of it, which is found out when it is tried.
    connectTimeoutMs: optional(fc.constantFrom(1, 100_000, -1)),
    group: optional(fc.constantFrom('g', '__proto__')),
    paused: optional(fc.boolean()),
    perSecond: optional(fc.constantFrom(1, 1_000)),
    window: optional(fc.constantFrom(1, 7)),
    statuses: optional(fc.constant([{ status: 0x45, means: 'full' as const }])),
    filters: optional(filters),
    receipts: optional(
      fc.record({
        ids: fc.constantFrom('same', 'hex-dec', 'loose', undefined),
        timeZone: fc.constantFrom('Europe/Paris', undefined),
        unmatched: fc.constantFrom(0, 5),
      }),
    ),
    tags: optional(fc.constant(['roaming'])),
  });

const route = (name: string, targets: readonly string[]): fc.Arbitrary<RouteSettings> => {
  const via = fc.record({
    kind: fc.constant('via' as const),
    groups: fc.array(
      fc.uniqueArray(fc.record({ connector: fc.constantFrom(...targets), weight: fc.constantFrom(1, 2.5) }), {
        selector: (target) => target.connector,
        minLength: 1,
        maxLength: 2,
      }),
      { minLength: 1, maxLength: 2 },
    ),
    failover: optional(fc.record({ tries: fc.constantFrom(1, 9), queuedMs: fc.constantFrom(5, 90_000) })),
  });
  return fc.record({
    name: fc.constant(name),
    action: fc.oneof(
      via,
      fc.constant({ kind: 'reject', status: 0x45 } as const),
      fc.constantFrom({ kind: 'drop' } as const, { kind: 'hold' } as const),
    ),
    to: optional(someNumbers),
    accounts: optional(fc.constantFrom(['acme'], ['*'], [])),
    text: optional(fc.constantFrom('Hel+o', '(win|free)')),
    when: optional(fc.constantFrom('msg.segments > 1', 'msg.tags[9] == "x"')),
    price: optional(fc.record({ perSegment: fc.constantFrom(0, 1_000) })),
    filters: optional(filters),
    disabled: optional(fc.boolean()),
  });
};

const moAction = (accounts: readonly string[], hooks: readonly string[]): fc.Arbitrary<MoAction> =>
  fc.oneof(
    fc.constant({ kind: 'drop' } as MoAction),
    ...accounts.map((name) => fc.constant({ kind: 'accounts', accounts: [name], spread: 'all' } as MoAction)),
    ...hooks.map((webhook) => fc.constant({ kind: 'webhook', webhook } as MoAction)),
  );

const moRule = (name: string, action: fc.Arbitrary<MoAction>): fc.Arbitrary<MoRouteSettings> =>
  fc.record({
    name: fc.constant(name),
    action,
    to: optional(someNumbers),
    text: optional(fc.constant('ST(O)P')),
    keywords: optional(fc.constant(['stop'])),
    reassemble: optional(fc.boolean()),
  });

const webhook = (name: string): fc.Arbitrary<WebhookSettings> =>
  fc.record({
    name: fc.constant(name),
    url: fc.constantFrom('https://hooks.example/a', 'https://hooks.example/b'),
    secret: fc.constant(`whsec_${Buffer.alloc(32, 1).toString('base64')}`),
    concurrency: optional(fc.constantFrom(1, 1_000)),
  });

const entries = <T>(
  names: readonly string[],
  one: (name: string) => fc.Arbitrary<T>,
): fc.Arbitrary<readonly T[]> => fc.tuple(...names.map(one));

/** Whole settings. At least one account, so that nobody else may bind. */
export const settings: fc.Arbitrary<GatewaySettings> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...accountNames), { minLength: 1 }),
    fc.uniqueArray(fc.constantFrom(...connectorNames)),
    fc.uniqueArray(fc.constantFrom('r1', 'r2', 'r3', '__proto__', 'hasOwnProperty')),
    fc.uniqueArray(fc.constantFrom('m1', 'm2', '__proto__')),
    fc.uniqueArray(fc.constantFrom(...hookNames)),
  )
  .chain(([accounts, connectors, routes, mo, hooks]) => {
    const targets = [...connectors, 'handsets', `account:${accounts[0]}`];
    const action = moAction(accounts, hooks);
    return fc.record({
      accounts: entries(accounts, account),
      connectors: entries(connectors, connector),
      routes: entries(routes, (name) => route(name, targets)),
      mo: entries(mo, (name) => moRule(name, action)),
      webhooks: entries(hooks, webhook),
      unclaimed: optional(action),
      filters: optional(filters),
      pumping: optional(fc.record({ sequential: fc.constantFrom(2, 1_000) })),
    });
  })
  // As the reader of files gives them: what is not said is not there.
  .map(({ unclaimed, filters: forAll, pumping, ...rest }) => ({
    ...rest,
    ...(unclaimed === undefined ? {} : { unclaimed }),
    ...(forAll === undefined ? {} : { filters: forAll }),
    ...(pumping === undefined ? {} : { pumping }),
  }));
