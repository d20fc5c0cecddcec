import { type PduInput, status, statusName } from '@chappe/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Esme, Rig, settled } from '../rig.ts';

type Fields = Partial<Omit<PduInput<'submit_sm'>, 'command'>>;

let rig: Rig;
let esme33: Esme;
let esme34: Esme;
let esme50: Esme;

beforeAll(async () => {
  rig = await Rig.start();
  esme33 = await rig.esme({ version: 0x33, bind: 'transmitter', systemId: 'old' });
  esme34 = await rig.esme({ version: 0x34 });
  esme50 = await rig.esme({ version: 0x50, systemId: 'new' });
});
afterAll(() => rig.stop());

const text = (octets: number): Uint8Array => new Uint8Array(octets).fill(65);

const refusals: [string, Fields, number][] = [
  ['no destination', { destination_addr: '' }, status.ESME_RINVDSTADR],
  ['letters in an international destination', { destination_addr: '4477x' }, status.ESME_RINVDSTADR],
  ['a lone plus', { destination_addr: '+' }, status.ESME_RINVDSTADR],
  [
    'control characters in a destination',
    { dest_addr_ton: 0, destination_addr: '44\n77' },
    status.ESME_RINVDSTADR,
  ],
  ['destination type 8', { dest_addr_ton: 8 }, status.ESME_RINVDSTTON],
  ['destination plan 19', { dest_addr_npi: 19 }, status.ESME_RINVDSTNPI],
  ['letters in an international source', { source_addr_ton: 1, source_addr: 'ACME' }, status.ESME_RINVSRCADR],
  ['an empty international source', { source_addr_ton: 1, source_addr: '' }, status.ESME_RINVSRCADR],
  ['source type 8', { source_addr_ton: 8 }, status.ESME_RINVSRCTON],
  ['source plan 19', { source_addr_npi: 19 }, status.ESME_RINVSRCNPI],
  ['priority 4', { priority_flag: 4 }, status.ESME_RINVPRTFLG],
  ['transaction mode', { esm_class: 2 }, status.ESME_RINVESMCLASS],
  ['a receipt from an ESME', { esm_class: 4 }, status.ESME_RINVESMCLASS],
  ['a reserved message type', { esm_class: 0x0c }, status.ESME_RINVESMCLASS],
  ['replace_if_present_flag 2', { replace_if_present_flag: 2 }, status.ESME_RINVREPFLAG],
  ['a predefined message', { sm_default_msg_id: 1 }, status.ESME_RINVDFTMSGID],
  ['text and payload', { tlvs: [{ name: 'message_payload', value: text(3) }] }, status.ESME_RINVMSGLEN],
  ['a schedule that is none', { schedule_delivery_time: '26072' }, status.ESME_RINVSCHED],
  ['a schedule of month 13', { schedule_delivery_time: '261301000000000+' }, status.ESME_RINVSCHED],
  ['a schedule in 15 days', { schedule_delivery_time: '000015000000000R' }, status.ESME_RINVSCHED],
  ['a validity that is none', { validity_period: 'tomorrow' }, status.ESME_RINVEXPIRY],
  ['a validity in the past', { validity_period: '260720115959000+' }, status.ESME_RINVEXPIRY],
  [
    'a validity before the schedule',
    { schedule_delivery_time: '000000020000000R', validity_period: '000000010000000R' },
    status.ESME_RINVEXPIRY,
  ],
  ['the magic number refused', { destination_addr: '447705550006' }, status.ESME_RINVDSTADR],
  ['the magic number throttled', { destination_addr: '447705550007' }, status.ESME_RTHROTTLED],
];

const accepted: [string, Fields][] = [
  ['a plain text', {}],
  ['no source address', { source_addr_ton: 0, source_addr: '' }],
  ['a plus before the number', { destination_addr: '+447700900123' }],
  ['a destination of unknown type with letters', { dest_addr_ton: 0, destination_addr: 'HELP' }],
  ['an empty text', { short_message: new Uint8Array(0) }],
  ['254 octets', { short_message: text(254) }],
  ['a payload of 3,000 octets', { short_message: text(0), tlvs: { message_payload: text(3_000) } }],
  ['datagram mode', { esm_class: 1 }],
  [
    'store and forward mode, user data header',
    { esm_class: 0x43, short_message: Buffer.from('050003010101', 'hex') },
  ],
  ['a delivery acknowledgement', { esm_class: 0x08 }],
  ['priority 3', { priority_flag: 3 }],
  ['unknown and vendor TLVs', { tlvs: [{ tag: 0x1403, value: text(3) }] }],
  ['an absolute schedule', { schedule_delivery_time: '260720130000000+' }],
  ['a relative validity', { validity_period: '000000010000000R' }],
  ['a validity beyond the limit, which is cut', { validity_period: '010000000000000R' }],
];

describe('submit_sm over 3.4', () => {
  it.each(refusals)('refuses %s', async (_, fields, expected) => {
    const response = await esme34.submit(fields);
    expect(statusName(response.command_status)).toBe(statusName(expected));
    expect(response.message_id).toBe('');
  });

  it.each(accepted)('accepts %s', async (_, fields) => {
    const response = await esme34.submit(fields);
    expect(statusName(response.command_status)).toBe('ESME_ROK');
    expect(response.message_id).toMatch(/^[0-9a-f]{22}$/);
    expect(await rig.gateway.messages.get(response.message_id)).toMatchObject({ account: 'acme' });
  });

  it('counts what it took and what it refused', () => {
    const { ingress } = rig.gateway.counters();
    expect(ingress.refused).toBeGreaterThanOrEqual(refusals.length);
    expect(ingress.accepted).toBeGreaterThanOrEqual(accepted.length);
  });
});

describe('submit_sm by version', () => {
  it('5.0: transaction mode is allowed, and answered with the outcome', async () => {
    const answers: string[] = [];
    const ask = async (destination: string): Promise<void> => {
      const { command_status } = await esme50.submit({ esm_class: 2, destination_addr: destination });
      answers.push(statusName(command_status) ?? '');
    };
    const good = ask('447700900123');
    await settled();
    expect(answers).toEqual([]);
    await rig.clock.advance(100);
    await good;
    rig.handsets.setState('447700900124', 'off');
    const bad = ask('447700900124');
    await rig.clock.advance(30_000);
    await bad;
    expect(answers).toEqual(['ESME_ROK', 'ESME_RDELIVERYFAILURE']);
  });

  it('5.0: success-only receipts and receipts are allowed, 255 octets too', async () => {
    for (const fields of [{ registered_delivery: 3 }, { esm_class: 4 }, { short_message: text(255) }]) {
      expect(statusName((await esme50.submit(fields)).command_status)).toBe('ESME_ROK');
    }
  });

  it('3.3: ids of eight hexadecimal digits', async () => {
    const response = await esme33.submit();
    expect(response.command_status).toBe(0);
    expect(response.message_id).toMatch(/^[0-9a-f]{8}$/);
    const query = await esme33.request<'query_sm'>({
      command: 'query_sm',
      message_id: response.message_id,
      source_addr: 'ACME',
      source_addr_ton: 5,
    });
    expect(query).toMatchObject({ command_status: 0, message_id: response.message_id, message_state: 1 });
  });
});
