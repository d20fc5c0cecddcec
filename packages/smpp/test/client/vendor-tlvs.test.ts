/** TLVs of a vendor, known by name: to the types as well as on the wire. */
import { createCodec, type TlvInput } from '@chappe/protocol';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { SmppServer } from '../../src/server/server.ts';
import { closeLater } from '../support/servers.ts';

const codec = createCodec({
  tlvs: {
    dlt_entity_id: { tag: 0x1400, type: 'c_octet_string', min: 1, max: 30 },
    dlt_weight: { tag: 0x1401, type: 'integer', min: 1, max: 1 },
  },
});

async function world() {
  const seen: unknown[] = [];
  const server = closeLater(
    await SmppServer.listen({
      port: 0,
      codec,
      authenticate: () => ({ accept: true }),
      operations: {
        submit_sm: (pdu) => {
          for (const tlv of pdu.tlvs) {
            seen.push([tlv.name, tlv.value]);
            if (tlv.name === 'dlt_weight') expectTypeOf(tlv.value).toEqualTypeOf<number>();
            if (tlv.name === 'dlt_entity_id') expectTypeOf(tlv.value).toEqualTypeOf<string>();
          }
          return { message_id: 'm', tlvs: { dlt_weight: 7 } };
        },
      },
    }),
  );
  const client = closeLater(await SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`, { codec }));
  return { seen, server, client };
}

const sent = [
  ['dlt_entity_id', '1701'],
  ['dlt_weight', 5],
  ['user_message_reference', 9],
];

describe('by name', () => {
  test('in a list and in a record, of send and of request', async () => {
    const { client, seen } = await world();
    const list = [
      { name: 'dlt_entity_id', value: '1701' },
      { name: 'dlt_weight', value: 5 },
      { name: 'user_message_reference', value: 9 },
    ] as const;
    const record = { dlt_entity_id: '1701', dlt_weight: 5, user_message_reference: 9 };
    const { command } = { command: 'submit_sm' } as const;
    await client.send({ to: '1', text: 'x', tlvs: list });
    await client.send({ to: '1', text: 'x', tlvs: record });
    await client.request({ command, tlvs: list });
    const response = await client.request({ command, tlvs: record });
    await new Promise<void>((resolve) => client.submit({ command, tlvs: record }, () => resolve()));
    expect(seen).toEqual([sent, sent, sent, sent, sent].flat());
    expect(response.tlvs).toMatchObject([{ name: 'dlt_weight', value: 7 }]);
  });

  test('on each segment, beside those that cut it; a list of values repeats one, undefined leaves one out', async () => {
    const { client, seen } = await world();
    const tlvs = { dlt_entity_id: ['1', '2'], dlt_weight: undefined };
    await client.send({ to: '1', text: 'x'.repeat(200), tlvs });
    const twice = [
      ['dlt_entity_id', '1'],
      ['dlt_entity_id', '2'],
    ];
    expect(seen).toEqual([...twice, ...twice]);
  });

  test('in what comes: handlers and events', async () => {
    const { server, client } = await world();
    const events = client.incoming();
    const next = events.next();
    const [session] = server.sessions;
    const raw = { tag: 0x1400, value: Buffer.from('1701\0') };
    session?.send({ command: 'deliver_sm', short_message: Buffer.from('x'), tlvs: [raw] }, () => undefined);
    const { value: event } = await next;
    const [pdu] = event?.kind === 'message' ? event.pdus : [];
    const entity = pdu?.tlvs.find((tlv) => tlv.name === 'dlt_entity_id');
    expect(entity?.value).toBe('1701');
    await events.return();
    const options: ClientOptions<{ readonly x: { tag: 1; type: 'integer'; min: 1; max: 1 } }> = {
      operations: {
        deliver_sm: ({ tlvs }) => {
          const [x] = tlvs.filter((tlv) => tlv.name === 'x');
          expectTypeOf(x!.value).toEqualTypeOf<number>();
          return { tlvs: { x: 1 } };
        },
      },
    };
    expect(options.codec).toBeUndefined();
  });
});

test('wrong ones are seen by the types, each in one line, and refused when they are sent', async () => {
  const { client } = await world();
  const message = { to: '1', text: 'x' };
  // @ts-expect-error there is no such TLV
  await expect(client.send({ ...message, tlvs: { dlt_entity: '1' } })).rejects.toThrow('dlt_entity');
  // @ts-expect-error it is a text
  await expect(client.send({ ...message, tlvs: { dlt_entity_id: 1 } })).rejects.toThrow('dlt_entity_id');
  // @ts-expect-error it is a text
  const list = client.send({ ...message, tlvs: [{ name: 'dlt_entity_id', value: 1 }] });
  await expect(list).rejects.toThrow('dlt_entity_id');
  // @ts-expect-error it has no such type
  const wrong = () => createCodec({ tlvs: { x: { tag: 1, type: 'string', min: 1, max: 1 } } });
  expect(wrong).toBeTypeOf('function');
});

test('a client without them knows those of the documents', async () => {
  const { server } = await world();
  const plain: SmppClient = closeLater(await SmppClient.connect(`smpp://a:b@127.0.0.1:${server.port}`));
  await plain.send({ to: '1', text: 'x', tlvs: { user_message_reference: 7 } });
  await plain.send({ to: '1', text: 'x', tlvs: [{ tag: 0x1400, value: Buffer.from('1701\0') }] });
  // @ts-expect-error it is no TLV of the documents
  await expect(plain.send({ to: '1', text: 'x', tlvs: { dlt_weight: 1 } })).rejects.toThrow('dlt_weight');
  expectTypeOf<Parameters<SmppClient['send']>[0]['tlvs']>().exclude<undefined>().toExtend<object>();
  const list: readonly TlvInput[] = [];
  await plain.send({ to: '1', text: 'x', tlvs: list });
});
