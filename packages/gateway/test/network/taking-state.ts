/** What a gateway makes of its settings, as far as it can be seen from outside. */
import type { Address } from '@chappe/center';
import type { MessageFacts } from '@chappe/policy';
import { vi } from 'vitest';
import type { Gateway } from '../../src/index.ts';
import { Acceptance } from '../../src/ingress/acceptance.ts';
import type { AcceptanceParts } from '../../src/ingress/verdict.ts';
import { start } from '../rig.ts';

/** The rules in force, by the part of the gateway that has them: nobody else is given them. */
export class RulesInForce {
  readonly #parts: AcceptanceParts[] = [];

  constructor() {
    const parts = this.#parts;
    const { use } = Acceptance.prototype;
    vi.spyOn(Acceptance.prototype, 'use').mockImplementation(function (this: Acceptance, given) {
      if (given !== undefined) parts.push(given);
      use.call(this, given);
    });
  }

  /** Those that were taken last, by any gateway. */
  get last(): AcceptanceParts {
    return this.#parts.at(-1) as AcceptanceParts;
  }
}

const number = (digits: string): Address => ({ ton: 1, npi: 1, digits });

function factsOf(account: string, from: string, to: string, text: string): MessageFacts {
  return {
    kind: 'mt',
    account,
    connector: '',
    source: { ton: 5, npi: 0, digits: from },
    destination: number(to),
    text,
    coding: 'gsm7',
    segments: 1,
    tlvs: [],
    tags: [],
    priority: 0,
    nowMs: start,
  };
}

const senders = ['ACME', 'BAD', 'WORSE 1'];
const receivers = ['447700900001', '4977', '1', '33'];
const samples = ['acme', 'bank'].flatMap((account) =>
  senders.flatMap((from) =>
    receivers.flatMap((to) => ['Hello', 'STOP it'].map((text) => factsOf(account, from, to, text))),
  ),
);

function accountsOf({ accounts }: Gateway): unknown {
  return {
    all: accounts.names().map((name) => {
      const { settings, suspended, policy, ownNumbers } = accounts.get(name) as NonNullable<
        ReturnType<typeof accounts.get>
      >;
      const may = receivers.map((to) => policy.destination(number(to)) !== undefined);
      return [name, settings, suspended, policy.tags, ownNumbers, may];
    }),
    owners: [...receivers, '100'].map((to) => accounts.owners.of(to)),
    listed: accounts.isListed('203.0.113.9'),
  };
}

function rulesOf({ network }: Gateway, parts: AcceptanceParts): unknown {
  return {
    routes: parts.router?.routes.map((route) => {
      const { settings } = route;
      const found = parts.filtersOf(route);
      return {
        settings,
        lane: parts.laneOf(route),
        refuses: samples.map((facts) => found.filters.refuses(facts)),
        isNamed: parts.filtersNamed(settings.name) === found,
        price: route.priceOf(number('4477')),
        failover: network.upstreams.failoverOf(settings.name),
      };
    }),
    ways: samples.map((facts) => parts.router?.peek(facts)?.settings.name),
    isOne: parts.router === network.router,
    mo: samples.map((facts) => network.mo.rules.match(facts)?.name),
    parts: samples.map((facts) => network.mo.partRules.match(facts)?.name),
    unclaimed: network.mo.unclaimedAction,
  };
}

/** What is seen; `lanes`: those that a way out is attached to. */
export interface GatewayState {
  readonly lanes: readonly string[];
  readonly [part: string]: unknown;
}

/** All of it: two gateways with the same settings have the same. */
export function stateOf(gateway: Gateway, rules: AcceptanceParts): GatewayState {
  const { network, center } = gateway;
  return {
    settings: gateway.settings,
    accounts: accountsOf(gateway),
    rules: rulesOf(gateway, rules),
    upstreams: network.upstreams.list().map((upstream) => ({
      settings: upstream.settings,
      group: upstream.group.name,
      isGroup: network.upstreams.groups().includes(upstream.group),
      isMember: upstream.group.members.has(upstream),
      mode: upstream.mode,
      order: upstream.group.receipts.ids.order,
    })),
    webhooks: network.webhooks.map((hook) => [hook.name, hook.settings]),
    lanes: center
      .depths()
      .filter(({ isAttached }) => isAttached)
      .map(({ lane }) => lane)
      .sort(),
  };
}
