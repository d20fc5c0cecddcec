import type { Message } from '@chappe/center';
import { decode, encode, type PduInput } from '@chappe/protocol';
import type { Session } from '@chappe/smpp';
import { describe, expect, it } from 'vitest';
import type { MoRouteSettings } from '../../../policy/src/settings/mo-route.ts';
import { deliveryOf } from '../../src/egress/deliver-sm.ts';
import { readContent } from '../../src/message/content.ts';
import { settled } from '../rig.ts';
import {
  acceptedDetail,
  keyword,
  MoRig,
  origin,
  pduOf,
  plainRules,
  received,
  segments,
  TroubledStore,
} from './mo-rig.ts';

const toAcme: MoRouteSettings = {
  name: 'short-code',
  to: ['60100'],
  action: { kind: 'accounts', accounts: ['acme'], spread: 'all' },
};

describe('a message from a handset', () => {
  it('goes to the lane of the account that the rule names, and tells where it came from', async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    expect(await rig.send({ sequence_number: 77, service_type: 'CMT', priority_flag: 2 })).toBe('ESME_ROK');
    const [message, ...others] = await rig.waiting();
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      kind: 'mo',
      account: 'acme',
      lane: 'account:acme',
      source: { ton: 1, npi: 1, digits: '447700900123' },
      destination: { ton: 3, npi: 1, digits: '60100' },
      serviceType: 'CMT',
      priority: 2,
      text: 'Hello',
      receiptWanted: 0,
    });
    expect((message?.expiresMs ?? 0) - (message?.acceptedMs ?? 0)).toBe(72 * 3_600_000);
    expect(acceptedDetail(message)).toBe('connector=op-a deliver_sm=77 rule=short-code');
    expect(rig.inbox.counters).toMatchObject({ received: 1, refused: 0, unclaimed: 0 });
  });

  it('is answered after the commit, once', async () => {
    const store = new TroubledStore();
    const rig = await MoRig.start({ store, moRules: [toAcme] });
    store.hold();
    const answers = rig.give(received());
    await settled();
    expect(answers).toEqual([]);
    store.letGo();
    await settled();
    expect(answers).toEqual(['ESME_ROK']);
  });

  it('that cannot be stored is refused for now, and taken when the disk is back', async () => {
    const store = new TroubledStore();
    const rig = await MoRig.start({ store, moRules: [toAcme] });
    store.isBroken = true;
    expect(await rig.send()).toBe('ESME_RX_T_APPN');
    // The center knows now that its store fails, and refuses at once.
    expect(await rig.send()).toBe('ESME_RX_T_APPN');
    expect(rig.inbox.counters.refused).toBe(2);
    expect(rig.errors).toHaveLength(2);
    store.isBroken = false;
    await rig.clock.advance(5_000);
    expect(await rig.stored()).toEqual([]);
    expect(await rig.send()).toBe('ESME_ROK');
    expect(await rig.seen()).toEqual(['account:acme Hello']);
  });

  it('that can never be stored is refused for good', async () => {
    const rig = await MoRig.start({ moRules: [toAcme], contentOctets: 20 });
    expect(await rig.send({ short_message: Buffer.alloc(100, 0x41) })).toBe('ESME_RX_R_APPN');
    expect(await rig.send({ short_message: Buffer.alloc(10, 0x41) })).toBe('ESME_ROK');
  });

  it('is refused for now when the center has stopped', async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    await rig.center.stop({ drainMs: 0 });
    expect(await rig.send()).toBe('ESME_RX_T_APPN');
  });

  it('does not change when the octets it was received in do', async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    const octets = encode({
      command: 'deliver_sm',
      source_addr: '447700900123',
      destination_addr: '60100',
      short_message: Buffer.from('Hello'),
      tlvs: [{ tag: 0x1400, value: Buffer.from('pe-id') }],
    });
    const chunk = new Uint8Array(octets);
    const answers = rig.give(pduOf(chunk));
    chunk.fill(0xee);
    await settled();
    expect(answers).toEqual(['ESME_ROK']);
    const [message] = await rig.waiting();
    const { payload, tlvs } = readContent(message?.content ?? new Uint8Array(0));
    expect(Buffer.from(payload).toString()).toBe('Hello');
    expect(tlvs.map(({ value }) => Buffer.from(value as Uint8Array).toString())).toEqual(['pe-id']);
  });

  it('as data_sm keeps its payload, reference and TLVs', async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    const answers = rig.give(
      pduOf(
        encode({
          command: 'data_sm',
          sequence_number: 9,
          source_addr: '447700900123',
          destination_addr: '60100',
          data_coding: 8,
          tlvs: [
            { name: 'user_message_reference', value: 513 },
            { name: 'message_payload', value: Buffer.from('00e9', 'hex') },
            { tag: 0x1501, value: Buffer.from('x') },
          ],
        }),
      ),
    );
    await settled();
    expect(answers).toEqual(['ESME_ROK']);
    const [message] = await rig.waiting();
    expect(message?.text).toBe('é');
    expect(readContent(message?.content ?? new Uint8Array(0))).toMatchObject({
      shape: 'data',
      inPayloadTlv: true,
      dataCoding: 8,
      userMessageReference: 513,
      tlvs: [{ tag: 0x1501 }],
    });
  });

  it('of octets has no text and is found by its number all the same', async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    expect(await rig.send({ data_coding: 4, short_message: Uint8Array.of(1, 2, 3) })).toBe('ESME_ROK');
    expect((await rig.waiting()).map(({ text, lane }) => [text, lane])).toEqual([
      [undefined, 'account:acme'],
    ]);
  });

  it.each([
    ['latin1', 0, 'e9', 'é'],
    ['ascii', 0, '5b', '['],
    ['gsm7-packed', 0, 'c8329bfd06', 'Hello'],
    ['gsm7', 0, '05', 'é'],
  ] as const)(
    'in the alphabet of the operator (%s) is stored in that of the gateway',
    async (alphabet, coding, hex, text) => {
      const rig = await MoRig.start({ moRules: [toAcme] });
      const from = { ...origin, defaultAlphabet: alphabet };
      await rig.send({ data_coding: coding, short_message: Buffer.from(hex, 'hex') }, from);
      const [message] = await rig.waiting();
      expect(message?.text).toBe(text);
    },
  );

  it('has its numbers without plus, and in the form that the connector brings them into', async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    await rig.send({ source_addr: '+447700900123', source_addr_ton: 0, source_addr_npi: 0 });
    await rig.send(
      { source_addr: '07700900456', source_addr_ton: 2 },
      {
        ...origin,
        normalise: (address) =>
          address.digits.startsWith('0')
            ? { ton: 1, npi: 1, digits: `44${address.digits.slice(1)}` }
            : address,
      },
    );
    expect((await rig.waiting()).map(({ source }) => source)).toEqual([
      { ton: 1, npi: 1, digits: '447700900123' },
      { ton: 1, npi: 1, digits: '447700900456' },
    ]);
  });
});

describe('rules', () => {
  it('to a hook: its lane; dropped: to where messages end', async () => {
    const rig = await MoRig.start({
      moRules: [
        { name: 'spam', keywords: ['WIN'], action: { kind: 'drop' } },
        { name: 'hook', action: { kind: 'webhook', webhook: 'crm' } },
      ],
    });
    expect(await rig.send({ short_message: Buffer.from('win a car') })).toBe('ESME_ROK');
    expect(await rig.send()).toBe('ESME_ROK');
    expect(await rig.seen()).toEqual(['dropped win a car', 'webhook:crm Hello']);
    expect(acceptedDetail((await rig.waiting())[0])).toContain('rule=spam');
    expect(rig.inbox.counters.dropped).toBe(1);
  });

  it('to all accounts: one for each, stored together', async () => {
    const accounts = ['a', 'b', 'c'];
    const rig = await MoRig.start({
      moRules: [{ name: 'all', action: { kind: 'accounts', accounts, spread: 'all' } }],
    });
    await rig.send();
    const messages = await rig.waiting();
    expect(messages.map(({ account }) => account)).toEqual(accounts);
    expect(new Set(messages.map(({ publicId }) => publicId)).size).toBe(3);
  });

  it('that name no account leave the message unclaimed', async () => {
    const rig = await MoRig.start({
      moRules: [{ name: 'none', action: { kind: 'accounts', accounts: [], spread: 'round-robin' } }],
    });
    await rig.send();
    expect(await rig.seen()).toEqual(['unclaimed Hello']);
  });

  it('that fail count as none: the message is kept', async () => {
    const rig = await MoRig.start({
      rules: {
        match: () => {
          throw new Error('bad expression');
        },
      },
    });
    expect(await rig.send()).toBe('ESME_ROK');
    expect(await rig.seen()).toEqual(['unclaimed Hello']);
    expect(rig.errors).toEqual(['rules for messages from handsets: Error: bad expression']);
  });

  it('can be replaced while it runs', async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    const other = plainRules([
      { name: 'b', action: { kind: 'accounts', accounts: ['beta'], spread: 'all' } },
    ]);
    rig.inbox.use(other, other);
    await rig.send();
    expect(await rig.seen()).toEqual(['account:beta Hello']);
  });
});

describe('without a rule', () => {
  it('the account that last wrote gets the answer; nobody else does', async () => {
    const rig = await MoRig.start();
    await rig.send();
    rig.writers.note('acme', '60100', '447700900123');
    await rig.send();
    rig.writers.note('beta', '+60100', '+447700900123');
    await rig.send();
    await rig.send({ destination_addr: '60200' });
    await rig.send({ source_addr: '447700900124' });
    expect((await rig.waiting()).map(({ lane }) => lane)).toEqual([
      'unclaimed',
      'account:acme',
      'account:beta',
      'unclaimed',
      'unclaimed',
    ]);
    expect(acceptedDetail((await rig.waiting())[1])).toContain('rule=none');
  });

  it('a bind that serves the number gets it, before the last writer; a bind that serves nothing does not', async () => {
    const rig = await MoRig.start();
    rig.receivingBinds.bound(bind(''), 'other');
    rig.receivingBinds.bound(bind('^601'), 'ranged');
    rig.writers.note('acme', '60100', '447700900123');
    rig.writers.note('acme', '70100', '447700900123');
    for (const destination_addr of ['60100', '70100', '80100']) await rig.send({ destination_addr });
    expect((await rig.waiting()).map(({ lane }) => lane)).toEqual([
      'account:ranged',
      'account:acme',
      'unclaimed',
    ]);
  });
});

describe('segments that are passed as they came', () => {
  const three = segments('word '.repeat(70), 5);

  it('go to the same account, whatever the spread', async () => {
    const accounts = ['a', 'b', 'c', 'd', 'e'];
    for (const spread of ['round-robin', 'sticky'] as const) {
      const rig = await MoRig.start({
        moRules: [{ name: 'r', action: { kind: 'accounts', accounts, spread } }],
      });
      for (const fields of three) expect(await rig.send(fields)).toBe('ESME_ROK');
      const messages = await rig.waiting();
      expect(messages).toHaveLength(3);
      expect(new Set(messages.map(({ account }) => account)).size).toBe(1);
      expect(messages.map(({ content }) => readContent(content).esmClass)).toEqual([0x40, 0x40, 0x40]);
    }
  });

  it('are no keyword but in the first of them', async () => {
    const rig = await MoRig.start({
      moRules: [
        { name: 'stop', keywords: ['WORD'], action: keyword('opt-out', undefined, toAcme.action) },
        { ...toAcme, action: { kind: 'accounts', accounts: ['beta'], spread: 'all' } },
      ],
    });
    const cut = segments('word '.repeat(70).padStart(351), 6).map((fields, at) => ({
      ...fields,
      short_message: Buffer.concat([
        fields.short_message?.subarray(0, 6) ?? new Uint8Array(0),
        Buffer.from(`word ${at}`),
      ]),
    }));
    for (const fields of cut) await rig.send(fields);
    expect(await rig.seen()).toEqual(['account:acme word 0', 'account:beta word 1', 'account:beta word 2']);
    expect(rig.optOuts).toEqual(['+447700900123 60100 word 0']);
  });
});

describe('towards the account', () => {
  it("the operator's own TLVs go on, and what SMPP lets a deliver_sm carry", async () => {
    const rig = await MoRig.start({ moRules: [toAcme] });
    await rig.send({
      tlvs: [
        { tag: 0x1400, value: Buffer.from('110000') },
        { name: 'source_port', value: 9_200 },
        { name: 'qos_time_to_live', value: 5 },
      ],
    });
    const [message] = await rig.waiting();
    const delivery = deliveryOf(message as Message, 0x34);
    expect(delivery).toMatchObject({ command: 'deliver_sm', source_addr: '447700900123' });
    const sent = decode(encode(delivery as PduInput));
    expect(sent.command === 'deliver_sm' && sent.tlvs.map(({ tag }) => tag)).toEqual([0x1400, 0x020a]);
  });
});

/** As much of a session as the routing looks at. */
function bind(addressRange: string): Session {
  return { id: 1, kind: 'transceiver', bind: { address_range: addressRange } } as unknown as Session;
}
