/** Messages and receipts that nobody waits for, at a client that will never loop over what comes. */
import { formatReceiptText, type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { IncomingSettings } from '../../src/client/incoming.ts';
import type { Session } from '../../src/session/session.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { closeLater, startServer } from '../support/servers.ts';

const to = '447700900123';

function receipt(id: string, more: object = {}): PduInput<'deliver_sm'> {
  const date = new Date(0);
  const text = formatReceiptText({ id, state: 'DELIVERED', submitDate: date, doneDate: date, text: '' });
  const common = { source_addr: to, destination_addr: 'Shop', esm_class: 0x04 } as const;
  return { command: 'deliver_sm', ...common, short_message: Buffer.from(text), ...more };
}

async function world(unclaimed: IncomingSettings['unclaimed']) {
  const clock = new SimulatedClock();
  const server = await startServer();
  const client = closeLater(
    await SmppClient.connect('smpp://a:b@memory', {
      clock,
      incoming: { unclaimed },
      transport: () => {
        const [ours, theirs] = memoryPair();
        server.accept(theirs);
        return ours;
      },
    }),
  );
  const [session] = server.sessions as Iterable<Session>;
  return { clock, client, session: session! };
}

/** An MC with a window of one; a refused one goes to the end of the queue, or is sent again at once. */
async function deliver(session: Session, pdus: readonly PduInput<'deliver_sm'>[], retry: 'last' | 'first') {
  const queue = [...pdus];
  const refused = new Set<unknown>();
  for (let sends = 0; queue.length > 0 && sends < 200; sends++) {
    const pdu = queue.shift()!;
    const answer = await session.request(pdu).catch(() => undefined);
    if (answer === undefined) break;
    if (answer.command_status === 0) continue;
    refused.add(pdu);
    if (retry === 'last') queue.push(pdu);
    else queue.unshift(pdu);
  }
  return { left: queue.length, refused: refused.size };
}

const olds = Array.from({ length: 15 }, (_, n) => receipt(`old-${n}`));

describe.each(['last', 'first'] as const)(
  'old receipts stand before the new one, refused ones come %s',
  (retry) => {
    test.each(['refuse', 'accept'] as const)('%s: the new one comes at once', async (unclaimed) => {
      const { client, session } = await world(unclaimed);
      const sent = await client.send({ to, text: 'x', receipt: 'final' });
      const delivered = deliver(session, [...olds, receipt(sent.ids[0]!)], retry);
      expect(await sent.receipt()).toMatchObject({ delivered: true });
      if (retry === 'first') expect((await delivered).refused).toBe(unclaimed === 'refuse' ? 15 : 0);
    });
  },
);

describe('a client that will never loop', () => {
  test('does not take from others what comes but now and then', async () => {
    const { session, clock } = await world('refuse');
    for (let tries = 0; tries < 5; tries++) {
      const answer = await session.request(receipt('another-1'));
      expect(answer.command_status).toBe(status.ESME_RX_T_APPN);
      await clock.advance(1_000);
    }
  });

  test.each([
    ['refuse', status.ESME_RX_T_APPN],
    ['accept', 0],
  ] as const)('%s: a message from a handset, however often it comes', async (unclaimed, answer) => {
    const { session } = await world(unclaimed);
    const message: PduInput<'deliver_sm'> = {
      command: 'deliver_sm',
      source_addr: to,
      short_message: Buffer.from('x'),
    };
    for (let tries = 0; tries < 3; tries++) {
      expect((await session.request(message)).command_status).toBe(answer);
    }
  });

  test('loops all the same: it gets everything', async () => {
    const { client, session } = await world('refuse');
    const events = client.incoming();
    const next = events.next();
    await settle();
    session.send(receipt('another-1'), () => undefined);
    expect((await next).value).toMatchObject({ kind: 'receipt', receipt: { id: 'another-1' } });
    await events.return();
  });
});
