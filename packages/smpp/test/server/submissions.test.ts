/** What ESMEs submit, as a server's `onMessage` takes it: whole messages, each answered once for all its segments. */
import {
  createCodec,
  type PduInput,
  type PduOf,
  REGISTERED_DELIVERY,
  type SegmentMethod,
  segmentText,
  status,
} from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { type SmppError, SmppStatus } from '../../src/errors.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import { SmppServer } from '../../src/server/server.ts';
import type { IncompleteSubmission, SubmittedMessage } from '../../src/server/submitted-message.ts';
import { settle } from '../../src/simulated-clock.ts';
import { MemoryServer } from '../support/memory-server.ts';
import { closeLater } from '../support/servers.ts';
import { thenable } from '../support/thenable.ts';

const to = '447700900123';
const text = 'Grüße aus Köln, und zwar viele davon. '.repeat(12);
const methods: readonly SegmentMethod[] = ['udh8', 'udh16', 'sar'];

function segmentsOf(
  content = text,
  reference = 7,
  method: SegmentMethod = 'udh8',
): readonly PduInput<'submit_sm'>[] {
  const { segments, dataCoding } = segmentText(content, { method, reference });
  return segments.map((segment) => ({
    command: 'submit_sm',
    source_addr: 'Shop',
    destination_addr: to,
    esm_class: segment.esmClassBits,
    data_coding: dataCoding,
    short_message: segment.short_message,
    tlvs: segment.tlvs,
  }));
}

type Handle = (message: SubmittedMessage) => unknown;

/** A server that notes what it is given. `handle`: what its user does with each. */
async function world(handle: Handle = () => undefined, options: Partial<ServerOptions> = {}) {
  const messages: SubmittedMessage[] = [];
  const incomplete: IncompleteSubmission[] = [];
  const at = await MemoryServer.start({
    onMessage: (message) => {
      messages.push(message);
      return handle(message);
    },
    onIncomplete: (message) => incomplete.push(message),
    ...options,
  });
  return { at, messages, incomplete };
}

type Answer = PduOf<'submit_sm_resp'>;

/** Submits all at once; the answers are in the order of the segments. */
function submitAll(client: SmppClient, pdus: readonly PduInput<'submit_sm'>[]): Promise<Answer[]> {
  return Promise.all(pdus.map((pdu) => client.request(pdu)));
}

const statuses = (answers: readonly Answer[]): number[] =>
  answers.map(({ command_status }) => command_status);
const idsOf = (answers: readonly Answer[]): string[] => answers.map(({ message_id }) => message_id);

describe('a message comes as one', () => {
  test.each([...methods, 'payload'] as const)('by %s, with an id for each segment', async (longMessage) => {
    const { at, messages } = await world();
    const client = await at.esme({ text: { longMessage } });
    const sent = await client.send({ from: 'Shop', to: '+44 7700 900123', text, receipt: 'final' });
    const short = await client.send({ to, text: 'Hello' });
    expect(messages).toMatchObject([
      {
        text,
        from: { ton: 5, npi: 0, address: 'Shop' },
        to: { ton: 1, npi: 1, address: '447700900123' },
        receipt: 'final',
        dataCoding: { coding: 'gsm7' },
        ids: sent.ids,
      },
      { text: 'Hello', receipt: 'none', ids: short.ids },
    ]);
    const ids = messages.flatMap((message) => message.ids);
    expect(new Set(ids).size).toBe(longMessage === 'payload' ? 2 : 4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(at.errors).toEqual([]);
  });

  test('octets, empty texts and other alphabets too', async () => {
    const { at, messages } = await world(undefined, { incoming: { defaultAlphabet: 'latin1' } });
    const client = await at.esme({ text: { defaultAlphabet: 'latin1' } });
    await client.send({ to, text: '' });
    await client.send({ to, text: 'Grüße' });
    await client.send({ to, text: '👋'.repeat(100) });
    await client.send({ to, bytes: new Uint8Array(300).fill(200), dataCoding: 4 });
    expect(messages.map((message) => message.text)).toEqual([
      '',
      'Grüße',
      '👋'.repeat(100),
      '\u00c8'.repeat(300),
    ]);
    expect(messages.at(-1)?.bytes).toEqual(new Uint8Array(300).fill(200));
  });

  test('what data_coding 0 means is said by the settings, or by the text of the session', async () => {
    const { at, messages } = await world(undefined, { text: { defaultAlphabet: 'latin1' } });
    const client = await at.esme();
    await client.request({ command: 'submit_sm', short_message: Buffer.from('\u00fc', 'latin1') });
    at.session.text = { defaultAlphabet: 'gsm7' };
    await client.request({ command: 'submit_sm', short_message: Buffer.from('\u007e', 'latin1') });
    expect(messages.map((message) => message.text)).toEqual(['ü', 'ü']);
  });

  test('over several binds of one account, in whatever order; by data_sm, too', async () => {
    const { at, messages } = await world();
    const binds = [await at.esme(), await at.esme()] as const;
    const answers = await Promise.all(
      [...segmentsOf()].reverse().map((pdu, n) => binds[n % 2]!.request(pdu)),
    );
    expect(statuses(answers)).toEqual([0, 0, 0]);
    expect(messages).toMatchObject([{ text, ids: idsOf(answers).reverse() }]);
    const data = segmentsOf(text, 9, 'payload').map(({ short_message, ...pdu }) => ({
      ...pdu,
      command: 'data_sm' as const,
    }));
    const response = await binds[0].request(data[0]!);
    expect(messages[1]).toMatchObject({ text, ids: [response.message_id] });
  });

  test('those of two accounts are two, though all else is the same', async () => {
    const { at, messages } = await world();
    const [one, other] = [await at.esme(), await at.esme({}, 'other')] as const;
    const [mine, theirs] = ['a'.repeat(300), 'b'.repeat(300)];
    const answers = Promise.all(
      segmentsOf(mine).flatMap((pdu, n) => [one.request(pdu), other.request(segmentsOf(theirs)[n]!)]),
    );
    expect(statuses(await answers)).toEqual([0, 0, 0, 0]);
    expect(messages.map((message) => message.text).sort()).toEqual([mine, theirs]);
  });

  test('reassemble: false gives every segment as a message of its own', async () => {
    const { at, messages } = await world(undefined, { incoming: { reassemble: false } });
    const client = await at.esme();
    const { ids } = await client.send({ to, text });
    expect(messages.map((message) => message.ids)).toEqual(ids.map((id) => [id]));
    expect(messages.map((message) => message.text).join('')).toBe(text);
  });

  test('segments of any number of messages, in any order', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.infiniteStream(fc.nat()), async (sizes, numbers) => {
        const { at, messages } = await world();
        const client = await at.esme({ window: 100 });
        const texts = sizes.map((size, n) => String.fromCharCode(97 + n).repeat(size));
        const shuffled = texts
          .flatMap((content, n) => segmentsOf(content, n))
          .map((pdu) => ({ pdu, at: numbers.next().value }))
          .sort((a, b) => a.at - b.at);
        const answers = await submitAll(
          client,
          shuffled.map(({ pdu }) => pdu),
        );
        expect(statuses(answers).every((one) => one === 0)).toBe(true);
        expect(messages.map((message) => message.text).sort()).toEqual([...texts].sort());
        const ids = messages.flatMap((message) => message.ids);
        expect([...ids].sort()).toEqual(idsOf(answers).sort());
        client.destroy();
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    [REGISTERED_DELIVERY.NONE, 'none'],
    [REGISTERED_DELIVERY.FINAL, 'final'],
    [REGISTERED_DELIVERY.FAILURE, 'failure'],
    [REGISTERED_DELIVERY.SUCCESS, 'success'],
    [REGISTERED_DELIVERY.FINAL | REGISTERED_DELIVERY.INTERMEDIATE, 'all'],
    [REGISTERED_DELIVERY.INTERMEDIATE, 'all'],
    [REGISTERED_DELIVERY.DELIVERY_ACKNOWLEDGEMENT, 'none'],
    [0x1f, 'all'],
  ])('registered_delivery %i is the wish for %s', async (registered_delivery, wish) => {
    const { at, messages } = await world();
    const client = await at.esme({ version: '5.0' });
    await client.request({ command: 'submit_sm', registered_delivery });
    // Some ESMEs ask for the receipt of the last segment only.
    const segments = segmentsOf();
    await submitAll(client, [...segments.slice(0, -1), { ...segments.at(-1)!, registered_delivery }]);
    expect(messages.map((message) => message.receipt)).toEqual([wish, wish]);
  });
});

describe('the answer is that of the message', () => {
  test('it waits for the promise, of the language or of a library', async () => {
    let settleMessage: () => void = () => undefined;
    for (const wait of [
      () => new Promise<void>((resolve) => (settleMessage = resolve)),
      () => thenable<void>((resolve) => (settleMessage = () => resolve())),
    ]) {
      const { at } = await world(wait);
      const client = await at.esme();
      const sending = client.send({ to, text });
      await settle();
      expect(client.sessions[0]?.outstanding).toBe(3);
      settleMessage();
      expect((await sending).ids).toHaveLength(3);
      // It was dealt with before: what comes later is nothing new.
      settleMessage();
      expect(at.errors).toEqual([]);
    }
  });

  const bug = new Error('a fault of the program');
  const throwing = (error: unknown) => () => {
    throw error;
  };
  const refusals: readonly [string, Handle, number, string | undefined][] = [
    ['SmppStatus', throwing(new SmppStatus(status.ESME_RINVDSTADR)), status.ESME_RINVDSTADR, undefined],
    ['SmppStatus of 0', throwing(new SmppStatus(0)), status.ESME_RSYSERR, undefined],
    ['an error', throwing(bug), status.ESME_RSYSERR, 'fault'],
    ['a rejection with SmppStatus', async () => throwing(new SmppStatus(20))(), 20, undefined],
    ['a rejection', async () => throwing(bug)(), status.ESME_RSYSERR, 'fault'],
    ["a library's rejection", () => thenable((_, no) => no(bug)), status.ESME_RSYSERR, 'fault'],
    ['nothing thrown', throwing(undefined), status.ESME_RSYSERR, 'onMessage'],
    ['a response returned', () => ({ message_id: 'a1' }), status.ESME_RSYSERR, 'message.ids'],
    ['a promise of one', async () => ({ command_status: 8 }), status.ESME_RSYSERR, 'SmppStatus'],
  ];

  test.each(refusals)('%s refuses all segments', async (_what, handle, expected, told) => {
    const { at } = await world(handle);
    const client = await at.esme({ onThrottled: 'report' });
    expect(statuses(await submitAll(client, segmentsOf()))).toEqual([expected, expected, expected]);
    const alone = await client.request({ command: 'submit_sm', short_message: Buffer.from('x') });
    expect([alone.command_status, alone.message_id]).toEqual([expected, '']);
    if (told === undefined) expect(at.errors).toEqual([]);
    else expect(String(at.errors)).toContain(told);
    expect(at.errors.every(([where]) => where === 'onMessage')).toBe(true);
  });

  test('what else is returned is nobody’s business', async () => {
    const { at } = await world(() => [1, 2, 3]);
    const client = await at.esme();
    expect((await client.send({ to, text })).ids).toHaveLength(3);
    expect(at.errors).toEqual([]);
  });

  test.each(methods)('what was refused comes again as a whole, by %s', async (method) => {
    let isReady = false;
    const { at, messages } = await world(() => {
      if (!isReady) throw new SmppStatus(status.ESME_RMSGQFUL);
    });
    const client = await at.esme({ onThrottled: 'report' });
    const segments = segmentsOf(text, 7, method);
    const refused = await submitAll(client, segments);
    expect(statuses(refused)).toEqual(Array(3).fill(status.ESME_RMSGQFUL));
    isReady = true;
    const taken = await submitAll(client, segments);
    expect(statuses(taken)).toEqual([0, 0, 0]);
    expect(messages.map((message) => message.text)).toEqual([text, text]);
    expect(messages[1]?.ids).toEqual(idsOf(taken));
  });

  test('a client that backs off sends it by itself until it is taken', async () => {
    let tries = 0;
    const { at, messages } = await world(() => {
      if (++tries < 3) throw new SmppStatus(status.ESME_RTHROTTLED);
    });
    const client = await at.esme();
    const sending = client.send({ to, text });
    await at.clock.advance(20_000);
    expect((await sending).ids).toEqual(messages.at(-1)?.ids);
    expect(messages.map((message) => message.text)).toEqual([text, text, text]);
  });
});

describe('an ESME with a window of one', () => {
  test('is answered before the message is whole, by the ids that the message has then', async () => {
    const { at, messages } = await world();
    const client = await at.esme({ window: 1 });
    const first = client.send({ to, text });
    await at.clock.advance(500);
    await at.clock.advance(100);
    expect((await first).ids).toEqual(messages[0]?.ids);
    // It is known by then: no further message is held.
    expect((await client.send({ to, text: `${text}!` })).ids).toEqual(messages[1]?.ids);
    expect(messages.map((message) => message.text)).toEqual([text, `${text}!`]);
  });

  test('refused, sends the last segment again, and the message comes again as a whole', async () => {
    let isReady = false;
    const { at, messages, incomplete } = await world(() => {
      if (!isReady) throw new SmppStatus(status.ESME_RMSGQFUL);
    });
    const client = await at.esme({ window: 1, onThrottled: 'report' });
    const answers: Answer[] = [];
    for (const pdu of segmentsOf()) {
      const asking = client.request(pdu);
      await at.clock.advance(500);
      answers.push(await asking);
    }
    expect(statuses(answers)).toEqual([0, 0, status.ESME_RMSGQFUL]);
    isReady = true;
    const again = await client.request(segmentsOf()[2]!);
    expect(again.command_status).toBe(0);
    expect(messages.map((message) => message.text)).toEqual([text, text]);
    expect(messages[1]?.ids).toEqual([...idsOf(answers).slice(0, 2), again.message_id]);
    await at.clock.leap(25 * 3_600_000);
    expect(incomplete).toEqual([]);
  });

  test('gives it up: what was acknowledged is told of, with its ids', async () => {
    const { at, incomplete } = await world(() => {
      throw new SmppStatus(status.ESME_RMSGQFUL);
    });
    const client = await at.esme({ window: 1, onThrottled: 'report' });
    const answers: Answer[] = [];
    for (const pdu of segmentsOf()) {
      const asking = client.request(pdu);
      await at.clock.advance(500);
      answers.push(await asking);
    }
    await at.clock.leap(25 * 3_600_000);
    expect(incomplete).toMatchObject([
      { systemId: 'esme', reason: 'expired', missing: [3], total: 3, ids: idsOf(answers).slice(0, 2) },
    ]);
  });
});

describe('segments whose others do not come', () => {
  test('are acknowledged half a second later, kept, and told of in the end', async () => {
    const { at, messages, incomplete } = await world(undefined, { incoming: { timeoutMs: 60_000 } });
    const client = await at.esme();
    const asking = submitAll(client, segmentsOf().slice(0, 2));
    await at.clock.advance(500);
    const answers = await asking;
    expect(statuses(answers)).toEqual([0, 0]);
    await at.clock.advance(59_000);
    expect(incomplete).toEqual([]);
    await at.clock.advance(1_000);
    expect(incomplete).toMatchObject([
      {
        systemId: 'esme',
        from: { address: 'Shop' },
        to: { address: to },
        reason: 'expired',
        ids: idsOf(answers),
        missing: [3],
        total: 3,
      },
    ]);
    expect(incomplete[0]?.pdus).toHaveLength(2);
    expect(messages).toEqual([]);
  });

  test('one that comes again keeps its id', async () => {
    const { at, messages } = await world();
    const client = await at.esme();
    const [first, second, third] = segmentsOf();
    const asking = client.request(first!);
    await at.clock.advance(500);
    const { message_id } = await asking;
    expect((await client.request(first!)).message_id).toBe(message_id);
    const rest = await submitAll(client, [second!, third!]);
    expect(messages).toMatchObject([{ text, ids: [message_id, ...idsOf(rest)] }]);
  });

  test('the connection is lost: they come again by another', async () => {
    const { at, messages } = await world();
    const client = await at.esme();
    const lost = submitAll(client, segmentsOf().slice(0, 2)).catch((error: SmppError) => error);
    await settle();
    client.destroy();
    expect(await lost).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', maybeSent: true });
    const answers = await submitAll(await at.esme(), segmentsOf());
    expect(messages).toMatchObject([{ text, ids: idsOf(answers) }]);
  });

  test('a failing onIncomplete is told of, and nothing else happens', async () => {
    const { at } = await world(undefined, {
      incoming: { timeoutMs: 1_000 },
      onIncomplete: () => {
        throw new Error('a fault of the program');
      },
    });
    const client = await at.esme();
    client.request(segmentsOf()[0]!).catch(() => undefined);
    await at.clock.advance(2_000);
    expect(at.errors).toMatchObject([['onIncomplete', { message: 'a fault of the program' }]]);
    expect((await client.send({ to, text: 'x' })).ids).toHaveLength(1);
  });
});

describe('limits', () => {
  test('one account fills its own room only, and loses its eldest', async () => {
    const { at, messages, incomplete } = await world(undefined, { incoming: { maxSets: 3 } });
    const [greedy, other] = [await at.esme({ window: 100 }), await at.esme({}, 'other')] as const;
    const begun = other.request(segmentsOf(text, 200)[0]!);
    await at.clock.advance(500);
    await begun;
    for (let reference = 0; reference < 20; reference++) {
      const asking = greedy.request(segmentsOf(text, reference)[0]!);
      await at.clock.advance(500);
      expect((await asking).command_status).toBe(0);
    }
    expect(incomplete).toHaveLength(17);
    expect(new Set(incomplete.map(({ systemId, reason }) => `${systemId} ${reason}`))).toEqual(
      new Set(['esme evicted']),
    );
    await submitAll(other, segmentsOf(text, 200).slice(1));
    expect(messages).toMatchObject([{ text }]);
  });

  test('octets that are being dealt with are counted: more is to come later', async () => {
    let settleMessage: () => void = () => undefined;
    const { at } = await world(() => new Promise<void>((resolve) => (settleMessage = resolve)), {
      incoming: { maxOctets: 1_000 },
    });
    const client = await at.esme({ onThrottled: 'report', window: 100 });
    const [one, two, three] = [1, 2, 3].map((reference) => submitAll(client, segmentsOf(text, reference)));
    await settle();
    expect(statuses(await three!)).toEqual(Array(3).fill(status.ESME_RMSGQFUL));
    settleMessage();
    expect(statuses(await two!)).toEqual([0, 0, 0]);
    client.destroy();
    await one!.catch(() => undefined);
  });

  test('of all accounts together: the one that holds most gives up what is incomplete', async () => {
    // Segments of 60,000 octets in message_payload: 64 MiB are 1,118 of them.
    const payload = new Uint8Array(60_000);
    const { at, incomplete } = await world(undefined, {
      incoming: { maxSets: 10_000, maxOctets: 1024 ** 3 },
      limits: { window: 10_000 },
    });
    const segment = (reference: number): PduInput<'submit_sm'> => ({
      command: 'submit_sm',
      destination_addr: to,
      tlvs: {
        sar_msg_ref_num: reference,
        sar_total_segments: 2,
        sar_segment_seqnum: 1,
        message_payload: payload,
      },
    });
    const [small, large] = [
      await at.esme({ window: 1_000 }, 'small'),
      await at.esme({ window: 2_000 }, 'large'),
    ];
    const begin = async (client: SmppClient, references: number): Promise<void> => {
      for (let reference = 0; reference < references; reference++)
        client.submit(segment(reference), () => undefined);
      await at.clock.advance(500);
    };
    await begin(small, 100);
    await begin(large, 1_000);
    expect(incomplete).toEqual([]);
    await begin(small, 130);
    const lost = new Set(incomplete.map(({ systemId }) => systemId));
    expect(lost).toEqual(new Set(['large']));
    expect(incomplete).toHaveLength(1_000);
  });
});

describe('ids', () => {
  test('are the user’s, by session', async () => {
    let count = 0;
    const { at, messages } = await world(undefined, {
      nextMessageId: (session) => `${session.systemId}-${++count}`,
    });
    const client = await at.esme();
    const sent = await client.send({ to, text });
    expect(sent.ids).toEqual(['esme-1', 'esme-2', 'esme-3']);
    expect(messages[0]?.ids).toEqual(sent.ids);
  });

  test.each<[string, unknown, string]>([
    ['a number', 17, '17'],
    ['nothing', undefined, 'undefined'],
    ['an empty one', '', '1 to 64'],
    ['one with a blank', 'a b', 'without blanks'],
    ['one too long', 'x'.repeat(65), '1 to 64'],
    ['a promise', Promise.resolve('a'), 'promise'],
  ])('that are none, %s: ESME_RSYSERR, and onError hears why', async (_what, id, told) => {
    const { at, messages } = await world(undefined, { nextMessageId: () => id as string });
    const client = await at.esme();
    expect(statuses(await submitAll(client, segmentsOf()))).toEqual(Array(3).fill(status.ESME_RSYSERR));
    expect(messages).toEqual([]);
    expect(at.errors.length).toBe(3);
    expect(String(at.errors)).toContain(told);
  });

  test('a function that throws is told of', async () => {
    const { at } = await world(undefined, {
      nextMessageId: () => {
        throw new Error('a fault of the program');
      },
    });
    const client = await at.esme();
    expect((await client.request(segmentsOf()[0]!)).command_status).toBe(status.ESME_RSYSERR);
    expect(at.errors).toMatchObject([['nextMessageId', { message: 'a fault of the program' }]]);
  });

  test('3.3 peers get 8 hexadecimal digits, as much as they take', async () => {
    const { at, messages } = await world();
    const client = await at.esme({ version: '3.3', bind: 'transmitter' });
    const { ids } = await client.send({ to, text });
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(messages[0]?.ids).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
  });

  test('of a server that has started anew are others', async () => {
    const first = await world();
    await (await first.at.esme()).send({ to, text });
    const second = await world();
    await second.at.clock.advance(1_000);
    await (await second.at.esme()).send({ to, text });
    const third = await MemoryServer.start({ onMessage: () => undefined, random: () => 0.25 });
    const sent = await (await third.esme()).send({ to, text });
    expect(sent.ids.filter((id) => first.messages[0]?.ids.includes(id))).toEqual([]);
  });
});

describe('beside it', () => {
  test('other requests have their handlers, or none', async () => {
    const { at, messages } = await world(undefined, {
      operations: {
        query_sm: () => ({ message_id: 'q', final_date: '', message_state: 2, error_code: 0 }),
        data_sm: () => ({ message_id: 'data' }),
      },
    });
    const client = await at.esme();
    expect(await client.request({ command: 'query_sm', message_id: 'q' })).toMatchObject({
      message_state: 2,
    });
    expect(await client.request({ command: 'data_sm' })).toMatchObject({ message_id: 'data' });
    expect((await client.request({ command: 'cancel_sm' })).command_status).not.toBe(0);
    expect(messages).toEqual([]);
  });

  test('close: what waits for others is refused, what is dealt with is answered', async () => {
    let settleMessage: () => void = () => undefined;
    const { at, incomplete } = await world(() => new Promise<void>((resolve) => (settleMessage = resolve)));
    const client = await at.esme({ onThrottled: 'report' });
    const whole = submitAll(client, segmentsOf(text, 1));
    const part = submitAll(client, segmentsOf(text, 2).slice(0, 2));
    await settle();
    const closing = at.server.close();
    expect(statuses(await part)).toEqual([status.ESME_RMSGQFUL, status.ESME_RMSGQFUL]);
    settleMessage();
    expect(statuses(await whole)).toEqual([0, 0, 0]);
    await at.clock.advance(20_000);
    await closing;
    expect(incomplete).toEqual([]);
    expect(at.clock.armed).toBe(0);
  });

  test('close: what was acknowledged is told of', async () => {
    const { at, incomplete } = await world();
    const client = await at.esme();
    const part = client.request(segmentsOf()[0]!);
    await at.clock.advance(500);
    const { message_id } = await part;
    const closing = at.server.close();
    await at.clock.advance(20_000);
    await closing;
    expect(incomplete).toMatchObject([{ ids: [message_id], missing: [2, 3] }]);
  });
});

test('TLVs of a vendor are known by name, to the types as well', async () => {
  const codec = createCodec({
    tlvs: { dlt_entity_id: { tag: 0x1400, type: 'c_octet_string', min: 1, max: 30 } },
  });
  const seen: unknown[] = [];
  const server = closeLater(
    await SmppServer.listen({
      port: 0,
      codec,
      authenticate: () => ({ accept: true }),
      onMessage: ({ pdus }, session) => {
        for (const tlv of pdus.flatMap((pdu) => pdu.tlvs)) {
          if (tlv.name === 'dlt_entity_id') expectTypeOf(tlv.value).toEqualTypeOf<string>();
          seen.push(tlv.value);
        }
        return session.deliver({ from: to, to: '1', text: 'x', tlvs: { dlt_entity_id: 'back' } });
      },
    }),
  );
  const client = closeLater(
    await SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`, {
      codec,
      incoming: { unclaimed: 'accept' },
    }),
  );
  await client.send({ to, text: 'x', tlvs: { dlt_entity_id: '1701' } });
  expect(seen).toEqual(['1701']);
});

test.each<[string, object, string]>([
  ['no function', { onMessage: 'log' }, 'onMessage is a string: it takes a function'],
  [
    'beside a handler of the same',
    { operations: { submit_sm: () => ({ message_id: '1' }) } },
    'leave one of them out',
  ],
  ['misspelt settings', { incoming: { maxSet: 5 } }, 'did you mean incoming.maxSets?'],
  ['wrong settings', { incoming: { timeoutMs: '5s' } }, 'incoming.timeoutMs is a string'],
  ['of a client', { incoming: { unclaimed: 'wait' } }, 'incoming.unclaimed is no option'],
  ['ids that are none', { nextMessageId: 'a1' }, 'nextMessageId is a string'],
  ['a text that is none', { text: 'gsm7' }, 'text'],
  ['a misspelt text', { text: { longMessages: 'sar' } }, 'did you mean text.longMessage?'],
  ['a random that is none', { random: 4 }, 'random is 4'],
  ['neither handlers nor onMessage', { onMessage: undefined }, 'operations is missing'],
  [
    'no onMessage for onIncomplete',
    { onMessage: undefined, onIncomplete: () => 1 },
    'onIncomplete is for onMessage',
  ],
  [
    'settings without onMessage',
    { onMessage: undefined, operations: {}, incoming: {} },
    'incoming is for onMessage, which is missing',
  ],
  [
    'ids without onMessage',
    { onMessage: undefined, operations: {}, nextMessageId: () => 'a' },
    'nextMessageId is for onMessage',
  ],
])('options are checked by name: %s', async (_what, change, message) => {
  const options = { port: 0, authenticate: () => ({ accept: true }), onMessage: () => undefined, ...change };
  await expect(SmppServer.listen(options as ServerOptions).then(closeLater)).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_OPTION',
    message: expect.stringContaining(message),
  });
});
