/** Settings come into force in two steps: what is prepared may be refused; what is taken is there whole. */
import { MemoryControl, MemoryStore } from '@chappe/center';
import { type GatewaySettings, type RouteSettings, SettingsError } from '@chappe/policy';
import { memoryPair, SimulatedClock } from '@chappe/smpp';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { Compilations } from '../../../policy/test/support/compilations.ts';
import type { GatewayOptions } from '../../src/index.ts';
import { Rig, settled } from '../rig.ts';
import { settings } from './taking-settings.ts';
import { RulesInForce, stateOf } from './taking-state.ts';
import { account, connector, secretHash, settingsOf, via } from './world.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const rig of rigs.splice(0)) await rig.stop();
});

/** A clock that breaks at a look that is told before. */
class BrittleClock extends SimulatedClock {
  looks = 0;
  breaksAt = Number.POSITIVE_INFINITY;

  override monotonicMs(): number {
    this.looks += 1;
    if (this.looks === this.breaksAt) throw new Error('broken');
    return super.monotonicMs();
  }
}

/** Nobody answers at the other end; how many have been called. */
class Calls {
  count = 0;
  onCall: () => void = () => undefined;

  readonly connect = () => {
    this.count += 1;
    this.onCall();
    return memoryPair()[0];
  };
}

const nobody = () => Promise.reject(new Error('nobody is there'));

async function open(
  given: GatewaySettings,
  clock = new SimulatedClock(),
  more: Partial<GatewayOptions> = {},
): Promise<Rig> {
  const rig = new Rig(clock);
  const options = { settings: given, smpp: { isClosed: true }, connect: nobody, ...more };
  await rig.open(options, new MemoryStore());
  rigs.push(rig);
  return rig;
}

async function close(rig: Rig): Promise<void> {
  rigs.splice(rigs.indexOf(rig), 1);
  await rig.stop();
}

const full: GatewaySettings = {
  accounts: [
    account('acme', { destinations: ['4477', '49'], ownNumbers: ['4477*'], allowFrom: ['203.0.113.0/24'] }),
    account('bank', { receipts: { webhook: 'hook' }, quota: { day: 5 } }),
  ],
  connectors: [
    connector('op-a', { group: 'g', filters: { texts: [{ pattern: 'conn(e)ctor' }] } }),
    connector('op-b', { receipts: { timeZone: 'Europe/Paris', ids: 'same' } }),
  ],
  routes: [
    via(['op-a*2,op-b'], { tries: 2 }, { name: 'one', text: 'ro(u)te', to: ['44'] }),
    via(['op-b'], undefined, { name: 'two', when: 'msg.text.matches("wh(e)n")', price: { perSegment: 3 } }),
  ],
  mo: [
    {
      name: 'stop',
      text: 'm(o)',
      reassemble: true,
      action: { kind: 'accounts', accounts: ['acme'], spread: 'all' },
    },
  ],
  webhooks: [
    {
      name: 'hook',
      url: 'https://hooks.example/x',
      secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
    },
  ],
  unclaimed: { kind: 'drop' },
  filters: { texts: [{ pattern: 'f(i)lter' }], blockTo: ['4499*'] },
  pumping: { sequential: 9 },
};

/** The same with other values everywhere. */
const other: GatewaySettings = {
  ...full,
  accounts: [account('acme', { destinations: ['33', '1'], tags: ['new'] }), account('coop')],
  connectors: [
    connector('op-b', { window: 3, receipts: { ids: 'loose' } }),
    connector('op-c', { filters: { texts: [{ pattern: 'c(o)nnector' }] } }),
  ],
  routes: [
    via(['op-c'], undefined, { name: 'two', text: 'r(o)ute', to: ['33'] }),
    via(['op-b'], { queuedMs: 7 }, { name: 'three', when: 'msg.text.matches("w(h)en")' }),
  ],
  mo: [{ name: 'go', text: '(m)o', reassemble: true, action: { kind: 'webhook', webhook: 'hook' } }],
  webhooks: [{ ...(full.webhooks[0] as (typeof full.webhooks)[0]), url: 'https://hooks.example/y' }],
  unclaimed: { kind: 'webhook', webhook: 'hook' },
  filters: { texts: [{ pattern: 'fi(l)ter' }] },
};

describe('settings that are prepared', () => {
  it('are compiled once', async () => {
    const { gateway } = await open(full);
    const compiled = new Compilations();
    await gateway.apply(other);
    for (const once of ['c(o)nnector', 'r(o)ute', 'w(h)en', '(m)o', 'fi(l)ter'])
      expect([once, compiled.count(once)]).toEqual([once, 1]);
    // That of the account, and that of the routes.
    expect(compiled.tables).toEqual(['33,1', '33']);
    // What has not changed is not compiled at all.
    compiled.clear();
    await gateway.apply({ ...other, pumping: { sequential: 3 } });
    expect(compiled.patterns).toEqual([]);
    expect(compiled.tables).toEqual([]);
  });

  it('are refused with all that is wrong, and change nothing', async () => {
    const rules = new RulesInForce();
    const rig = await open(full);
    const before = stateOf(rig.gateway, rules.last);
    const refused = rig.gateway.apply({
      ...full,
      accounts: [account('acme', { binds: 0 }), account('bank', { receipts: { webhook: 'none' } })],
      connectors: [
        connector('op-a', { receipts: { timeZone: 'Mars' } }),
        connector('op-b', { statuses: [{ status: 0, means: 'full' }] }),
      ],
      routes: [
        via(['nowhere'], undefined, { text: '(' }),
        via(['op-a'], undefined, { price: { perSegment: -1 } }),
      ],
      mo: [{ name: 'm', when: '1', action: { kind: 'webhook', webhook: 'gone' } }],
      webhooks: [{ name: 'hook', url: 'no', secret: '' }],
      filters: { texts: [{ pattern: ')' }] },
      pumping: { sequential: 0 },
    });
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SettingsError);
    const { flaws } = error as SettingsError;
    for (const words of [
      /account "acme": binds/,
      /account "bank": receipts.webhook/,
      /connector "op-a": receipts.timeZone.*Mars/,
      /connector "op-b": statuses/,
      /route "main": action.groups.0.0.connector: there is no connector "nowhere"/,
      /route "main": text/,
      /route "main": price.perSegment/,
      /route "main": name: another has it too/,
      /mo route "m": when/,
      /mo route "m": action.webhook: there is no webhook "gone"/,
      /webhook "hook": url/,
      /filters.texts/,
      /pumping.sequential/,
    ])
      expect(flaws.filter((flaw) => words.test(flaw))).toHaveLength(1);
    expect(stateOf(rig.gateway, rules.last)).toEqual(before);
  });

  it('change nothing wherever preparing them fails', { timeout: patient(60_000) }, async () => {
    const rules = new RulesInForce();
    const clock = new BrittleClock();
    const calls = new Calls();
    const { gateway } = await open(full, clock, { connect: calls.connect });
    const before = stateOf(gateway, rules.last);
    const { armed } = clock;
    const { count } = calls;
    clock.looks = 0;
    await gateway.network.prepare(other);
    const all = clock.looks;
    expect(all).toBeGreaterThan(40);
    for (let at = 1; at <= all; at += 1) {
      clock.looks = 0;
      clock.breaksAt = at;
      await expect(gateway.apply(other)).rejects.toThrow('broken');
      clock.breaksAt = Number.POSITIVE_INFINITY;
      expect(stateOf(gateway, rules.last)).toEqual(before);
    }
    // And nothing of what was prepared is left.
    expect(clock.armed).toBe(armed);
    expect(calls.count).toBe(count);
  });

  it('change nothing whichever of their values cannot be read', { timeout: patient(60_000) }, async () => {
    const rules = new RulesInForce();
    const { gateway } = await open(full);
    const before = stateOf(gateway, rules.last);
    let reads = 0;
    let failsAt = Number.POSITIVE_INFINITY;
    const brittle = <T extends object>(value: T): T =>
      new Proxy(value, {
        get: (target, key, receiver) => {
          reads += 1;
          if (reads >= failsAt) throw new Error('unreadable');
          const got: unknown = Reflect.get(target, key, receiver);
          return typeof got === 'object' && got !== null ? brittle(got) : got;
        },
      });
    await gateway.network.prepare(brittle(other));
    const all = reads;
    expect(all).toBeGreaterThan(300);
    for (let at = 1; at <= all; at += 3) {
      reads = 0;
      failsAt = at;
      await expect(gateway.network.prepare(brittle(other))).rejects.toThrow();
      failsAt = Number.POSITIVE_INFINITY;
      expect(stateOf(gateway, rules.last)).toEqual(before);
    }
  });
});

describe('settings that are taken', () => {
  it('leave what a start with them would, whatever was in force', { timeout: patient(120_000) }, async () => {
    const rules = new RulesInForce();
    const changes = fc.array(settings, { minLength: 11, maxLength: 11 });
    const walk = fc.asyncProperty(changes, async ([first, ...others]) => {
      const rig = await open(first as GatewaySettings);
      for (const next of others) {
        const prepared = await rig.gateway.network.prepare(next);
        expect(rig.gateway.network.take(prepared)).toBe(true);
        const { lanes, ...state } = stateOf(rig.gateway, rules.last);
        const fresh = await open(next);
        const { lanes: needed, ...wanted } = stateOf(fresh.gateway, rules.last);
        expect(state).toEqual(wanted);
        // Those of before are let go once they are seen to be empty.
        expect(lanes).toEqual(expect.arrayContaining([...needed]));
        if (next === others.at(-1)) {
          await rig.clock.advance(1_001);
          expect(stateOf(rig.gateway, rules.last).lanes).toEqual(needed);
        }
        await close(fresh);
      }
      await close(rig);
      // Settings that no bind can be made of are told as binds that fail, and nowhere else.
      expect(rig.errors).toEqual([]);
    });
    await fc.assert(walk, { numRuns: process.env.CI ? 100 : 20, endOnFailure: true });
  });

  it('are all there for whoever is called meanwhile', async () => {
    const calls = new Calls();
    const { gateway } = await open(full, new SimulatedClock(), { connect: calls.connect });
    await settled();
    const seen: unknown[] = [];
    calls.onCall = () => {
      seen.push([
        gateway.settings.pumping,
        gateway.entries.settings.pumping,
        gateway.accounts.names(),
        gateway.network.router?.routes.map(({ settings: { name } }) => name),
        gateway.network.upstreams.list().map(({ name }) => name),
        gateway.network.mo.rules.match({ destination: { digits: '1' }, text: 'mo' } as never)?.name,
      ]);
    };
    await gateway.apply({ ...other, pumping: { sequential: 3 } });
    await settled();
    expect(seen.length).toBeGreaterThanOrEqual(2);
    for (const one of seen) {
      expect(one).toEqual([
        { sequential: 3 },
        { sequential: 3 },
        ['acme', 'coop'],
        ['two', 'three'],
        ['op-b', 'op-c'],
        'go',
      ]);
    }
  });

  it('are there although binds cannot be made, which is told', async () => {
    const rig = await open(full);
    const told: string[] = [];
    rig.gateway.events.subscribe((event) => {
      if ('connector' in event) told.push(`${event.connector} ${event.type}`);
    });
    const hasty = connector('op-a', { connectTimeoutMs: -1 });
    await rig.gateway.apply({ ...full, connectors: [hasty, connector('op-b', { window: 2 })] });
    await settled();
    expect(rig.gateway.network.upstreams.list().map(({ name }) => name)).toEqual(['op-a', 'op-b']);
    expect(rig.gateway.network.upstreams.get('op-a')?.binds.lastError).toMatch(/connectTimeoutMs/);
    expect(told).toContain('op-a connector.failed');
  });

  it('go on counting: a submission between the two steps is not forgotten', async () => {
    const { gateway } = await open(full);
    const policy = gateway.accounts.get('bank')?.policy;
    const raised = full.accounts.map((one) =>
      one.systemId === 'bank' ? { ...one, quota: { day: 6 }, throughput: { perSecond: 1 } } : one,
    );
    const hits = () => gateway.network.router?.hits().map(({ hits: count }) => count);
    const facts = { account: 'acme', destination: { digits: '44' }, text: 'route', tags: [] } as never;
    gateway.network.router?.route(facts);
    const routes = full.routes.map((one): RouteSettings => ({ ...one, priority: 1 }));
    const prepared = await gateway.network.prepare({ ...full, accounts: raised, routes });
    policy?.take(4, Date.UTC(2026, 6, 20, 12));
    gateway.network.router?.route(facts);
    expect(hits()).toEqual([2, 0]);
    expect(gateway.network.take(prepared)).toBe(true);
    expect(gateway.accounts.get('bank')?.policy.quota.used(Date.UTC(2026, 6, 20, 12)).day).toBe(4);
    expect(hits()).toEqual([2, 0]);
    // And one that still holds what was in force before counts, too.
    policy?.releaseQuota(1);
    expect(gateway.accounts.get('bank')?.policy.quota.used(Date.UTC(2026, 6, 20, 12)).day).toBe(3);
  });
});

describe('of two changes at once', () => {
  const large = (count: number): GatewaySettings =>
    settingsOf({
      accounts: [account('acme')],
      connectors: ['op-a'],
      routes: Array.from({ length: count }, (_, at) =>
        via(['op-a'], undefined, { name: `r${at}`, to: [`${at}`] }),
      ),
    });

  it('the later one stays, however long the first one takes', async () => {
    const { gateway } = await open(full);
    const taken: number[] = [];
    const first = gateway.apply(large(3_000), () => void taken.push(3_000));
    const second = gateway.apply(large(2), () => void taken.push(2));
    await Promise.all([first, second]);
    expect(taken).toEqual([3_000, 2]);
    expect(gateway.settings.routes).toHaveLength(2);
    expect(gateway.network.router?.routes).toHaveLength(2);
  });

  it('what was prepared beside other settings is not taken, but prepared anew', async () => {
    const rules = new RulesInForce();
    const { gateway } = await open(full);
    const old = await gateway.network.prepare(large(1));
    const newer = await gateway.network.prepare(large(2));
    expect(gateway.network.take(newer)).toBe(true);
    const state = stateOf(gateway, rules.last);
    expect(gateway.network.take(old, () => expect.unreachable())).toBe(false);
    expect(stateOf(gateway, rules.last)).toEqual(state);
    // Also when an account has been suspended since.
    const stale = await gateway.network.prepare(large(3));
    gateway.accounts.suspend('acme', true);
    expect(gateway.network.take(stale)).toBe(false);
    const prepare = vi.spyOn(gateway.network, 'prepare');
    prepare.mockImplementationOnce(async () => stale);
    await gateway.apply(large(4));
    expect(prepare).toHaveBeenCalledTimes(2);
    expect(gateway.settings.routes).toHaveLength(4);
    expect(gateway.accounts.get('acme')?.suspended).toBe(true);
  });

  it('nothing is taken that could not be written down', async () => {
    const control = new MemoryControl();
    const { gateway } = await open(full, new SimulatedClock(), { control });
    vi.spyOn(control, 'write').mockRejectedValue(new Error('disk full'));
    await expect(gateway.putEntry('account', { systemId: 'new', passwordHash: secretHash })).rejects.toThrow(
      'disk full',
    );
    await expect(gateway.apply({ ...full, mo: [] })).rejects.toThrow('disk full');
    expect(gateway.settings).toEqual(full);
    expect(gateway.entries.originOf('account', 'new')).toBeUndefined();
  });
});
