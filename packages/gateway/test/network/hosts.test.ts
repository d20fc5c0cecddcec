/** A connector with several hosts: binds to each, which act as one. */

import type { ConnectorSettings } from '@chappe/policy';
import { afterEach, describe, expect, it } from 'vitest';
import { polite, RawCentre } from '../../../smpp/test/support/raw-centre.ts';
import { connectorView, tryUpstream } from '../../src/index.ts';
import { account, connector, settingsOf, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

/** One centre for each host and port. */
async function begin(more: Partial<ConnectorSettings>): Promise<ReadonlyMap<string, RawCentre>> {
  const centres = new Map<string, RawCentre>();
  world = await World.start(
    { connectors: [connector('op', { host: 'a.example', ...more })], routes: [via(['op'])] },
    {
      connect: ({ host, port }) => {
        const name = `${host}:${port}`;
        const centre = centres.get(name) ?? new RawCentre();
        centres.set(name, centre);
        return centre.connect();
      },
    },
  );
  return centres;
}

const sent = (centre: RawCentre | undefined): number => centre?.all('submit_sm').length ?? 0;
const view = () => connectorView(world.upstream('op'), world.gateway.center);

async function burst(count: number): Promise<void> {
  const esme = await world.esme();
  await Promise.all(
    Array.from({ length: count }, (_, at) => esme.submit({ short_message: Buffer.from(`${at}`) })),
  );
}

describe('a connector with several hosts', () => {
  it('binds to each, once each, with the port of each', async () => {
    const hosts = [
      { host: 'b.example' },
      { host: 'c.example', port: 3000 },
      { host: 'B.example', port: 2775 },
      { host: 'a.example' },
    ];
    const centres = await begin({ hosts, binds: 2 });
    expect([...centres].map(([name, { connections }]) => [name, connections.length])).toEqual([
      ['a.example:2775', 2],
      ['b.example:2775', 2],
      ['c.example:3000', 2],
    ]);
    expect(view().binds).toEqual({ bound: 6, wanted: 6 });
  });

  it('with a transmitter and a receiver to each, by TLS on its port', async () => {
    const centres = await begin({ hosts: [{ host: 'b.example' }], bind: 'transmitter+receiver', tls: {} });
    expect(
      [...centres].map(([name, { connections }]) => [name, connections.map(({ commands }) => commands[0])]),
    ).toEqual([
      ['a.example:3550', ['bind_transmitter', 'bind_receiver']],
      ['b.example:3550', ['bind_transmitter', 'bind_receiver']],
    ]);
  });

  it('spreads messages over them, and keeps to one rate and the windows of all', async () => {
    const centres = await begin({ hosts: [{ host: 'b.example' }], perSecond: 50, burst: 1, window: 5 });
    await burst(200);
    await world.pass(2_000);
    const [a, b] = [...centres.values()];
    expect(sent(a) + sent(b)).toBeGreaterThan(90);
    expect(sent(a) + sent(b)).toBeLessThanOrEqual(102);
    expect(Math.abs(sent(a) - sent(b))).toBeLessThan(20);
    expect(view().window).toBe(10);
  });

  it('one host that is down takes nothing; the others go on, and it comes back', async () => {
    const centres = await begin({ hosts: [{ host: 'b.example' }] });
    const b = centres.get('b.example:2775');
    if (b === undefined) throw new Error('no b');
    b.script = (pdu, connection) => {
      if (pdu.command.startsWith('bind_')) connection.end();
    };
    b.last.reset();
    await world.pass(100);
    await burst(20);
    await world.pass(1_000);
    expect([sent(centres.get('a.example:2775')), sent(b)]).toEqual([20, 0]);
    expect(view()).toMatchObject({ state: 'bound', binds: { bound: 1, wanted: 2 } });
    expect(view().lastError).toMatch(/closed the connection before it answered the bind/);
    b.script = polite;
    await world.pass(60_000);
    expect(view()).toMatchObject({ binds: { bound: 2, wanted: 2 }, lastError: undefined });
  });

  it('a receipt is matched whichever host it comes from', async () => {
    const centres = await begin({ hosts: [{ host: 'b.example' }] });
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass(100);
    const [by, other] = [...centres.values()].toSorted((one, two) => sent(two) - sent(one));
    const pdu = by?.all('submit_sm')[0];
    other?.last.send({
      command: 'deliver_sm',
      sequence_number: 9,
      source_addr: '447700900123',
      source_addr_ton: 1,
      destination_addr: 'ACME',
      dest_addr_ton: 5,
      esm_class: 4,
      short_message: Buffer.from(
        `id:raw-1-${pdu?.sequence_number} sub:001 dlvrd:001 submit date:2607201200 done date:2607201201 stat:DELIVRD err:000 text:`,
      ),
    });
    await world.pass(100);
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
  });

  it('`connector test` tries each, and says which one fails', async () => {
    const centres = await begin({ hosts: [{ host: 'b.example' }] });
    const message = { from: 'ACME', to: '447700900123', text: 'trial' };
    expect(await tryUpstream(world.upstream('op'), world.clock, message)).toMatchObject({ ok: true });
    expect([...centres.values()].map(sent)).toEqual([1, 0]);
    const b = centres.get('b.example:2775') as RawCentre;
    b.script = (_, connection) => connection.end();
    expect(await tryUpstream(world.upstream('op'), world.clock, message)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^smpp:\/\/b\.example:2775: the operator closed the connection/),
    });
  });

  it('has no elsewhere to receive', async () => {
    await begin({});
    const wrong = settingsOf({
      accounts: [account('acme')],
      connectors: [connector('op', { hosts: [{ host: 'b.example' }], receiveHost: 'r.example' })],
      routes: [via(['op'])],
    });
    await expect(world.gateway.apply(wrong)).rejects.toThrow(/connector "op": hosts: .*leave receive out/);
  });
});
