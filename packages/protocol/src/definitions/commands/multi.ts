/** Submission to several destinations and distribution lists. Field order is wire order; `max` counts the NUL of a string. */
export const multiCommands = {
  // SMPP 3.4 4.5.1, SMPP 5.0 4.2.3.1
  submit_multi: {
    id: 0x00000021,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    response: 'submit_multi_resp',
    fields: {
      service_type: { type: 'c_octet_string', max: 6 },
      source_addr_ton: { type: 'integer', size: 1, values: 'ton' },
      source_addr_npi: { type: 'integer', size: 1, values: 'npi' },
      source_addr: { type: 'c_octet_string', max: 21 },
      // 1-255; 3.4: 1-254
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
      esm_class: { type: 'integer', size: 1, values: 'esm_class' },
      protocol_id: { type: 'integer', size: 1 },
      priority_flag: { type: 'integer', size: 1, values: 'priority_flag' },
      schedule_delivery_time: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      validity_period: { type: 'c_octet_string', max: 17, sizes: [1, 17] },
      registered_delivery: { type: 'integer', size: 1, values: 'registered_delivery' },
      // 3.4: must be 0
      replace_if_present_flag: { type: 'integer', size: 1, values: 'replace_if_present_flag' },
      data_coding: { type: 'integer', size: 1, values: 'data_coding' },
      sm_default_msg_id: { type: 'integer', size: 1, values: 'sm_default_msg_id' },
      sm_length: { type: 'count', size: 1, of: 'short_message' },
      short_message: { type: 'octet_string', max: 255 },
    },
  },
  // SMPP 3.4 4.5.2, SMPP 5.0 4.2.3.2
  // command_status 0 with unsuccess_sme entries is a partial failure; one message_id for all.
  submit_multi_resp: {
    id: 0x80000021,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    errorBody: 'omit',
    fields: {
      message_id: { type: 'c_octet_string', max: 65 },
      no_unsuccess: { type: 'count', size: 1, of: 'unsuccess_sme' },
      unsuccess_sme: {
        type: 'array',
        element: {
          type: 'record',
          fields: {
            dest_addr_ton: { type: 'integer', size: 1, values: 'ton' },
            dest_addr_npi: { type: 'integer', size: 1, values: 'npi' },
            destination_addr: { type: 'c_octet_string', max: 21 },
            error_status_code: { type: 'integer', size: 4, values: 'command_status' },
          },
        },
      },
    },
  },
} as const;
