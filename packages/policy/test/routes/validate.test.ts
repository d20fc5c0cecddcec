import { describe, expect, it } from 'vitest';
import type { RouteFlaw } from '../../src/routes/check-rules.ts';
import { Router } from '../../src/routes/router.ts';
import { checkRoutes } from '../../src/routes/validate.ts';
import { checkMoRoutes } from '../../src/routes/validate-mo.ts';
import type { MoRouteSettings } from '../../src/settings/mo-route.ts';
import type { RouteAction, RouteSettings, Target } from '../../src/settings/route.ts';
import { routeVia } from './facts-of.ts';

const connectors = new Set(['op-a', 'op-b', 'handsets']);
const accounts = new Set(['acme', 'beta']);

function shorten(flaws: readonly RouteFlaw[]): string[] {
  return flaws.map(({ route, field, severity, message }) => `${severity} ${route} ${field}: ${message}`);
}

function flawsOf(...routes: readonly RouteSettings[]): string[] {
  return shorten(checkRoutes(routes, connectors, accounts));
}

function via(...groups: readonly (readonly Target[])[]): RouteAction {
  return { kind: 'via', groups };
}

function route(rest: Partial<RouteSettings>): RouteSettings {
  return { name: 'r', action: via([{ connector: 'op-a' }]), ...rest };
}

describe('a good table', () => {
  it('has no flaws', () => {
    const routes = [
      routeVia('op-a', {
        to: ['44', '+33'],
        accounts: ['acme', 'x*'],
        codings: ['GSM7', 'ucs2'],
        price: { perSegment: 1 },
      }),
      route({
        to: ['44'],
        action: {
          kind: 'via',
          groups: [
            [
              { connector: 'op-a', weight: 70 },
              { connector: 'op-b', weight: 30 },
            ],
            [{ connector: 'account:beta' }],
          ],
          failover: { tries: 2, queuedMs: 1_000, receiptAfterMs: 60_000 },
        },
      }),
      { name: 'no', to: ['7'], action: { kind: 'reject' as const, status: 0x45 } },
      { name: 'rest', action: { kind: 'hold' as const } },
    ];
    expect(flawsOf(...routes)).toEqual([]);
    expect(() => new Router(routes)).not.toThrow();
  });

  it('may be empty', () => {
    expect(flawsOf()).toEqual([]);
  });
});

describe('flaws of one route', () => {
  it.each<readonly [Partial<RouteSettings>, string[]]>([
    [
      { action: via([{ connector: 'op-a' }, { connector: 'op-x' }]) },
      ['error r action.groups.0.1.connector: there is no connector "op-x"'],
    ],
    [
      { action: via([{ connector: 'account:gamma' }]) },
      ['error r action.groups.0.0.connector: there is no account "gamma"'],
    ],
    [
      { action: via([{ connector: 'account:' }]) },
      ['error r action.groups.0.0.connector: name the account: account:NAME'],
    ],
    [{ action: via() }, ['error r action.groups: there are none: name a connector']],
    [
      { action: via([{ connector: 'op-a' }], []) },
      ['error r action.groups.1: it is empty: name a connector or leave it out'],
    ],
    [
      {
        action: via([
          { connector: 'op-a', weight: 0 },
          { connector: 'op-b', weight: 1 },
        ]),
      },
      [
        'error r action.groups.0.0.weight: a weight of 0 gives it no share: give one above 0, or leave the connector out',
      ],
    ],
    [
      { action: via([{ connector: 'op-a' }, { connector: 'op-a' }]) },
      ['warning r action.groups.0.1.connector: "op-a" stands in this group twice: add the weights'],
    ],
    [
      { accounts: ['ac*'], action: via([{ connector: 'op-a' }], [{ connector: 'account:acme' }]) },
      [
        'warning r action.groups.1.0.connector: messages of "acme" come back to it: a peer that forwards them sends them round',
      ],
    ],
    [
      { action: { kind: 'via', groups: [[{ connector: 'op-a' }]], failover: { tries: 0 } } },
      ['error r action.failover.tries: 0: give a whole number from 1'],
    ],
    [
      {
        action: {
          kind: 'via',
          groups: [[{ connector: 'op-a' }]],
          failover: { queuedMs: 0, receiptAfterMs: -1 },
        },
      },
      [
        'error r action.failover.queuedMs: 0: give a time above 0',
        'error r action.failover.receiptAfterMs: -1: give a time above 0',
      ],
    ],
    [
      { action: { kind: 'reject', status: 0 } },
      ['error r action.status: 0 refuses nothing: give a command_status from 1, as 0x45'],
    ],
    [
      { price: { perSegment: -1, byPrefix: { '44': 0.1 } } },
      [
        'error r price.perSegment: -1 is no price: give whole millionths of the currency from 0',
        'error r price.byPrefix.44: 0.1 is no price: give whole millionths of the currency from 0',
      ],
    ],
    [
      { price: { byPrefix: { '44': 1 } } },
      [
        'warning r price: numbers that no prefix holds are free: give perSegment for them (0, if that is meant), or unlisted: reject',
      ],
    ],
    [{ price: { byPrefix: { '44': 1, '4477': 2 } }, to: ['+447', '44'] }, []],
    [
      { price: { byPrefix: { '4477': 1 } }, to: ['4477', '44'] },
      [
        'warning r price: numbers that no prefix holds are free: give perSegment for them (0, if that is meant), or unlisted: reject',
      ],
    ],
    [{ price: { byPrefix: { '44': 1 }, perSegment: 0 } }, []],
    [{ price: { byPrefix: { '44': 1 }, unlisted: 'free' } }, []],
    [{ price: { byPrefix: { '44': 1 }, unlisted: 'reject' } }, []],
    [{ price: { byPrefix: { '44': 1 } }, action: { kind: 'drop' } }, []],
    [{ name: '' }, ['error  name: it has none: give it one']],
    [{ accounts: ['gamma', 'b*'] }, ['warning r accounts.0: there is no account "gamma"']],
    [
      { connectors: ['op-a', 'op-x'] },
      [
        'warning r connectors.1: there is no connector "op-x"',
        'warning r connectors: messages of customers come by none, so nothing matches: use accounts',
      ],
    ],
    [{ to: ['44', '4 4'] }, ['warning r to.1: "4 4" has characters that numbers do not have']],
    [{ to: [] }, ['warning r to: its list is empty, so nothing matches: leave it out if all shall']],
    [{ tags: [] }, ['warning r tags: its list is empty, so nothing matches: leave it out if all shall']],
  ])('%j', (rest, flaws) => {
    expect(flawsOf(route(rest))).toEqual(flaws);
  });

  it('are told all at once, bad conditions included', () => {
    const flaws = checkRoutes(
      [
        route({
          to: ['44*'],
          text: '(',
          when: 'msg.x',
          time: [{ from: '1', until: '2' }],
          codings: ['gms7'],
          action: via([{ connector: 'op-x' }]),
        }),
      ],
      connectors,
      accounts,
    );
    expect(flaws.map(({ field, severity }) => `${severity} ${field}`)).toEqual([
      'error to',
      'error time',
      'error text',
      'error when',
      'warning to.0',
      'warning codings.0',
      'error action.groups.0.0.connector',
    ]);
    expect(flaws.every(({ index }) => index === 0)).toBe(true);
  });

  it('are bounded', () => {
    const routes = Array.from({ length: 5_000 }, (_, at) => routeVia(`x${at}`, { to: [`${10_000 + at}`] }));
    expect(checkRoutes(routes, connectors, accounts)).toHaveLength(1_000);
  });

  it('say nothing of accounts where any may come', () => {
    const routes = [route({ accounts: ['gamma'], action: via([{ connector: 'account:delta' }]) })];
    expect(checkRoutes(routes, connectors, undefined)).toEqual([]);
  });

  it('name a name that is taken', () => {
    expect(flawsOf(route({ to: ['1'] }), route({ to: ['2'] }))).toEqual([
      'error r name: number 1 has it too: give it its own',
    ]);
  });
});

describe('routes that are never reached', () => {
  const named = (name: string, rest: Partial<RouteSettings> = {}): RouteSettings => route({ name, ...rest });
  const unreached = (name: string, by: string): string =>
    `warning ${name} to: it is never reached: "${by}" before it takes all of its messages`;

  it.each<readonly [string, readonly RouteSettings[], readonly string[]]>([
    ['after one without conditions', [named('all'), named('uk', { to: ['44'] })], [unreached('uk', 'all')]],
    [
      'after an empty prefix',
      [named('all', { to: [''] }), named('b', { tags: ['x'] })],
      [unreached('b', 'all')],
    ],
    ['before it', [named('uk', { to: ['44'] }), named('all')], []],
    ['after a disabled one', [named('all', { disabled: true }), named('uk', { to: ['44'] })], []],
    ['itself disabled', [named('all'), named('uk', { to: ['44'], disabled: true })], []],
    [
      'after one with another condition',
      [named('a', { to: ['44'], tags: ['x'] }), named('b', { to: ['447'] })],
      [],
    ],
    [
      'after a shorter prefix',
      [named('uk', { to: ['+44'] }), named('m', { to: ['447'], text: 'x' })],
      [unreached('m', 'uk')],
    ],
    [
      'after the same prefix',
      [named('a', { to: ['44'] }), named('b', { to: ['44'] })],
      [unreached('b', 'a')],
    ],
    ['after a longer prefix', [named('m', { to: ['447'] }), named('uk', { to: ['44'] })], []],
    ['with one prefix left', [named('uk', { to: ['44'] }), named('b', { to: ['447', '33'] })], []],
    [
      'by two together',
      [named('uk', { to: ['44'] }), named('fr', { to: ['33'] }), named('b', { to: ['337', '447'] })],
      [unreached('b', 'uk')],
    ],
  ])('%s', (_, routes, flaws) => {
    expect(flawsOf(...routes)).toEqual(flaws);
  });
});

describe('mo routes', () => {
  const webhooks = new Set(['hook']);
  const flawsOfMo = (rest: Partial<MoRouteSettings>): string[] =>
    shorten(
      checkMoRoutes([{ name: 'm', action: { kind: 'drop' }, ...rest }], { connectors, accounts, webhooks }),
    );

  it.each<readonly [Partial<MoRouteSettings>, string[]]>([
    [{ keywords: ['stop'], to: ['60100'], connectors: ['op-a'] }, []],
    [{ action: { kind: 'accounts', accounts: ['acme'], spread: 'sticky' } }, []],
    [{ action: { kind: 'webhook', webhook: 'hook' } }, []],
    [{ action: { kind: 'webhook', webhook: 'hok' } }, ['error m action.webhook: there is no webhook "hok"']],
    [
      { action: { kind: 'accounts', accounts: [], spread: 'all' } },
      ['error m action.accounts: there are none: name an account'],
    ],
    [
      // biome-ignore lint/suspicious/noThenProperty: the settings call it so.
      { action: { kind: 'opt-out', then: { kind: 'accounts', accounts: ['acme', 'x'], spread: 'all' } } },
      ['error m action.then.accounts.1: there is no account "x"'],
    ],
    [{ action: { kind: 'opt-in' } }, []],
    [
      { accounts: ['acme'] },
      ['warning m accounts: messages from handsets are of none, so nothing matches: use to or connectors'],
    ],
    [{ connectors: ['op-x'] }, ['warning m connectors.0: there is no connector "op-x"']],
    [{ keywords: ['two words'] }, ['error m keywords: "two words" is more than one word: use text instead']],
  ])('%j', (rest, flaws) => {
    expect(flawsOfMo(rest)).toEqual(flaws);
  });

  it('are not followed without end', () => {
    let action: MoRouteSettings['action'] = { kind: 'drop' };
    // biome-ignore lint/suspicious/noThenProperty: the settings call it so.
    for (let depth = 0; depth < 20_000; depth += 1) action = { kind: 'opt-out', then: action };
    expect(flawsOfMo({ action })).toEqual([
      'error m action.then.then.then.then: actions stand 4 deep at most',
    ]);
  });
});
