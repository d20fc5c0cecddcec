/** Properties 10 to 18, 24 and 25 of the field survey: texts, segments, receipts, types, statuses. */
import {
  decodeText,
  type encode,
  encodeText,
  isIntermediate,
  isReceipt,
  messageIdForms,
  type PduOf,
  parseReceiptText,
  readDataCoding,
  readReceipt,
  segmentText,
  status,
} from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { IncomingMessage } from '../../src/client/incoming-event.ts';
import { SmppStatus } from '../../src/errors.ts';
import type { ResponseInput } from '../../src/session/responses.ts';
import type { Session } from '../../src/session/session.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/servers.ts';
import { clientAndServer } from '../support/standin-mc.ts';

function collecting() {
  const pdus: PduOf<'submit_sm'>[] = [];
  const operations = {
    submit_sm: (pdu: PduOf<'submit_sm'>) => {
      pdus.push({ ...pdu, short_message: pdu.short_message.slice() });
      return { message_id: `m${pdus.length}` };
    },
  };
  return { pdus, operations };
}

test('property 10: send splits a long text by itself and marks every segment', async () => {
  const { pdus, operations } = collecting();
  const { client } = await clientAndServer({}, { operations });
  const sent = await client.send({ to: '1', text: 'x'.repeat(400) });
  expect(sent.ids).toHaveLength(3);
  expect(pdus.map(({ esm_class }) => esm_class & 0x40)).toEqual([0x40, 0x40, 0x40]);
  expect(pdus.map(({ short_message }) => [...short_message.subarray(0, 6)].slice(4))).toEqual([
    [3, 1],
    [3, 2],
    [3, 3],
  ]);
  expect(new Set(pdus.map(({ short_message }) => short_message[3])).size).toBe(1);
});

test('property 11: parts are put together by sender, destination, reference and total; reference 0 is legal', async () => {
  const { client, server } = await clientAndServer();
  const session = [...server.sessions][0]!;
  const texts: string[] = [];
  const both = ['A'.repeat(200), 'B'.repeat(200)].map((text) => segmentText(text, { reference: 0 }).segments);
  for (const [index] of both[0]!.entries()) {
    both.forEach((segments, sender) => {
      const { short_message, esmClassBits } = segments[index]!;
      const pdu = {
        command: 'deliver_sm',
        source_addr: String(sender),
        esm_class: esmClassBits,
        short_message,
      } as const;
      session.send(pdu, () => undefined);
    });
  }
  for await (const event of client.incoming()) {
    texts.push((event as IncomingMessage).text);
    if (texts.length === 2) break;
  }
  expect(texts.sort()).toEqual(['A'.repeat(200), 'B'.repeat(200)]);
});

test('property 12: emoji are two UTF-16 units and never cut in half, nor is an escape pair', () => {
  const emoji = segmentText('a'.repeat(66) + '😀'.repeat(10), { reference: 1 });
  expect(emoji.coding).toBe('ucs2');
  for (const { text } of emoji.segments) expect(text.isWellFormed()).toBe(true);
  const euros = segmentText('x'.repeat(152) + '€'.repeat(20), { reference: 1 });
  for (const { short_message } of euros.segments) expect(short_message.at(-1)).not.toBe(0x1b);
});

describe('property 13', () => {
  test('GSM text goes out as data_coding 0', async () => {
    const { pdus, operations } = collecting();
    const { client } = await clientAndServer({}, { operations });
    await client.send({ to: '1', text: 'plain @ £' });
    expect(pdus[0]).toMatchObject({ data_coding: 0 });
    expect([...pdus[0]!.short_message]).toEqual([...encodeText('plain @ £', 'gsm7').bytes]);
  });

  test('what data_coding 0 means is a matter of the peer, in both directions, and of no other', async () => {
    const { pdus, operations } = collecting();
    const { client, server } = await clientAndServer({ text: { defaultAlphabet: 'latin1' } }, { operations });
    await client.send({ to: '1', text: 'déjà ê' });
    expect(pdus[0]).toMatchObject({ data_coding: 0 });
    expect(Buffer.from(pdus[0]!.short_message).toString('latin1')).toBe('déjà ê');
    const session = [...server.sessions][0]!;
    session.send({ command: 'deliver_sm', short_message: Buffer.from('ê@', 'latin1') }, () => undefined);
    const { value } = await client.incoming().next();
    expect(value).toMatchObject({ text: 'ê@' });
    const packed = segmentText('hello', { reference: 0, defaultAlphabet: 'gsm7-packed' });
    expect(packed.segments[0]!.short_message).toHaveLength(5);
    expect(Buffer.from(packed.segments[0]!.short_message).toString('hex')).toBe('e8329bfd06');
  });
});

test('property 14: data_coding with class or waiting bits is read as what it is', () => {
  expect(readDataCoding(0xf0)).toMatchObject({ coding: 'gsm7', messageClass: 0 });
  expect(readDataCoding(0xf5)).toMatchObject({ coding: 'octet', messageClass: 1 });
  expect(readDataCoding(0x18)).toMatchObject({ coding: 'ucs2', messageClass: 0 });
  expect(readDataCoding(0xc8)).toMatchObject({ waiting: { indication: 'voicemail', active: true } });
});

test('property 15: no text makes the receipt parser throw', () => {
  const piece = fc.constantFrom(
    'id:',
    'sub:',
    'stat:',
    'err:',
    'submit date:',
    'done date:',
    'text:',
    ' ',
    ':',
    '0',
    'DELIVRD',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (pieces) => {
      expect(() => parseReceiptText(pieces.join(''))).not.toThrow();
    }),
  );
  expect(parseReceiptText('id:1 stat:DELIVRD err:00021b done date:20240102030405')).toMatchObject({
    id: '1',
    stat: 'DELIVRD',
  });
});

test('property 16: ids are compared by their forms, beyond what a number holds', () => {
  const meet = (a: string, b: string) => messageIdForms(a).some((form) => messageIdForms(b).includes(form));
  expect(meet('38601fa', '0059113978')).toBe(true);
  expect(meet('AbC123', 'abc123')).toBe(true);
  expect(meet('8fffffffffffffff', String(0x8fffffffffffffffn))).toBe(true);
  expect(meet('12', '13')).toBe(false);
});

describe('property 17', () => {
  test('a receipt is told by the type bits alone, other bits of esm_class notwithstanding', () => {
    expect([0x04, 0x44, 0x07, 0x84].map((esm_class) => isReceipt({ esm_class }))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([0x00, 0x40, 0x08, 0x24].map((esm_class) => isReceipt({ esm_class }))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([0x20, 0x04].map((esm_class) => isIntermediate({ esm_class }))).toEqual([true, false]);
  });

  test('intermediate is not final, and a text that only looks like a receipt is a message', async () => {
    const { client, server } = await clientAndServer();
    const session = [...server.sessions][0]!;
    const text = Buffer.from('id:1 sub:001 dlvrd:001 stat:DELIVRD err:000');
    for (const esm_class of [0x20, 0x00])
      session.send({ command: 'deliver_sm', esm_class, short_message: text }, () => undefined);
    const events = client.incoming();
    expect((await events.next()).value).toMatchObject({ kind: 'receipt', receipt: { final: false } });
    expect((await events.next()).value).toMatchObject({ kind: 'message' });
    await events.return();
  });
});

test('property 18: a receipt may come in a data_sm', async () => {
  const { client, server } = await clientAndServer();
  const session = [...server.sessions][0]!;
  const tlvs = { receipted_message_id: 'm1', message_state: 2 };
  session.send({ command: 'data_sm', esm_class: 0x04, source_addr: '1', tlvs }, () => undefined);
  const events = client.incoming();
  expect((await events.next()).value).toMatchObject({
    kind: 'receipt',
    receipt: { id: 'm1', state: 'DELIVERED' },
  });
  expect(readReceipt({ esm_class: 0, data_coding: 0, tlvs: [] })).toBeUndefined();
  await events.return();
});

/** Only for its type: a request is typed by its command, and so is its response. */
const askQuery = (session: Session) => session.request({ command: 'query_sm', message_id: '1' });

test('property 24: types come from the table, and a wrong field does not compile', () => {
  expectTypeOf<PduOf<'submit_sm'>['short_message']>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<PduOf<'submit_sm'>['priority_flag']>().toEqualTypeOf<number>();
  expectTypeOf<ReturnType<typeof askQuery>>().resolves.toEqualTypeOf<PduOf<'query_sm_resp'>>();
  expectTypeOf<ResponseInput<'submit_sm'>>().toHaveProperty('message_id');
  // @ts-expect-error: there is no such field
  const wrong: Parameters<typeof encode>[0] = { command: 'submit_sm', short_mesage: '' };
  expect(wrong.command).toBe('submit_sm');
  expect(decodeText(Buffer.from('x'), 'latin1')).toBe('x');
});

test('property 25: what is wrong is told by the status of its field, by us and by handlers', async () => {
  const server = await startServer({
    operations: {
      submit_sm: ({ destination_addr }) => {
        if (destination_addr === '') throw new SmppStatus(status.ESME_RINVDSTADR);
        return { message_id: 'm' };
      },
    },
  });
  const peer = await RawPeer.bound(server.port);
  expect(await peer.ask({ command: 'submit_sm', sequence_number: 2 })).toMatchObject({
    command_status: status.ESME_RINVDSTADR,
  });
  const long = (field: number): Buffer => {
    // service_type, source_addr, destination_addr, schedule, validity with one of them of 2000 octets.
    const text = (at: number) => (at === field ? 'x'.repeat(2_000) : '');
    const body = Buffer.from(
      `${text(0)}\0\0\0${text(1)}\0\0\0${text(2)}\0\0\0\0${text(3)}\0${text(4)}\0\0\0\0\0\0`,
      'latin1',
    );
    const header = Buffer.alloc(16);
    header.writeUInt32BE(16 + body.length, 0);
    header.writeUInt32BE(4, 4);
    header.writeUInt32BE(9, 12);
    return Buffer.concat([header, body]);
  };
  const expected = [0x15, 0x0a, 0x0b, 0x61, 0x62];
  for (const [field, command_status] of expected.entries()) {
    expect(await peer.ask(long(field))).toMatchObject({
      command: 'submit_sm_resp',
      command_status,
      sequence_number: 9,
    });
  }
  peer.destroy();
});
