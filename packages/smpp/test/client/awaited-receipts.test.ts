/** Receipts and the messages that they are about. */
import { type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import type { SentMessage } from '../../src/client/sent-message.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { polite, RawCentre } from '../support/raw-centre.ts';
import { closeLater } from '../support/servers.ts';

interface World {
  readonly clock: SimulatedClock;
  readonly client: SmppClient;
  readonly centre: RawCentre;
}

/** A centre that numbers what it takes by `idOf`, from 1. */
async function world(idOf: (n: number) => string, options: ClientOptions = {}): Promise<World> {
  const clock = new SimulatedClock();
  let count = 0;
  const centre = new RawCentre((pdu, connection) => {
    if (pdu.command === 'submit_sm') connection.answer(pdu, 0, { message_id: idOf(++count) });
    else polite(pdu, connection);
  });
  const client = closeLater(
    await SmppClient.connect('smpp://a:b@memory', {
      clock,
      transport: () => centre.connect(),
      ...options,
    }),
  );
  return { clock, client, centre };
}

let sequence = 5_000;

function receipt(id: string, stat: string, from: string, more: object = {}): PduInput<'deliver_sm'> {
  const words = `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:${stat} err:000 text:`;
  const short_message = Buffer.from(words);
  const common = { sequence_number: ++sequence, destination_addr: 'Shop', esm_class: 0x04 } as const;
  return { command: 'deliver_sm', ...common, source_addr: from, short_message, ...more };
}

/** `DELIVERED`, another state, or `none`, of each message. */
async function states({ clock }: World, sent: readonly SentMessage[]): Promise<string[]> {
  const ends = sent.map((message) =>
    message.receipt({ timeoutMs: 1_000 }).then(
      ({ state }) => state as string,
      () => 'none',
    ),
  );
  await clock.advance(1_000);
  return Promise.all(ends);
}

/** How the n-th id is written in the response, and in the receipt. */
const writings: { readonly [name: string]: readonly [(n: number) => string, (n: number) => string] } = {
  'hexadecimal, then decimal': [(n) => n.toString(16), String],
  'decimal, then hexadecimal': [String, (n) => n.toString(16)],
  'hexadecimal in capitals, then decimal': [(n) => n.toString(16).toUpperCase(), String],
  'hexadecimal of 8 digits, then decimal of 10': [
    (n) => n.toString(16).padStart(8, '0'),
    (n) => String(n).padStart(10, '0'),
  ],
  'decimal, then decimal of 10 digits': [String, (n) => String(n).padStart(10, '0')],
  'decimal in both': [String, String],
  'hexadecimal in both': [(n) => n.toString(16), (n) => n.toString(16)],
  'with blanks around, in capitals, then bare': [
    (n) => ` ${n.toString(16).toUpperCase()} `,
    (n) => n.toString(16),
  ],
  'with 0x, then without': [(n) => `0x${n.toString(16)}`, (n) => n.toString(16)],
  'a UUID with dashes and without': [
    (n) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
    (n) => `0000000000004000 8000${n.toString(16).padStart(12, '0')}`.replace(' ', '').toUpperCase(),
  ],
  words: [(n) => `Msg-${n}`, (n) => `MSG-${n}`],
};

const expected = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 'UNDELIVERABLE' : 'DELIVERED'));
const wordOf = (n: number): string => (n % 2 === 1 ? 'UNDELIV' : 'DELIVRD');
const ways = Object.keys(writings);

describe('a counter from 1: each receipt to its message', () => {
  test.each(ways)('%s, to 40 handsets', async (way) => {
    const [inResponse, inReceipt] = writings[way]!;
    for (const binds of [1, 3]) {
      const at = await world(inResponse, { binds });
      const numberOf = (n: number) => `4477009${String(n).padStart(5, '0')}`;
      const sent: SentMessage[] = [];
      for (let n = 1; n <= 40; n++) {
        sent.push(await at.client.send({ to: numberOf(n), text: 'x', receipt: 'final' }));
      }
      for (let n = 40; n >= 1; n--) at.centre.last.send(receipt(inReceipt(n), wordOf(n), `+${numberOf(n)}`));
      await settle();
      expect(await states(at, sent)).toEqual(expected);
      expect(at.centre.all('deliver_sm_resp').every((answer) => answer.command_status === 0)).toBe(true);
    }
  });

  test.each(ways)('%s, all to one handset', async (way) => {
    const [inResponse, inReceipt] = writings[way]!;
    const at = await world(inResponse);
    const sent: SentMessage[] = [];
    for (let n = 1; n <= 40; n++) {
      sent.push(await at.client.send({ to: '447700900123', text: 'x', receipt: 'final' }));
    }
    for (let n = 1; n <= 40; n++) at.centre.last.send(receipt(inReceipt(n), wordOf(n), '447700900123'));
    await settle();
    expect(await states(at, sent)).toEqual(expected);
  });

  test.each(ways)('%s, one handset, only those that could be another: none has a wrong one', async (way) => {
    const [inResponse, inReceipt] = writings[way]!;
    const at = await world(inResponse);
    const sent: SentMessage[] = [];
    for (let n = 1; n <= 40; n++) {
      sent.push(await at.client.send({ to: '447700900123', text: 'x', receipt: 'final' }));
    }
    for (let n = 10; n <= 26; n++) at.centre.last.send(receipt(inReceipt(n), wordOf(n), '447700900123'));
    await settle();
    const got = await states(at, sent);
    got.forEach((state, index) => {
      expect(['none', index >= 9 && index <= 25 ? expected[index] : 'none']).toContain(state);
    });
  });

  test.each<['hex-dec' | 'dec-hex' | 'same', string]>([
    ['hex-dec', 'hexadecimal, then decimal'],
    ['dec-hex', 'decimal, then hexadecimal'],
    ['same', 'decimal in both'],
  ])('the form is said (%s): nothing is left to learn', async (ids, way) => {
    const [inResponse, inReceipt] = writings[way]!;
    const at = await world(inResponse, { incoming: { receipts: { ids } } });
    const sent: SentMessage[] = [];
    for (let n = 1; n <= 40; n++) sent.push(await at.client.send({ to: '1', text: 'x', receipt: 'final' }));
    for (const n of [10, 16, 25, 40]) at.centre.last.send(receipt(inReceipt(n), wordOf(n), '1'));
    await settle();
    const got = await states(at, sent);
    for (const n of [10, 16, 25, 40]) expect(got[n - 1]).toBe(expected[n - 1]);
    expect(got.filter((state) => state === 'none')).toHaveLength(36);
  });
});

describe('the handset on a receipt', () => {
  test('of another one: not ours, though the id fits', async () => {
    const at = await world(String);
    const sent = await at.client.send({ to: '447700900123', text: 'x', receipt: 'final' });
    at.centre.last.send(receipt('1', 'UNDELIV', '447700900999'));
    at.centre.last.send(receipt('01', 'UNDELIV', '+4915112345678'));
    expect(await states(at, [sent])).toEqual(['none']);
    at.centre.last.send(receipt('1', 'DELIVRD', '447700900123'));
    expect(await states(at, [sent])).toEqual(['DELIVERED']);
  });

  test.each([
    ['as it was sent to', '447700900123', 'Shop'],
    ['in national form', '07700900123', 'Shop'],
    ['with a plus', '+447700900123', 'Shop'],
    ['with a prefix of the operator', '0014447700900123', 'Shop'],
    ['in the place of the destination', 'Shop', '447700900123'],
    ['masked', '44770*****', 'Shop'],
    ['not at all', '', ''],
    ['not, but our short code', '60100', '60100'],
  ])('is named %s', async (_how, from, to) => {
    const at = await world((n) => `${n + 41}`);
    const sent = await at.client.send({ to: '447700900123', text: 'x', receipt: 'final' });
    at.centre.last.send(receipt('42', 'DELIVRD', from, { destination_addr: to }));
    expect(await states(at, [sent])).toEqual(['DELIVERED']);
  });

  test('one id for two messages, to two handsets and to one', async () => {
    const at = await world(() => 'same');
    const numbers = ['447700900001', '447700900002', '447700900003', '447700900003'];
    const sent: SentMessage[] = [];
    for (const to of numbers) sent.push(await at.client.send({ to, text: 'x', receipt: 'final' }));
    at.centre.last.send(receipt('same', 'UNDELIV', numbers[0]!));
    at.centre.last.send(receipt('same', 'DELIVRD', numbers[1]!));
    // Which of the two is not known.
    at.centre.last.send(receipt('same', 'DELIVRD', numbers[2]!));
    expect(await states(at, sent)).toEqual(['UNDELIVERABLE', 'DELIVERED', 'none', 'none']);
  });

  test('an id that is used again means the later message', async () => {
    const at = await world(() => '7');
    const to = '447700900123';
    const first = await at.client.send({ to, text: 'x', receipt: 'final' });
    at.centre.last.send(receipt('7', 'UNDELIV', to));
    await settle();
    const second = await at.client.send({ to, text: 'x', receipt: 'final' });
    at.centre.last.send(receipt('7', 'DELIVRD', to));
    expect(await states(at, [first, second])).toEqual(['UNDELIVERABLE', 'DELIVERED']);
  });
});

describe('a receipt that can never come is not waited for', () => {
  const never = async (sent: SentMessage): Promise<unknown> =>
    sent.receipt().catch(({ code, kind, message }) => ({ code, kind, message }));

  test.each([
    ['of one segment', 'x'],
    ['of three', 'x'.repeat(400)],
  ])('no id for a message %s', async (_which, text) => {
    const at = await world(() => ' ');
    const sent = await at.client.send({ to: '447700900123', text, receipt: 'final' });
    expect(await never(sent)).toMatchObject({
      code: 'CHAPPE_SMPP_TIMEOUT',
      kind: 'receipt',
      message: expect.stringContaining('no message_id'),
    });
  });

  test('a handler of the program takes the receipts', async () => {
    const at = await world(String, { operations: { deliver_sm: () => ({}) } });
    const sent = await at.client.send({ to: '447700900123', text: 'x', receipt: 'final' });
    expect(await never(sent)).toMatchObject({ message: expect.stringContaining('operations.deliver_sm') });
  });
});

test('a receipt that a loop refuses comes again with its message', async () => {
  const at = await world(String);
  const sent = await at.client.send({ to: '447700900123', text: 'x', receipt: 'final' });
  const messages: unknown[] = [];
  for (const isLast of [false, true]) {
    const looping = (async () => {
      for await (const event of at.client.incoming()) {
        messages.push(event.kind === 'receipt' && event.message);
        if (isLast && event.kind === 'receipt') event.accept();
        break;
      }
    })();
    await settle();
    at.centre.last.send(receipt('1', 'DELIVRD', '447700900123'));
    await looping;
  }
  await settle();
  expect(messages).toEqual([sent, sent]);
  expect(at.centre.all('deliver_sm_resp').map((answer) => answer.command_status)).toEqual([
    status.ESME_RX_T_APPN,
    0,
  ]);
});

describe('receipts for a message of three segments', () => {
  const to = '447700900123';
  const send = (at: World) => at.client.send({ to, text: 'x'.repeat(400), receipt: 'final' });

  test('an id and a receipt each, one failing', async () => {
    const at = await world((n) => `id-${n}`);
    const sent = await send(at);
    for (const [id, stat] of [
      ['id-1', 'DELIVRD'],
      ['id-3', 'EXPIRED'],
      ['id-2', 'DELIVRD'],
    ] as const) {
      at.centre.last.send(receipt(id, stat, to));
    }
    expect(await states(at, [sent])).toEqual(['EXPIRED']);
  });

  test.each([1, 3])('one receipt for the whole, for segment %i, where that is said', async (segment) => {
    const at = await world((n) => `id-${n}`, { incoming: { receipts: { longMessages: 'one' } } });
    const sent = await send(at);
    at.centre.last.send(receipt(`id-${segment}`, 'DELIVRD', to));
    expect(await sent.receipt()).toMatchObject({ delivered: true, receipts: { length: 3 } });
    // Others of it are no strangers.
    at.centre.last.send(receipt('id-2', 'DELIVRD', to));
    await settle();
    expect(at.centre.all('deliver_sm_resp').map((answer) => answer.command_status)).toEqual([0, 0]);
  });

  test('one id for all, one receipt: the end after a rest', async () => {
    const at = await world(() => 'one');
    const sent = await send(at);
    expect(sent.ids).toEqual(['one', 'one', 'one']);
    at.centre.last.send(receipt('one', 'UNDELIV', to));
    let end: unknown;
    sent.receipt().then(({ state }) => {
      end = state;
    });
    await at.clock.advance(2_900);
    expect(end).toBeUndefined();
    await at.clock.advance(100);
    expect(end).toBe('UNDELIVERABLE');
  });

  test('one id for all, a receipt each: at once with the last, and one that fails counts', async () => {
    const at = await world(() => 'one');
    const sent = await send(at);
    for (const stat of ['DELIVRD', 'DELIVRD', 'UNDELIV']) at.centre.last.send(receipt('one', stat, to));
    expect(await sent.receipt()).toMatchObject({ state: 'UNDELIVERABLE' });
    expect(at.clock.armed).toBeGreaterThan(0);
    await settle();
    expect(at.centre.all('deliver_sm_resp').map((answer) => answer.command_status)).toEqual([0, 0, 0]);
  });

  test('one id for all, a receipt each is said: as long as it takes', async () => {
    const at = await world(() => 'one', { incoming: { receipts: { longMessages: 'each' } } });
    const sent = await send(at);
    at.centre.last.send(receipt('one', 'DELIVRD', to));
    expect(await states(at, [sent])).toEqual(['none']);
    await at.clock.advance(60_000);
    for (const stat of ['DELIVRD', 'DELIVRD']) at.centre.last.send(receipt('one', stat, to));
    expect(await sent.receipt()).toMatchObject({ delivered: true });
  });

  test('the first comes while the last segment still waits for a slot, long before', async () => {
    const at = await world((n) => `id-${n}`, { window: 1, responseTimeoutMs: 300_000 });
    const held: (() => void)[] = [];
    let count = 0;
    at.centre.script = (pdu, connection) => {
      if (pdu.command !== 'submit_sm') polite(pdu, connection);
      else held.push(() => connection.answer(pdu, 0, { message_id: `id-${++count}` }));
    };
    const sending = send(at);
    await settle();
    held[0]!();
    await settle();
    at.centre.last.send(receipt('id-1', 'DELIVRD', to));
    await at.clock.advance(120_000);
    for (const n of [1, 2]) {
      held[n]!();
      await settle();
    }
    const sent = await sending;
    for (const id of ['id-2', 'id-3']) at.centre.last.send(receipt(id, 'DELIVRD', to));
    expect(await sent.receipt()).toMatchObject({ delivered: true });
  });

  test('one id for all, whose receipt comes before the other segments are taken', async () => {
    const at = await world(() => '', { window: 1 });
    const held: (() => void)[] = [];
    at.centre.script = (pdu, connection) => {
      if (pdu.command !== 'submit_sm') polite(pdu, connection);
      else held.push(() => connection.answer(pdu, 0, { message_id: 'one' }));
    };
    const sending = send(at);
    await settle();
    held[0]!();
    await settle();
    at.centre.last.send(receipt('one', 'UNDELIV', to));
    await at.clock.advance(10_000);
    for (const n of [1, 2]) {
      held[n]!();
      await settle();
    }
    const sent = await sending;
    expect(await states(at, [sent])).toEqual(['none']);
    await at.clock.advance(2_000);
    expect(await sent.receipt()).toMatchObject({ state: 'UNDELIVERABLE', receipts: { length: 3 } });
    expect(at.centre.all('deliver_sm_resp').map((answer) => answer.command_status)).toEqual([0]);
  });

  test.each([1, 2, 3])('an id for segment %i alone: it is that of the whole', async (segment) => {
    const at = await world((n) => (n === segment ? 'only' : ''));
    const sent = await send(at);
    at.centre.last.send(receipt('only', 'UNDELIV', to));
    await at.clock.advance(3_000);
    expect(await sent.receipt()).toMatchObject({ state: 'UNDELIVERABLE', receipts: { length: 3 } });
  });

  test('one receipt for the whole, before the last segment is taken, where that is said', async () => {
    const at = await world(String, { window: 1, incoming: { receipts: { longMessages: 'one' } } });
    const held: (() => void)[] = [];
    at.centre.script = (pdu, connection) => {
      if (pdu.command !== 'submit_sm') polite(pdu, connection);
      else held.push(() => connection.answer(pdu, 0, { message_id: `id-${held.length}` }));
    };
    const sending = send(at);
    for (const n of [0, 1, 2]) {
      await settle();
      held[n]!();
      if (n === 0) at.centre.last.send(receipt('id-1', 'DELIVRD', to));
    }
    const sent = await sending;
    expect(await sent.receipt()).toMatchObject({ delivered: true, receipts: { length: 3 } });
    at.centre.last.send(receipt('id-3', 'DELIVRD', to));
    await settle();
    expect(at.centre.all('deliver_sm_resp').map((answer) => answer.command_status)).toEqual([0, 0]);
  });

  test('closing leaves no timer of theirs', async () => {
    const at = await world(() => 'one');
    const sent = await send(at);
    at.centre.last.send(receipt('one', 'DELIVRD', to));
    await settle();
    const waiting = sent.receipt().catch((error: { code: string }) => error.code);
    await Promise.all([at.client.close(), at.clock.advance(100)]);
    expect(await waiting).toBe('CHAPPE_SMPP_CLOSED');
    expect(at.clock.armed).toBe(0);
  });
});
