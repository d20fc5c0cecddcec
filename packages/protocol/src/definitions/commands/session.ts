/** Keeping and ending a session, and answers to what could not be understood: PDUs without a body. Field order is wire order; `max` counts the NUL of a string. */
export const sessionCommands = {
  // SMPP 3.4 4.3.1, SMPP 5.0 4.1.4.1
  // Answers a PDU whose own response cannot be chosen; sequence_number 0 when the header was not readable.
  generic_nack: {
    id: 0x80000000,
    kind: 'nack',
    direction: 'both',
    versions: ['3.3', '3.4', '5.0'],
    fields: {},
  },
  // SMPP 3.4 4.2.1, SMPP 5.0 4.1.1.8
  unbind: {
    id: 0x00000006,
    kind: 'request',
    direction: 'both',
    versions: ['3.3', '3.4', '5.0'],
    response: 'unbind_resp',
    fields: {},
  },
  // SMPP 3.4 4.2.2, SMPP 5.0 4.1.1.9
  unbind_resp: {
    id: 0x80000006,
    kind: 'response',
    direction: 'both',
    versions: ['3.3', '3.4', '5.0'],
    fields: {},
  },
  // SMPP 3.4 4.11.1, SMPP 5.0 4.1.2.1
  enquire_link: {
    id: 0x00000015,
    kind: 'request',
    direction: 'both',
    versions: ['3.3', '3.4', '5.0'],
    response: 'enquire_link_resp',
    fields: {},
  },
  // SMPP 3.4 4.11.2, SMPP 5.0 4.1.2.2
  // command_status is always 0.
  enquire_link_resp: {
    id: 0x80000015,
    kind: 'response',
    direction: 'both',
    versions: ['3.3', '3.4', '5.0'],
    fields: {},
  },
} as const;
