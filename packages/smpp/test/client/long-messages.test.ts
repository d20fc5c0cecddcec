import { type PduInput, type SegmentMethod, segmentText, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { IncomingEvent } from '../../src/client/incoming-event.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import type { SmppServer } from '../../src/server/server.ts';
import type { Session } from '../../src/session/session.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { closeLater, startServer } from '../support/servers.ts';

const text = 'Grüße aus Köln, und zwar viele davon. '.repeat(12);
const methods: readonly SegmentMethod[] = ['udh8', 'udh16', 'sar'];

function segmentsOf(method: SegmentMethod, content = text, reference = 7): readonly PduInput<'deliver_sm'>[] {
  const { segments, dataCoding } = segmentText(content, { method, reference });
  return segments.map((segment) => ({
    command: 'deliver_sm',
    source_addr: '491701234567',
    destination_addr: '12345',
    esm_class: segment.esmClassBits,
    data_coding: dataCoding,
    short_message: segment.short_message,
    tlvs: segment.tlvs,
  }));
}

interface World {
  readonly clock: SimulatedClock;
  readonly client: SmppClient;
  readonly server: SmppServer;
  /** What the client's loops were given, in order. */
  readonly events: IncomingEvent[];
}

async function world(options: ClientOptions = {}): Promise<World> {
  const clock = new SimulatedClock();
  const server = await startServer();
  const client = closeLater(
    await SmppClient.connect('smpp://a:b@memory', {
      clock,
      reconnect: { minMs: 1_000, jitter: 0 },
      transport: () => {
        const [ours, theirs] = memoryPair();
        server.accept(theirs);
        return ours;
      },
      ...options,
    }),
  );
  return { clock, client, server, events: [] };
}

/** A loop that notes its events; `body` may throw, or say `break`. Settles when the loop is over, never rejects. */
async function loop(
  { client, events }: World,
  body: (event: IncomingEvent) => unknown = () => undefined,
  signal?: AbortSignal | undefined,
): Promise<void> {
  try {
    for await (const event of client.incoming({ signal })) {
      events.push(event);
      if ((await body(event)) === 'break') break;
    }
  } catch {
    // The body has thrown.
  }
}

/** An MC with a window of one: it sends each PDU until it is taken, 8.8 s after each refusal or loss. */
async function deliver({ server, clock }: World, pdus: readonly PduInput<'deliver_sm'>[]): Promise<number[]> {
  const answers: number[] = [];
  for (const pdu of pdus) {
    for (let tries = 0; tries < 20; tries++) {
      const [session] = server.sessions;
      const answer = await session?.request(pdu).catch(() => undefined);
      answers.push(answer?.command_status ?? -1);
      if (answer?.command_status === 0) break;
      await new Promise<void>((resolve) => clock.setTimer(resolve, 8_800));
    }
  }
  return answers;
}

/** An MC with a large window: it sends all PDUs at once, and those that were refused again after 8.8 s. */
async function burst({ server, clock }: World, pdus: readonly PduInput<'deliver_sm'>[]): Promise<number[][]> {
  const rounds: number[][] = [];
  let left = [...pdus];
  for (let tries = 0; left.length > 0 && tries < 20; tries++) {
    const [session] = server.sessions;
    const sent = left.map(
      async (pdu) => (await session?.request(pdu).catch(() => undefined))?.command_status ?? -1,
    );
    const answers = await Promise.all(sent);
    rounds.push(answers);
    left = left.filter((_pdu, at) => answers[at] !== 0);
    if (left.length > 0) await new Promise<void>((resolve) => clock.setTimer(resolve, 8_800));
  }
  return rounds;
}

/** Lets time go by until the promise settles, ten minutes at most. */
async function during<T>(clock: SimulatedClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  promise.finally(() => {
    isOver = true;
  });
  for (let seconds = 0; seconds < 600 && !isOver; seconds++) await clock.advance(1_000);
  expect(isOver).toBe(true);
  return promise;
}

/** Texts of whole messages, and `incomplete`. */
function told(events: readonly IncomingEvent[]): string[] {
  return events.map((event) => (event.kind === 'message' ? event.text : event.kind));
}

const isLong = (event: IncomingEvent): boolean => event.kind === 'message' && event.pdus.length > 1;

/** How a message that is whole comes to be refused. Each leaves a loop that takes everything. */
const refusals: { readonly [how: string]: (at: World) => Promise<void> } = {
  'the body throws': async (at) => {
    await loop(at, () => {
      throw new Error('bug');
    });
    void loop(at);
  },
  'the body rejects later, twice': async (at) => {
    const fail = (): Promise<never> =>
      new Promise((_resolve, reject) => at.clock.setTimer(() => reject(new Error('bug')), 2_000));
    await loop(at, fail);
    await loop(at, fail);
    void loop(at);
  },
  'the loop is left': async (at) => {
    await loop(at, () => 'break');
    void loop(at);
  },
  'it is refused for a time': async (at) => {
    let isFirst = true;
    await loop(at, (event) => {
      if (isFirst && event.kind === 'message') event.refuse(status.ESME_RMSGQFUL);
      isFirst = false;
      return 'break';
    });
    void loop(at);
  },
  'it is refused by a status of a vendor': async (at) => {
    let isFirst = true;
    void loop(at, (event) => {
      if (isFirst && event.kind === 'message') event.refuse(0x0400);
      isFirst = false;
    });
  },
  'it is refused by what is no status': async (at) => {
    for (const none of [0, -1, 2 ** 32, 1.5, 'ESME_RX_T_APPN', null]) {
      // The body throws then.
      await loop(at, (event) => event.kind === 'message' && event.refuse(none as number));
    }
    void loop(at);
  },
  'no loop is there until 7 s later': async (at) => {
    await new Promise<void>((resolve) => at.clock.setTimer(resolve, 7_000));
    void loop(at);
  },
  'the loop ends before it is whole': async (at) => {
    const controller = new AbortController();
    const ending = loop(at, () => undefined, controller.signal);
    await settle();
    controller.abort();
    await ending;
    await new Promise<void>((resolve) => at.clock.setTimer(resolve, 12_000));
    void loop(at);
  },
};

describe('a long message that is refused once comes again as a whole', () => {
  const cases = methods.flatMap((method) => Object.keys(refusals).map((how) => [method, how] as const));
  test.each(cases)('%s, sent one by one: %s', async (method, how) => {
    const at = await world();
    const delivered = deliver(at, segmentsOf(method));
    await during(at.clock, Promise.all([refusals[how]!(at), delivered]));
    await settle();
    expect(told(at.events).at(-1)).toBe(text);
    expect(told(at.events)).not.toContain('incomplete');
    expect((await delivered).at(-1)).toBe(0);
    await at.clock.leap(25 * 3_600_000);
    expect(told(at.events)).not.toContain('incomplete');
  });

  test.each(cases)('%s, sent at once: %s', async (method, how) => {
    const at = await world();
    const delivered = burst(at, segmentsOf(method));
    await during(at.clock, Promise.all([refusals[how]!(at), delivered]));
    await settle();
    expect(told(at.events).at(-1)).toBe(text);
    // Nothing is acknowledged before the whole is: all of it comes again, to whomever.
    for (const answers of await delivered) expect(new Set(answers).size).toBe(1);
    await at.clock.leap(25 * 3_600_000);
    expect(told(at.events)).not.toContain('incomplete');
  });

  test.each(methods)(
    '%s: to the next client, when the first has left its loop and is closed',
    async (method) => {
      for (const end of ['break', 'throw', 'close', 'destroy'] as const) {
        const at = await world();
        const leaving = loop(at, () => {
          if (end === 'throw') throw new Error('bug');
          return end === 'break' ? 'break' : new Promise(() => undefined);
        });
        const [session] = at.server.sessions;
        const pdus = segmentsOf(method);
        const answers = pdus.map((pdu) => session!.request(pdu).catch(() => undefined));
        await settle();
        if (end === 'break' || end === 'throw') await leaving;
        if (end === 'destroy') at.client.destroy();
        else await during(at.clock, at.client.close({ drainMs: 1_000 }));
        for (const answer of await Promise.all(answers)) expect(answer?.command_status).not.toBe(0);
        const next = await world();
        void loop(next);
        await during(next.clock, burst(next, pdus));
        await settle();
        expect(told(next.events)).toEqual([text]);
      }
    },
  );

  test.each(methods)('%s: behind a slow body for longer than it waits', async (method) => {
    const at = await world();
    const short: PduInput<'deliver_sm'> = { ...segmentsOf(method, 'short')[0]!, destination_addr: '1' };
    let isFirst = true;
    void loop(at, () => {
      if (!isFirst) return undefined;
      isFirst = false;
      return new Promise<void>((resolve) => at.clock.setTimer(resolve, 50_000));
    });
    const answers = await during(
      at.clock,
      Promise.all([deliver(at, [short]), deliver(at, segmentsOf(method))]),
    );
    await settle();
    expect(told(at.events)).toEqual(['short', text]);
    expect(answers[1]).toContain(status.ESME_RX_T_APPN);
    expect(answers[1].at(-1)).toBe(0);
  });

  test.each(methods)(
    '%s: the connection is lost while the body works, be it taken or not',
    async (method) => {
      for (const end of ['taken', 'thrown']) {
        const at = await world();
        let isFirst = true;
        const first = loop(at, async (event) => {
          if (!isFirst || !isLong(event)) return;
          isFirst = false;
          for (const session of at.server.sessions) session.destroy();
          await new Promise<void>((resolve) => at.clock.setTimer(resolve, 100));
          if (end === 'thrown') throw new Error('bug');
        });
        if (end === 'thrown') void first.then(() => loop(at));
        const answers = await during(at.clock, deliver(at, segmentsOf(method)));
        await settle();
        expect(answers.slice(-2)).toEqual([-1, 0]);
        // Taken: the MC hears so when it asks again, and the message does not come twice.
        expect(told(at.events)).toEqual(end === 'taken' ? [text] : [text, text]);
        await at.clock.leap(25 * 3_600_000);
        expect(told(at.events)).not.toContain('incomplete');
      }
    },
  );

  test.each(methods)('%s: the connection is lost between segments', async (method) => {
    const at = await world();
    void loop(at);
    const [first, ...others] = segmentsOf(method);
    await during(at.clock, deliver(at, [first!]));
    for (const session of at.server.sessions) session.destroy();
    await at.clock.advance(1_000);
    await during(at.clock, deliver(at, others));
    await settle();
    expect(told(at.events)).toEqual([text]);
  });

  test.each(methods)('%s: more than its queue takes', async (method) => {
    const at = await world({ peerWindow: 1 });
    let isFirst = true;
    void loop(at, () => {
      if (!isFirst) return undefined;
      isFirst = false;
      return new Promise<void>((resolve) => at.clock.setTimer(resolve, 20_000));
    });
    const other = segmentsOf(method, 'other')[0]!;
    await during(at.clock, Promise.all([deliver(at, [other]), deliver(at, segmentsOf(method))]));
    await settle();
    expect(told(at.events)).toEqual(['other', text]);
  });
});

describe('while a long message is being dealt with', () => {
  test('a segment, sent again as its answer takes long, is answered with it', async () => {
    const at = await world();
    let finish: () => void = () => undefined;
    void loop(at, () => new Promise<void>((resolve) => (finish = resolve)));
    const pdus = segmentsOf('udh8');
    const [session] = at.server.sessions;
    const answers = pdus.map((pdu) => session!.request(pdu));
    for (let again = 0; again < 3; again++) {
      await at.clock.advance(5_000);
      answers.push(...pdus.map((pdu) => session!.request(pdu)));
    }
    await settle();
    finish();
    expect((await Promise.all(answers)).map(({ command_status }) => command_status)).toEqual(
      Array(12).fill(0),
    );
    expect(told(at.events)).toEqual([text]);
  });

  test('another with the same reference and the same words is another message', async () => {
    const at = await world();
    const finish: (() => void)[] = [];
    void loop(at, () => new Promise<void>((resolve) => finish.push(resolve)));
    const [session] = at.server.sessions;
    const answers = [...segmentsOf('udh8'), ...segmentsOf('udh8')].map((pdu) => session!.request(pdu));
    await settle();
    finish[0]!();
    await settle();
    finish[1]!();
    await Promise.all(answers);
    expect(told(at.events)).toEqual([text, text]);
  });
});

describe('the end of what was refused', () => {
  /** One by one, the last is refused. */
  const refuseFirst = async (at: World, pdus: readonly PduInput<'deliver_sm'>[], commandStatus: number) => {
    const refusing = loop(at, (event) => {
      if (event.kind !== 'message') return undefined;
      event.refuse(commandStatus);
      return 'break';
    });
    const [session] = at.server.sessions as Iterable<Session>;
    for (const pdu of pdus) await during(at.clock, session!.request(pdu));
    await refusing;
    at.events.splice(0, at.events.length, ...at.events.filter(({ kind }) => kind === 'incomplete'));
  };

  test('an MC that does not send the last segment again: those acknowledged are given out', async () => {
    const at = await world({ incoming: { timeoutMs: 60_000 } });
    const pdus = segmentsOf('udh8');
    await refuseFirst(at, pdus, status.ESME_RX_T_APPN);
    void loop(at);
    await at.clock.advance(55_000);
    expect(at.events).toEqual([]);
    await at.clock.advance(5_000);
    expect(at.events).toMatchObject([{ kind: 'incomplete', reason: 'expired', missing: [pdus.length] }]);
  });

  test('refused for good: forgotten', async () => {
    const at = await world({ incoming: { timeoutMs: 60_000 } });
    await refuseFirst(at, segmentsOf('udh8'), status.ESME_RX_P_APPN);
    void loop(at);
    await at.clock.advance(120_000);
    expect(at.events).toEqual([]);
  });

  test.each([
    ['in number', { maxSets: 2 }],
    ['in octets', { maxOctets: 2_000 }],
  ])('they are bounded %s: the eldest is given out', async (_what, limit) => {
    const at = await world({ incoming: limit });
    for (const reference of [1, 2, 3, 4]) {
      const pdus = segmentsOf('udh8', `${reference} ${text}`, reference);
      await refuseFirst(at, pdus, status.ESME_RX_T_APPN);
    }
    const seen = loop(at);
    await settle();
    await Promise.all([at.client.close(), at.clock.advance(20_000)]);
    await seen;
    // All four are told, as what was acknowledged of them; those that had to leave first.
    expect(at.events.map((event) => event.kind === 'incomplete' && event.missing.length)).toEqual([
      1, 1, 1, 1,
    ]);
  });
});

describe('closing', () => {
  test('a loop that is there gets what waits, within the time to drain', async () => {
    const at = await world();
    const looping = loop(at, () => new Promise<void>((resolve) => at.clock.setTimer(resolve, 1_000)));
    const other = segmentsOf('udh8', 'other')[0]!;
    const delivered = Promise.all([burst(at, [other]), burst(at, segmentsOf('udh8'))]);
    await settle();
    const closed = at.client.close();
    await during(at.clock, Promise.all([closed, looping, delivered]));
    expect(told(at.events)).toEqual(['other', text]);
    expect((await delivered).flat()).toEqual([[0], [0, 0, 0]]);
  });

  test('a loop that is too slow: what was not acknowledged comes again elsewhere', async () => {
    const at = await world();
    const looping = loop(at, () => new Promise<void>((resolve) => at.clock.setTimer(resolve, 60_000)));
    const other = segmentsOf('udh8', 'other')[0]!;
    const [session] = at.server.sessions as Iterable<Session>;
    const answers = [other, ...segmentsOf('udh8')].map((pdu) =>
      session!.request(pdu).then(
        (answer) => answer.command_status,
        () => 'lost',
      ),
    );
    await settle();
    await during(at.clock, Promise.all([at.client.close({ drainMs: 1_000 }), looping]));
    expect(told(at.events)).toEqual(['other']);
    expect((await Promise.all(answers)).slice(1)).toEqual(Array(3).fill(status.ESME_RX_T_APPN));
  });

  test('what was acknowledged, to an MC with a window of one, is given out', async () => {
    const at = await world();
    let isFirst = true;
    const looping = loop(at, () => {
      if (!isFirst) return undefined;
      isFirst = false;
      return new Promise<void>((resolve) => at.clock.setTimer(resolve, 30_000));
    });
    const pdus = segmentsOf('udh8');
    const [session] = at.server.sessions as Iterable<Session>;
    session!.send(segmentsOf('udh8', 'other')[0]!, () => undefined);
    for (const pdu of pdus.slice(0, -1)) await during(at.clock, session!.request(pdu));
    const last = session!.request(pdus.at(-1)!);
    await settle();
    await during(at.clock, Promise.all([at.client.close({ drainMs: 1_000 }), looping]));
    expect(at.events).toMatchObject([{ text: 'other' }, { kind: 'incomplete', missing: [pdus.length] }]);
    expect((await last).command_status).toBe(status.ESME_RX_T_APPN);
  });

  test('no loop: nothing of it is acknowledged', async () => {
    const at = await world();
    const [session] = at.server.sessions as Iterable<Session>;
    const answers = segmentsOf('sar').map((pdu) => session!.request(pdu));
    await settle();
    await during(at.clock, at.client.close());
    for (const answer of answers) expect((await answer).command_status).toBe(status.ESME_RX_T_APPN);
  });
});

describe('an MC with a window of one', () => {
  test('waits for its first segment only: then it is known', async () => {
    const at = await world();
    void loop(at);
    const startMs = at.clock.monotonicMs();
    for (const reference of [1, 2, 3])
      await during(at.clock, deliver(at, segmentsOf('udh8', text, reference)));
    await settle();
    expect(told(at.events)).toEqual([text, text, text]);
    // `during` goes on in steps of a second.
    expect(at.clock.monotonicMs() - startMs).toBeLessThanOrEqual(4_000);
  });

  test('segments that come late are no sign of it', async () => {
    const at = await world();
    void loop(at);
    const [session] = at.server.sessions as Iterable<Session>;
    const pdus = segmentsOf('udh8');
    for (const pdu of pdus.slice(0, -1)) {
      let isAnswered = false;
      session!.request(pdu).then(() => {
        isAnswered = true;
      });
      await at.clock.advance(499);
      expect(isAnswered).toBe(false);
      await at.clock.advance(10_000);
      expect(isAnswered).toBe(true);
    }
    await during(at.clock, session!.request(pdus.at(-1)!));
    expect(told(at.events)).toEqual([text]);
  });
});

test('without a loop no segment is acknowledged: it may be for another client of the account', async () => {
  const at = await world();
  const [session] = at.server.sessions as Iterable<Session>;
  const answers = segmentsOf('udh16').map((pdu) => session!.request(pdu));
  await at.clock.advance(4_999);
  expect(session!.outstanding).toBe(answers.length);
  await at.clock.advance(1);
  for (const answer of answers) expect((await answer).command_status).toBe(status.ESME_RX_T_APPN);
});
