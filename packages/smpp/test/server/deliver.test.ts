/** A message from a handset to an ESME: one thing to its sender, whatever its length and whatever becomes of its parts. */
import { createCodec, type PduOf, type SegmentMethod, status, type Version } from '@chappe/protocol';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { IncomingMessage } from '../../src/client/incoming-event.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { type SmppError, SmppStatus, SmppStatusError } from '../../src/errors.ts';
import type { TextSettings } from '../../src/messages/content.ts';
import type { DeliverInput } from '../../src/server/deliver-input.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import { SmppServer } from '../../src/server/server.ts';
import { settle } from '../../src/simulated-clock.ts';
import { MemoryServer } from '../support/memory-server.ts';
import { closeLater } from '../support/servers.ts';

const from = '447700900123';
const to = '60100';
/** Five segments of 153 characters at most (3GPP 23.040 9.2.3.24.1). */
const text = 'x'.repeat(700);

const failure = (sending: Promise<unknown>): Promise<SmppError> =>
  sending.then(
    () => {
      throw new Error('it was delivered');
    },
    (error: SmppError) => error,
  );

const noteIn =
  (taken: PduOf<'deliver_sm'>[]) =>
  (pdu: PduOf<'deliver_sm'>): object => {
    taken.push(pdu);
    return {};
  };

const idsOf = ({ segments }: SmppError): (string | undefined)[] => (segments ?? []).map(({ id }) => id);

describe('arrives as it was given', () => {
  const texts: readonly [string, string][] = [
    ['short', 'Hello'],
    ['empty', ''],
    ['a full segment', 'a'.repeat(160)],
    ['one character more', 'a'.repeat(161)],
    ['escapes at the cuts', '€'.repeat(400)],
    ['another alphabet', 'Привет '.repeat(60)],
    ['pairs at the cuts', `a${'👋'.repeat(200)}`],
    ['255 segments', 'y'.repeat(255 * 153)],
  ];
  const methods: readonly SegmentMethod[] = ['udh8', 'udh16', 'sar', 'payload'];
  const cases = texts.flatMap(([what, words]) => methods.map((method) => [what, method, words] as const));

  test.each(cases)('%s, by %s', async (_what, longMessage, words) => {
    const at = await MemoryServer.start({ text: { longMessage } });
    const client = await at.esme();
    const events = client.incoming();
    const next = events.next();
    // A payload has no more than 65,535 octets; udh16 and SAR have one octet less for text.
    const given = longMessage === 'udh8' || words.length < 10_000 ? words : words.slice(0, 255 * 152);
    const delivering = at.session.deliver({ from, to, text: given });
    // Beyond the window of 100 an ESME that joins segments acknowledges them half a second later.
    const [{ value: event }] = await Promise.all([next, at.clock.advance(2_000)]);
    const { kind, text: read, from: source, to: recipient, pdus } = event as IncomingMessage;
    expect([kind, source.address, recipient.address]).toEqual(['message', from, to]);
    expect(read).toBe(given);
    expect(pdus.length > 1).toBe(longMessage !== 'payload' && given.length > 160);
    const failed = failure(delivering);
    await events.return();
    expect(((await failed) as SmppStatusError).status).toBe(status.ESME_RX_T_APPN);
  });

  test('what was taken is told: segments, coding, what was replaced', async () => {
    const at = await MemoryServer.start();
    const taken: PduOf<'deliver_sm'>[] = [];
    await at.esme({ operations: { deliver_sm: noteIn(taken) } });
    expect(await at.session.deliver({ from, to, text })).toEqual({
      segments: 5,
      coding: 'gsm7',
      replaced: [],
    });
    expect(taken).toHaveLength(5);
    expect(await at.session.deliver({ from, to, text: 'Я', coding: 'gsm7', replacement: '?' })).toMatchObject(
      { segments: 1, coding: 'gsm7', replaced: [{ character: 'Я', index: 0 }] },
    );
    const bytes = new Uint8Array(300).fill(7);
    expect(await at.session.deliver({ from, to, bytes, dataCoding: 245 })).toEqual({
      segments: 3,
      coding: undefined,
      replaced: [],
    });
    expect(taken.at(-1)).toMatchObject({ data_coding: 245, esm_class: 0x40 });
  });

  test('addresses, priority, service, protocol, esm_class and TLVs are in every segment', async () => {
    const at = await MemoryServer.start();
    const taken: PduOf<'deliver_sm'>[] = [];
    await at.esme({ operations: { deliver_sm: noteIn(taken) } });
    await at.session.deliver({
      from: '+44 (0)7700 900-123',
      to: 'Chappe',
      text: 'x'.repeat(200),
      priority: 2,
      serviceType: 'CMT',
      protocolId: 0x3f,
      esmClass: 0x80,
      tlvs: { user_message_reference: 7, source_port: [1, 2] },
    });
    expect(taken).toHaveLength(2);
    for (const pdu of taken) {
      expect(pdu).toMatchObject({
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: '447700900123',
        dest_addr_ton: 5,
        dest_addr_npi: 0,
        destination_addr: 'Chappe',
        priority_flag: 2,
        service_type: 'CMT',
        protocol_id: 0x3f,
        esm_class: 0xc0,
        registered_delivery: 0,
      });
      expect(pdu.tlvs.map(({ name, value }) => [name, value])).toEqual([
        ['user_message_reference', 7],
        ['source_port', 1],
        ['source_port', 2],
      ]);
    }
  });
});

type Answer = 'silence' | 'cut' | number;

/** An ESME that does so with the n-th deliver_sm. */
async function answering(answers: (n: number) => Answer, limits: ServerOptions['limits'] = {}) {
  const at = await MemoryServer.start({ limits: { responseTimeoutMs: 1_500, ...limits } });
  let count = 0;
  const client = await at.esme({
    operations: {
      deliver_sm: (_pdu, session) => {
        const answer = answers(++count);
        if (answer === 'cut') session.destroy();
        if (typeof answer === 'string') return new Promise(() => undefined);
        if (answer !== 0) throw new SmppStatus(answer);
        return {};
      },
    },
  });
  return { at, client, session: at.session, count: () => count };
}

describe('a long message that fails half-way says what became of each segment', () => {
  test('no answer to the third, window 1: two taken, the third uncertain, the others not sent', async () => {
    const { at, session, count } = await answering((n) => (n <= 2 ? 0 : 'silence'), { outgoingWindow: 1 });
    const delivering = failure(session.deliver({ from, to, text }));
    await at.clock.advance(10_000);
    const error = await delivering;
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_TIMEOUT', maybeSent: true });
    expect(idsOf(error)).toEqual(['', '', undefined, undefined, undefined]);
    expect(error.segments?.map((one) => (one.error as SmppError | undefined)?.maybeSent)).toEqual([
      undefined,
      undefined,
      true,
      false,
      false,
    ]);
    expect(error.message).toContain('of 5 segments, taken: 1, 2');
    expect(count()).toBe(3);
  });

  test.each([10, 1])('the third refused, window %i: none is sent for nothing', async (outgoingWindow) => {
    const { session, count } = await answering((n) => (n === 3 ? status.ESME_RX_T_APPN : 0), {
      outgoingWindow,
    });
    const error = await failure(session.deliver({ from, to, text }));
    expect(error).toBeInstanceOf(SmppStatusError);
    expect(error).toMatchObject({ status: status.ESME_RX_T_APPN, class: 'temporary', maybeSent: true });
    const rest = outgoingWindow === 1 ? [undefined, undefined] : ['', ''];
    expect(idsOf(error)).toEqual(['', '', undefined, ...rest]);
    expect(count()).toBe(outgoingWindow === 1 ? 3 : 5);
    expect(session.waiting).toBe(0);
  });

  test('the connection is lost', async () => {
    const { session } = await answering((n) => (n <= 2 ? 0 : 'cut'), { outgoingWindow: 1 });
    const error = await failure(session.deliver({ from, to, text }));
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', maybeSent: true });
    expect(idsOf(error)).toEqual(['', '', undefined, undefined, undefined]);
    await expect(session.deliver({ from, to, text: 'x' })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_CLOSED',
      maybeSent: false,
      segments: undefined,
    });
  });

  test('aborted in the middle; before it begins, nothing is sent', async () => {
    const { session, count } = await answering((n) => (n <= 2 ? 0 : 'silence'), { outgoingWindow: 1 });
    const aborting = new AbortController();
    const delivering = failure(session.deliver({ from, to, text }, { signal: aborting.signal }));
    await settle();
    aborting.abort();
    const error = await delivering;
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_ABORTED', maybeSent: true });
    expect(idsOf(error)).toEqual(['', '', undefined, undefined, undefined]);
    expect([session.waiting, count()]).toEqual([0, 3]);
    const never = failure(session.deliver({ from, to, text }, { signal: AbortSignal.abort() }));
    expect(await never).toMatchObject({ code: 'CHAPPE_SMPP_ABORTED', maybeSent: false });
    expect(count()).toBe(3);
  });

  test('one segment: the error of the request, as it is; and the time is that of the call', async () => {
    const { at, session } = await answering(() => 'silence');
    const delivering = failure(session.deliver({ from, to, text: 'x' }, { timeoutMs: 200 }));
    await at.clock.advance(200);
    const error = await delivering;
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_TIMEOUT', kind: 'response', maybeSent: true });
    expect(error.segments).toBeUndefined();
  });

  test('its stack leads to the caller', async () => {
    const { session } = await answering(() => 'cut');
    try {
      await session.deliver({ from, to, text });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).stack).toContain('deliver.test.ts');
    }
  });
});

describe('to a peer that cannot take it', () => {
  test('a transmitter', async () => {
    const at = await MemoryServer.start();
    await at.esme({ bind: 'transmitter' });
    await expect(at.session.deliver({ from, to, text })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_STATE',
      message: expect.stringContaining('receiver'),
    });
    expect(at.session.counters.requestsOut).toBe(0);
  });

  test('a receiver can', async () => {
    const at = await MemoryServer.start();
    await at.esme({ bind: 'receiver', incoming: { unclaimed: 'accept' } });
    expect(await at.session.deliver({ from, to, text })).toMatchObject({ segments: 5 });
  });

  const cut = [
    ['udh8', text, true],
    ['udh16', text, true],
    ['sar', 'x', true],
    ['sar', text, false],
    ['payload', 'x', false],
    ['payload', text, false],
  ] as const;

  test.each(cut)(
    '3.3, %s: nothing is lost in TLVs that it does not get',
    async (longMessage, words, isSent) => {
      const at = await MemoryServer.start({ text: { longMessage } });
      const client = await at.esme({ version: '3.3', bind: 'receiver' });
      const events = client.incoming();
      const next = events.next();
      const delivering = at.session.deliver({ from, to, text: words });
      if (isSent) {
        expect((await next).value).toMatchObject({ text: words });
        const drained = events.next();
        expect((await delivering).segments).toBe(words === 'x' ? 1 : 5);
        at.session.destroy();
        client.destroy();
        await drained;
      } else {
        await expect(delivering).rejects.toMatchObject({
          code: 'CHAPPE_SMPP_VERSION',
          message: expect.stringContaining('3.3'),
          maybeSent: false,
        });
        expect(at.session.counters.requestsOut).toBe(0);
        client.destroy();
        await next;
      }
    },
  );
});

test.each<[Version, object]>([
  [0x33, { tlvs: { message_payload: Buffer.from('Hello') } }],
  [0x33, { tlvs: [{ name: 'message_payload', value: Buffer.from('Hello') }] }],
  [0x33, { tlvs: [{ tag: 0x0424, value: Buffer.from('Hello') }] }],
  [0x33, { tlvs: { sar_msg_ref_num: 1, sar_total_segments: 2, sar_segment_seqnum: 1 } }],
])('a raw request of %i with its content in %j is refused as well', async (version, fields) => {
  const at = await MemoryServer.start();
  await at.esme({ version, bind: 'receiver', incoming: { unclaimed: 'accept' } });
  await expect(at.session.request({ command: 'deliver_sm', ...fields })).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_VERSION',
  });
  // What only describes it is left out, as ever.
  const { command_status } = await at.session.request({
    command: 'deliver_sm',
    tlvs: { user_message_reference: 7, message_payload: undefined },
  });
  expect(command_status).toBe(0);
});

describe('how a text is coded', () => {
  const deliverTo = async (options: Partial<ServerOptions>, client: ClientOptions = {}) => {
    const at = await MemoryServer.start(options);
    const taken: PduOf<'deliver_sm'>[] = [];
    await at.esme({ ...client, operations: { deliver_sm: noteIn(taken) } });
    return { at, taken };
  };

  test('authenticate says it for one ESME, the options for the others', async () => {
    const { at, taken } = await deliverTo({
      text: { defaultAlphabet: 'latin1' },
      authenticate: ({ pdu }) =>
        pdu.system_id === 'esme'
          ? { accept: true, text: { defaultAlphabet: 'ascii', longMessage: 'sar' } }
          : { accept: true },
    });
    await at.session.deliver({ from, to, text });
    expect(taken.map(({ esm_class, tlvs }) => [esm_class, tlvs.length])).toEqual(Array(5).fill([0, 3]));
    await at.esme({ operations: { deliver_sm: noteIn(taken) } }, 'other');
    await at.session.deliver({ from, to, text: 'Grüße' });
    expect(taken.at(-1)).toMatchObject({
      data_coding: 0,
      short_message: expect.objectContaining({ length: 5 }),
    });
    at.session.text = { longMessage: 'payload' };
    expect(await at.session.deliver({ from, to, text })).toMatchObject({ segments: 1 });
  });

  test.each([{ longMessage: 'udh' }, { alphabet: 'gsm7' }, 'gsm7', null])('%j is refused', async (wrong) => {
    const { at } = await deliverTo({});
    expect(() => {
      at.session.text = wrong as TextSettings;
    }).toThrow(expect.objectContaining({ code: 'CHAPPE_SMPP_OPTION' }));
    const refusing = await MemoryServer.start({
      authenticate: () => ({ accept: true, text: wrong as TextSettings }),
    });
    await expect(refusing.esme()).rejects.toMatchObject({ status: status.ESME_RSYSERR });
    expect(refusing.errors).toMatchObject([['authenticate', { code: 'CHAPPE_SMPP_OPTION' }]]);
  });

  test('a character that the coding lacks is refused unless something stands for it', async () => {
    const { at } = await deliverTo({ text: { allowed: ['gsm7'] } });
    await expect(at.session.deliver({ from, to, text: 'Я' })).rejects.toMatchObject({
      code: 'CHAPPE_TEXT_CHARACTER',
    });
    const { at: other, taken } = await deliverTo({ text: { allowed: ['gsm7'], replacement: '*' } });
    expect((await other.session.deliver({ from, to, text: 'Я' })).replaced).toHaveLength(1);
    expect(Buffer.from(taken[0]!.short_message).toString('latin1')).toBe('*');
  });

  test('each long message has a reference of its own, over all sessions', async () => {
    const { at, taken } = await deliverTo({});
    await at.esme({ operations: { deliver_sm: noteIn(taken) } });
    await Promise.all(
      [...at.server.sessions].flatMap((session) =>
        Array.from({ length: 100 }, () => session.deliver({ from, to, text: 'x'.repeat(170) })),
      ),
    );
    expect(new Set(taken.map(({ short_message }) => short_message[3])).size).toBe(200);
  });
});

const good = { from, to, text: 'x' };

test.each<[string, object, string?]>([
  ['from', { from: undefined }, 'missing'],
  ['from', { from: 447700900123 }, "'447700900123'"],
  ['from', { from: null }],
  ['from.npi', { from: { ton: 1, npi: 256, address: '1' } }],
  ['from.adress', { from: { ton: 1, npi: 1, address: '1', adress: '1' } }, 'did you mean from.address?'],
  ['to', { to: undefined }, 'missing'],
  ['to', { to: '' }, 'empty'],
  ['to', { to: { ton: 1, npi: 1, address: '' } }, 'empty'],
  ['to', { to: ['1'] }],
  ['text', { text: Buffer.from('x') }, 'bytes'],
  ['text', { text: undefined }, 'bytes'],
  ['text', { bytes: Buffer.from('x') }, 'one of them'],
  ['bytes', { text: undefined, bytes: 'abc' }, 'Uint8Array'],
  ['coding', { coding: 'utf8' }, 'ucs2'],
  ['coding', { text: undefined, bytes: Buffer.from('x'), coding: 'gsm7' }, 'dataCoding'],
  ['dataCoding', { dataCoding: 8 }, 'coding'],
  ['messageClass', { messageClass: 4 }],
  ['replacement', { replacement: '??' }],
  ['priority', { priority: 9 }],
  ['serviceType', { serviceType: 5 }],
  ['protocolId', { protocolId: -1 }],
  ['esmClass', { esmClass: 256 }],
  ['tlvs', { tlvs: 'x' }],
  ['tlvs', { tlvs: [null] }, 'tlvs[0] is null'],
  ['tlvs', { tlvs: { message_payload: Buffer.from('x') } }, 'longMessage'],
  ['receipt', { receipt: 'final' }, 'known are'],
  ['validity', { validity: { hours: 1 } }],
  ['txt', { txt: 'x' }, 'did you mean text?'],
])('a wrong field is refused by its name: %s %j', async (field, change, says = '') => {
  const at = await MemoryServer.start();
  await at.esme();
  const delivering = at.session.deliver({ ...good, ...change } as DeliverInput);
  await expect(delivering).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_OPTION',
    message: expect.stringMatching(new RegExp(`^(the )?${field.replaceAll('.', '\\.')}\\b`)),
  });
  await expect(delivering).rejects.toThrow(says);
  expect(at.session.counters.requestsOut).toBe(0);
});

test.each([undefined, null, 'text', 5, []])('a message that is %j is refused', async (message) => {
  const at = await MemoryServer.start();
  await at.esme();
  await expect(at.session.deliver(message as never)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_OPTION' });
});

test.each([{ timeout: 5 }, { timeoutMs: '5s' }, { signal: {} }])(
  'options %j are refused',
  async (options) => {
    const at = await MemoryServer.start();
    await at.esme();
    await expect(at.session.deliver(good, options as never)).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_OPTION',
    });
  },
);

describe('TLVs of a vendor', () => {
  const vendor = { network_name: { tag: 0x1400, type: 'c_octet_string', min: 1, max: 30 } } as const;
  const codec = createCodec({ tlvs: vendor });

  test('by name, to the types as well', async () => {
    const server = closeLater(
      await SmppServer.listen({ port: 0, codec, authenticate: () => ({ accept: true }), operations: {} }),
    );
    const client = closeLater(await SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`, { codec }));
    const events = client.incoming();
    const next = events.next();
    const [session] = server.sessions;
    const delivering = session!.deliver({ ...good, tlvs: { network_name: 'mno' } });
    const event = (await next).value;
    const tlv = event?.kind === 'message' ? event.pdus[0]?.tlvs[0] : undefined;
    if (tlv?.name === 'network_name') expectTypeOf(tlv.value).toEqualTypeOf<string>();
    expect(tlv).toMatchObject({ name: 'network_name', value: 'mno' });
    await events.return();
    await delivering.catch(() => undefined);
    const typed: SmppServer<typeof vendor> = server;
    expect(typed.sessions.size).toBe(1);
    // @ts-expect-error there is no such TLV
    await expect(session.deliver({ ...good, tlvs: { network: 'mno' } })).rejects.toThrow('network');
    // @ts-expect-error it is a text
    await expect(session.deliver({ ...good, tlvs: { network_name: 1 } })).rejects.toThrow('network_name');
  });
});
