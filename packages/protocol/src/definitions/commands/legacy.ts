/** 3.3 only: parameter retrieval, last messages, message details. Field order is wire order; `max` counts the NUL of a string. */
export const legacyCommands = {
  // Gone since 3.4. Layout as two independent implementations have it; the 3.3 document was not at hand.
  param_retrieve: {
    id: 0x00000022,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3'],
    response: 'param_retrieve_resp',
    fields: {
      param_name: { type: 'c_octet_string', max: 32 },
    },
  },
  param_retrieve_resp: {
    id: 0x80000022,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3'],
    fields: {
      param_value: { type: 'c_octet_string', max: 101 },
    },
  },
  query_last_msgs: {
    id: 0x00000023,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3'],
    response: 'query_last_msgs_resp',
    fields: {
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      // 1-100; a field of its own
      no_of_messages: { type: 'integer', size: 1 },
    },
  },
  query_last_msgs_resp: {
    id: 0x80000023,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3'],
    fields: {
      no_of_messages: { type: 'count', size: 1, of: 'message_id' },
      message_id: { type: 'array', element: { type: 'c_octet_string', max: 9 } },
    },
  },
  query_msg_details: {
    id: 0x00000024,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3'],
    response: 'query_msg_details_resp',
    fields: {
      message_id: { type: 'c_octet_string', max: 9 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      // number of text octets wanted, 0-160; a field of its own
      sm_length: { type: 'integer', size: 1 },
    },
  },
  query_msg_details_resp: {
    id: 0x80000024,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3'],
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      number_of_dests: { type: 'count', size: 1, of: 'dest_address' },
      dest_address: {
        type: 'array',
        element: {
          type: 'variant',
          tag: 'dest_flag',
          cases: {
            // SME address, at most 24 octets
            1: {
              dest_addr_ton: { type: 'integer', size: 1, values: 'ton' },
              dest_addr_npi: { type: 'integer', size: 1, values: 'npi' },
              destination_addr: { type: 'c_octet_string', max: 21 },
            },
            // distribution list, at most 22 octets
            2: {
              dl_name: { type: 'c_octet_string', max: 21 },
            },
          },
        },
      },
      protocol_id: { type: 'integer', size: 1 },
      priority_flag: { type: 'integer', size: 1, values: 'priority_flag' },
      schedule_delivery_time: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      validity_period: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      registered_delivery: { type: 'integer', size: 1 },
      data_coding: { type: 'integer', size: 1, values: 'data_coding' },
      sm_length: { type: 'count', size: 1, of: 'short_message' },
      short_message: { type: 'octet_string', max: 255 },
      message_id: { type: 'c_octet_string', max: 9 },
      final_date: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      message_state: { type: 'integer', size: 1, values: 'message_state' },
      error_code: { type: 'integer', size: 1 },
    },
  },
} as const;
