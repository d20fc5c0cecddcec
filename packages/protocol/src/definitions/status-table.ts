/**
 * Every command_status of 3.3, 3.4 and 5.0 (SMPP 3.4 5.1.3, SMPP 5.0 4.7.6). `class` is our recommendation of what
 * to do with a refused message, to be overridden per peer:
 * - `permanent`: do not send this message to this peer again;
 * - `temporary`: send it again later;
 * - `throttle`: slow the whole session down, then send it again;
 * - `bind`: a problem of session or credentials, not of the message.
 *
 * `versions` is given where it is not all three. Codes from 0x19 to 0x59 with version 3.3
 * alone are customer administration codes that old centres still send.
 */
export const statuses = {
  ESME_ROK: { value: 0x00, class: 'none', description: 'Success' },
  ESME_RINVMSGLEN: {
    value: 0x01,
    class: 'permanent',
    description: 'Length of the message text is not acceptable',
  },
  ESME_RINVCMDLEN: { value: 0x02, class: 'permanent', description: 'PDU length is impossible for this PDU' },
  ESME_RINVCMDID: { value: 0x03, class: 'permanent', description: 'Command is unknown or not supported' },
  ESME_RINVBNDSTS: {
    value: 0x04,
    class: 'bind',
    description: 'PDU is not allowed in the present session state',
  },
  ESME_RALYBND: { value: 0x05, class: 'bind', description: 'Session is bound already' },
  ESME_RINVPRTFLG: { value: 0x06, class: 'permanent', description: 'Priority value is not acceptable' },
  ESME_RINVREGDLVFLG: {
    value: 0x07,
    class: 'permanent',
    description: 'Registered delivery value is not acceptable or receipts are not allowed',
  },
  ESME_RSYSERR: { value: 0x08, class: 'temporary', description: 'Internal failure of the peer' },
  ESME_RINVSRCADR: { value: 0x0a, class: 'permanent', description: 'Source address is not acceptable' },
  ESME_RINVDSTADR: { value: 0x0b, class: 'permanent', description: 'Destination address is not acceptable' },
  ESME_RINVMSGID: { value: 0x0c, class: 'permanent', description: 'Message id is not known or malformed' },
  ESME_RBINDFAIL: { value: 0x0d, class: 'bind', description: 'Bind refused (generic)' },
  ESME_RINVPASWD: {
    value: 0x0e,
    class: 'bind',
    description: 'Password field is malformed; in practice also: wrong password',
  },
  ESME_RINVSYSID: {
    value: 0x0f,
    class: 'bind',
    description: 'System id field is malformed; in practice also: unknown account',
  },
  ESME_RCANCELFAIL: { value: 0x11, class: 'permanent', description: 'Cancel could not be done' },
  ESME_RREPLACEFAIL: { value: 0x13, class: 'permanent', description: 'Replace could not be done' },
  ESME_RMSGQFUL: {
    value: 0x14,
    class: 'throttle',
    description: 'Queue for this destination or the whole centre is full',
  },
  ESME_RINVSERTYP: { value: 0x15, class: 'permanent', description: 'Service type is not known' },
  ESME_RADDCUSTFAIL: {
    value: 0x19,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Adding a customer failed',
  },
  ESME_RDELCUSTFAIL: {
    value: 0x1a,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Deleting a customer failed',
  },
  ESME_RMODCUSTFAIL: {
    value: 0x1b,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Changing a customer failed',
  },
  ESME_RENQCUSTFAIL: {
    value: 0x1c,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Customer enquiry failed',
  },
  ESME_RINVCUSTID: {
    value: 0x1d,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Customer id is invalid',
  },
  ESME_RINVCUSTNAME: {
    value: 0x1f,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Customer name is invalid',
  },
  ESME_RINVCUSTADR: {
    value: 0x21,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Customer address is invalid',
  },
  ESME_RINVADR: { value: 0x22, class: 'permanent', versions: ['3.3'], description: 'Address is invalid' },
  ESME_RCUSTEXIST: {
    value: 0x23,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Customer exists already',
  },
  ESME_RCUSTNOTEXIST: {
    value: 0x24,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Customer does not exist',
  },
  ESME_RADDDLFAIL: {
    value: 0x26,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Adding a distribution list failed',
  },
  ESME_RMODDLFAIL: {
    value: 0x27,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Changing a distribution list failed',
  },
  ESME_RDELDLFAIL: {
    value: 0x28,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Deleting a distribution list failed',
  },
  ESME_RVIEWDLFAIL: {
    value: 0x29,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Viewing a distribution list failed',
  },
  ESME_RLISTDLSFAIL: {
    value: 0x30,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Listing distribution lists failed',
  },
  ESME_RPARAMRETFAIL: {
    value: 0x31,
    class: 'permanent',
    versions: ['3.3'],
    description: 'param_retrieve failed',
  },
  ESME_RINVPARAM: {
    value: 0x32,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Parameter name is invalid',
  },
  ESME_RINVNUMDESTS: {
    value: 0x33,
    class: 'permanent',
    description: 'Number of destinations is not acceptable',
  },
  ESME_RINVDLNAME: {
    value: 0x34,
    class: 'permanent',
    description: 'Distribution list name is invalid or unknown',
  },
  ESME_RINVDLMEMBDESC: {
    value: 0x35,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Distribution list member description is invalid',
  },
  ESME_RINVDLMEMBTYP: {
    value: 0x38,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Distribution list member type is invalid',
  },
  ESME_RINVDLMODOPT: {
    value: 0x39,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Distribution list change option is invalid',
  },
  ESME_RINVDESTFLAG: { value: 0x40, class: 'permanent', description: 'dest_flag in submit_multi is invalid' },
  ESME_RINVSUBREP: {
    value: 0x42,
    class: 'permanent',
    description: 'Submit with replace is not supported or not allowed',
  },
  ESME_RINVESMCLASS: { value: 0x43, class: 'permanent', description: 'esm_class value is not supported' },
  ESME_RCNTSUBDL: { value: 0x44, class: 'permanent', description: 'Distribution lists cannot be used' },
  ESME_RSUBMITFAIL: { value: 0x45, class: 'permanent', description: 'Submission failed (generic)' },
  ESME_RINVSRCTON: { value: 0x48, class: 'permanent', description: 'Source TON is not acceptable' },
  ESME_RINVSRCNPI: { value: 0x49, class: 'permanent', description: 'Source NPI is not acceptable' },
  ESME_RINVDSTTON: { value: 0x50, class: 'permanent', description: 'Destination TON is not acceptable' },
  ESME_RINVDSTNPI: { value: 0x51, class: 'permanent', description: 'Destination NPI is not acceptable' },
  ESME_RINVSYSTYP: { value: 0x53, class: 'bind', description: 'System type is malformed or not accepted' },
  ESME_RINVREPFLAG: {
    value: 0x54,
    class: 'permanent',
    description: 'replace_if_present_flag value is invalid',
  },
  ESME_RINVNUMMSGS: { value: 0x55, class: 'permanent', description: 'Number of messages is invalid' },
  ESME_RTHROTTLED: { value: 0x58, class: 'throttle', description: 'Sender goes beyond its allowed rate' },
  ESME_RPROVNOTALLWD: {
    value: 0x59,
    class: 'permanent',
    versions: ['3.3'],
    description: 'Provisioning is not allowed',
  },
  ESME_RINVSCHED: {
    value: 0x61,
    class: 'permanent',
    description: 'Scheduled delivery time is malformed or not acceptable',
  },
  ESME_RINVEXPIRY: {
    value: 0x62,
    class: 'permanent',
    description: 'Validity period is malformed or not acceptable',
  },
  ESME_RINVDFTMSGID: { value: 0x63, class: 'permanent', description: 'Predefined message does not exist' },
  ESME_RX_T_APPN: {
    value: 0x64,
    class: 'temporary',
    description: 'Receiving ESME has a temporary problem: deliver again later',
  },
  ESME_RX_P_APPN: {
    value: 0x65,
    class: 'permanent',
    description: 'Receiving ESME has a permanent problem: stop all messages for this destination',
  },
  ESME_RX_R_APPN: { value: 0x66, class: 'permanent', description: 'Receiving ESME rejects this one message' },
  ESME_RQUERYFAIL: { value: 0x67, class: 'temporary', description: 'Query failed' },
  // 3.4 name: ESME_RINVOPTPARSTREAM
  ESME_RINVTLVSTREAM: {
    value: 0xc0,
    class: 'permanent',
    versions: ['3.4', '5.0'],
    description: 'TLV area cannot be parsed',
  },
  // 3.4 name: ESME_ROPTPARNOTALLWD
  ESME_RTLVNOTALLWD: {
    value: 0xc1,
    class: 'permanent',
    versions: ['3.4', '5.0'],
    description: 'TLV is not allowed here',
  },
  // 3.4 name: ESME_RINVPARLEN
  ESME_RINVTLVLEN: {
    value: 0xc2,
    class: 'permanent',
    versions: ['3.4', '5.0'],
    description: 'Parameter length is invalid',
  },
  // 3.4 name: ESME_RMISSINGOPTPARAM
  ESME_RMISSINGTLV: {
    value: 0xc3,
    class: 'permanent',
    versions: ['3.4', '5.0'],
    description: 'A needed TLV is missing',
  },
  // 3.4 name: ESME_RINVOPTPARAMVAL
  ESME_RINVTLVVAL: {
    value: 0xc4,
    class: 'permanent',
    versions: ['3.4', '5.0'],
    description: 'TLV value is invalid',
  },
  ESME_RDELIVERYFAILURE: {
    value: 0xfe,
    class: 'temporary',
    versions: ['3.4', '5.0'],
    description: 'Delivery in transaction mode failed',
  },
  ESME_RUNKNOWNERR: { value: 0xff, class: 'temporary', description: 'Unexpected failure' },
  ESME_RSERTYPUNAUTH: {
    value: 0x100,
    class: 'permanent',
    versions: ['5.0'],
    description: 'ESME may not use this service type',
  },
  ESME_RPROHIBITED: {
    value: 0x101,
    class: 'permanent',
    versions: ['5.0'],
    description: 'ESME may not use this operation',
  },
  ESME_RSERTYPUNAVAIL: {
    value: 0x102,
    class: 'temporary',
    versions: ['5.0'],
    description: 'Service type is out of order at present',
  },
  ESME_RSERTYPDENIED: {
    value: 0x103,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Service type refused for this content',
  },
  ESME_RINVDCS: {
    value: 0x104,
    class: 'permanent',
    versions: ['5.0'],
    description: 'data_coding is invalid or not supported',
  },
  ESME_RINVSRCADDRSUBUNIT: {
    value: 0x105,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Source address subunit is invalid',
  },
  ESME_RINVDSTADDRSUBUNIT: {
    value: 0x106,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Destination address subunit is invalid',
  },
  ESME_RINVBCASTFREQINT: {
    value: 0x107,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Broadcast frequency interval is invalid',
  },
  ESME_RINVBCASTALIAS_NAME: {
    value: 0x108,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Broadcast alias name is invalid',
  },
  ESME_RINVBCASTAREAFMT: {
    value: 0x109,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Broadcast area format is invalid',
  },
  ESME_RINVNUMBCAST_AREAS: {
    value: 0x10a,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Number of broadcast areas is invalid',
  },
  ESME_RINVBCASTCNTTYPE: {
    value: 0x10b,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Broadcast content type is invalid',
  },
  ESME_RINVBCASTMSGCLASS: {
    value: 0x10c,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Broadcast message class is invalid',
  },
  ESME_RBCASTFAIL: {
    value: 0x10d,
    class: 'temporary',
    versions: ['5.0'],
    description: 'broadcast_sm failed',
  },
  ESME_RBCASTQUERYFAIL: {
    value: 0x10e,
    class: 'temporary',
    versions: ['5.0'],
    description: 'query_broadcast_sm failed',
  },
  ESME_RBCASTCANCELFAIL: {
    value: 0x10f,
    class: 'permanent',
    versions: ['5.0'],
    description: 'cancel_broadcast_sm failed',
  },
  ESME_RINVBCAST_REP: {
    value: 0x110,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Number of repeats is invalid',
  },
  ESME_RINVBCASTSRVGRP: {
    value: 0x111,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Broadcast service group is invalid',
  },
  ESME_RINVBCASTCHANIND: {
    value: 0x112,
    class: 'permanent',
    versions: ['5.0'],
    description: 'Broadcast channel indicator is invalid',
  },
} as const;
