/** A message of several segments: one thing to its sender, whatever becomes of its parts. */
import { type Pdu, type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { type SmppError, SmppStatusError, SmppTimeoutError } from '../../src/errors.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { polite, RawCentre, type RawConnection } from '../support/raw-centre.ts';
import { closeLater } from '../support/servers.ts';

/** Five segments of 153 characters at most (3GPP 23.040 9.2.3.24.1). */
const text = 'x'.repeat(700);

interface World {
  readonly clock: SimulatedClock;
  readonly client: SmppClient;
  readonly centre: RawCentre;
}

type Answer = 'silence' | 'cut' | number;

/** What the centre does with the n-th submit_sm; 0: takes it as `id-n`. */
async function world(answers: (n: number) => Answer, options: ClientOptions = {}): Promise<World> {
  const clock = new SimulatedClock();
  let count = 0;
  const centre = new RawCentre((pdu, connection) => {
    if (pdu.command !== 'submit_sm') {
      polite(pdu, connection);
      return;
    }
    const answer = answers(++count);
    if (answer === 'cut') connection.reset();
    else if (answer === 0) connection.answer(pdu, 0, { message_id: `id-${count}` });
    else if (answer !== 'silence') connection.answer(pdu, answer);
  });
  const client = await SmppClient.connect('smpp://a:b@memory', {
    clock,
    transport: () => centre.connect(),
    responseTimeoutMs: 1_500,
    reconnect: { minMs: 60_000, jitter: 0 },
    ...options,
  });
  return { clock, client: closeLater(client), centre };
}

/** How a `send` of five segments fails. */
async function failure(sending: Promise<unknown>): Promise<SmppError> {
  return sending.then(
    () => {
      throw new Error('it was sent');
    },
    (error: SmppError) => error,
  );
}

function idsOf({ segments }: SmppError): (string | undefined)[] {
  return (segments ?? []).map(({ id }) => id);
}

describe('a long message that fails half-way says what became of each segment', () => {
  test('no answer to the third, window 1: two ids, the third uncertain, the others not sent', async () => {
    const at = await world((n) => (n <= 2 ? 0 : 'silence'), { window: 1 });
    const sending = failure(at.client.send({ to: '1', text }));
    await at.clock.advance(10_000);
    const error = await sending;
    expect(error).toBeInstanceOf(SmppTimeoutError);
    expect(error).toMatchObject({ kind: expect.stringMatching(/response|window/), maybeSent: true });
    expect(idsOf(error)).toEqual(['id-1', 'id-2', undefined, undefined, undefined]);
    expect(error.segments?.map((segment) => segment.error instanceof Error)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(error.message).toContain('of 5 segments, taken: 1, 2');
    expect(at.centre.all('submit_sm').length).toBe(3);
  });

  test.each([10, 1])(
    'the third refused, window %i: the ids of those taken, and none is sent for nothing',
    async (window) => {
      const at = await world((n) => (n === 3 ? status.ESME_RSUBMITFAIL : 0), { window });
      const error = await failure(at.client.send({ to: '1', text }));
      expect(error).toBeInstanceOf(SmppStatusError);
      expect(error).toMatchObject({ status: status.ESME_RSUBMITFAIL, maybeSent: true });
      const taken = window === 1 ? [undefined, undefined] : ['id-4', 'id-5'];
      expect(idsOf(error)).toEqual(['id-1', 'id-2', undefined, ...taken]);
      expect(error.segments?.[2]?.error).toMatchObject({ status: status.ESME_RSUBMITFAIL });
    },
  );

  test('the connection is lost: those answered have ids, those sent are uncertain, the rest is not sent', async () => {
    const at = await world((n) => (n <= 2 ? 0 : 'cut'), { window: 2, reconnect: false });
    const error = await failure(at.client.send({ to: '1', text }));
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', maybeSent: true });
    expect(idsOf(error).slice(0, 2)).toEqual(['id-1', 'id-2']);
    const errors = error.segments?.map((segment) => (segment.error as SmppError | undefined)?.maybeSent);
    expect(errors).toEqual([undefined, undefined, true, expect.any(Boolean), false]);
  });

  test('aborted in the middle: what was answered until then has ids', async () => {
    const at = await world((n) => (n <= 2 ? 0 : 'silence'), { window: 1 });
    const aborting = new AbortController();
    const sending = failure(at.client.send({ to: '1', text }, { signal: aborting.signal }));
    await settle();
    aborting.abort();
    const error = await sending;
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_ABORTED', maybeSent: true });
    expect(idsOf(error)).toEqual(['id-1', 'id-2', undefined, undefined, undefined]);
    expect(error.segments?.map((segment) => (segment.error as SmppError | undefined)?.maybeSent)).toEqual([
      undefined,
      undefined,
      true,
      false,
      false,
    ]);
    expect(at.client.waiting).toBe(0);
  });

  test.each(['close', 'destroy'] as const)('the client is ended by %s in the middle', async (how) => {
    const at = await world((n) => (n <= 2 ? 0 : 'silence'), { window: 1, responseTimeoutMs: 60_000 });
    const sending = failure(at.client.send({ to: '1', text }));
    await settle();
    if (how === 'destroy') at.client.destroy();
    else await Promise.all([at.client.close({ drainMs: 1_000 }), at.clock.advance(20_000)]);
    const error = await sending;
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', maybeSent: true });
    expect(idsOf(error)).toEqual(['id-1', 'id-2', undefined, undefined, undefined]);
  });

  test('nothing has left: not sent, whatever the cause', async () => {
    const at = await world(() => 0, { reconnect: { minMs: 60_000 } });
    at.centre.last.reset();
    await settle();
    const late = failure(at.client.send({ to: '1', text }));
    await at.clock.advance(1_500);
    expect(await late).toMatchObject({ code: 'CHAPPE_SMPP_NOT_BOUND', maybeSent: false });
    const aborted = failure(at.client.send({ to: '1', text }, { signal: AbortSignal.abort() }));
    expect(await aborted).toMatchObject({ code: 'CHAPPE_SMPP_ABORTED', maybeSent: false });
    expect(at.centre.all('submit_sm')).toEqual([]);
  });

  test('all refused: nothing was taken, and the status is the first one', async () => {
    const at = await world(() => status.ESME_RINVDSTADR);
    const error = await failure(at.client.send({ to: '1', text }));
    expect(error).toMatchObject({ status: status.ESME_RINVDSTADR, class: 'permanent' });
    expect(idsOf(error).filter((id) => id !== undefined)).toEqual([]);
  });

  test('one segment: the error of the request, as it is', async () => {
    const at = await world(() => 'silence');
    const sending = failure(at.client.send({ to: '1', text: 'x' }));
    await at.clock.advance(1_500);
    const error = await sending;
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_TIMEOUT', kind: 'response', maybeSent: true });
    expect(error.segments).toBeUndefined();
  });

  test('receipts of those that were taken are no strangers: answered at once, also after an abort', async () => {
    const at = await world((n) => (n === 3 ? 'silence' : 0));
    const aborting = new AbortController();
    const sending = failure(
      at.client.send({ to: '447700900123', text, receipt: 'final' }, { signal: aborting.signal }),
    );
    await settle();
    aborting.abort();
    await sending;
    for (const id of ['id-1', 'id-2', 'id-4', 'id-5']) at.centre.last.send(receipt(id, '447700900123'));
    await settle();
    expect(at.centre.all('deliver_sm_resp').map(({ command_status }) => command_status)).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

function receipt(id: string, from: string): PduInput<'deliver_sm'> {
  const words = `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:`;
  const short_message = Buffer.from(words);
  return {
    command: 'deliver_sm',
    sequence_number: 1_000 + Number(id.slice(3)),
    source_addr: from,
    destination_addr: '1',
    esm_class: 0x04,
    short_message,
  };
}

describe('the segments of a message leave on one bind', () => {
  /** For each message, by its reference: the connections that its segments came on. */
  function ways(centre: RawCentre): Map<number, Set<number>> {
    const ways = new Map<number, Set<number>>();
    for (const { number, received } of centre.connections) {
      for (const pdu of received) {
        if (pdu.command !== 'submit_sm' || (pdu.esm_class & 0x40) === 0) continue;
        const reference = pdu.short_message[3]!;
        ways.set(reference, (ways.get(reference) ?? new Set()).add(number));
      }
    }
    return ways;
  }

  test.each([
    [2, 10],
    [2, 1],
    [3, 2],
    [5, 1],
  ])('%i binds, window %i', async (binds, window) => {
    const at = await world(() => 0, { binds, window });
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, n) => at.client.send({ to: '1', text: 'x'.repeat(400 + n) })),
    );
    expect(sent.map(({ ids }) => ids.length)).toEqual(Array(20).fill(3));
    expect(at.centre.all('submit_sm')).toHaveLength(60);
    expect([...ways(at.centre).values()].map((connections) => connections.size)).toEqual(Array(20).fill(1));
    // And all binds have their share.
    expect(new Set([...ways(at.centre).values()].flatMap((connections) => [...connections])).size).toBe(
      binds,
    );
  });

  test('what waits for its bind keeps nobody from another that has room', async () => {
    const held: [RawConnection, Pdu][] = [];
    const at = await world(() => 'silence', { binds: 2, window: 2 });
    at.centre.script = (pdu, connection) => {
      if (pdu.command === 'submit_sm') held.push([connection, pdu]);
      else polite(pdu, connection);
    };
    const long = at.client.send({ to: '1', text });
    const short = [1, 2].map(() => at.client.send({ to: '2', text: 'x' }));
    await settle();
    const where = held.map(([{ number }, pdu]) => [
      number,
      'destination_addr' in pdu && pdu.destination_addr,
    ]);
    expect(where).toHaveLength(4);
    expect(new Set(where.filter(([, to]) => to === '1').map(([number]) => number)).size).toBe(1);
    expect(new Set(where.filter(([, to]) => to === '2').map(([number]) => number)).size).toBe(1);
    // In their order, and to the end.
    for (let turns = 0; held.length > 0 && turns < 20; turns++) {
      for (const [connection, pdu] of held.splice(0)) {
        connection.answer(pdu, 0, { message_id: `id-${pdu.sequence_number}` });
      }
      await settle();
    }
    await Promise.all([long, ...short]);
    const numbers = at.centre
      .all('submit_sm')
      .filter(({ destination_addr }) => destination_addr === '1')
      .map(({ short_message }) => short_message[5]);
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
  });

  test('throttled ones go on by the same bind', async () => {
    let left = 4;
    const at = await world(() => (left-- > 0 ? status.ESME_RTHROTTLED : 0), {
      binds: 3,
      responseTimeoutMs: 60_000,
    });
    const sending = at.client.send({ to: '1', text });
    await at.clock.advance(30_000);
    expect((await sending).ids).toHaveLength(5);
    expect([...ways(at.centre).values()].map((connections) => connections.size)).toEqual([1]);
  });

  test('after the loss of their bind the rest leaves by another', async () => {
    const at = await world((n) => (n === 1 ? 0 : 'silence'), {
      binds: 2,
      window: 1,
      responseTimeoutMs: 60_000,
    });
    const sending = at.client.send({ to: '1', text: 'x'.repeat(300) });
    await settle();
    expect((await Promise.race([sending, Promise.resolve('waits')])) as unknown).toBe('waits');
    const used = at.centre.connections.find(({ received }) =>
      received.some((pdu) => pdu.command === 'submit_sm'),
    );
    // Both segments have left here; a third message finds the other bind.
    used!.reset();
    await settle();
    await expect(sending).rejects.toMatchObject({ maybeSent: true });
    const next = at.client.send({ to: '1', text: 'y' });
    await settle();
    expect(at.centre.connections.filter((connection) => connection !== used)[0]?.commands).toContain(
      'submit_sm',
    );
    at.client.destroy();
    await expect(next).rejects.toMatchObject({ code: 'CHAPPE_SMPP_CLOSED' });
  });
});

test.each([
  ['payload', 'x', false],
  ['payload', text, false],
  ['sar', text, false],
  ['sar', 'x', true],
  ['udh8', text, true],
  ['udh16', text, true],
] as const)(
  'to a 3.3 centre by %s: a text is sent whole, or refused, and never in TLVs that are left out',
  async (longMessage, words, isSent) => {
    const at = await world(() => 0, { version: '3.3', text: { longMessage } });
    const sending = at.client.send({ to: '1', text: words });
    if (isSent) expect((await sending).ids).toHaveLength(words === 'x' ? 1 : 5);
    else {
      await expect(sending).rejects.toMatchObject({ code: 'CHAPPE_SMPP_VERSION', maybeSent: false });
      expect(at.centre.all('submit_sm')).toEqual([]);
    }
  },
);
