/** The word of a server about a message: as its ESME's version takes it, and as our own client and readers find it. */
import {
  createCodec,
  type MessageState,
  messageStates,
  type PduOf,
  readReceipt,
  stateForVersion,
  status,
  tlv,
} from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { SmppStatus } from '../../src/errors.ts';
import type { ReceiptInput } from '../../src/server/deliver-input.ts';
import { SmppServer } from '../../src/server/server.ts';
import { MemoryServer } from '../support/memory-server.ts';
import { closeLater } from '../support/servers.ts';

const good: ReceiptInput = { id: 'a1', state: 'DELIVERED', from: '447700900123', to: 'Chappe' };

async function world(version: '3.3' | '3.4' | '5.0' = '3.4') {
  const at = await MemoryServer.start();
  const taken: PduOf<'deliver_sm'>[] = [];
  const client = await at.esme({
    version,
    bind: version === '3.3' ? 'receiver' : 'transceiver',
    operations: {
      deliver_sm: (pdu) => {
        taken.push(pdu);
        return {};
      },
    },
  });
  const words = (n = -1): string => Buffer.from(taken.at(n)!.short_message).toString('latin1');
  return { at, session: at.session, client, taken, words };
}

const versions = [
  ['3.3', 0x33],
  ['3.4', 0x34],
  ['5.0', 0x50],
] as const;
const cases = versions.flatMap(([name, version]) =>
  messageStates.map((state) => [name, version, state] as const),
);

test.each(cases)('to a peer of %s (%i): %s', async (name, version, state) => {
  const { session, taken, words } = await world(name);
  await session.sendReceipt({
    ...good,
    state,
    networkError: { type: 3, code: 11 },
    userMessageReference: 77,
    tlvs: { source_port: 5 },
  });
  const pdu = taken[0]!;
  const told = stateForVersion(state, version);
  const isOnTheWay = state === 'SCHEDULED' || state === 'ENROUTE';
  expect(pdu.esm_class).toBe(isOnTheWay ? 0x20 : 0x04);
  expect(readReceipt(pdu, { interfaceVersion: version, acceptedIsFinal: true })).toMatchObject({
    id: 'a1',
    state: told,
    final: !isOnTheWay,
    intermediate: isOnTheWay,
  });
  expect(words()).toMatch(/^id:a1 sub:001 dlvrd:00[01] submit date:0000000000 done date:2607201200 stat:/);
  const tags = pdu.tlvs.map((one) => one.name);
  expect(tags).toEqual(
    name === '3.3'
      ? []
      : [
          'receipted_message_id',
          'message_state',
          'network_error_code',
          'user_message_reference',
          'source_port',
        ],
  );
});

test('every field is where the peer looks for it', async () => {
  const { session, taken, words } = await world();
  await session.sendReceipt({
    id: '0059113978',
    state: 'UNDELIVERABLE',
    from: '+44 7700 900123',
    to: { ton: 5, npi: 0, address: 'Shop' },
    submitDate: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
    doneDate: new Date(Date.UTC(2026, 0, 2, 4, 5, 6)),
    error: 21,
    sub: 2,
    dlvrd: 1,
    text: 'Hello',
    serviceType: 'CMT',
    format: { seconds: true, offsetMinutes: 60, textLabel: 'Text' },
  });
  expect(words()).toBe(
    'id:0059113978 sub:002 dlvrd:001 submit date:260102040405 done date:260102050506 stat:UNDELIV err:021 Text:Hello',
  );
  expect(taken[0]).toMatchObject({
    service_type: 'CMT',
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: '447700900123',
    dest_addr_ton: 5,
    dest_addr_npi: 0,
    destination_addr: 'Shop',
    data_coding: 0,
    registered_delivery: 0,
  });
  expect(tlv(taken[0]!, 'receipted_message_id')).toBe('0059113978');
  await session.sendReceipt({ ...good, to: '', error: 'BARRED', intermediate: true });
  expect(words()).toContain(' err:BARRED text:');
  expect(taken[1]).toMatchObject({ destination_addr: '', esm_class: 0x20 });
  await session.sendReceipt({ ...good, state: 'ENROUTE', intermediate: false });
  expect(taken[2]).toMatchObject({ esm_class: 0x04 });
});

test('the quoted text is 20 characters of ASCII: it spoils no label, in whatever alphabet they are read', async () => {
  const { session, taken, words } = await world();
  await session.sendReceipt({ ...good, id: 'a_1{x}', text: 'Grüße 👋 an_{alle} von uns hier' });
  expect(words()).toMatch(/^id:a_1\{x\} .* text:Gr\?\?e \? an_\{alle\} vo$/);
  expect(readReceipt(taken[0]!)).toMatchObject({ ids: ['a_1{x}'] });
});

test.each(['3.3', '3.4'] as const)('our own client finds its message by it, to %s', async (version) => {
  const at = await MemoryServer.start({
    operations: { submit_sm: () => ({ message_id: 'DEADBEEF' }) },
  });
  const bind = version === '3.3' ? 'transmitter' : 'transceiver';
  const client = await at.esme({ version, bind });
  const sent = await client.send({ from: 'Chappe', to: '447700900123', text: 'x', receipt: 'final' });
  const { session } = at;
  if (version === '3.3') {
    await expect(session.sendReceipt({ ...good, id: 'DEADBEEF' })).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_STATE',
    });
    return;
  }
  const [result] = await Promise.all([sent.receipt(), session.sendReceipt({ ...good, id: 'DEADBEEF' })]);
  expect(result).toMatchObject({ state: 'DELIVERED', delivered: true });
});

describe('what goes wrong is told', () => {
  const refusing = async (answer: () => object | Promise<never>) => {
    const at = await MemoryServer.start({ limits: { responseTimeoutMs: 1_000 } });
    await at.esme({ operations: { deliver_sm: answer } });
    return at;
  };

  test('a refusal, by its status', async () => {
    const at = await refusing(() => {
      throw new SmppStatus(status.ESME_RX_T_APPN);
    });
    await expect(at.session.sendReceipt(good)).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_STATUS',
      command: 'deliver_sm_resp',
      status: status.ESME_RX_T_APPN,
      class: 'temporary',
    });
  });

  test('silence', async () => {
    const at = await refusing(() => new Promise<never>(() => undefined));
    const sending = expect(at.session.sendReceipt(good)).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_TIMEOUT',
      kind: 'response',
      maybeSent: true,
    });
    await at.clock.advance(1_000);
    await sending;
  });

  test('an abort, and a session that is over', async () => {
    const at = await refusing(() => ({}));
    const aborted = at.session.sendReceipt(good, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'CHAPPE_SMPP_ABORTED', maybeSent: false });
    const { session } = at;
    session.destroy();
    await expect(session.sendReceipt(good)).rejects.toMatchObject({
      code: 'CHAPPE_SMPP_CLOSED',
      maybeSent: false,
    });
  });
});

test.each<[string, object, string?]>([
  ['id', { id: undefined }, 'missing'],
  ['id', { id: 17 }],
  ['id', { id: '' }, 'blanks'],
  ['id', { id: 'a b' }, 'blanks'],
  ['id', { id: 'ä' }, 'ASCII'],
  ['id', { id: 'a1\n' }, 'blanks'],
  ['state', { state: undefined }, 'missing'],
  ['state', { state: 'DELIVRD' }, 'did you mean DELIVERED?'],
  ['state', { state: 2 }],
  ['from', { from: undefined }, 'missing'],
  ['from', { from: 447700900123 }],
  ['to', { to: undefined }, 'missing'],
  ['to', { to: null }],
  ['intermediate', { intermediate: 1 }],
  ['submitDate', { submitDate: 1_700_000_000_000 }, 'a Date'],
  ['doneDate', { doneDate: new Date('nonsense') }, 'invalid Date'],
  ['error', { error: -1 }],
  ['error', { error: 1.5 }],
  ['error', { error: 'not found' }, 'blanks'],
  ['error', { error: '' }],
  ['networkError', { networkError: 11 }],
  ['networkError.type', { networkError: { code: 11 } }, 'missing'],
  ['networkError.code', { networkError: { type: 3, code: 70_000 } }],
  ['sub', { sub: 1_000 }],
  ['dlvrd', { dlvrd: '1' }],
  ['text', { text: 5 }],
  ['userMessageReference', { userMessageReference: 65_536 }],
  ['serviceType', { serviceType: 5 }],
  ['format.second', { format: { second: true } }, 'did you mean format.seconds?'],
  ['format.textLabel', { format: { textLabel: 'TEXT' } }],
  ['tlvs', { tlvs: 'x' }],
  ['tlvs', { tlvs: { message_payload: Buffer.from('x') } }, 'text of its own'],
  ['message_id', { message_id: 'a1' }, 'known are'],
  ['stat', { stat: 'DELIVRD' }],
])('a wrong field is refused by its name: %s %j', async (field, change, says = '') => {
  const { session } = await world();
  const sending = session.sendReceipt({ ...good, ...change } as ReceiptInput);
  await expect(sending).rejects.toMatchObject({
    code: 'CHAPPE_SMPP_OPTION',
    message: expect.stringMatching(new RegExp(`^(the )?${field.replaceAll('.', '\\.')}\\b`)),
  });
  await expect(sending).rejects.toThrow(says);
  expect(session.counters.requestsOut).toBe(0);
});

test.each([undefined, null, 'text', 5, []])('a receipt that is %j is refused', async (receipt) => {
  const { session } = await world();
  await expect(session.sendReceipt(receipt as never)).rejects.toMatchObject({ code: 'CHAPPE_SMPP_OPTION' });
});

test('TLVs of a vendor by name, to the types as well', async () => {
  const codec = createCodec({ tlvs: { price: { tag: 0x1401, type: 'integer', min: 4, max: 4 } } });
  const server = closeLater(
    await SmppServer.listen({ port: 0, codec, authenticate: () => ({ accept: true }), operations: {} }),
  );
  const client = closeLater(await SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`, { codec }));
  const events = client.incoming();
  const next = events.next();
  const [session] = server.sessions;
  const state: MessageState = 'DELIVERED';
  const sending = session!.sendReceipt({ ...good, state, tlvs: { price: 12 } }).catch(() => undefined);
  const { value: event } = await next;
  const price = event?.kind === 'receipt' ? event.pdu.tlvs.find(({ name }) => name === 'price') : undefined;
  expect(price?.value).toBe(12);
  await events.return();
  await sending;
  // @ts-expect-error it is a number
  await expect(session.sendReceipt({ ...good, tlvs: { price: '12' } })).rejects.toThrow('price');
});
