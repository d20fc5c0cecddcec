import type { Pdu, Tlv } from '../../src/index.ts';

/**
 * PDUs worked out by hand from SMPP 3.4 and 5.0 (3.3 for the three old ones), at least one per command. The notation
 * of the octets: hexadecimal, and "text" for a C-octet string with its NUL.
 */
export interface WireVector {
  readonly pdu: Pdu;
  readonly wire: string;
}

/** The octets of a notation. */
export function wireBytes(notation: string): Buffer {
  const parts = [...notation.matchAll(/"([^"]*)"|([0-9a-f]+)/g)];
  return Buffer.concat(
    parts.map(([, text, hex]) =>
      text === undefined ? Buffer.from(hex ?? '', 'hex') : Buffer.from(`${text}\0`, 'latin1'),
    ),
  );
}

function octets(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function tlv(name: string | undefined, tag: number, value: number | string | Uint8Array): Tlv {
  return { name, tag, value, bytes: undefined } as Tlv;
}

const tail = { tlvs: [] as readonly Tlv[], flags: [] as readonly string[] };

export const wireVectors: readonly WireVector[] = [
  {
    pdu: { command: 'generic_nack', command_status: 0x3, sequence_number: 7, ...tail },
    wire: `00000010 80000000 00000003 00000007
`,
  },
  {
    pdu: {
      command: 'bind_receiver',
      command_status: 0,
      sequence_number: 1,
      ...tail,
      system_id: 'chappe',
      password: 'tower1',
      system_type: 'OTA',
      interface_version: 0x34,
      addr_ton: 1,
      addr_npi: 1,
      address_range: '^336',
    },
    wire: `0000002a 00000001 00000000 00000001
"chappe" "tower1" "OTA" 34 01 01 "^336"`,
  },
  {
    pdu: {
      command: 'bind_receiver_resp',
      command_status: 0,
      sequence_number: 1,
      ...tail,
      system_id: 'mc',
      tlvs: [tlv('sc_interface_version', 0x0210, 0x50), tlv('congestion_state', 0x0428, 85)],
    },
    wire: `0000001d 80000001 00000000 00000001
"mc" 0210 0001 50 0428 0001 55`,
  },
  {
    pdu: {
      command: 'bind_transmitter',
      command_status: 0,
      sequence_number: 1,
      ...tail,
      system_id: 'chappe',
      password: 'tower1',
      system_type: 'OTA',
      interface_version: 0x34,
      addr_ton: 1,
      addr_npi: 1,
      address_range: '^336',
    },
    wire: `0000002a 00000002 00000000 00000001
"chappe" "tower1" "OTA" 34 01 01 "^336"`,
  },
  {
    pdu: {
      command: 'bind_transmitter_resp',
      command_status: 0,
      sequence_number: 1,
      ...tail,
      system_id: 'mc',
      tlvs: [tlv('sc_interface_version', 0x0210, 0x50), tlv('congestion_state', 0x0428, 85)],
    },
    wire: `0000001d 80000002 00000000 00000001
"mc" 0210 0001 50 0428 0001 55`,
  },
  {
    pdu: {
      command: 'bind_transceiver',
      command_status: 0,
      sequence_number: 1,
      ...tail,
      system_id: 'chappe',
      password: 'tower1',
      system_type: 'OTA',
      interface_version: 0x34,
      addr_ton: 1,
      addr_npi: 1,
      address_range: '^336',
    },
    wire: `0000002a 00000009 00000000 00000001
"chappe" "tower1" "OTA" 34 01 01 "^336"`,
  },
  {
    pdu: {
      command: 'bind_transceiver_resp',
      command_status: 0,
      sequence_number: 1,
      ...tail,
      system_id: 'mc',
      tlvs: [tlv('sc_interface_version', 0x0210, 0x50), tlv('congestion_state', 0x0428, 85)],
    },
    wire: `0000001d 80000009 00000000 00000001
"mc" 0210 0001 50 0428 0001 55`,
  },
  {
    pdu: {
      command: 'outbind',
      command_status: 0,
      sequence_number: 1,
      ...tail,
      system_id: 'mc',
      password: 'secret',
    },
    wire: `0000001a 0000000b 00000000 00000001
"mc" "secret"`,
  },
  {
    pdu: { command: 'unbind', command_status: 0, sequence_number: 2, ...tail },
    wire: `00000010 00000006 00000000 00000002
`,
  },
  {
    pdu: { command: 'unbind_resp', command_status: 0, sequence_number: 2, ...tail },
    wire: `00000010 80000006 00000000 00000002
`,
  },
  {
    pdu: { command: 'enquire_link', command_status: 0, sequence_number: 0x7fffffff, ...tail },
    wire: `00000010 00000015 00000000 7fffffff
`,
  },
  {
    pdu: { command: 'enquire_link_resp', command_status: 0, sequence_number: 0x7fffffff, ...tail },
    wire: `00000010 80000015 00000000 7fffffff
`,
  },
  {
    pdu: {
      command: 'submit_sm',
      command_status: 0,
      sequence_number: 3,
      ...tail,
      service_type: 'CMT',
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'Chappe',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '33612345678',
      esm_class: 0x43,
      protocol_id: 0x40,
      priority_flag: 3,
      schedule_delivery_time: '000000003000000R',
      validity_period: '250101120000004+',
      registered_delivery: 0x11,
      replace_if_present_flag: 1,
      data_coding: 8,
      sm_default_msg_id: 254,
      short_message: octets('0500037f02010041'),
      tlvs: [
        tlv('user_message_reference', 0x0204, 0x1234),
        tlv('privacy_indicator', 0x0201, 2),
        tlv('qos_time_to_live', 0x0017, 3600),
        tlv('callback_num', 0x0381, octets('01010131')),
        tlv('callback_num', 0x0381, octets('01010132')),
        tlv(undefined, 0x1403, octets('beef')),
      ],
    },
    wire: `00000086 00000004 00000000 00000003
"CMT" 05 00 "Chappe" 01 01 "33612345678" 43 40 03 "000000003000000R" "250101120000004+" 11 01 08 fe 08 0500037f02010041 0204 0002 1234 0201 0001 02 0017 0004 00000e10 0381 0004 01010131 0381 0004 01010132 1403 0002 beef`,
  },
  {
    pdu: {
      command: 'submit_sm_resp',
      command_status: 0,
      sequence_number: 3,
      ...tail,
      message_id: 'a1b2c3d4',
    },
    wire: `00000019 80000004 00000000 00000003
"a1b2c3d4"`,
  },
  {
    pdu: {
      command: 'deliver_sm',
      command_status: 0,
      sequence_number: 4,
      ...tail,
      service_type: '',
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: '33612345678',
      dest_addr_ton: 0,
      dest_addr_npi: 0,
      destination_addr: '38000',
      esm_class: 4,
      protocol_id: 0,
      priority_flag: 0,
      schedule_delivery_time: '',
      validity_period: '',
      registered_delivery: 0,
      replace_if_present_flag: 0,
      data_coding: 3,
      sm_default_msg_id: 0,
      short_message: octets('e9'),
      tlvs: [
        tlv('receipted_message_id', 0x001e, 'a1b2'),
        tlv('message_state', 0x0427, 2),
        tlv('network_error_code', 0x0423, octets('030000')),
      ],
    },
    wire: `00000047 00000005 00000000 00000004
00 01 01 "33612345678" 00 00 "38000" 04 00 00 00 00 00 00 03 00 01 e9 001e 0005 "a1b2" 0427 0001 02 0423 0003 030000`,
  },
  {
    pdu: { command: 'deliver_sm_resp', command_status: 0, sequence_number: 4, ...tail, message_id: '' },
    wire: `00000011 80000005 00000000 00000004
00`,
  },
  {
    pdu: {
      command: 'data_sm',
      command_status: 0,
      sequence_number: 5,
      ...tail,
      service_type: 'WAP',
      source_addr_ton: 0,
      source_addr_npi: 14,
      source_addr: '10.0.0.1:1234',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '447700900123',
      esm_class: 2,
      registered_delivery: 1,
      data_coding: 4,
      tlvs: [
        tlv('message_payload', 0x0424, octets('0102030405')),
        tlv('source_port', 0x020a, 9200),
        tlv('destination_port', 0x020b, 2948),
        tlv('message_payload', 0x0424, octets('')),
      ],
    },
    wire: `0000004f 00000103 00000000 00000005
"WAP" 00 0e "10.0.0.1:1234" 01 01 "447700900123" 02 01 04 0424 0005 0102030405 020a 0002 23f0 020b 0002 0b84 0424 0000`,
  },
  {
    pdu: {
      command: 'data_sm_resp',
      command_status: 0xfe,
      sequence_number: 5,
      ...tail,
      message_id: 'm',
      tlvs: [
        tlv('delivery_failure_reason', 0x0425, 3),
        tlv('additional_status_info_text', 0x001d, 'no page'),
        tlv('dpf_result', 0x0420, 1),
      ],
    },
    wire: `00000028 80000103 000000fe 00000005
"m" 0425 0001 03 001d 0008 "no page" 0420 0001 01`,
  },
  {
    pdu: {
      command: 'alert_notification',
      command_status: 0,
      sequence_number: 6,
      ...tail,
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: '33612345678',
      esme_addr_ton: 0,
      esme_addr_npi: 0,
      esme_addr: '38000',
      tlvs: [tlv('ms_availability_status', 0x0422, 0)],
    },
    wire: `0000002b 00000102 00000000 00000006
01 01 "33612345678" 00 00 "38000" 0422 0001 00`,
  },
  {
    pdu: {
      command: 'submit_multi',
      command_status: 0,
      sequence_number: 8,
      ...tail,
      service_type: '',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      dest_address: [
        { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '33600000001' },
        { dest_flag: 2, dl_name: 'towers' },
      ],
      esm_class: 0,
      protocol_id: 0,
      priority_flag: 1,
      schedule_delivery_time: '',
      validity_period: '',
      registered_delivery: 0,
      replace_if_present_flag: 0,
      data_coding: 0,
      sm_default_msg_id: 0,
      short_message: octets('486921'),
    },
    wire: `0000003e 00000021 00000000 00000008
00 00 00 "38000" 02 01 01 01 "33600000001" 02 "towers" 00 00 01 00 00 00 00 00 00 03 486921`,
  },
  {
    pdu: {
      command: 'submit_multi_resp',
      command_status: 0,
      sequence_number: 8,
      ...tail,
      message_id: 'multi',
      unsuccess_sme: [
        { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '33600000001', error_status_code: 0x0b },
        { dest_addr_ton: 0, dest_addr_npi: 0, destination_addr: '', error_status_code: 0xfffffffe },
      ],
    },
    wire: `00000030 80000021 00000000 00000008
"multi" 02 01 01 "33600000001" 0000000b 00 00 00 fffffffe`,
  },
  {
    pdu: {
      command: 'query_sm',
      command_status: 0,
      sequence_number: 9,
      ...tail,
      message_id: 'a1b2c3d4',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
    },
    wire: `00000021 00000003 00000000 00000009
"a1b2c3d4" 00 00 "38000"`,
  },
  {
    pdu: {
      command: 'query_sm_resp',
      command_status: 0,
      sequence_number: 9,
      ...tail,
      message_id: 'a1b2c3d4',
      final_date: '250101120000004+',
      message_state: 5,
      error_code: 27,
    },
    wire: `0000002c 80000003 00000000 00000009
"a1b2c3d4" "250101120000004+" 05 1b`,
  },
  {
    pdu: {
      command: 'replace_sm',
      command_status: 0,
      sequence_number: 10,
      ...tail,
      message_id: 'a1',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      schedule_delivery_time: '',
      validity_period: '000001000000000R',
      registered_delivery: 1,
      sm_default_msg_id: 0,
      short_message: octets('4e6577'),
    },
    wire: `00000033 00000007 00000000 0000000a
"a1" 00 00 "38000" 00 "000001000000000R" 01 00 03 4e6577`,
  },
  {
    pdu: { command: 'replace_sm_resp', command_status: 0x13, sequence_number: 10, ...tail },
    wire: `00000010 80000007 00000013 0000000a
`,
  },
  {
    pdu: {
      command: 'cancel_sm',
      command_status: 0,
      sequence_number: 11,
      ...tail,
      service_type: '',
      message_id: '',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '33612345678',
    },
    wire: `00000028 00000008 00000000 0000000b
00 00 00 00 "38000" 01 01 "33612345678"`,
  },
  {
    pdu: {
      command: 'cancel_sm_resp',
      command_status: 0,
      sequence_number: 11,
      ...tail,
      tlvs: [tlv('congestion_state', 0x0428, 0)],
    },
    wire: `00000015 80000008 00000000 0000000b
0428 0001 00`,
  },
  {
    pdu: {
      command: 'broadcast_sm',
      command_status: 0,
      sequence_number: 12,
      ...tail,
      service_type: 'CBS',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      message_id: '',
      priority_flag: 1,
      schedule_delivery_time: '',
      validity_period: '',
      replace_if_present_flag: 0,
      data_coding: 0,
      sm_default_msg_id: 0,
      tlvs: [
        tlv('broadcast_area_identifier', 0x0606, octets('005061726973')),
        tlv('broadcast_area_identifier', 0x0606, octets('004c696c6c65')),
        tlv('broadcast_content_type', 0x0601, octets('000033')),
        tlv('broadcast_rep_num', 0x0604, 3),
        tlv('broadcast_frequency_interval', 0x0605, octets('09001e')),
        tlv('message_payload', 0x0424, octets('5261696e')),
      ],
    },
    wire: `00000053 00000111 00000000 0000000c
"CBS" 00 00 "38000" 00 01 00 00 00 00 00 0606 0006 005061726973 0606 0006 004c696c6c65 0601 0003 000033 0604 0002 0003 0605 0003 09001e 0424 0004 5261696e`,
  },
  {
    pdu: {
      command: 'broadcast_sm_resp',
      command_status: 0,
      sequence_number: 12,
      ...tail,
      message_id: 'b1',
      tlvs: [
        tlv('broadcast_error_status', 0x0607, 0x108),
        tlv('broadcast_area_identifier', 0x0606, octets('004c696c6c65')),
      ],
    },
    wire: `00000025 80000111 00000000 0000000c
"b1" 0607 0004 00000108 0606 0006 004c696c6c65`,
  },
  {
    pdu: {
      command: 'query_broadcast_sm',
      command_status: 0,
      sequence_number: 13,
      ...tail,
      message_id: 'b1',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      tlvs: [tlv('user_message_reference', 0x0204, 0xffff)],
    },
    wire: `00000021 00000112 00000000 0000000d
"b1" 00 00 "38000" 0204 0002 ffff`,
  },
  {
    pdu: {
      command: 'query_broadcast_sm_resp',
      command_status: 0,
      sequence_number: 13,
      ...tail,
      message_id: 'b1',
      tlvs: [
        tlv('message_state', 0x0427, 2),
        tlv('broadcast_area_identifier', 0x0606, octets('005061726973')),
        tlv('broadcast_area_success', 0x0608, 255),
        tlv('broadcast_end_time', 0x0609, '250101120000004+'),
      ],
    },
    wire: `0000003c 80000112 00000000 0000000d
"b1" 0427 0001 02 0606 0006 005061726973 0608 0001 ff 0609 0011 "250101120000004+"`,
  },
  {
    pdu: {
      command: 'cancel_broadcast_sm',
      command_status: 0,
      sequence_number: 14,
      ...tail,
      service_type: 'CBS',
      message_id: 'b1',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      tlvs: [tlv('broadcast_content_type', 0x0601, octets('000033'))],
    },
    wire: `00000026 00000113 00000000 0000000e
"CBS" "b1" 00 00 "38000" 0601 0003 000033`,
  },
  {
    pdu: { command: 'cancel_broadcast_sm_resp', command_status: 0x10f, sequence_number: 14, ...tail },
    wire: `00000010 80000113 0000010f 0000000e
`,
  },
  {
    pdu: {
      command: 'param_retrieve',
      command_status: 0,
      sequence_number: 15,
      ...tail,
      param_name: 'max_length',
    },
    wire: `0000001b 00000022 00000000 0000000f
"max_length"`,
  },
  {
    pdu: {
      command: 'param_retrieve_resp',
      command_status: 0,
      sequence_number: 15,
      ...tail,
      param_value: '160',
    },
    wire: `00000014 80000022 00000000 0000000f
"160"`,
  },
  {
    pdu: {
      command: 'query_last_msgs',
      command_status: 0,
      sequence_number: 16,
      ...tail,
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      no_of_messages: 3,
    },
    wire: `00000019 00000023 00000000 00000010
00 00 "38000" 03`,
  },
  {
    pdu: {
      command: 'query_last_msgs_resp',
      command_status: 0,
      sequence_number: 16,
      ...tail,
      message_id: ['0000000a', '0000000b'],
    },
    wire: `00000023 80000023 00000000 00000010
02 "0000000a" "0000000b"`,
  },
  {
    pdu: {
      command: 'query_msg_details',
      command_status: 0,
      sequence_number: 17,
      ...tail,
      message_id: '0000000a',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      sm_length: 160,
    },
    wire: `00000022 00000024 00000000 00000011
"0000000a" 00 00 "38000" a0`,
  },
  {
    pdu: {
      command: 'query_msg_details_resp',
      command_status: 0,
      sequence_number: 17,
      ...tail,
      service_type: '',
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: '38000',
      dest_address: [{ dest_flag: 2, dl_name: 'towers' }],
      protocol_id: 0,
      priority_flag: 0,
      schedule_delivery_time: '',
      validity_period: '',
      registered_delivery: 0,
      data_coding: 0,
      short_message: octets('4869'),
      message_id: '0000000a',
      final_date: '',
      message_state: 1,
      error_code: 0,
    },
    wire: `00000037 80000024 00000000 00000011
00 00 00 "38000" 01 02 "towers" 00 00 00 00 00 00 02 4869 "0000000a" 00 01 00`,
  },
];
