/** Messages on their way: submission, delivery, data_sm and the alert that a handset is back. Field order is wire order; `max` counts the NUL of a string. */
export const messageCommands = {
  // SMPP 3.4 4.4.1, SMPP 5.0 4.2.1.1
  submit_sm: {
    id: 0x00000004,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    response: 'submit_sm_resp',
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      dest_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      dest_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      destination_addr: { type: 'c_octet_string', max: 21 },
      esm_class: { type: 'integer', size: 1, values: 'esm_class' },
      protocol_id: { type: 'integer', size: 1 },
      priority_flag: { type: 'integer', size: 1, values: 'priority_flag' },
      schedule_delivery_time: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      validity_period: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      registered_delivery: { type: 'integer', size: 1, values: 'registered_delivery' },
      replace_if_present_flag: { type: 'integer', size: 1, values: 'replace_if_present_flag' },
      data_coding: { type: 'integer', size: 1, values: 'data_coding' },
      sm_default_msg_id: { type: 'integer', size: 1, values: 'sm_default_msg_id' },
      // 3.3: 0-140, 3.4: 0-254, 5.0: 0-255
      sm_length: { type: 'count', size: 1, of: 'short_message' },
      short_message: { type: 'octet_string', max: 255 },
    },
  },
  // SMPP 3.4 4.4.2, SMPP 5.0 4.2.1.2
  submit_sm_resp: {
    id: 0x80000004,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    errorBody: 'omit',
    fields: {
      // 3.3: at most 8 hexadecimal characters
      message_id: { type: 'c_octet_string', max: 65 },
    },
  },
  // SMPP 3.4 4.6.1, SMPP 5.0 4.3.1.1
  deliver_sm: {
    id: 0x00000005,
    kind: 'request',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    response: 'deliver_sm_resp',
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      dest_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      dest_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      destination_addr: { type: 'c_octet_string', max: 21 },
      esm_class: { type: 'integer', size: 1, values: 'esm_class' },
      protocol_id: { type: 'integer', size: 1 },
      priority_flag: { type: 'integer', size: 1, values: 'priority_flag' },
      // 3.4: one NUL; 5.0: also 17 octets, MC to MC
      schedule_delivery_time: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      // 3.4: one NUL; 5.0: also 17 octets, MC to MC
      validity_period: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      registered_delivery: { type: 'integer', size: 1, values: 'registered_delivery' },
      replace_if_present_flag: { type: 'integer', size: 1, values: 'replace_if_present_flag' },
      data_coding: { type: 'integer', size: 1, values: 'data_coding' },
      sm_default_msg_id: { type: 'integer', size: 1, values: 'sm_default_msg_id' },
      sm_length: { type: 'count', size: 1, of: 'short_message' },
      short_message: { type: 'octet_string', max: 255 },
    },
  },
  // SMPP 3.4 4.6.2, SMPP 5.0 4.3.1.2
  deliver_sm_resp: {
    id: 0x80000005,
    kind: 'response',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    fields: {
      // unused, one NUL; 5.0 allows 65
      message_id: { type: 'c_octet_string', max: 65 },
    },
  },
  // SMPP 3.4 4.7.1, SMPP 5.0 4.2.2.1
  // User data only in the TLV message_payload.
  data_sm: {
    id: 0x00000103,
    kind: 'request',
    direction: 'both',
    versions: ['3.4', '5.0'],
    response: 'data_sm_resp',
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 65 },
      dest_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      dest_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      destination_addr: { type: 'c_octet_string', max: 65 },
      esm_class: { type: 'integer', size: 1, values: 'esm_class' },
      registered_delivery: { type: 'integer', size: 1, values: 'registered_delivery' },
      data_coding: { type: 'integer', size: 1, values: 'data_coding' },
    },
  },
  // SMPP 3.4 4.7.2, SMPP 5.0 4.2.2.2
  data_sm_resp: {
    id: 0x80000103,
    kind: 'response',
    direction: 'both',
    versions: ['3.4', '5.0'],
    fields: {
      message_id: { type: 'c_octet_string', max: 65 },
    },
  },
  // SMPP 3.4 4.12.1, SMPP 5.0 4.1.3.1
  // Not answered.
  alert_notification: {
    id: 0x00000102,
    kind: 'notification',
    direction: 'MC->ESME',
    versions: ['3.4', '5.0'],
    fields: {
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 65 },
      esme_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      esme_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      esme_addr: { type: 'c_octet_string', max: 65 },
    },
  },
} as const;
