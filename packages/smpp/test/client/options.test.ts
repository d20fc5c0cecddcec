/** What programs without types give: refused by its name, never dropped or sent as something else. */
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { OutbindListener } from '../../src/client/outbind-listener.ts';
import type { OutgoingMessage } from '../../src/client/outgoing-message.ts';
import { SimulatedClock } from '../../src/simulated-clock.ts';
import { polite, RawCentre } from '../support/raw-centre.ts';
import { closeLater } from '../support/servers.ts';

async function world() {
  const centre = new RawCentre(polite);
  const clock = new SimulatedClock();
  const client = closeLater(
    await SmppClient.connect('smpp://a:b@memory', { clock, transport: () => centre.connect() }),
  );
  return { client, centre };
}

/** The field, a wrong value of it, and a word of the advice. */
type Case = readonly [string, object, string?];

const withSays = (cases: readonly Case[]): [string, object, string][] =>
  cases.map(([field, change, says = '']) => [field, change, says]);

const refused = (field: string) => ({
  code: 'CHAPPE_SMPP_OPTION',
  message: expect.stringMatching(new RegExp(`^(the )?${field.replaceAll('.', '\\.')}\\b`)),
});

describe('a message with a wrong field', () => {
  const good = { to: '447700900123', text: 'x' };
  const cases: readonly Case[] = [
    ['to', { to: 447700900123 }, "'447700900123'"],
    ['to', { to: '' }, 'empty'],
    ['to', { to: undefined }, 'missing'],
    ['to', { to: null }],
    ['to', { to: 'HELP' }, 'no number'],
    ['to', { to: '4477OO900123' }, 'no number'],
    ['to', { to: '++447700900123' }, 'no number'],
    ['to', { to: 'tel:+447700900123' }, 'ton, npi, address'],
    ['to', { to: ['1'] }],
    ['to.address', { to: { ton: 1, npi: 1 } }, 'missing'],
    ['to.address', { to: { ton: 1, npi: 1, address: 447700900123 } }],
    ['to.ton', { to: { ton: '1', npi: 1, address: '1' } }],
    ['to.adress', { to: { ton: 1, npi: 1, address: '1', adress: '1' } }, 'did you mean to.address?'],
    ['to', { to: { ton: 1, npi: 1, address: '' } }, 'empty'],
    ['from', { from: 12345 }],
    ['from', { from: null }],
    ['from.npi', { from: { ton: 5, npi: 256, address: 'Shop' } }],
    ['validity', { validity: 3600 }, 'hours'],
    ['validity', { validity: '1h' }, 'hours'],
    ['validity', { validity: new Map([['hours', 1]]) }, 'a Map'],
    ['to', { to: Promise.resolve({ ton: 1, npi: 1, address: '1' }) }, 'awaited'],
    ['validity', { validity: new Date('nonsense') }, 'invalid Date'],
    ['validity.hour', { validity: { hour: 1 } }, 'did you mean validity.hours?'],
    ['validity.hours', { validity: { hours: '1' } }],
    ['validity.hours', { validity: { hours: -1 } }],
    ['validity.days', { validity: { days: Number.NaN } }],
    ['validity', { validity: {} }, 'no time from now'],
    ['validity', { validity: { hours: 0 } }, 'left out'],
    ['validity', { validity: { hours: undefined, minutes: 0 } }, 'left out'],
    ['schedule', { schedule: {} }, 'no time from now'],
    ['schedule', { schedule: 1_700_000_000_000 }],
    ['receipt', { receipt: true }, 'did you mean final?'],
    ['receipt', { receipt: false }, 'did you mean none?'],
    ['receipt', { receipt: 'Final' }, 'did you mean final?'],
    ['receipt', { receipt: 1 }],
    ['text', { text: Buffer.from('x') }, 'bytes'],
    ['text', { text: 5 }],
    ['text', { text: undefined }, 'bytes'],
    ['text', { bytes: Buffer.from('x') }, 'one of them'],
    ['bytes', { text: undefined, bytes: 'abc' }, 'Uint8Array'],
    ['bytes', { text: undefined, bytes: [1, 2] }],
    ['coding', { coding: 'utf8' }, 'ucs2'],
    ['coding', { coding: 'gsm-7' }, 'did you mean gsm7?'],
    ['coding', { coding: 0 }],
    ['dataCoding', { dataCoding: 8 }, 'coding'],
    ['dataCoding', { text: undefined, bytes: Buffer.from('x'), dataCoding: 256 }],
    ['coding', { text: undefined, bytes: Buffer.from('x'), coding: 'gsm7' }, 'dataCoding'],
    ['messageClass', { text: undefined, bytes: Buffer.from('x'), messageClass: 0 }, 'dataCoding'],
    ['messageClass', { messageClass: 4 }],
    ['messageClass', { messageClass: 'flash' }],
    ['replacement', { replacement: '??' }],
    ['replacement', { replacement: true }],
    ['priority', { priority: 9 }],
    ['priority', { priority: '1' }],
    ['serviceType', { serviceType: 5 }],
    ['protocolId', { protocolId: -1 }],
    ['esmClass', { esmClass: 256 }],
    ['replaceIfPresent', { replaceIfPresent: 1 }],
    ['tlvs', { tlvs: 'x' }],
    ['tlvs', { tlvs: 7 }],
    ['tlvs', { tlvs: new Map([['user_message_reference', 7]]) }, 'a record'],
    ['tlvs', { tlvs: new Set([{ name: 'user_message_reference', value: 7 }]) }, 'a record'],
    ['tlvs', { tlvs: [null] }, 'tlvs[0] is null'],
    ['tlvs', { tlvs: [{ name: 'user_message_reference', value: 7 }, 'payload_type'] }, 'tlvs[1] is a string'],
    ['tlvs', { tlvs: { message_payload: Buffer.from('x') } }, 'longMessage'],
    ['tlvs', { tlvs: [{ tag: 0x0424, value: Buffer.from('x') }] }, 'longMessage'],
    ['txt', { txt: 'x' }, 'did you mean text?'],
    ['destination', { destination: '1' }, 'known are'],
    ['registered_delivery', { registered_delivery: 1 }],
  ];

  test.each(withSays(cases))('%s %j', async (field, change, says) => {
    const { client, centre } = await world();
    const sending = client.send({ ...good, ...change } as OutgoingMessage);
    await expect(sending).rejects.toMatchObject(refused(field));
    await expect(sending).rejects.toThrow(says);
    expect(centre.all('submit_sm')).toEqual([]);
  });

  test.each([
    ['validity', { days: 100 }],
    ['validity', { hours: Number.POSITIVE_INFINITY }],
    ['validity', new Date(Date.UTC(2100, 0, 1))],
    ['schedule', new Date(Date.UTC(1999, 11, 31))],
  ])('%s %j cannot be written', async (field, time) => {
    const { client } = await world();
    const sending = client.send({ ...good, [field]: time });
    await expect(sending).rejects.toMatchObject({
      code: 'CHAPPE_TIME_RANGE',
      message: expect.stringMatching(`^${field}: `),
    });
  });

  test.each([undefined, null, 'text', 5, []])('that is %j', async (message) => {
    const { client } = await world();
    await expect(client.send(message as never)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_OPTION' });
  });

  test('undefined is as left out, and what is right is taken', async () => {
    const { client, centre } = await world();
    const all: OutgoingMessage = {
      ...good,
      from: undefined,
      validity: undefined,
      tlvs: undefined,
      coding: undefined,
    };
    await client.send(all);
    await client.send({ ...good, from: '', validity: { hours: 0.5 }, schedule: new Date(), priority: 4 });
    await client.send({ ...good, text: '', tlvs: { message_payload: Buffer.from('x') } });
    expect(centre.all('submit_sm')).toHaveLength(3);
  });
});

describe('an option of a client', () => {
  const cases: readonly Case[] = [
    ['systemID', { systemID: 'x' }, 'did you mean systemId?'],
    ['system_id', { system_id: 'x' }, 'did you mean systemId?'],
    ['windowSize', { windowSize: 5 }, 'known are'],
    ['bind', { bind: 'both' }, 'transceiver'],
    ['bind', { bind: 'transciever' }, 'did you mean transceiver?'],
    ['bind', { bind: 'transceiver', version: '3.3' }, 'transmitter'],
    ['binds', { binds: 0 }],
    ['binds', { binds: 1.5 }],
    ['version', { version: 3.4 }, "'3.4'"],
    ['version', { version: 34 }, "'3.4'"],
    ['version', { version: '3,4' }, "'3.4'"],
    ['assumeVersion', { assumeVersion: 1 }],
    ['window', { window: '10' }],
    ['window', { window: 0 }],
    ['queue', { queue: -1 }],
    ['rate', { rate: 10 }],
    ['rate.perSecond', { rate: {} }, 'missing'],
    ['rate.perSecond', { rate: { perSecond: 0 } }],
    ['rate.perSecond', { rate: { perSecond: Number.NaN } }],
    ['rate.per_second', { rate: { perSecond: 1, per_second: 1 } }, 'did you mean rate.perSecond?'],
    ['rate.burst', { rate: { perSecond: 1, burst: 0 } }],
    ['onThrottled', { onThrottled: 'retry' }],
    ['systemId', { systemId: 5 }],
    ['password', { password: 12345678 }],
    ['ton', { ton: 'international' }],
    ['npi', { npi: 300 }],
    ['connectTimeoutMs', { connectTimeoutMs: '5s' }],
    ['responseTimeoutMs', { responseTimeoutMs: -1 }],
    ['responseTimeout', { responseTimeout: 5 }, 'did you mean responseTimeoutMs?'],
    ['enquireLinkMs', { enquireLinkMs: Number.NaN }],
    ['reconnect', { reconnect: true }],
    ['reconnect.min', { reconnect: { min: 5 } }, 'did you mean reconnect.minMs?'],
    ['reconnect.jitter', { reconnect: { jitter: 5 } }],
    ['reconnect.minMs', { reconnect: { minMs: 10_000, maxMs: 1 } }, 'more than maxMs'],
    ['reconnect.giveUpOn', { reconnect: { giveUpOn: 14 } }],
    ['reconnect.giveUpOn[0]', { reconnect: { giveUpOn: ['ESME_RINVPASWD'] } }],
    ['tls', { tls: true }],
    ['tls', { tls: Promise.resolve({ cert: 'x' }) }, 'awaited'],
    ['incoming', { incoming: new Map([['reassemble', false]]) }, 'a Map'],
    ['text', { text: new Date(0) }, 'a Date'],
    ['operations', { operations: Promise.resolve({}) }, 'operations is wrong'],
    ['the options', Promise.resolve({ systemId: 'x' }), 'awaited'],
    ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: false } }],
    ['tls.verify', { tls: { verify: 'no' } }],
    ['tls.ca', { tls: { ca: 5 } }],
    ['tls', { tls: { cert: 'no certificate', key: 'no key' } }, 'cannot be used'],
    ['tls', { tls: { ciphers: 'NO-SUCH-SUITE\0' } }, 'cannot be used'],
    ['bind', { systemId: 'x'.repeat(300) }, 'system_id'],
    ['bind', { systemId: 'Жук' }, 'system_id'],
    ['bind', { password: 'a\0b' }, 'password'],
    ['bind', { systemType: 'ж' }, 'system_type'],
    ['bind', { addressRange: 'x'.repeat(300) }, 'address_range'],
    ['signal', { signal: {} }],
    ['transport', { transport: {} }],
    ['text', { text: 'udh16' }],
    ['text.longMessage', { text: { longMessage: 'udh' } }],
    ['text.long', { text: { long: 'sar' } }],
    ['text.allowed[1]', { text: { allowed: ['gsm7', 'utf8'] } }],
    ['text.defaultAlphabet', { text: { defaultAlphabet: 'gsm' } }],
    ['text.locking', { text: { locking: 14 } }],
    ['text.single', { text: { single: 255 } }],
    ['incoming', { incoming: false }],
    ['incoming.reassembly', { incoming: { reassembly: false } }, 'did you mean incoming.reassemble?'],
    ['incoming.receipts.ids', { incoming: { receipts: { ids: 'hex' } } }],
    ['incoming.maxSets', { incoming: { maxSets: -1 } }],
    ['operations', { operations: 'x' }],
    ['operations', { operations: [] }],
    ['operations.deliver_smm', { operations: { deliver_smm: () => ({}) } }, 'did you mean deliver_sm?'],
    ['operations.deliver_sm', { operations: { deliver_sm: {} } }],
    ['peerWindow', { peerWindow: 0 }],
    ['onBound', { onBound: 'x' }],
    ['onError', { onError: console }],
    ['onDisconnect', { onDisconnect: () => undefined }, 'did you mean onDisconnected?'],
    ['codec', { codec: {} }],
    ['clock', { clock: Date }],
    ['random', { random: 0.5 }],
  ];

  test.each(withSays(cases))('%s %j', async (option, options, says) => {
    const url = 'smpp://a:b@127.0.0.1:1';
    const pattern = {
      ...refused(option.replace(/\W0\W|\W1\W/, '')),
      message: expect.stringContaining(option),
    };
    await expect(SmppClient.connect(url, options as never)).rejects.toMatchObject(pattern);
    await expect(SmppClient.connect(url, options as never)).rejects.toThrow(says);
    expect(() => SmppClient.open(url, options as never)).toThrow(expect.objectContaining(pattern));
  });

  test('a secret is not shown', async () => {
    const wrong = SmppClient.connect('smpp://a:b@127.0.0.1:1', { password: { hidden: 's3cret' } } as never);
    await expect(wrong).rejects.toThrow(/^password is an object/);
  });

  test('of an outbind listener', async () => {
    const good = { port: 0, systemId: 'a', password: 'b', authenticate: () => true, operations: {} };
    for (const [option, change] of [
      ['port', { port: undefined }],
      ['port', { port: 70_000 }],
      ['authenticate', { authenticate: true }],
      ['operations', { operations: undefined }],
      ['onbound', { onbound: () => undefined }],
      ['connections', { connections: 0 }],
      ['version', { version: 3.4 }],
      ['bind', { systemId: 'Жук' }],
    ] as const) {
      await expect(OutbindListener.listen({ ...good, ...change } as never)).rejects.toMatchObject(
        refused(option),
      );
    }
  });
});

test('calls with what they do not take', async () => {
  const { client, centre } = await world();
  for (const [pdu, says] of [
    [{}, 'no command'],
    [undefined, 'undefined'],
    [null, 'null'],
    ['enquire_link', 'string'],
  ] as const) {
    await expect(client.request(pdu as never)).rejects.toThrow(says);
    await expect(client.sessions[0]!.request(pdu as never)).rejects.toThrow(says);
    expect(() => client.submit(pdu as never, () => undefined)).toThrow(says);
    expect(() => client.sessions[0]!.send(pdu as never, () => undefined)).toThrow(says);
  }
  for (const [pdu, says] of [
    [{ command: 'submit_sm', shortMessage: Buffer.from('x') }, 'did you mean short_message?'],
    [{ command: 'submit_sm', destination: '447700900123' }, 'submit_sm has none: it has service_type'],
    [{ command: 'query_sm', messageId: '1' }, 'did you mean message_id?'],
    [{ command: 'submit_sm', tlv: {} }, 'did you mean tlvs?'],
  ] as const) {
    await expect(client.request(pdu as never)).rejects.toThrow(says);
    await expect(client.sessions[0]!.request(pdu as never)).rejects.toThrow(says);
    expect(() => client.submit(pdu as never, () => undefined)).toThrow(says);
  }
  expect(centre.all('submit_sm')).toEqual([]);
  // As it was decoded, it may be passed on.
  const decoded = {
    command: 'submit_sm',
    sequence_number: 7,
    command_status: 0,
    tlvs: [],
    flags: [],
  } as const;
  expect(await client.request(decoded as never)).toMatchObject({ command_status: 0 });
  const enquire = { command: 'enquire_link' } as const;
  expect(() => client.submit(enquire, undefined as never)).toThrow('done is undefined');
  await expect(client.request(enquire, { timeout: 5 } as never)).rejects.toThrow('did you mean timeoutMs?');
  await expect(client.request(enquire, { timeoutMs: '5' } as never)).rejects.toThrow('timeoutMs');
  await expect(client.request({ command: 'enquire_lnk' } as never)).rejects.toThrow('enquire_lnk');
  await expect(client.send({ to: '1', text: 'x' }, { signal: {} } as never)).rejects.toThrow('signal');
  const sent = await client.send({ to: '1', text: 'x', receipt: 'final' });
  await expect(sent.receipt({ timeout: 5 } as never)).rejects.toThrow('did you mean timeoutMs?');
  expect(() => client.incoming({ signals: 1 } as never)).toThrow('did you mean signal?');
  await expect(client.close({ drain: 5 } as never)).rejects.toThrow('did you mean drainMs?');
});

describe('a text that its coding does not hold', () => {
  const texts = [
    ['gsm7', 'hi 👋', '👋', 3],
    ['gsm7', '日本', '日', 0],
    ['latin1', 'price: 5 €', '€', 9],
    ['ascii', 'naïve', 'ï', 2],
    ['cyrillic', 'Straße', 'ß', 4],
    ['hebrew', 'é', 'é', 0],
    ['gsm7-packed', 'a日', '日', 1],
  ] as const;

  test.each(texts)('%s %s: refused, naming the character', async (coding, text, character, index) => {
    const { client, centre } = await world();
    const sending = client.send({ to: '1', text, coding });
    await expect(sending).rejects.toMatchObject({ code: 'CHAPPE_TEXT_CHARACTER' });
    await expect(sending).rejects.toThrow(`${coding} has no "${character}" (at ${index}`);
    expect(centre.all('submit_sm')).toEqual([]);
  });

  test('the same in a long text, and where the coding is chosen from too few', async () => {
    const { client } = await world();
    const long = `${'x'.repeat(500)}👋`;
    await expect(client.send({ to: '1', text: long, coding: 'gsm7' })).rejects.toThrow('at 500');
    const centre = new RawCentre(polite);
    const narrow = closeLater(
      await SmppClient.connect('smpp://a:b@memory', {
        transport: () => centre.connect(),
        text: { allowed: ['gsm7', 'latin1'] },
      }),
    );
    await expect(narrow.send({ to: '1', text: '日本' })).rejects.toMatchObject({
      code: 'CHAPPE_TEXT_CHARACTER',
    });
  });

  test.each([
    ['?', 'hi ?'],
    ['*', 'hi *'],
    ['', 'hi '],
  ])('with replacement %j, of the message or of the client: sent, and told', async (replacement, arrives) => {
    for (const ofMessage of [true, false]) {
      const centre = new RawCentre(polite);
      const text = ofMessage ? undefined : { replacement };
      const client = closeLater(
        await SmppClient.connect('smpp://a:b@memory', { transport: () => centre.connect(), text }),
      );
      const sent = await client.send({
        to: '1',
        text: 'hi 👋',
        coding: 'gsm7',
        ...(ofMessage && { replacement }),
      });
      expect(sent.replaced).toEqual([{ index: 3, character: '👋' }]);
      expect(Buffer.from(centre.all('submit_sm')[0]!.short_message).toString('latin1')).toBe(arrives);
    }
  });

  test.each([
    ['gsm7', '👍'],
    ['latin1', '日'],
    ['ascii', 'é'],
  ] as const)(
    '%s: a replacement that it does not hold either, %s, is refused',
    async (coding, replacement) => {
      const { client, centre } = await world();
      const sending = client.send({ to: '1', text: 'hi 👋', coding, replacement });
      await expect(sending).rejects.toMatchObject({ code: 'CHAPPE_TEXT_CHARACTER' });
      await expect(sending).rejects.toThrow(`${coding} has no "${replacement}" either`);
      expect(centre.all('submit_sm')).toEqual([]);
      // Where nothing is lost, it stands for nothing.
      await client.send({ to: '1', text: 'hi', coding, replacement });
    },
  );

  test('nothing replaced: an empty list', async () => {
    const { client } = await world();
    expect((await client.send({ to: '1', text: 'hi 👋' })).replaced).toEqual([]);
    expect((await client.send({ to: '1', bytes: Buffer.from('x') })).replaced).toEqual([]);
  });
});
