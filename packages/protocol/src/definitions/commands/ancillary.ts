/** Asking for, replacing and cancelling a message that was submitted. Field order is wire order; `max` counts the NUL of a string. */
export const ancillaryCommands = {
  // SMPP 3.4 4.8.1, SMPP 5.0 4.5.2.1
  // Matched on message_id and source address.
  query_sm: {
    id: 0x00000003,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    response: 'query_sm_resp',
    fields: {
      message_id: { type: 'c_octet_string', max: 65 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
    },
  },
  // SMPP 3.4 4.8.2, SMPP 5.0 4.5.2.2
  query_sm_resp: {
    id: 0x80000003,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    fields: {
      message_id: { type: 'c_octet_string', max: 65 },
      // one NUL while not final; 3.4 7.1.1 also knows 13 octets
      final_date: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      message_state: { type: 'integer', size: 1, values: 'message_state' },
      error_code: { type: 'integer', size: 1 },
    },
  },
  // SMPP 3.4 4.10.1, SMPP 5.0 4.5.3.1
  // No data_coding: the replacement keeps the coding of the original.
  replace_sm: {
    id: 0x00000007,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    response: 'replace_sm_resp',
    fields: {
      message_id: { type: 'c_octet_string', max: 65 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      schedule_delivery_time: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      validity_period: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      registered_delivery: { type: 'integer', size: 1, values: 'registered_delivery' },
      sm_default_msg_id: { type: 'integer', size: 1, values: 'sm_default_msg_id' },
      sm_length: { type: 'count', size: 1, of: 'short_message' },
      short_message: { type: 'octet_string', max: 255 },
    },
  },
  // SMPP 3.4 4.10.2, SMPP 5.0 4.5.3.2
  replace_sm_resp: {
    id: 0x80000007,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    fields: {},
  },
  // SMPP 3.4 4.9.1, SMPP 5.0 4.5.1.1
  // message_id '' cancels all pending messages of that source, destination and service_type.
  cancel_sm: {
    id: 0x00000008,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    response: 'cancel_sm_resp',
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      message_id: { type: 'c_octet_string', max: 65 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      dest_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      dest_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      destination_addr: { type: 'c_octet_string', max: 21 },
    },
  },
  // SMPP 3.4 4.9.2, SMPP 5.0 4.5.1.2
  cancel_sm_resp: {
    id: 0x80000008,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    fields: {},
  },
} as const;
