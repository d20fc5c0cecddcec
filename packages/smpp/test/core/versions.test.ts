import { type PduInput, status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { sharedJson } from '../../../../test/support/shared.ts';
import {
  deniedStatus,
  fitTo,
  messageIdCharactersMax,
  statusFor,
  versionOfBind,
} from '../../src/core/versions.ts';

const deliver = { command: 'deliver_sm', source_addr: '1', destination_addr: '2' } as const;

interface SpecTlvs {
  readonly tlvs: readonly {
    readonly name: string;
    readonly tagInt: number;
    readonly versions: readonly string[];
  }[];
}
const spec = sharedJson<SpecTlvs>('spec/tlvs.json');

test('a PDU that needs no change is the same object: the hot path copies nothing', () => {
  const plain: PduInput = { ...deliver, short_message: Buffer.alloc(100), registered_delivery: 1, tlvs: [] };
  for (const version of [0x33, 0x34, 0x50] as const) expect(fitTo(version, plain)).toBe(plain);
  const tagged: PduInput = { ...deliver, tlvs: [{ name: 'message_state', value: 2 }] };
  expect(fitTo(0x34, tagged)).toBe(tagged);
});

describe('TLVs', () => {
  test('3.3 peers get none', () => {
    expect(fitTo(0x33, { ...deliver, tlvs: [{ name: 'message_state', value: 2 }] })).toMatchObject({
      tlvs: [],
    });
    expect(fitTo(0x33, { ...deliver, tlvs: { message_state: 2 } })).toMatchObject({ tlvs: [] });
    expect(fitTo(0x33, { ...deliver, tlvs: [{ tag: 0x1403, value: Buffer.of(1) }] })).toMatchObject({
      tlvs: [],
    });
  });

  const contents = [
    ['message_payload', 0x0424, Buffer.from('Hello')],
    ['sar_msg_ref_num', 0x020c, 7],
    ['sar_total_segments', 0x020e, 2],
    ['sar_segment_seqnum', 0x020f, 1],
  ] as const;
  test.each(contents)('3.3 peers are not sent a message without its %s', (name, tag, value) => {
    const octets = Buffer.of(0, 7);
    const ways = [[{ name, value }], [{ tag, value: octets }], [{ name, tag, value }], { [name]: value }];
    for (const tlvs of ways) {
      for (const command of ['deliver_sm', 'submit_sm'] as const) {
        const pdu = { command, tlvs } as unknown as PduInput;
        const told = expect.objectContaining({
          code: 'CHAPPE_SMPP_VERSION',
          message: expect.stringContaining(name),
        });
        expect(() => fitTo(0x33, pdu)).toThrow(told);
        expect(fitTo(0x34, pdu)).toEqual(pdu);
      }
    }
    expect(fitTo(0x33, { ...deliver, tlvs: { [name]: undefined } } as unknown as PduInput)).toMatchObject({
      tlvs: [],
    });
  });

  test.runIf(spec)('3.4 peers get exactly those of 3.4, and those of vendors', () => {
    for (const { name, tagInt, versions } of spec?.tlvs ?? []) {
      const byName = fitTo(0x34, { ...deliver, tlvs: [{ name, value: 1 }] } as unknown as PduInput);
      const byTag = fitTo(0x34, { ...deliver, tlvs: [{ tag: tagInt, value: Buffer.of(1) }] });
      const inRecord = fitTo(0x34, { ...deliver, tlvs: { [name]: 1 } } as unknown as PduInput);
      const kept = versions.includes('3.4') ? 1 : 0;
      expect([name, (byName.tlvs as unknown[]).length]).toEqual([name, kept]);
      expect([name, (byTag.tlvs as unknown[]).length]).toEqual([name, kept]);
      expect([name, Object.keys(inRecord.tlvs ?? {}).length]).toEqual([name, kept]);
    }
    const vendor = fitTo(0x34, { ...deliver, tlvs: [{ tag: 0x1403, value: Buffer.of(1) }] });
    expect(vendor.tlvs).toHaveLength(1);
  });

  test('5.0 peers get everything', () => {
    const all: PduInput = { ...deliver, tlvs: { congestion_state: 50, message_state: 9 } };
    expect(fitTo(0x50, all)).toBe(all);
  });
});

test('statuses of 5.0 are said in the words of 3.4', () => {
  const mapped = [0x100, 0x101, 0x102, 0x103, 0x104, 0x10d, 0x112].map((value) => statusFor(0x34, value));
  expect(mapped).toEqual([0x15, 0x03, 0x15, 0x15, 0x45, 0x45, 0x45]);
  expect(statusFor(0x50, 0x101)).toBe(0x101);
  expect(statusFor(0x34, 0x113)).toBe(0x113);
  expect(statusFor(0x34, 0x400)).toBe(0x400);
  expect([deniedStatus(0x33), deniedStatus(0x34), deniedStatus(0x50)]).toEqual([
    3,
    3,
    status.ESME_RPROHIBITED,
  ]);
  const refused = fitTo(0x34, { command: 'submit_sm_resp', command_status: 0x102 });
  expect(refused).toMatchObject({ command_status: 0x15 });
});

test('message states of 5.0 become the nearest of 3.4, in fields and TLVs', () => {
  expect(fitTo(0x34, { command: 'query_sm_resp', message_id: '1', message_state: 0 })).toMatchObject({
    message_state: 1,
  });
  expect(fitTo(0x34, { command: 'query_sm_resp', message_id: '1', message_state: 9 })).toMatchObject({
    message_state: 8,
  });
  expect(fitTo(0x34, { ...deliver, tlvs: [{ name: 'message_state', value: 9 }] }).tlvs).toMatchObject([
    { value: 8 },
  ]);
  expect(fitTo(0x34, { ...deliver, tlvs: { message_state: 0 } }).tlvs).toEqual({ message_state: 1 });
});

test('registered_delivery 3 is reserved before 5.0: a receipt in any case', () => {
  const submit = { command: 'submit_sm', registered_delivery: 0x13 } as const;
  expect(fitTo(0x34, submit)).toMatchObject({ registered_delivery: 0x11 });
  expect(fitTo(0x50, submit)).toMatchObject({ registered_delivery: 0x13 });
});

test('what cannot be expressed is an error of ours, not a broken PDU', () => {
  const text = (octets: number): PduInput => ({ ...deliver, short_message: Buffer.alloc(octets) });
  expect(() => fitTo(0x33, text(161))).toThrow(/takes 160/);
  expect(fitTo(0x33, text(160))).toMatchObject({ short_message: Buffer.alloc(160) });
  expect(() => fitTo(0x34, text(255))).toThrow(/takes 254/);
  expect(fitTo(0x50, text(255))).toEqual(text(255));
  const destinations = Array.from({ length: 255 }, () => ({ dest_flag: 2, dl_name: 'x' }) as const);
  expect(() => fitTo(0x34, { command: 'submit_multi', dest_address: destinations })).toThrow(/takes 254/);
  expect(() => fitTo(0x33, { command: 'submit_sm_resp', message_id: '123456789' })).toThrow(/takes 8/);
  expect(fitTo(0x33, { command: 'submit_sm_resp', message_id: '12345678' })).toMatchObject({
    message_id: '12345678',
  });
  expect([messageIdCharactersMax(0x33), messageIdCharactersMax(0x34)]).toEqual([8, 64]);
});

test('interface_version of a bind', () => {
  expect([0, 0x33, 0xcd, 0x34, 0x4f, 0x50, 0xff].map((v) => versionOfBind(v, 0x50))).toEqual([
    0x33, 0x33, 0x33, 0x34, 0x34, 0x50, 0x50,
  ]);
  expect(versionOfBind(0x50, 0x34)).toBe(0x34);
});
