/** Binds in bad times: lost under load, slow to come about, dead, and what stopping does with them. */

import type { ConnectorSettings } from '@chappe/policy';
import { type PduInput, status } from '@chappe/protocol';
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

describe('a connection that is lost under load', () => {
  const losses: readonly (readonly [string, (connection: RawConnection) => void])[] = [
    ['FIN', (connection) => connection.end()],
    ['RST', (connection) => connection.reset()],
    ['unbind', (connection) => connection.send({ command: 'unbind', sequence_number: 99 })],
  ];

  it.each(losses)(
    '%s: is one failure, however much was on its way, and the next bind is used at once',
    async (_, lose) => {
      let isHanging = true;
      const { centre, esme, times } = await begin(
        (pdu, connection) => {
          if (pdu.command !== 'submit_sm' || !isHanging) polite(pdu, connection);
        },
        {
          window: 50,
          breaker: { failures: 20 },
          unknown: 'resend',
          retry: { unknown: { firstMs: 100, longestMs: 100 } },
        },
      );
      await burst(esme, 50);
      await world.pass(10);
      expect(view().inFlight).toBe(50);
      isHanging = false;
      lose(centre.last);
      await world.until(() => times.length === 2);
      await world.pass(500);
      expect(view()).toMatchObject({
        breaker: 'closed',
        state: 'bound',
        counters: { breakerOpened: 0, unanswered: 50 },
      });
      expect(centre.last.commands.filter((command) => command === 'submit_sm')).toHaveLength(50);
    },
  );

  it('one that loses each of its binds so is taken out of use all the same', async () => {
    const { esme } = await begin(
      (pdu, connection) => {
        if (pdu.command === 'submit_sm') connection.reset();
        else polite(pdu, connection);
      },
      {
        window: 50,
        breaker: { failures: 3 },
        unknown: 'resend',
        retry: { unknown: { firstMs: 100, longestMs: 100 } },
      },
    );
    await burst(esme, 50);
    await world.pass(30_000);
    expect(view().counters.breakerOpened).toBe(1);
  });

  it('what was taken out of use is tried as soon as a new bind stands', async () => {
    let isHanging = true;
    const { centre, esme, times } = await begin(
      (pdu, connection) => {
        if (pdu.command !== 'submit_sm' || !isHanging) polite(pdu, connection);
      },
      { window: 5, breaker: { failures: 5, pauseMs: 90_000 }, responseTimeoutMs: 1_000, unknown: 'resend' },
    );
    await burst(esme, 8);
    await world.pass(2_000);
    expect(view().breaker).toBe('open');
    isHanging = false;
    centre.last.reset();
    await world.until(() => times.length === 2);
    await world.pass(100);
    expect(view().breaker).toBe('closed');
    expect(textsAt(centre).slice(5)).toEqual(['5', '6', '7']);
  });
});

describe('stopping while an operator hangs', () => {
  it.each([
    [1_000, 'drain 1 s, breaker.pause 90 s', { breaker: { failures: 5, pauseMs: 90_000 } }],
    [8_000, 'the defaults', {}],
    [5_000, 'a bind that is not answered', { bindHangs: true }],
    [5_000, 'responses that time out while it stops', { responseTimeoutMs: 500 }],
  ] as const)(
    '%i ms: ends within them, with no timer left (%s)',
    async (drainMs, _, {
      bindHangs,
      ...more
    }: { readonly bindHangs?: boolean } & Partial<ConnectorSettings>) => {
      const { esme } = await begin(
        (pdu, connection) => {
          const isHeard = isBind(pdu.command) ? bindHangs !== true : pdu.command === 'enquire_link';
          if (isHeard) polite(pdu, connection);
        },
        { window: 50, ...more },
      );
      await burst(esme, 50);
      await world.pass(10);
      esme.client.destroy();
      await world.pass(10);
      const beganMs = world.clock.monotonicMs();
      let tookMs: number | undefined;
      const stopped = world.gateway.stop({ drainMs }).then(() => {
        tookMs = world.clock.monotonicMs() - beganMs;
      });
      world.isStopped = true;
      for (let step = 0; tookMs === undefined && step < 1_200; step += 1) await world.pass(100);
      await stopped;
      expect(tookMs).toBeLessThanOrEqual(drainMs + 100);
      await world.pass(5_000);
      expect(world.clock.armed).toBe(0);
    },
  );
});

describe('an operator that is slow to answer the bind', () => {
  /** Answers each bind so much later. */
  const slow =
    (delayMs: number): Script =>
    (pdu, connection) => {
      if (isBind(pdu.command)) world.clock.setTimer(() => polite(pdu, connection), delayMs);
      else polite(pdu, connection);
    };

  it.each([
    [25_000, 30_000],
    [59_000, 60_000],
  ])('needs %i ms, and is waited for where connectTimeout is %i ms', async (delayMs, connectTimeoutMs) => {
    const { centre, esme } = await begin((_, connection) => connection.end(), { connectTimeoutMs });
    centre.script = slow(delayMs);
    await burst(esme, 1);
    await world.pass(delayMs + 2_000);
    expect(textsAt(centre)).toEqual(['0']);
  });

  it.each([
    [3_000, { connectTimeoutMs: 3_000 }],
    [10_000, {}],
  ])('is given up after %i ms with %o', async (limitMs, settings) => {
    const { times } = await begin(() => undefined, settings);
    await world.pass(limitMs + 800);
    expect(times).toEqual([0, limitMs + 750]);
    expect(view()).toMatchObject({ state: 'connecting', counters: { bindFailures: 1 } });
  });

  it('and refuses it by a generic_nack without a number: that is the answer', async () => {
    await begin((pdu, connection) => {
      if (isBind(pdu.command))
        connection.send({
          command: 'generic_nack',
          command_status: status.ESME_RBINDFAIL,
          sequence_number: 0,
        });
    });
    await world.pass(10);
    expect(view().lastError).toMatch(/^bind refused: ESME_RBINDFAIL/);
    expect(view().counters.bindFailures).toBeGreaterThan(0);
  });
});

describe('receipts and messages from handsets', () => {
  const receiptOf = (id: string): PduInput => ({
    command: 'deliver_sm',
    sequence_number: 500,
    source_addr: '447700900123',
    source_addr_ton: 1,
    source_addr_npi: 1,
    destination_addr: 'ACME',
    dest_addr_ton: 5,
    esm_class: 4,
    short_message: Buffer.from(
      `id:${id} sub:001 dlvrd:001 submit date:2607201200 done date:2607201201 stat:DELIVRD err:000 text:`,
    ),
  });

  it.each(['transmitter', 'transmitter+receiver'] as const)(
    'come on a transmitter bind too (bind: %s)',
    async (bind) => {
      const { centre, esme } = await begin(polite, { bind });
      const [id] = await burst(esme, 1);
      await world.pass(100);
      const sender = centre.connections.find(({ commands }) => commands[0] === 'bind_transmitter');
      const sent = sender?.received.find(({ command }) => command === 'submit_sm');
      sender?.send(receiptOf(`raw-${sender.number}-${sent?.sequence_number}`));
      await world.pass(100);
      expect(sender?.received.at(-1)).toMatchObject({
        command: 'deliver_sm_resp',
        command_status: 0,
        sequence_number: 500,
      });
      expect(await world.view(id!)).toMatchObject({ state: 'delivered' });
      expect(esme.stats).toEqual(['DELIVRD']);
    },
  );
});

describe('an operator that says nothing more after its bind', () => {
  it.each([
    [10_000, 10_000],
    [5_000, 10_000],
    [1_000, 10_000],
    [10_000, 5_000],
    [30_000, 10_000],
  ])(
    'enquireLink %i ms, enquireLinkResponse %i ms: is noticed after both, and the next connector has all',
    async (enquireLinkMs, enquireLinkResponseMs) => {
      const { esme } = await begin(
        (pdu, connection) => {
          if (isBind(pdu.command) && connection.number === 1) polite(pdu, connection);
        },
        { enquireLinkMs, enquireLinkResponseMs, unknown: 'resend', window: 100 },
        ['b'],
      );
      const seconds = (enquireLinkMs + enquireLinkResponseMs) / 1_000 + 2;
      for (let second = 0; second < seconds; second += 1) {
        await esme.submit({ short_message: Buffer.from(`${second}`) });
        await world.pass(1_000);
      }
      await world.pass(1_000);
      expect(view()).toMatchObject({ state: 'connecting', inFlight: 0 });
      const wanted = Array.from({ length: seconds }, (_, second) => `${second}`);
      expect(new Set(world.centre('b').texts)).toEqual(new Set(wanted));
    },
  );
});
