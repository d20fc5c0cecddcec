import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type CommandName,
  createCodec,
  type DecodedPdu,
  decode,
  encode,
  type Pdu,
  type PduInput,
  type PduInputOf,
  type PduOf,
  type RequestName,
  type ResponseOf,
  responseOf,
  type Tlv,
  type TlvName,
  tlv,
  tlvAll,
} from '../../src/index.ts';

const submit: PduInput = { command: 'submit_sm', destination_addr: '33612345678' };

// Compiled with the tests: a regression here fails `tsc -b`, not only this file.
describe('types of PDUs', () => {
  it('follow the tables', () => {
    expectTypeOf<PduOf<'submit_sm'>['source_addr']>().toEqualTypeOf<string>();
    expectTypeOf<PduOf<'submit_sm'>['esm_class']>().toEqualTypeOf<number>();
    expectTypeOf<PduOf<'submit_sm'>['short_message']>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<PduOf<'submit_sm'>['tlvs']>().toEqualTypeOf<readonly Tlv[]>();
    expectTypeOf<PduOf<'submit_sm'>>().not.toHaveProperty('sm_length');
    expectTypeOf<PduOf<'query_msg_details'>>().toHaveProperty('sm_length');
    expectTypeOf<PduOf<'query_last_msgs_resp'>['message_id']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<keyof PduOf<'enquire_link'>>().toEqualTypeOf<
      'command' | 'command_status' | 'sequence_number' | 'tlvs' | 'flags'
    >();
    const [first] = [] as unknown as PduOf<'submit_multi'>['dest_address'];
    if (first?.dest_flag === 1) expectTypeOf(first.destination_addr).toEqualTypeOf<string>();
    if (first?.dest_flag === 2) expectTypeOf(first.dl_name).toEqualTypeOf<string>();
    // @ts-expect-error there is no such field
    type Wrong = PduOf<'submit_sm'>['sorce_addr'];
    expectTypeOf<Wrong>();
  });

  it('narrow on the command', () => {
    const pdu: DecodedPdu = decode(encode(submit));
    if (pdu.command === 'submit_sm') expectTypeOf(pdu).toEqualTypeOf<PduOf<'submit_sm'>>();
    if (pdu.command === 'malformed') expectTypeOf(pdu.error.status).toEqualTypeOf<number>();
    if (pdu.command === 'unknown') expectTypeOf(pdu.body).toEqualTypeOf<Uint8Array>();
    expect(pdu.command).toBe('submit_sm');
  });

  it('let a decoded PDU be encoded', () => {
    expectTypeOf<Pdu>().toExtend<PduInput>();
    expectTypeOf<PduOf<'submit_multi'>>().toExtend<PduInputOf<'submit_multi'>>();
    expectTypeOf<DecodedPdu>().not.toExtend<PduInput>();
  });

  it('refuse wrong input', () => {
    // @ts-expect-error unknown command
    expect(() => encode({ command: 'submit' })).toThrow();
    // @ts-expect-error a number is no address
    expect(() => encode({ command: 'submit_sm', source_addr: 123 })).toThrow();
    // @ts-expect-error not a field of this PDU
    encode({ command: 'enquire_link', message_id: 'x' });
    // @ts-expect-error unknown TLV
    expect(() => encode({ command: 'submit_sm', tlvs: { message_paylod: new Uint8Array(1) } })).toThrow();
    // @ts-expect-error the value of message_state is a number
    expect(() => encode({ command: 'deliver_sm', tlvs: { message_state: 'DELIVERED' } })).toThrow();
    const list = { dest_flag: 2, dl_name: 'list' } as const;
    // @ts-expect-error dest_flag 2 wants dl_name only
    encode({ command: 'submit_multi', dest_address: [{ ...list, destination_addr: '1' }] });
  });

  it('know requests and responses', () => {
    expectTypeOf<ResponseOf<'submit_sm'>>().toEqualTypeOf<'submit_sm_resp'>();
    expectTypeOf<ResponseOf<'outbind'>>().toEqualTypeOf<never>();
    expectTypeOf(responseOf('bind_transceiver')).toEqualTypeOf<'bind_transceiver_resp'>();
    expectTypeOf(responseOf('submit_sm_resp')).toEqualTypeOf<undefined>();
    expectTypeOf<RequestName>().toExtend<CommandName>();
    expectTypeOf<'enquire_link'>().toExtend<RequestName>();
    expectTypeOf<'alert_notification'>().not.toExtend<RequestName>();
    expectTypeOf<'data_sm_resp'>().not.toExtend<RequestName>();
  });

  it('give the values of TLVs', () => {
    const pdu = { tlvs: [] as readonly Tlv[] };
    expectTypeOf(tlv(pdu, 'message_state')).toEqualTypeOf<number | undefined>();
    expectTypeOf(tlv(pdu, 'message_payload')).toEqualTypeOf<Uint8Array | undefined>();
    expectTypeOf(tlv(pdu, 'receipted_message_id')).toEqualTypeOf<string | undefined>();
    expectTypeOf(tlvAll(pdu, 'callback_num')).toEqualTypeOf<Uint8Array[]>();
    expectTypeOf<'dest_port'>().not.toExtend<TlvName>();
  });

  it('follow the tables of a vendor', () => {
    const codec = createCodec({
      commands: {
        auth_acc: {
          id: 0x01000001,
          kind: 'request',
          direction: 'ESME->MC',
          versions: ['3.4'],
          fields: { user_name: { type: 'c_octet_string', max: 21 } },
        },
      },
      tlvs: { source_msc: { tag: 0x1501, type: 'c_octet_string', min: 1, max: 21 } },
    });
    const pdu = codec.decode(
      codec.encode({ command: 'auth_acc', user_name: 'claude', tlvs: { source_msc: '336' } }),
    );
    if (pdu.command === 'auth_acc') {
      expectTypeOf(pdu.user_name).toEqualTypeOf<string>();
      expect(pdu.user_name).toBe('claude');
      const [first] = pdu.tlvs;
      if (first?.name === 'source_msc') expectTypeOf(first.value).toEqualTypeOf<string>();
    }
    expect(pdu.command).toBe('auth_acc');
  });
});
