import type { ConnectorSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { SmppServer, type Transport } from '@chappe/smpp';
import { afterEach, describe, expect, it } from 'vitest';
import type { Centre } from './centre.ts';
import { account, connector, settingsOf, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

/** A connection that can go dead: what is written then arrives nowhere, and nobody says so. */
function deadly(transport: Transport, isDead: () => boolean): Transport {
  return new Proxy(transport, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (name === 'write') return (bytes: Uint8Array) => (isDead() ? undefined : target.write(bytes));
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

describe('a connection', () => {
  it('that goes dead without a word is found out by enquire_link; its messages go on', async () => {
    let isDead = false;
    const settings = settingsOf({
      connectors: [
        connector('a', { enquireLinkMs: 5_000, enquireLinkResponseMs: 2_000, unknown: 'resend', window: 3 }),
        'b',
      ],
      routes: [via(['a', 'b'])],
    });
    world = await World.start(settings, {
      connect: ({ name }: ConnectorSettings) => {
        const transport = world_(name).connect();
        return name === 'a' ? deadly(transport, () => isDead) : transport;
      },
      beforeOpen: (made) => {
        centres = made.centres;
      },
    });
    const esme = await world.esme();
    isDead = true;
    for (let i = 0; i < 6; i += 1) await esme.submit({ short_message: Buffer.from(`${i}`) });
    await world.pass(4_000);
    expect(world.centre('b').texts).toEqual([]);
    await world.pass(6_000);
    expect([...world.centre('b').texts].sort()).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(world.events.some((event) => event.type === 'connector.unbound')).toBe(true);
  });

  it('is tried again and again while the operator refuses the bind, and used once it does not', async () => {
    world = await World.start({
      connectors: [connector('a', { reconnect: { minMs: 1_000, maxMs: 4_000 } })],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    let isRefused = true;
    const strict = await SmppServer.listen({
      port: 0,
      clock: world.clock,
      authenticate: () => (isRefused ? { accept: false, status: status.ESME_RINVPASWD } : { accept: true }),
      operations: { submit_sm: () => ({ message_id: 'x' }) },
    });
    const { server } = a;
    a.cut(false);
    a.server = strict;
    await world.pass(10_000);
    expect(world.upstream('a').counters.bindFailures).toBeGreaterThan(2);
    expect(world.upstream('a').binds.lastError).toContain('ESME_RINVPASWD');
    expect(world.upstream('a').isUsable).toBe(false);
    isRefused = false;
    await world.pass(6_000);
    expect(world.upstream('a').isUsable).toBe(true);
    expect(world.upstream('a').binds.lastError).toBeUndefined();
    await strict.close({ drainMs: 0 });
    a.server = server;
  });

  it('to an operator of 3.3: no TLVs, short ids, receipts all the same', async () => {
    world = await World.start({
      connectors: [connector('a', { version: '3.3', longMessages: 'udh8' })],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    a.idOf = (count) => count.toString(16).padStart(8, '0');
    const esme = await world.esme();
    await esme.submit({ tlvs: { user_message_reference: 5 }, priority_flag: 3 });
    await world.pass();
    expect(a.sessions.map(({ kind, version }) => [kind, version]).sort()).toEqual([
      ['receiver', 0x33],
      ['transmitter', 0x33],
    ]);
    expect(a.last.pdu.tlvs).toEqual([]);
    expect(a.last.pdu.command === 'submit_sm' && a.last.pdu.priority_flag).toBe(1);
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('of a customer that breaks loses no receipt: those without answer come again, marked', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    const esme = await world.esme({ answer: () => undefined });
    const { message_id } = await esme.submit();
    await world.pass();
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
    await esme.drop();
    const back = await world.esme();
    await world.pass(1_000);
    expect(back.stats).toEqual(['DELIVRD']);
    expect((await world.view(message_id)).state).toBe('delivered');
  });

  it('binds beyond what an account may have are refused; the others stay', async () => {
    world = await World.start({
      accounts: [account('acme', { binds: 2, bindKinds: ['transmitter', 'receiver'] })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    const tx = await world.esme({ bind: 'transmitter' });
    await world.esme({ bind: 'receiver' });
    await expect(world.esme({ bind: 'receiver' })).rejects.toThrow();
    await expect(world.esme({ bind: 'transceiver' })).rejects.toThrow();
    expect((await tx.submit()).command_status).toBe(0);
  });
});

it('a transceiver of 3.3 is refused by name', async () => {
  world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
  const wrong = settingsOf({
    connectors: [connector('a', { version: '3.3', bind: 'transceiver' })],
    routes: [via(['a'])],
  });
  await expect(world.gateway.apply(wrong)).rejects.toThrow(/connector "a": bind/);
});

describe('stopping', () => {
  it('waits for what operators are about to answer', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    a.react = () => ({ delayMs: 2_000 });
    const esme = await world.esme();
    await esme.submit();
    await world.pass(100);
    let isOver = false;
    const stopped = world.gateway.stop({ drainMs: 10_000 }).then(() => {
      isOver = true;
    });
    world.isStopped = true;
    for (let step = 0; !isOver && step < 200; step += 1) await world.pass(100);
    await stopped;
    expect(world.clock.monotonicMs()).toBeLessThan(9_000);
    expect(world.events.flatMap((event) => ('step' in event ? [event.step] : []))).toContain('sent');
  });
});

/** The centres of the world that is being made: its connections are asked for before it is. */
let centres: ReadonlyMap<string, Centre> = new Map();
function world_(name: string): Centre {
  const centre = centres.get(name);
  if (centre === undefined) throw new Error(`no centre ${name}`);
  return centre;
}
