/**
 * Opening a session: the three binds and outbind. Field order is wire order; `max` counts the NUL of a string.
 * `encodeMax`: operators hand out system_ids of 16 and passwords of 9 to 64 characters, which go as they were given.
 */
export const bindCommands = {
  // SMPP 3.4 4.1.3, SMPP 5.0 4.1.1.3
  bind_receiver: {
    id: 0x00000001,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    response: 'bind_receiver_resp',
    fields: {
      system_id: { type: 'c_octet_string', max: 16, encodeMax: 256 },
      password: { type: 'c_octet_string', max: 9, encodeMax: 256 },
      system_type: { type: 'c_octet_string', max: 13, encodeMax: 256 },
      interface_version: { type: 'integer', size: 1, values: 'interface_version' },
      addr_ton: { type: 'integer', size: 1, values: 'ton' },
      addr_npi: { type: 'integer', size: 1, values: 'npi' },
      address_range: { type: 'c_octet_string', max: 41, encodeMax: 256 },
    },
  },
  // SMPP 3.4 4.1.4, SMPP 5.0 4.1.1.4
  bind_receiver_resp: {
    id: 0x80000001,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    errorBody: 'omit',
    fields: {
      system_id: { type: 'c_octet_string', max: 16 },
    },
  },
  // SMPP 3.4 4.1.1, SMPP 5.0 4.1.1.1
  bind_transmitter: {
    id: 0x00000002,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.3', '3.4', '5.0'],
    response: 'bind_transmitter_resp',
    fields: {
      system_id: { type: 'c_octet_string', max: 16, encodeMax: 256 },
      password: { type: 'c_octet_string', max: 9, encodeMax: 256 },
      system_type: { type: 'c_octet_string', max: 13, encodeMax: 256 },
      interface_version: { type: 'integer', size: 1, values: 'interface_version' },
      addr_ton: { type: 'integer', size: 1, values: 'ton' },
      addr_npi: { type: 'integer', size: 1, values: 'npi' },
      address_range: { type: 'c_octet_string', max: 41, encodeMax: 256 },
    },
  },
  // SMPP 3.4 4.1.2, SMPP 5.0 4.1.1.2
  bind_transmitter_resp: {
    id: 0x80000002,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.3', '3.4', '5.0'],
    errorBody: 'omit',
    fields: {
      system_id: { type: 'c_octet_string', max: 16 },
    },
  },
  // SMPP 3.4 4.1.5, SMPP 5.0 4.1.1.5
  bind_transceiver: {
    id: 0x00000009,
    kind: 'request',
    direction: 'ESME->MC',
    versions: ['3.4', '5.0'],
    response: 'bind_transceiver_resp',
    fields: {
      system_id: { type: 'c_octet_string', max: 16, encodeMax: 256 },
      password: { type: 'c_octet_string', max: 9, encodeMax: 256 },
      system_type: { type: 'c_octet_string', max: 13, encodeMax: 256 },
      interface_version: { type: 'integer', size: 1, values: 'interface_version' },
      addr_ton: { type: 'integer', size: 1, values: 'ton' },
      addr_npi: { type: 'integer', size: 1, values: 'npi' },
      address_range: { type: 'c_octet_string', max: 41, encodeMax: 256 },
    },
  },
  // SMPP 3.4 4.1.6, SMPP 5.0 4.1.1.6
  bind_transceiver_resp: {
    id: 0x80000009,
    kind: 'response',
    direction: 'MC->ESME',
    versions: ['3.4', '5.0'],
    errorBody: 'omit',
    fields: {
      system_id: { type: 'c_octet_string', max: 16 },
    },
  },
  // SMPP 3.4 4.1.7, SMPP 5.0 4.1.1.7
  // Not answered: the ESME binds on the same connection, or closes it.
  outbind: {
    id: 0x0000000b,
    kind: 'notification',
    direction: 'MC->ESME',
    versions: ['3.4', '5.0'],
    fields: {
      system_id: { type: 'c_octet_string', max: 16, encodeMax: 256 },
      password: { type: 'c_octet_string', max: 9, encodeMax: 256 },
    },
  },
} as const;
