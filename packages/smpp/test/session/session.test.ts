import { status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppAbortError, SmppClosedError, SmppTimeoutError } from '../../src/errors.ts';
import { settle } from '../../src/simulated-clock.ts';
import { SessionPair } from '../support/session-pair.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

describe('requests', () => {
  test('a request settles with its response, whatever the status', async () => {
    const pair = await new SessionPair().bind();
    pair.mcOwner.handle = (session, pdu) => session.respond(pdu, { command_status: status.ESME_RTHROTTLED });
    expect(await pair.esme.request(submit)).toMatchObject({
      command: 'submit_sm_resp',
      command_status: 0x58,
    });
    expect(pair.esme.outstanding).toBe(0);
  });

  test('beyond the window requests wait in order, and onWindowFree is called once per batch', async () => {
    const pair = await new SessionPair({ window: 2 }).bind();
    const ends: string[] = [];
    let frees = 0;
    pair.esme.onWindowFree = () => frees++;
    for (const name of ['a', 'b', 'c', 'd']) pair.esme.send(submit, () => ends.push(name));
    expect([pair.esme.windowFree, pair.esme.waiting]).toEqual([0, 2]);
    await settle();
    expect(pair.mcOwner.requests).toHaveLength(2);
    expect(frees).toBe(0);
    for (const pdu of pair.mcOwner.requests) pair.mc.respond(pdu, { message_id: 'm' });
    await settle();
    expect(pair.mcOwner.requests).toHaveLength(4);
    expect(ends).toEqual(['a', 'b']);
    expect(frees).toBe(0);
    for (const pdu of pair.mcOwner.requests.slice(2)) pair.mc.respond(pdu, { message_id: 'm' });
    await settle();
    expect(ends).toEqual(['a', 'b', 'c', 'd']);
    expect(frees).toBe(1);
    expect(pair.esme.windowFree).toBe(2);
  });

  test('what waits is bounded in number and in time', async () => {
    const pair = await new SessionPair({ window: 1 }, { queueLimit: 2, responseTimeoutMs: 5_000 }).bind();
    const ends: string[] = [];
    const note = (result: unknown): void => {
      ends.push(result instanceof Error ? (result as { code?: string }).code! : 'answered');
    };
    for (let i = 0; i < 4; i++) pair.esme.send(submit, note);
    await settle();
    expect(ends).toEqual(['CHAPPE_SMPP_QUEUE_FULL']);
    await pair.clock.advance(5_000);
    expect(ends).toEqual(['CHAPPE_SMPP_QUEUE_FULL', 'CHAPPE_SMPP_TIMEOUT', 'CHAPPE_SMPP_TIMEOUT']);
  });

  test('abort takes a waiting request back, and says that a sent one may have arrived', async () => {
    const pair = await new SessionPair({ window: 1 }).bind();
    const [first, second] = [new AbortController(), new AbortController()];
    const sent = pair.esme.request(submit, { signal: first.signal }).catch((error: unknown) => error);
    const waiting = pair.esme.request(submit, { signal: second.signal }).catch((error: unknown) => error);
    await settle();
    first.abort();
    second.abort();
    expect(await sent).toMatchObject({ code: 'CHAPPE_SMPP_ABORTED', maybeSent: true });
    expect(await waiting).toMatchObject({ code: 'CHAPPE_SMPP_ABORTED', maybeSent: false });
    await expect(pair.esme.request(submit, { signal: first.signal })).rejects.toBeInstanceOf(SmppAbortError);
    expect(pair.mcOwner.requests).toHaveLength(1);
    expect(pair.esme.waiting).toBe(0);
  });

  test('a lost connection settles what was sent and what waits, telling them apart', async () => {
    const pair = await new SessionPair({ window: 1 }).bind();
    const ends = [pair.esme.request(submit), pair.esme.request(submit)].map((end) =>
      end.catch((e: unknown) => e),
    );
    await settle();
    pair.mc.destroy();
    const [sent, waiting] = await Promise.all(ends);
    expect(sent).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', reason: 'connection_lost', maybeSent: true });
    expect(waiting).toMatchObject({
      code: 'CHAPPE_SMPP_CLOSED',
      reason: 'connection_lost',
      maybeSent: false,
    });
    await expect(pair.esme.request(submit)).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_CLOSED',
      maybeSent: false,
    });
  });

  test('what is wrong with a PDU is told to its caller alone, and never before send returns', async () => {
    const pair = await new SessionPair().bind();
    const ends: unknown[] = [];
    pair.esme.send({ ...submit, source_addr: 'x'.repeat(50) }, (result) => ends.push(result));
    expect(ends).toEqual([]);
    await settle();
    expect(ends).toMatchObject([{ code: 'CHAPPE_FIELD_TOO_LONG', field: 'source_addr' }]);
    pair.mcOwner.handle = (session, pdu) => session.respond(pdu, { message_id: 'm' });
    expect(await pair.esme.request(submit)).toMatchObject({ message_id: 'm' });
  });

  test('enquire_link and unbind pass a full window', async () => {
    const pair = await new SessionPair({ window: 1 }).bind();
    pair.esme.send(submit, () => undefined);
    pair.esme.send(submit, () => undefined);
    expect(await pair.esme.request({ command: 'enquire_link' })).toMatchObject({
      command: 'enquire_link_resp',
    });
    pair.mc.respond(pair.mcOwner.requests[0]!, { message_id: 'm' });
    expect(await pair.esme.request({ command: 'unbind' })).toMatchObject({ command: 'unbind_resp' });
  });

  test('a response timeout says that the peer may have it, and the late response is dropped', async () => {
    const pair = await new SessionPair().bind();
    const end = pair.esme.request(submit, { timeoutMs: 1_000 }).catch((error: unknown) => error);
    await pair.clock.advance(1_000);
    expect(await end).toBeInstanceOf(SmppTimeoutError);
    expect(await end).toMatchObject({ kind: 'response', maybeSent: true });
    pair.mc.respond(pair.mcOwner.requests[0]!, { message_id: 'late' });
    await settle();
    expect(pair.esmeOwner.notices).toMatchObject([{ what: 'stray_response', pdu: { message_id: 'late' } }]);
  });

  test('alert_notification is told at once, since nothing answers it', async () => {
    const pair = await new SessionPair().bind();
    let told = 0;
    pair.mc.send({ command: 'alert_notification', source_addr: '1', esme_addr: '2' }, () => told++);
    expect(told).toBe(1);
    await settle();
    expect(pair.esmeOwner.requests).toMatchObject([{ command: 'alert_notification' }]);
  });
});

describe('one write per turn', () => {
  test('answers of one chunk, of one turn, and requests of one turn leave in one write each', async () => {
    const pair = await new SessionPair({ window: 100 }).bind();
    const writes: number[] = [];
    for (const transport of pair.transports) {
      const write = transport.write.bind(transport);
      transport.write = (bytes) => {
        writes.push(bytes.length);
        write(bytes);
      };
    }
    for (let i = 0; i < 30; i++) pair.esme.send(submit, () => undefined);
    await settle();
    expect(writes).toHaveLength(1);
    for (const pdu of pair.mcOwner.requests) pair.mc.respond(pdu, { message_id: 'm' });
    await settle();
    expect(writes).toHaveLength(2);
    pair.mcOwner.handle = (session, pdu) => session.respond(pdu, { message_id: 'm' });
    for (let i = 0; i < 30; i++) pair.esme.send(submit, () => undefined);
    await settle();
    expect(writes).toHaveLength(4);
    // A long turn writes once more, early: the peer need not wait for the last answer to read the first.
    for (let i = 0; i < 90; i++) pair.esme.send(submit, () => undefined);
    await settle();
    expect(writes).toHaveLength(7);
    expect(writes[5]).toBeLessThan(writes[6]!);
  });

  test('flush writes at once', async () => {
    const pair = await new SessionPair().bind();
    const before = pair.transports[0].bufferedOctets;
    pair.esme.send(submit, () => undefined);
    expect(pair.transports[0].bufferedOctets).toBe(before);
    pair.esme.flush();
    expect(pair.transports[0].bufferedOctets).toBeGreaterThan(before);
  });
});

describe('a peer that does not read', () => {
  test('is not read from while it leaves too much unread, and is cut off when that lasts', async () => {
    const pair = await new SessionPair(
      { enquireLinkMs: 0 },
      { writeBufferOctets: 2_000, writeStallMs: 60_000 },
    ).bind();
    let paused = 0;
    let resumed = 0;
    const transport = pair.transports[1];
    const [pause, resume] = [transport.pause.bind(transport), transport.resume.bind(transport)];
    transport.pause = () => {
      paused++;
      pause();
    };
    transport.resume = () => {
      resumed++;
      resume();
    };
    pair.mcOwner.handle = (session, pdu) => session.respond(pdu, { message_id: 'x'.repeat(60) });
    pair.transports[0].pause();
    for (let i = 0; i < 50; i++) {
      pair.esme.window = 100;
      pair.esme.send(submit, () => undefined);
    }
    await settle();
    expect(paused).toBe(1);
    // It reads again: all goes on.
    pair.transports[0].resume();
    await settle();
    expect(resumed).toBe(paused);
    expect(pair.esme.outstanding).toBe(0);
    pair.transports[0].pause();
    for (let i = 0; i < 50; i++) pair.esme.send(submit, () => undefined);
    await pair.clock.advance(59_999);
    expect(pair.mcOwner.ends).toEqual([]);
    await pair.clock.advance(1);
    expect(pair.mcOwner.ends).toEqual(['write_stall']);
  });

  test('is cut off for a few octets as well, if they never leave', async () => {
    const pair = await new SessionPair({ enquireLinkMs: 0 }, { writeStallMs: 60_000 }).bind();
    pair.transports[0].pause();
    const end = pair.mc
      .request({ command: 'deliver_sm', source_addr: '1' }, { timeoutMs: 0 })
      .catch((e: unknown) => e);
    await pair.clock.advance(120_000);
    expect(pair.mcOwner.ends).toEqual(['write_stall']);
    expect(await end).toMatchObject({ reason: 'write_stall', maybeSent: true });
  });
});

test('handlers that take longer than a turn slow the session down and do not stop it', async () => {
  const pair = await new SessionPair({ window: 100 }, { turnMs: 10 }).bind();
  let handled = 0;
  pair.mcOwner.handle = (session, pdu) => {
    handled++;
    pair.clock.pass(3);
    session.respond(pdu, { message_id: 'm' });
  };
  let answered = 0;
  for (let i = 0; i < 100; i++) pair.esme.send(submit, () => answered++);
  await settle(3);
  expect(handled).toBeGreaterThan(0);
  expect(handled).toBeLessThan(100);
  await settle(50);
  expect([handled, answered]).toEqual([100, 100]);
});

describe('closing', () => {
  test('close answers what was taken, waits for answers, unbinds, and settles when the connection is gone', async () => {
    const pair = await new SessionPair().bind();
    pair.esme.send(submit, () => undefined);
    await settle();
    let isOver = false;
    const over = pair.mc.close({ drainMs: 10_000 }).then(() => {
      isOver = true;
    });
    await settle();
    expect([isOver, pair.mc.state]).toEqual([false, 'bound_trx']);
    pair.mc.respond(pair.mcOwner.requests[0]!, { message_id: 'm' });
    await pair.clock.advance(3_000);
    await over;
    expect(pair.mcOwner.ends).toEqual(['closed']);
    expect(pair.esmeOwner.ends).toEqual(['peer_unbound']);
    await pair.mc.close();
  });

  test('close of a peer that is gone silent ends all the same, and leaves no timer', async () => {
    const pair = await new SessionPair().bind();
    pair.transports[0].pause();
    const waiting = pair.mc.request({ command: 'deliver_sm' }).catch((error: unknown) => error);
    const over = pair.mc.close({ drainMs: 2_000 });
    await pair.clock.advance(30_000);
    await over;
    expect(await waiting).toBeInstanceOf(SmppClosedError);
    pair.esme.destroy();
    await settle();
    expect(pair.clock.armed).toBe(0);
  });

  // Whatever was to be looked at meanwhile comes before the peer's time to close is over.
  test.each([1, 500, 1_999])(
    'a peer that never closes is cut off, a deadline after %d ms or not',
    async (ms) => {
      const pair = await new SessionPair().bind();
      pair.transports[1].pause();
      void pair.esme.request(submit, { timeoutMs: 5_000 }).catch(() => undefined);
      await pair.clock.advance(5_000 - ms);
      let isOver = false;
      void pair.esme.close({ drainMs: 10_000 }).then(() => {
        isOver = true;
      });
      // As whoever stops in time does.
      pair.esme.destroy('closed');
      await pair.clock.advance(ms);
      expect(isOver).toBe(false);
      await pair.clock.advance(2_000 - ms);
      expect([isOver, pair.esmeOwner.ends]).toEqual([true, ['closed']]);
    },
  );
});

test('a callback that throws is reported, and the session goes on', async () => {
  const pair = await new SessionPair().bind();
  pair.mcOwner.handle = (session, pdu) => session.respond(pdu, { message_id: 'm' });
  pair.esme.send(submit, () => {
    throw new Error('user bug');
  });
  await settle();
  expect(pair.esmeOwner.errors).toMatchObject([{ message: 'user bug' }]);
  expect(await pair.esme.request(submit)).toMatchObject({ message_id: 'm' });
});

describe('a callback given to a session that fails, at once or later, is told and hits nobody else', () => {
  const ways: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('bug'))],
  ];

  test.each(ways)('%s', async (_way, fail) => {
    const pair = await new SessionPair({ window: 2 }).bind();
    pair.mcOwner.handle = (session, pdu) => session.respond(pdu, { message_id: 'm' } as never);
    let free = 0;
    pair.esme.onWindowFree = () => {
      free++;
      return fail() as undefined;
    };
    const ends: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      pair.esme.send({ command: 'submit_sm' }, (result) => {
        ends.push(result instanceof Error);
        return i % 2 === 0 ? (fail() as undefined) : undefined;
      });
    }
    pair.mc.send({ command: 'alert_notification' }, fail as () => void);
    await settle();
    expect(ends).toEqual([false, false, false, false]);
    expect(free).toBeGreaterThan(0);
    expect(pair.esmeOwner.errors).toHaveLength(2 + free);
    expect(pair.mcOwner.errors).toEqual([new Error('bug')]);
    pair.esme.destroy();
    pair.esme.send({ command: 'submit_sm' }, fail as () => void);
    await settle();
    expect(pair.esmeOwner.errors).toHaveLength(3 + free);
  });
});

test('what send has not sent yet can be taken back; its time is that of the call', async () => {
  const pair = await new SessionPair({ window: 1 }).bind();
  const ended: unknown[] = [];
  const note = (name: string) => (result: unknown) => void ended.push([name, (result as Error).message]);
  const pdu = { command: 'submit_sm' } as const;
  const takeBackFirst = pair.esme.send(pdu, note('first'), 300);
  const takeBackSecond = pair.esme.send(pdu, note('second'));
  pair.esme.send(pdu, note('third'), 100);
  expect([pair.esme.outstanding, pair.esme.waiting]).toEqual([1, 2]);
  expect([takeBackFirst(), takeBackSecond(), takeBackSecond()]).toEqual([false, true, false]);
  await pair.clock.advance(100);
  expect(ended).toEqual([['third', expect.stringContaining('no slot of the window')]]);
  await pair.clock.advance(200);
  expect(ended.slice(1)).toEqual([['first', expect.stringContaining('no response in time')]]);
});
