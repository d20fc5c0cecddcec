/** A connector whose host and port are those of the gateway itself, over loopback. */
import { readFileSync } from 'node:fs';
import { MemoryStore } from '@chappe/center';
import type { ConnectorSettings } from '@chappe/policy';
import { SmppClient } from '@chappe/smpp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Gateway, type GatewayOptions } from '../../src/index.ts';
import { submission } from '../rig.ts';
import { account, connector, settingsOf, via, World } from './world.ts';

const pem = (name: string): string =>
  readFileSync(new URL(`../../../smpp/test/support/certificates/${name}.pem`, import.meta.url), 'utf8');
const certificate = { cert: pem('server'), key: pem('server-key') };

/** Starts a gateway with a route to one connector; the connector leads where `lead` says once its port is known. */
async function play(
  options: Partial<GatewayOptions>,
  lead: (gateway: Gateway) => Promise<Partial<ConnectorSettings>> | Partial<ConnectorSettings>,
) {
  const failures: string[] = [];
  let wake = (): void => undefined;
  const base = settingsOf({ accounts: [account('acme'), account('self')], connectors: [], routes: [] });
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0, host: '127.0.0.1' },
    settings: { ...base, routes: [{ name: 'none', action: { kind: 'drop' } }] },
    ...options,
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  gateway.events.subscribe((event) => {
    if (!('connector' in event)) return;
    failures.push(`${event.type} ${event.detail}`);
    wake();
  }, false);
  const more = await lead(gateway);
  const op = connector('op', { systemId: 'self', host: '127.0.0.1', window: 50, ...more });
  await gateway.apply({ ...base, connectors: [op], routes: [via(['op'])] });
  const next = async (): Promise<string> => {
    while (failures.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return failures.shift() ?? '';
  };
  return { gateway, next };
}

async function sendOne(gateway: Gateway): Promise<void> {
  const customer = await SmppClient.connect(`smpp://acme:secret@127.0.0.1:${gateway.smppPort}`, {
    reconnect: false,
  });
  onTestFinished(() => customer.destroy());
  expect((await customer.request(submission())).command_status).toBe(0);
}

describe('a connector that leads back', () => {
  const own = /^connector.failed (127\.0\.0\.1|\[::1\]):\d+ is a listener of this gateway itself/;

  it.each([
    ['plain', {}, (gateway: Gateway) => ({ port: gateway.smppPort })],
    ['by name', {}, (gateway: Gateway) => ({ host: 'localhost', port: gateway.smppPort })],
    [
      'a listener for all addresses',
      { smpp: { port: 0, host: '::' } },
      (gateway: Gateway) => ({ port: gateway.smppPort }),
    ],
    [
      'TLS',
      { tls: { port: 0, ...certificate } },
      (gateway: Gateway) => ({ port: gateway.tlsPort ?? 0, tls: { verify: false } }),
    ],
    [
      'transmitter and receiver',
      {},
      (gateway: Gateway) => ({ port: gateway.smppPort, bind: 'transmitter+receiver' as const }),
    ],
  ] as const)(
    '%s: no bind to ourselves is kept, and a message does not go round',
    async (_, options, lead) => {
      const { gateway, next } = await play(options, lead);
      expect(await next()).toMatch(own);
      await sendOne(gateway);
      expect(await next()).toMatch(own);
      const upstream = gateway.network.upstreams.get('op');
      expect(upstream?.counters.submitted).toBe(0);
      expect(upstream?.binds.lastError).toMatch(/its messages would go round/);
      expect(gateway.center.depths().reduce((sum, { queued, waiting }) => sum + queued + waiting, 0)).toBe(1);
    },
  );

  it('to another gateway in the same process is none of that', async () => {
    const other = await Gateway.start({
      store: new MemoryStore(),
      smpp: { port: 0, host: '127.0.0.1' },
      settings: settingsOf({ accounts: [account('self')], connectors: [], routes: [] }),
    });
    onTestFinished(() => other.stop({ drainMs: 0 }));
    const { next } = await play({}, () => ({ port: other.smppPort }));
    expect(await next()).toMatch(/^connector.bound /);
  });
});

/** A connector to the gateway itself by a way that hides it, as a forwarder or address translation does. */
describe('a connector that leads back unseen', () => {
  async function sent(systemId: string | undefined, more: Partial<ConnectorSettings>): Promise<World> {
    const self: World = await World.start(
      {
        accounts: [account('acme'), account('self')],
        connectors: [connector('op', { systemId: 'self', window: 50, ...more })],
        routes: [via(['op'])],
      },
      {
        ...(systemId === undefined ? {} : { smpp: { systemId } }),
        beforeOpen: (world) => world.detour('op', () => self.gateway),
      },
    );
    onTestFinished(() => self.stop());
    await self.until(() => self.upstream('op').isUsable);
    const esme = await self.esme();
    expect((await esme.submit()).command_status).toBe(0);
    await self.pass(3_000);
    return self;
  }

  it.each([undefined, 'Chappe', 'GATE7'])('as %s: a message does not come round', async (systemId) => {
    const self = await sent(systemId, {});
    expect(self.upstream('op').counters.submitted).toBeLessThanOrEqual(2);
    expect(self.gateway.counters().refusals.loop).toBeGreaterThanOrEqual(1);
  });

  it('whoever says that it is none is believed', async () => {
    const self = await sent(undefined, { peer: false, perSecond: 10, burst: 1 });
    expect(self.upstream('op').counters.submitted).toBeGreaterThan(10);
  });
});

it('an operator by any other name gets no TLV of ours', async () => {
  const world = await World.start({ accounts: [account('acme')], connectors: ['op'], routes: [via(['op'])] });
  onTestFinished(() => world.stop());
  const esme = await world.esme();
  await esme.submit();
  await world.pass();
  expect(world.centre('op').last.pdu.tlvs).toEqual([]);
});
