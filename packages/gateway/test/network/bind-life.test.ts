/** The life of a connector's binds: closed at once, forgotten by the operator, made anew after so many messages. */
import { status, statuses } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { polite, type RawConnection, type Script } from '../../../smpp/test/support/raw-centre.ts';
import { burst, isBind, type RawWorld, rawWorld, textsAt } from './raw-world.ts';
import type { World } from './world.ts';

let world: World;
let view: RawWorld['view'];
afterEach(() => world.stop());

async function begin(...given: Parameters<typeof rawWorld>): Promise<RawWorld> {
  const made = await rawWorld(...given);
  ({ world, view } = made);
  return made;
}

describe('a bind that the operator accepts, and then', () => {
  const ends: readonly (readonly [string, Script, string])[] = [
    ['closes', (_, connection) => connection.end(), 'connection_lost'],
    ['resets', (_, connection) => void setImmediate(() => connection.reset()), 'connection_lost'],
    [
      'unbinds',
      (_, connection) => connection.send({ command: 'unbind', sequence_number: 9 }),
      'peer_unbound',
    ],
    ['is silent', () => undefined, 'enquire_link_timeout'],
  ];

  it.each(ends)('%s: is tried again with growing waits, and the reason is told', async (_, end, reason) => {
    const liveness = { enquireLinkMs: 500, enquireLinkResponseMs: 100 };
    const { times, centre } = await begin(
      (pdu, connection) => {
        if (isBind(pdu.command) || pdu.command === 'unbind_resp') polite(pdu, connection);
        if (isBind(pdu.command)) end(pdu, connection);
      },
      { reconnect: { minMs: 1_000, maxMs: 60_000 }, ...liveness },
    );
    await world.pass(240_000);
    // 0.75 of 1, 2, 4 ... 60 s in the middle of the jitter.
    expect(times.length).toBeGreaterThan(6);
    expect(times.length).toBeLessThanOrEqual(12);
    expect(times.at(-1)! - times.at(-2)!).toBeGreaterThan(40_000);
    expect(view()).toMatchObject({
      state: 'connecting',
      counters: { bindFailures: centre.connections.length },
    });
    expect(view().lastError).toContain(reason);
    expect(view().lastError).toMatch(/^the bind was accepted and then lost .*: .*(address|binds)/);
    expect(view().limitText).toContain(view().lastError);
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'connector.failed',
        connector: 'op',
        detail: view().lastError,
      }),
    );
  });

  it('holds: then the waits begin anew, and nothing is wrong any more', async () => {
    let isGood = false;
    const { times, centre, esme } = await begin((pdu, connection) => {
      polite(pdu, connection);
      if (isBind(pdu.command) && !isGood) connection.end();
    });
    await world.pass(40_000);
    isGood = true;
    await world.until(() => world.upstream('op').isUsable);
    expect(view().lastError).toBeUndefined();
    await burst(esme, 3);
    await world.pass(40_000);
    expect(textsAt(centre)).toEqual(['0', '1', '2']);
    const lostAtMs = world.clock.monotonicMs();
    centre.last.reset();
    await world.pass(2_000);
    expect(times.at(-1)! - lostAtMs).toBeLessThanOrEqual(1_000);
    expect(world.upstream('op').isUsable).toBe(true);
  });

  it('of several binds, one that stands carries everything meanwhile', async () => {
    const { centre, times, esme } = await begin(
      (pdu, connection) => {
        polite(pdu, connection);
        if (isBind(pdu.command) && connection.number > 1) connection.end();
      },
      { binds: 3 },
    );
    await world.pass(60_000);
    expect(times.length).toBeLessThanOrEqual(1 + 2 * 8);
    await burst(esme, 5);
    await world.pass(100);
    expect(textsAt(centre)).toHaveLength(5);
    expect(view()).toMatchObject({ state: 'bound', binds: { bound: 1, wanted: 3 } });
  });
});

describe('a connection that the operator closes without an answer to the bind', () => {
  it.each([
    ['FIN', (connection: RawConnection) => connection.end()],
    ['RST', (connection: RawConnection) => connection.reset()],
  ])('%s: the likely causes are told', async (_, end) => {
    await begin((_pdu, connection) => end(connection));
    await world.pass(2_000);
    expect(view().lastError).toMatch(/closed the connection before it answered the bind: .*address.*TLS/);
  });
});

describe('a port where something else listens', () => {
  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['TLS', Buffer.from('15030100020246', 'hex')],
    ['a greeting', Buffer.from('220 mail.example ESMTP ready\r\n')],
  ])('%s: that is told, not that the operator has closed', async (_, octets) => {
    await begin((_pdu, connection) => {
      connection.write(octets);
      connection.end();
    });
    await world.pass(2_000);
    expect(view().lastError).toMatch(/speaks no SMPP: it may be another service, or expect TLS/);
  });
});

describe('an operator that has forgotten the session', () => {
  const statusesOfBinds = Object.entries(statuses)
    .filter(([, one]) => one.class === 'bind')
    .map(([name, { value }]) => [name, value] as const);

  it.each(statusesOfBinds)(
    '%s: the bind is made anew after the first such answer, and no message is lost',
    async (_, code) => {
      const { centre, esme } = await begin((pdu, connection) => {
        if (pdu.command === 'submit_sm' && connection.number === 1) connection.answer(pdu, code);
        else polite(pdu, connection);
      });
      const ids = await burst(esme, 3);
      await world.pass(5_000);
      const [first, second] = centre.connections;
      expect(centre.connections).toHaveLength(2);
      // Those of the window that were on their way are answered before the unbind.
      expect(first?.commands.filter((command) => command !== 'submit_sm')).toEqual([
        'bind_transceiver',
        'unbind',
      ]);
      expect(second?.commands).toEqual(['bind_transceiver', 'submit_sm', 'submit_sm', 'submit_sm']);
      for (const id of ids) {
        expect(await world.view(id)).toMatchObject({ state: 'enroute' });
        expect((await world.steps(id)).filter((step) => step === 'sent')).toHaveLength(1);
      }
      expect(view()).toMatchObject({ state: 'bound', breaker: 'closed', lastError: undefined });
    },
  );

  it('also one that says so with a generic_nack, and to data_sm', async () => {
    const { centre, esme } = await begin(
      (pdu, connection) => {
        if (pdu.command === 'data_sm' && connection.number === 1)
          connection.send({
            command: 'generic_nack',
            command_status: 4,
            sequence_number: pdu.sequence_number,
          });
        else polite(pdu, connection);
      },
      { command: 'data_sm' },
    );
    await burst(esme, 1);
    await world.pass(5_000);
    expect(centre.connections.map(({ commands }) => commands)).toEqual([
      ['bind_transceiver', 'data_sm', 'unbind'],
      ['bind_transceiver', 'data_sm'],
    ]);
  });

  it('also one that says so when a message is to be cancelled', async () => {
    const { centre, esme } = await begin((pdu, connection) => {
      if (pdu.command === 'cancel_sm') connection.answer(pdu, status.ESME_RINVBNDSTS);
      else polite(pdu, connection);
    });
    const [id] = await burst(esme, 1);
    await world.pass(100);
    const cancel = {
      command: 'cancel_sm',
      message_id: id!,
      source_addr_ton: 5,
      source_addr: 'ACME',
    } as const;
    expect((await esme.request(cancel)).command_status).not.toBe(0);
    await world.pass(5_000);
    expect(centre.connections[0]?.commands).toEqual(['bind_transceiver', 'submit_sm', 'cancel_sm', 'unbind']);
    expect(view()).toMatchObject({ state: 'bound', inFlight: 0 });
  });

  it('also one that says so when nothing is sent: enquire_link', async () => {
    const { centre } = await begin(
      (pdu, connection) => {
        if (pdu.command === 'enquire_link' && connection.number === 1)
          connection.answer(pdu, status.ESME_RINVBNDSTS);
        else polite(pdu, connection);
      },
      { enquireLinkMs: 5_000 },
    );
    await world.pass(8_000);
    expect(centre.connections).toHaveLength(2);
    expect(view()).toMatchObject({ state: 'bound', lastError: undefined });
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'connector.unbound', detail: 'bind_void' }),
    );
  });

  it('and whose next bind says the same: waits grow, one message tries each, and the others go when it is over', async () => {
    let isGood = false;
    const { centre, times, esme } = await begin(
      (pdu, connection) => {
        if (pdu.command === 'submit_sm' && !isGood) connection.answer(pdu, status.ESME_RINVBNDSTS);
        else polite(pdu, connection);
      },
      { window: 5, retry: { system: { firstMs: 100, longestMs: 100 } } },
    );
    await burst(esme, 8);
    await world.pass(60_000);
    expect(times.length).toBeLessThanOrEqual(8);
    for (const { commands } of centre.connections.slice(1)) {
      expect(commands.filter((command) => command === 'submit_sm').length).toBeLessThanOrEqual(1);
    }
    expect(world.upstream('op').counters.statuses.get(status.ESME_RINVBNDSTS)).toBeGreaterThan(5);
    isGood = true;
    await world.pass(90_000);
    expect(new Set(textsAt(centre).slice(-8))).toEqual(new Set(['0', '1', '2', '3', '4', '5', '6', '7']));
    expect(view()).toMatchObject({ state: 'bound', inFlight: 0, queued: 0, lastError: undefined });
  });

  it('and whose other bind hangs: what hangs keeps nobody from finding out that the new bind is good', async () => {
    const { centre, esme } = await begin(
      (pdu, connection) => {
        if (pdu.command !== 'submit_sm' || connection.number > 2) polite(pdu, connection);
        else if (connection.number === 2) connection.answer(pdu, status.ESME_RINVBNDSTS);
      },
      { binds: 2, window: 3 },
    );
    await burst(esme, 12);
    await world.pass(5_000);
    const [hanging, , anew] = centre.connections;
    expect(hanging?.commands.filter((command) => command === 'submit_sm').length).toBe(3);
    expect(anew?.commands.filter((command) => command === 'submit_sm').length).toBe(9);
  });

  it('and says why while no bind stands', async () => {
    await begin((pdu, connection) => {
      if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RINVBNDSTS);
      else polite(pdu, connection);
    });
    const esme = await world.esme();
    await burst(esme, 1);
    await world.pass(10);
    expect(view().lastError).toMatch(/ESME_RINVBNDSTS.*bound anew/);
  });

  it('leaves the messages to another connector meanwhile', async () => {
    const { esme } = await begin(
      (pdu, connection) => {
        if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RINVBNDSTS);
        else polite(pdu, connection);
      },
      {},
      ['b'],
    );
    await burst(esme, 4);
    await world.pass(100);
    expect([...world.centre('b').texts].sort()).toEqual(['0', '1', '2', '3']);
  });

  it('a message that is answered so on every bind does not stand before the others', async () => {
    const { centre, esme } = await begin(
      (pdu, connection) => {
        const isOdd = pdu.command === 'submit_sm' && Buffer.from(pdu.short_message).toString() === '0';
        if (isOdd) connection.answer(pdu, status.ESME_RINVSYSTYP);
        else polite(pdu, connection);
      },
      { window: 1 },
    );
    await burst(esme, 6);
    await world.pass(30_000);
    expect(new Set(textsAt(centre))).toEqual(new Set(['0', '1', '2', '3', '4', '5']));
  });

  it('is what the settings call it: another status too, and none where they say so', async () => {
    const { centre, esme } = await begin(
      (pdu, connection) => {
        if (pdu.command === 'submit_sm' && connection.number === 1) connection.answer(pdu, 0x400);
        else polite(pdu, connection);
      },
      {
        statuses: [
          { status: 0x400, means: 'rebind' },
          { status: status.ESME_RINVBNDSTS, means: 'permanent' },
        ],
      },
    );
    await burst(esme, 1);
    await world.pass(5_000);
    expect(centre.connections).toHaveLength(2);
    centre.script = (pdu, connection) => {
      if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RINVBNDSTS);
      else polite(pdu, connection);
    };
    const [id] = await burst(esme, 1);
    await world.pass(5_000);
    expect(centre.connections).toHaveLength(2);
    expect(await world.view(id!)).toMatchObject({ state: 'rejected' });
  });
});

describe('messagesPerBind', () => {
  it('so many requests go over each bind, the next bind is made at once, and all arrive in their order', async () => {
    const { centre, times, esme } = await begin(
      (pdu, connection) => {
        const taken = connection.commands.filter((command) => command === 'submit_sm').length;
        if (pdu.command === 'submit_sm' && taken > 20) connection.answer(pdu, status.ESME_RTHROTTLED);
        else polite(pdu, connection);
      },
      { messagesPerBind: 20, window: 7 },
    );
    await burst(esme, 100);
    await world.until(() => textsAt(centre).length === 100, 10);
    expect(textsAt(centre)).toEqual(Array.from({ length: 100 }, (_, at) => String(at)));
    for (const { commands } of centre.connections.slice(0, -1)) {
      expect(commands.filter((command) => command === 'submit_sm')).toHaveLength(20);
      expect(commands.at(-1)).toBe('unbind');
    }
    expect(times.at(-1)! - times[0]!).toBeLessThan(1_000);
    expect(world.upstream('op').counters).toMatchObject({ throttled: 0, taken: 100, bindFailures: 0 });
    expect(view().lastError).toBeUndefined();
  });

  it('no message goes by another connector only because a bind is made anew', async () => {
    const { centre, esme } = await begin(polite, { messagesPerBind: 3, window: 2 }, ['b']);
    await burst(esme, 20);
    await world.pass(2_000);
    expect(textsAt(centre)).toHaveLength(20);
    expect(world.centre('b').texts).toEqual([]);
  });

  it('but by another while the new bind cannot be had', async () => {
    const { centre, esme } = await begin(
      (pdu, connection) => {
        if (connection.number > 1 && isBind(pdu.command)) connection.answer(pdu, status.ESME_RBINDFAIL);
        else polite(pdu, connection);
      },
      { messagesPerBind: 3 },
      ['b'],
    );
    await burst(esme, 10);
    await world.pass(2_000);
    expect(textsAt(centre)).toHaveLength(3);
    expect(world.centre('b').texts).toHaveLength(7);
  });

  it('several binds: each counts for itself', async () => {
    const { centre, esme } = await begin(polite, { messagesPerBind: 5, window: 5, binds: 2 });
    await burst(esme, 40);
    await world.until(() => textsAt(centre).length === 40, 10);
    expect(centre.connections.length).toBeGreaterThanOrEqual(8);
    for (const { commands } of centre.connections)
      expect(commands.filter((command) => command === 'submit_sm').length).toBeLessThanOrEqual(5);
  });
});
