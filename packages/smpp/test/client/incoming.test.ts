import {
  concat8,
  encodeText,
  formatReceiptText,
  type PduInput,
  segmentText,
  status,
  writeUdh,
} from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { IncomingEvent } from '../../src/client/incoming-event.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import type { Session } from '../../src/session/session.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { closeLater, startServer } from '../support/servers.ts';

async function simulated(options: ClientOptions = {}, mc: Partial<ServerOptions> = {}) {
  const clock = new SimulatedClock();
  const server = await startServer(mc);
  const transport = () => {
    const [ours, theirs] = memoryPair();
    server.accept(theirs);
    return ours;
  };
  const client = closeLater(await SmppClient.connect('smpp://a:b@memory', { clock, transport, ...options }));
  const session = [...server.sessions][0] as Session;
  return { clock, client, session };
}

const mo = (text: string, more: object = {}): PduInput<'deliver_sm'> => ({
  command: 'deliver_sm',
  source_addr: '491701234567',
  source_addr_ton: 1,
  source_addr_npi: 1,
  destination_addr: '12345',
  short_message: encodeText(text, 'gsm7').bytes,
  ...more,
});

function receiptPdu(id: string, more: object = {}): PduInput<'deliver_sm'> {
  const text = formatReceiptText({
    id,
    state: 'DELIVERED',
    submitDate: new Date(0),
    doneDate: new Date(0),
    text: '',
  });
  return mo(text, { esm_class: 0x04, ...more });
}

describe('messages', () => {
  test('come as events, and are answered when the loop body is over', async () => {
    const { client, session } = await simulated();
    const answers: number[] = [];
    for (const text of ['one', 'two']) {
      session.request(mo(text)).then(({ command_status }) => answers.push(command_status));
    }
    const seen: [string, number][] = [];
    for await (const event of client.incoming()) {
      if (event.kind !== 'message') continue;
      await settle();
      seen.push([event.text, answers.length]);
      expect(event).toMatchObject({
        from: { ton: 1, npi: 1, address: '491701234567' },
        to: { address: '12345' },
      });
      if (seen.length === 2) {
        event.accept();
        break;
      }
    }
    await settle();
    expect(seen).toEqual([
      ['one', 0],
      ['two', 1],
    ]);
    expect(answers).toEqual([0, 0]);
  });

  test('a body that throws, or leaves, has the MC try again', async () => {
    const { client, session } = await simulated();
    for (const leave of ['throw', 'break']) {
      const answer = session.request(mo('x'));
      const loop = (async () => {
        for await (const _ of client.incoming()) {
          if (leave === 'throw') throw new Error('bug');
          break;
        }
      })();
      if (leave === 'throw') await expect(loop).rejects.toThrow('bug');
      else await loop;
      expect(await answer).toMatchObject({ command_status: status.ESME_RX_T_APPN });
    }
  });

  test('long ones are put together, in any order, by UDH and by SAR TLVs, reference 0 included', async () => {
    const { client, session } = await simulated();
    const text = 'Grüße aus Köln, und zwar viele davon. '.repeat(12);
    const events = client.incoming();
    for (const method of ['udh8', 'udh16', 'sar'] as const) {
      const { segments, dataCoding } = segmentText(text, { method, reference: 0 });
      expect(segments.length).toBeGreaterThan(2);
      for (const segment of segments.toReversed()) {
        const more = {
          esm_class: segment.esmClassBits,
          data_coding: dataCoding,
          short_message: segment.short_message,
          tlvs: segment.tlvs,
        };
        session.send(mo('', more), () => undefined);
      }
      const { value } = await events.next();
      expect(value).toMatchObject({ kind: 'message', text, pdus: { length: segments.length } });
    }
    await events.return();
  });

  test('segments whose others do not come are given out in the end: none is acknowledged and lost', async () => {
    const { client, clock, session } = await simulated({ incoming: { timeoutMs: 60_000 } });
    const events = client.incoming();
    const pending = events.next();
    const part = Buffer.concat([writeUdh([concat8(7, 3, 2)]), Buffer.from('middle')]);
    const answer = session.request(mo('', { esm_class: 0x40, short_message: part }));
    await clock.advance(500);
    expect((await answer).command_status).toBe(0);
    await clock.advance(60_000);
    expect((await pending).value).toMatchObject({
      kind: 'incomplete',
      missing: [1, 3],
      total: 3,
      reason: 'expired',
    });
    const again = session.request(mo('', { esm_class: 0x40, short_message: part }));
    await clock.advance(500);
    await again;
    await Promise.all([client.close(), clock.advance(20_000)]);
    expect((await events.next()).value).toMatchObject({ kind: 'incomplete', missing: [1, 3] });
    expect((await events.next()).done).toBe(true);
  });

  test('without a loop a message waits a few seconds for one, then the MC is told to try again', async () => {
    const { clock, session } = await simulated();
    const answer = session.request(mo('x'));
    let isAnswered = false;
    answer.then(() => {
      isAnswered = true;
    });
    await clock.advance(4_999);
    expect(isAnswered).toBe(false);
    await clock.advance(1);
    expect(await answer).toMatchObject({ command_status: status.ESME_RX_T_APPN });
  });

  test('a handler of its own takes what comes raw', async () => {
    const seen: string[] = [];
    const { session } = await simulated({
      operations: {
        deliver_sm: ({ short_message }) => {
          seen.push(Buffer.from(short_message).toString());
          return { command_status: status.ESME_RX_P_APPN };
        },
      },
    });
    expect(await session.request(mo('raw'))).toMatchObject({ command_status: status.ESME_RX_P_APPN });
    expect(seen).toEqual(['raw']);
  });
});

describe('receipts', () => {
  const give = (ids: readonly string[]): Partial<ServerOptions> => {
    const left = [...ids];
    return { operations: { submit_sm: () => ({ message_id: left.shift() ?? 'none' }) } };
  };

  test('a sent message learns its fate, whatever form the id has, by deliver_sm or data_sm', async () => {
    const { client, session } = await simulated({}, give(['abc123', '000099', 'Q-1']));
    const sent = await Promise.all(
      [1, 2, 3].map(() => client.send({ to: '+49170', text: 'x', receipt: 'final' })),
    );
    expect(sent.map(({ ids }) => ids)).toEqual([['abc123'], ['000099'], ['Q-1']]);
    session.send(receiptPdu(String(0xabc123)), () => undefined);
    session.send(receiptPdu('99'), () => undefined);
    const tlvs = { receipted_message_id: 'Q-1', message_state: 5 };
    session.send({ command: 'data_sm', esm_class: 0x04, source_addr: '1', tlvs }, () => undefined);
    const results = await Promise.all(sent.map((message) => message.receipt()));
    expect(results.map(({ state, delivered }) => [state, delivered])).toEqual([
      ['DELIVERED', true],
      ['DELIVERED', true],
      ['UNDELIVERABLE', false],
    ]);
  });

  test('one that comes before the response to its message is kept for it', async () => {
    let sessionOfMc: Session | undefined;
    const { client } = await simulated(
      {},
      {
        operations: {
          submit_sm: (_pdu, session) => {
            sessionOfMc = session;
            session.send(receiptPdu('early'), () => undefined);
            session.flush();
            return new Promise((resolve) =>
              setImmediate(() => setImmediate(() => resolve({ message_id: 'early' }))),
            );
          },
        },
      },
    );
    const sent = await client.send({ to: '+49170', text: 'x', receipt: 'final' });
    expect(await sent.receipt()).toMatchObject({ delivered: true });
    expect(sessionOfMc?.outstanding).toBe(0);
  });

  test('a long message is delivered when all its segments are; intermediate notifications are not the end', async () => {
    const { client, session } = await simulated({}, give(['s1', 's2']));
    const sent = await client.send({ to: '1', text: 'x'.repeat(200), receipt: 'all' });
    expect(sent.segments).toBe(2);
    let result: unknown;
    sent.receipt().then((end) => {
      result = end;
    });
    await session.request(receiptPdu('s1'));
    await session.request(
      receiptPdu('s2', { esm_class: 0x20, tlvs: { receipted_message_id: 's2', message_state: 1 } }),
    );
    await settle();
    expect(result).toBeUndefined();
    const tlvs = { receipted_message_id: 's2', message_state: 3 };
    await session.request(receiptPdu('s2', { tlvs }));
    await settle();
    expect(result).toMatchObject({ state: 'EXPIRED', delivered: false, receipts: { length: 2 } });
  });

  test('waiting for one ends by time, by signal, by the end of the client, and if none was asked for', async () => {
    const { client, clock } = await simulated({}, give(['a', 'b']));
    const sent = await client.send({ to: '1', text: 'x', receipt: 'final' });
    const aborted = new AbortController();
    const ends = [
      sent.receipt({ timeoutMs: 1_000 }),
      sent.receipt({ signal: aborted.signal }),
      sent.receipt(),
      (await client.send({ to: '1', text: 'x' })).receipt(),
    ].map((end) => end.catch((error: { code: string }) => error.code));
    aborted.abort();
    await clock.advance(1_000);
    await Promise.all([client.close(), clock.advance(20_000)]);
    expect(await Promise.all(ends)).toEqual([
      'CHAPPE_SMPP_TIMEOUT',
      'CHAPPE_SMPP_ABORTED',
      'CHAPPE_SMPP_CLOSED',
      'CHAPPE_SMPP_TIMEOUT',
    ]);
  });

  test('with a loop they are events as well, with the message they are about', async () => {
    const { client, session } = await simulated({}, give(['a']));
    const events = client.incoming();
    const pending = events.next();
    const sent = await client.send({ to: '1', text: 'x', receipt: 'final' });
    session.send(receiptPdu('a'), () => undefined);
    const event = (await pending).value as IncomingEvent;
    expect(event).toMatchObject({ kind: 'receipt', receipt: { id: 'a', final: true } });
    expect(event.kind === 'receipt' && event.message).toBe(sent);
    await events.return();
  });

  test('one that is nobody’s, without a loop, is not swallowed: the MC keeps it', async () => {
    const { clock, session } = await simulated();
    const answer = session.request(receiptPdu('of an earlier run'));
    await clock.advance(5_000);
    expect(await answer).toMatchObject({ command_status: status.ESME_RX_T_APPN });
  });
});

describe('sending', () => {
  test('every option is where it belongs in the PDU', async () => {
    const seen: unknown[] = [];
    const { client } = await simulated(
      {},
      {
        operations: {
          submit_sm: (pdu) => {
            seen.push(pdu);
            return { message_id: 'm' };
          },
        },
      },
    );
    await client.send({
      from: 'Shop',
      to: '+491701234567',
      text: 'Hi',
      receipt: 'failure',
      validity: { hours: 4 },
      schedule: new Date(Date.UTC(2030, 0, 2, 3, 4, 5)),
      priority: 2,
      serviceType: 'WAP',
      protocolId: 64,
      messageClass: 0,
      replaceIfPresent: true,
      tlvs: [{ name: 'user_message_reference', value: 7 }],
    });
    await client.send({
      from: '12345',
      to: { ton: 2, npi: 8, address: '99' },
      bytes: Uint8Array.of(1, 2),
      dataCoding: 4,
    });
    expect(seen[0]).toMatchObject({
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'Shop',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '491701234567',
      registered_delivery: 2,
      validity_period: '000000040000000R',
      schedule_delivery_time: '300102030405000+',
      priority_flag: 2,
      service_type: 'WAP',
      protocol_id: 64,
      data_coding: 0xf0,
      replace_if_present_flag: 1,
      esm_class: 0,
      tlvs: [{ name: 'user_message_reference', value: 7 }],
    });
    expect(seen[1]).toMatchObject({
      source_addr_ton: 0,
      source_addr_npi: 1,
      dest_addr_ton: 2,
      dest_addr_npi: 8,
      data_coding: 4,
    });
  });

  test('a refused segment, a wrong message: rejected, and the client goes on', async () => {
    const { client } = await simulated(
      {},
      {
        operations: {
          submit_sm: ({ destination_addr }) =>
            destination_addr === '999' ? { command_status: status.ESME_RINVDSTADR } : { message_id: 'm' },
        },
      },
    );
    await expect(client.send({ to: '999', text: 'x'.repeat(500) })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_STATUS',
      statusName: 'ESME_RINVDSTADR',
      class: 'permanent',
    });
    await expect(client.send({ to: '1' })).rejects.toMatchObject({ code: 'CHAPPE_SMPP_OPTION' });
    await expect(client.send({ to: '1', text: 'x'.repeat(50_000) })).rejects.toMatchObject({
      code: 'CHAPPE_TOO_MANY_SEGMENTS',
    });
    expect(await client.send({ to: '1', text: 'ok' })).toMatchObject({
      ids: ['m'],
      coding: 'gsm7',
      segments: 1,
    });
  });
});
