/** Which TLVs go where: from operators' handsets and from ESMEs to customers, by version. */
import { decode, type PduOf, type TlvDefinition, type TlvInput, type TlvName, tlvs } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import { connector, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

async function begin(): Promise<void> {
  world = await World.start({ connectors: [connector('a', { version: '5.0' })], routes: [via(['a'])] });
}

/** Tags that came in, message_payload apart. */
const tagsOf = (esme: Esme): number[][] =>
  esme.received.map((pdu) => pdu.tlvs.map(({ tag }) => tag).filter((tag) => tag !== 0x0424));

/** A value that the TLV may have. */
function sampleOf(definition: TlvDefinition): number | string | Uint8Array {
  if (definition.type === 'integer' || definition.type === 'bitmask') return 1;
  return definition.type === 'c_octet_string'
    ? '0'.repeat(definition.min)
    : Buffer.alloc(definition.min, 0x30);
}

const all = (Object.entries(tlvs) as unknown as [TlvName, TlvDefinition][]).filter(
  ([name]) => name !== 'message_payload' && !name.startsWith('sar_'),
);
const isIn = ({ versions }: TlvDefinition, version: '3.4' | '5.0'): boolean =>
  versions?.includes(version) ?? true;
/** About the link between the operator and us, or an id of the operator. */
const kept = [
  'receipted_message_id',
  'qos_time_to_live',
  'set_dpf',
  'more_messages_to_send',
  'congestion_state',
];

describe.each([
  ['3.4', 0x34],
  ['5.0', 0x50],
] as const)('a message from a handset to a customer of %s', (version, interfaceVersion) => {
  it.each(all)('%s', async (name, definition) => {
    await begin();
    const esme = await world.esme({ version: interfaceVersion, addressRange: '60100' });
    const item = { name, value: sampleOf(definition) } as TlvInput;
    for (const command of ['deliver_sm', 'data_sm'] as const)
      await world.centre('a').deliver({
        source_addr: '447700900999',
        destination_addr: '60100',
        text: '*100#',
        tlvs: [item],
        command,
      });
    await world.pass(100);
    const goesOn = isIn(definition, version) && !kept.includes(name);
    expect(tagsOf(esme)).toEqual(goesOn ? [[definition.tag], [definition.tag]] : [[], []]);
  });

  it('of vendors pass, but for the path through gateways', async () => {
    await begin();
    const esme = await world.esme({ version: interfaceVersion, addressRange: '60100' });
    await world.centre('a').deliver({
      source_addr: '447700900999',
      destination_addr: '60100',
      text: 'Re',
      tlvs: [
        { tag: 0x1401, value: Buffer.from('x') },
        { tag: 0x3fc7, value: Buffer.alloc(4) },
        { tag: 0x4001, value: Buffer.from('y') },
      ],
    });
    await world.pass(100);
    expect(tagsOf(esme)).toEqual([[0x1401, 0x4001]]);
  });
});

describe('a USSD session', () => {
  // deliver_sm of an operator, from the field: service_type USSD, `*100#`, ussd_service_op, its_session_info, reference.
  const request = Buffer.from(
    '0000004c00000005000000000000000155535344000101343437373030393030393939000101363031303000' +
      '000000000000000000052a313030230501000101138300020007020400023235',
    'hex',
  );

  it('goes on whole to a 3.4 customer, and its answer to a 3.4 operator', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const esme = await world.esme({ addressRange: '60100' });
    const pdu = decode(request) as PduOf<'deliver_sm'>;
    expect(pdu.tlvs.map(({ tag }) => tag)).toEqual([0x0501, 0x1383, 0x0204]);
    const [session] = world.centre('a').sessions;
    expect((await session?.request({ ...pdu, tlvs: pdu.tlvs as readonly TlvInput[] }))?.command_status).toBe(
      0,
    );
    await world.pass(100);
    const [got] = esme.deliveries;
    expect(got?.service_type).toBe('USSD');
    expect(got?.tlvs.map(({ tag, value }) => [tag, value])).toEqual(
      expect.arrayContaining([
        [0x0501, 1],
        [0x0204, 0x3235],
      ]),
    );
    expect(tagsOf(esme)[0]?.toSorted((a, b) => a - b)).toEqual([0x0204, 0x0501, 0x1383]);
    await esme.submit({
      destination_addr: '447700900999',
      service_type: 'USSD',
      tlvs: { ussd_service_op: 2, its_session_info: Buffer.from([0, 7]) },
    });
    await world.pass(100);
    expect(world.centre('a').last.pdu.tlvs.map(({ tag }) => tag)).toEqual([0x0501, 0x1383]);
  });
});

describe('what one ESME submits to another', () => {
  it.each([
    ['3.4', 0x34],
    ['5.0', 0x50],
  ] as const)('of %s: what a deliver_sm may have', async (version, interfaceVersion) => {
    world = await World.start({
      connectors: ['a'],
      routes: [
        {
          name: 'esme',
          action: { kind: 'via', groups: [[{ connector: 'account:acme' }]] },
        },
      ],
    });
    const esme = await world.esme({ version: interfaceVersion });
    const told: TlvName[] = [
      'ussd_service_op',
      'callback_num_pres_ind',
      'its_reply_type',
      'source_network_id',
    ];
    const instructions: TlvName[] = ['ms_validity', 'alert_on_message_delivery', 'display_time'];
    const items = [...told, ...instructions].map(
      (name) => ({ name, value: sampleOf(tlvs[name] as TlvDefinition) }) as TlvInput,
    );
    await esme.submit({ tlvs: items, registered_delivery: 0 });
    await world.pass(500);
    const expected = told.filter((name) => isIn(tlvs[name] as TlvDefinition, version));
    expect(tagsOf(esme)).toEqual([expected.map((name) => tlvs[name].tag)]);
  });
});
