/** Operators that connect to us and ask for our bind, over loopback. */
import { MemoryStore } from '@chappe/center';
import type { ConnectorSettings, GatewaySettings } from '@chappe/policy';
import { type Pdu, status } from '@chappe/protocol';
import { type BindDecision, type BindRequest, type Session, SmppClient, SmppServer } from '@chappe/smpp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../../../test/support/free-port.ts';
import { until } from '../../../../test/support/inbox.ts';
import { Gateway } from '../../src/index.ts';
import { submission } from '../rig.ts';
import { account, connector, settingsOf, via } from './world.ts';

const credentials = { systemId: 'mc', password: 'pw' } as const;

/** Things that come, and a way to await the next one. */
class Arrivals<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  async next(): Promise<T> {
    while (this.#items.length === 0) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    return this.#items.shift() as T;
  }
}

interface Play {
  readonly gateway: Gateway;
  readonly settings: GatewaySettings;
  /** Connects to the gateway, says outbind, and waits until it has bound. */
  call(more?: { readonly systemId?: string; readonly password?: string }): Promise<Session>;
  readonly binds: readonly BindRequest['pdu'][];
  /** Texts of submissions. */
  readonly submitted: Arrivals<string>;
  readonly customer: SmppClient;
  /** What came to the customer, as texts. */
  readonly came: Arrivals<string>;
  /** Types of the events of the connector, without those of its own binds, which all fail. */
  readonly events: Arrivals<string>;
  readonly errors: readonly string[];
  /** Kinds of binds for which the operator was called. */
  readonly dialed: readonly string[];
}

async function play(
  more: Partial<ConnectorSettings> = {},
  answer: BindDecision = { accept: true },
): Promise<Play> {
  // That of an outbind cannot be asked for afterwards.
  const [port = 0] = await freePorts(1);
  const settings = settingsOf({
    accounts: [account('acme')],
    connectors: [connector('op', { outbind: { port, ...credentials }, ...more })],
    routes: [via(['op'])],
    mo: [{ name: 'x', action: { kind: 'accounts', accounts: ['acme'], spread: 'all' } }],
  });
  const errors: string[] = [];
  const dialed: string[] = [];
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0 },
    settings,
    // It listens nowhere.
    connect: (_connector, kind) => {
      dialed.push(kind);
      throw new Error('connection refused');
    },
    onError: (error, where) => errors.push(`${where}: ${String(error)}`),
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  const events = new Arrivals<string>();
  gateway.events.subscribe((event) => {
    if ('connector' in event && event.type !== 'connector.failed') events.push(event.type);
  }, false);

  const submitted = new Arrivals<string>();
  const binds: BindRequest['pdu'][] = [];
  const operator = await SmppServer.listen({
    port: 0,
    authenticate: ({ pdu }) => {
      binds.push(pdu);
      return answer;
    },
    operations: {
      submit_sm: (pdu) => {
        submitted.push(textOf(pdu));
        return { message_id: 'op-1' };
      },
    },
  });
  onTestFinished(() => operator.close({ drainMs: 0 }));

  const came = new Arrivals<string>();
  const customer = await SmppClient.connect(`smpp://acme:secret@127.0.0.1:${gateway.smppPort}`, {
    reconnect: false,
    operations: {
      deliver_sm: (pdu) => {
        came.push(textOf(pdu));
        return {};
      },
    },
  });
  onTestFinished(() => customer.destroy());
  const call: Play['call'] = (other = {}) =>
    operator.outbind({ host: '127.0.0.1', port, ...credentials, ...other });
  return { gateway, settings, call, binds, submitted, customer, came, events, errors, dialed };
}

function textOf(pdu: Pdu): string {
  return 'short_message' in pdu ? Buffer.from(pdu.short_message).toString('latin1') : '';
}

const receipt = {
  command: 'deliver_sm',
  source_addr: '447700900123',
  source_addr_ton: 1,
  destination_addr: 'ACME',
  dest_addr_ton: 5,
  esm_class: 4,
  short_message: Buffer.from(
    'id:op-1 sub:001 dlvrd:001 submit date:2607201200 done date:2607201201 stat:DELIVRD err:000 text:',
  ),
} as const;

const message = {
  command: 'deliver_sm',
  source_addr: '447700900123',
  source_addr_ton: 1,
  destination_addr: '12345',
  short_message: Buffer.from('from a handset'),
} as const;

describe('an operator that says outbind', () => {
  it.each([
    [undefined, ['transmitter']],
    ['transceiver', []],
    ['receiver', []],
    ['transmitter+receiver', ['transmitter']],
    ['transmitter', ['transmitter']],
  ] as const)('with bind %s is itself called for %j', async (bind, kinds) => {
    const { dialed } = await play(bind === undefined ? {} : { bind });
    expect(dialed).toEqual(kinds);
  });

  it('gets our bind on its connection: messages go out, receipts and messages come in', async () => {
    const { call, binds, events, customer, submitted, came, errors, gateway } = await play({
      bind: 'transceiver',
    });
    const session = await call();
    expect(binds).toMatchObject([
      { command: 'bind_transceiver', system_id: 'chappe', password: 'secret', interface_version: 0x34 },
    ]);
    expect(await events.next()).toBe('connector.bound');

    await customer.request(submission({ short_message: Buffer.from('out') }));
    expect(await submitted.next()).toBe('out');
    expect((await session.request(receipt)).command_status).toBe(0);
    expect(await came.next()).toMatch(/^id:\S+ .* stat:DELIVRD /);
    expect(await gateway.messages.wait('kind:mt state:delivered')).toBeDefined();

    expect((await session.request(message)).command_status).toBe(0);
    expect(await came.next()).toBe('from a handset');
    expect(errors).toEqual([]);
  });

  it('gets all that it has given out for the bind, however long', async () => {
    const given = { systemId: 's'.repeat(20), password: 'p'.repeat(20), systemType: 't'.repeat(20) };
    const { call, binds } = await play({ ...given, addressRange: '^'.repeat(50), bindTon: 1, bindNpi: 8 });
    await call();
    expect(binds).toMatchObject([
      {
        system_id: given.systemId,
        password: given.password,
        system_type: given.systemType,
        address_range: '^'.repeat(50),
        addr_ton: 1,
        addr_npi: 8,
      },
    ]);
  });

  it('and closes the bind at once, or refuses it: that is counted, and the reason told', async () => {
    const closing = await play({ bind: 'transceiver' });
    (await closing.call()).destroy();
    expect([await closing.events.next(), await closing.events.next()]).toEqual([
      'connector.bound',
      'connector.unbound',
    ]);
    const lost = closing.gateway.network.upstreams.get('op');
    expect(lost?.binds.lastError).toMatch(/accepted and then lost .*connection_lost/);
    expect(lost?.counters.bindFailures).toBe(1);

    const refusing = await play({ bind: 'transceiver' }, { accept: false, status: status.ESME_RALYBND });
    const told = new Arrivals<string>();
    refusing.gateway.events.subscribe((event) => {
      if ('connector' in event) told.push(`${event.type}: ${event.detail}`);
    }, false);
    await refusing.call().catch(() => undefined);
    expect(await told.next()).toMatch(/^connector.failed: bind refused: ESME_RALYBND/);
    expect(refusing.gateway.network.upstreams.get('op')?.counters.bindFailures).toBe(1);
  });

  it('gets a receiver where nothing else was asked for: SMPP 3.4 knows no other', async () => {
    const { call, binds, came } = await play();
    const session = await call();
    expect(binds.map(({ command }) => command)).toEqual(['bind_receiver']);
    expect((await session.request(message)).command_status).toBe(0);
    expect(await came.next()).toBe('from a handset');
  });

  it.each([{ password: 'wrong' }, { systemId: 'other' }, { password: '' }])(
    'with %o is refused and hears nothing of us',
    async (wrong) => {
      const { call, binds, gateway } = await play({ bind: 'transceiver' });
      await expect(call(wrong)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED' });
      expect(binds).toEqual([]);
      expect(gateway.network.upstreams.get('op')?.isUsable).toBe(false);
      // The right one is let in after that.
      await call();
      expect(binds).toHaveLength(1);
    },
  );

  it('may go and come again: what was accepted meanwhile goes out then', async () => {
    const { call, events, customer, submitted, gateway } = await play({ bind: 'transceiver' });
    const first = await call();
    expect(await events.next()).toBe('connector.bound');
    first.destroy();
    expect(await events.next()).toBe('connector.unbound');
    expect(gateway.network.upstreams.get('op')?.isUsable).toBe(false);
    const response = await customer.request(submission({ short_message: Buffer.from('waits') }));
    expect(response.command_status).toBe(0);
    await call();
    expect(await events.next()).toBe('connector.bound');
    expect(await submitted.next()).toBe('waits');
  });

  it('may come twice at once, and an unbind ends one of them in order', async () => {
    const { call, events, customer, submitted } = await play({ bind: 'transceiver' });
    const sessions = [await call(), await call()];
    expect([await events.next(), await events.next()]).toEqual(['connector.bound', 'connector.bound']);
    await sessions[0]?.close();
    expect(await events.next()).toBe('connector.unbound');
    await customer.request(submission({ short_message: Buffer.from('by the other') }));
    expect(await submitted.next()).toBe('by the other');
  });

  it('finds us listening after a change of its settings, on the same port', async () => {
    const { call, settings, gateway, customer, submitted, errors, events } = await play({
      bind: 'transceiver',
    });
    await call();
    expect(await events.next()).toBe('connector.bound');
    const connectors = settings.connectors.map((one) => ({ ...one, window: 3 }));
    await gateway.apply({ ...settings, connectors });
    expect(await events.next()).toBe('connector.unbound');
    await call();
    expect(await events.next()).toBe('connector.bound');
    await customer.request(submission({ short_message: Buffer.from('anew') }));
    expect(await submitted.next()).toBe('anew');
    expect(errors).toEqual([]);
  });

  it('finds nobody any more when the connector is taken out', async () => {
    const { call, settings, gateway, events } = await play({ bind: 'transceiver' });
    await call();
    expect(await events.next()).toBe('connector.bound');
    await gateway.apply({ ...settings, connectors: [], routes: [] });
    expect(await events.next()).toBe('connector.unbound');
    // The sessions end a moment before the port does: a call may still be taken, and dropped.
    await until('the port to be closed', async () => {
      const code = await call().then(
        () => 'bound',
        (error: { readonly code: string }) => error.code,
      );
      expect(['CHAPPE_SMPP_CLOSED', 'CHAPPE_SMPP_CONNECT']).toContain(code);
      return code === 'CHAPPE_SMPP_CONNECT' || undefined;
    });
  });
});
