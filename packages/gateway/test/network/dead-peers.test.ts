/** Peers that fall silent and leave their connection open: the link is given up whatever the timers are. */
import { memoryPair, SmppClient } from '@chappe/smpp';
import { afterEach, describe, expect, it } from 'vitest';
import { Mortal } from './mortal.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const pairs = [
  [30_000, 10_000],
  [10_000, 10_000],
  [5_000, 10_000],
] as const;

describe.each(pairs)(
  'enquire_link after %i ms, an answer within %i ms',
  (enquireLinkMs, enquireLinkResponseMs) => {
    it('a dead operator is left for the next one, and its messages go there', async () => {
      const links: Mortal[] = [];
      world = await World.start(
        {
          accounts: [account('acme')],
          connectors: [
            connector('a', { enquireLinkMs, enquireLinkResponseMs, responseTimeoutMs: 600_000 }),
            'b',
          ],
          routes: [via(['a', 'b'])],
        },
        {
          beforeOpen: (opened) =>
            opened.lead('a', () => {
              const [ours, theirs] = memoryPair();
              const link = new Mortal(theirs);
              // It was reached once; later it does not answer at all.
              link.isDead = links.length > 0;
              links.push(link);
              opened.centre('a').server.accept(link);
              return ours;
            }),
        },
      );
      const esme = await world.esme();
      await esme.submit();
      await world.pass(100);
      expect(world.centre('a').submitted).toHaveLength(1);
      links[0]!.isDead = true;
      await world.pass(enquireLinkMs + enquireLinkResponseMs - 200);
      expect(world.upstream('a').counters.bindFailures).toBe(0);
      expect(links).toHaveLength(1);
      await world.pass(2_000);
      expect(links.length).toBeGreaterThan(1);
      await esme.submit();
      await world.pass(100);
      expect(world.centre('b').submitted).toHaveLength(1);
    });

    it('a dead customer has no session any more', async () => {
      world = await World.start(
        { accounts: [account('acme')], connectors: ['a'], routes: [via(['a'])] },
        { smpp: { port: 0, limits: { enquireLinkMs, enquireLinkResponseMs } } },
      );
      const [ours, theirs] = memoryPair();
      const link = new Mortal(ours);
      const client = await SmppClient.connect('smpp://acme:secret@memory:1', {
        clock: world.clock,
        enquireLinkMs: 0,
        reconnect: false,
        transport: () => {
          world.gateway.accept(theirs);
          return link;
        },
      });
      expect(world.gateway.sessions()).toHaveLength(1);
      await world.pass(10 * enquireLinkMs);
      expect(world.gateway.sessions()).toHaveLength(1);
      link.isDead = true;
      await world.pass(enquireLinkMs + enquireLinkResponseMs + 1);
      expect(world.gateway.sessions()).toEqual([]);
      client.destroy();
    });
  },
);
