/** Cell broadcast, new in 5.0. Field order is wire order; `max` counts the NUL of a string. */
export const broadcastCommands = {
  // SMPP 5.0 4.4.1.1
  // Text goes in message_payload. SMPP 5.0 wants broadcast_area_identifier (one or more), broadcast_content_type,
  // broadcast_rep_num and broadcast_frequency_interval among the TLVs.
  broadcast_sm: {
    id: 0x00000111,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['5.0'],
    response: 'broadcast_sm_resp',
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      // only for replace, else ''
      message_id: { type: 'c_octet_string', max: 65 },
      priority_flag: { type: 'integer', size: 1, values: 'priority_flag' },
      schedule_delivery_time: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      validity_period: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      replace_if_present_flag: { type: 'integer', size: 1, values: 'replace_if_present_flag' },
      data_coding: { type: 'integer', size: 1, values: 'data_coding' },
      sm_default_msg_id: { type: 'integer', size: 1, values: 'sm_default_msg_id' },
    },
  },
  // SMPP 5.0 4.4.1.2
  // The n-th broadcast_error_status belongs to the n-th failed area (tag of broadcast_area_identifier).
  broadcast_sm_resp: {
    id: 0x80000111,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['5.0'],
    fields: {
      message_id: { type: 'c_octet_string', max: 65 },
    },
  },
  // SMPP 5.0 4.6.1.1
  query_broadcast_sm: {
    id: 0x00000112,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['5.0'],
    response: 'query_broadcast_sm_resp',
    fields: {
      message_id: { type: 'c_octet_string', max: 65 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
    },
  },
  // SMPP 5.0 4.6.1.2
  // SMPP 5.0 wants message_state, broadcast_area_identifier and broadcast_area_success among the TLVs.
  query_broadcast_sm_resp: {
    id: 0x80000112,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['5.0'],
    fields: {
      // 5.0 prints "Integer": a slip
      message_id: { type: 'c_octet_string', max: 65 },
    },
  },
  // SMPP 5.0 4.6.2.1
  cancel_broadcast_sm: {
    id: 0x00000113,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['5.0'],
    response: 'cancel_broadcast_sm_resp',
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      message_id: { type: 'c_octet_string', max: 65 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
    },
  },
  // SMPP 5.0 4.6.2.2
  cancel_broadcast_sm_resp: {
    id: 0x80000113,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['5.0'],
    fields: {},
  },
} as const;
