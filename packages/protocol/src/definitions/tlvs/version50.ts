/**
 * TLVs that 5.0 added (SMPP 3.4 5.3.2, SMPP 5.0 4.8.4). `min` and `max` are octets of the value with the NUL; an
 * integer has the one length `max`; `lengths` are further lengths in use. `values` are meanings of an integer or of the
 * first octet. Order on the wire is free and unknown tags are kept.
 */
export const tlvs50 = {
  // 0-100; 5.0 prints 90 in two ranges, we read it as nearing congestion. In any response.
  congestion_state: { tag: 0x0428, type: 'integer', min: 1, max: 1, versions: ['5.0'] },
  broadcast_channel_indicator: {
    tag: 0x0600,
    type: 'integer',
    min: 1,
    max: 1,
    versions: ['5.0'],
    values: { 0: 'Basic channel (default)', 1: 'Extended channel' },
  },
  // Network, then a two octet content type.
  broadcast_content_type: {
    tag: 0x0601,
    type: 'octet_string',
    min: 3,
    max: 3,
    versions: ['5.0'],
    values: { 0: 'Generic', 1: 'GSM (23.041)', 2: 'TDMA (IS-824, ANSI-41)', 3: 'CDMA (IS-824, IS-637)' },
  },
  broadcast_content_type_info: { tag: 0x0602, type: 'octet_string', min: 1, max: 255, versions: ['5.0'] },
  broadcast_message_class: {
    tag: 0x0603,
    type: 'integer',
    min: 1,
    max: 1,
    versions: ['5.0'],
    values: {
      0: 'No class (default)',
      1: 'Class 1 (user defined)',
      2: 'Class 2 (user defined)',
      3: 'Class 3 (terminal equipment)',
    },
  },
  // 0: without end.
  broadcast_rep_num: { tag: 0x0604, type: 'integer', min: 2, max: 2, versions: ['5.0'] },
  // Unit, then a two octet number.
  broadcast_frequency_interval: {
    tag: 0x0605,
    type: 'octet_string',
    min: 3,
    max: 3,
    versions: ['5.0'],
    values: {
      0: 'As often as possible',
      8: 'Seconds',
      9: 'Minutes',
      10: 'Hours',
      11: 'Days',
      12: 'Weeks',
      13: 'Months',
      14: 'Years',
    },
  },
  // Format, then up to 100 octets. Also failed_broadcast_area_identifier of broadcast_sm_resp.
  broadcast_area_identifier: {
    tag: 0x0606,
    type: 'octet_string',
    min: 1,
    max: 101,
    versions: ['5.0'],
    repeat: true,
    values: { 0: 'Alias / name', 1: 'Ellipsoid arc (23.032)', 2: 'Polygon (23.032)' },
  },
  // A command_status.
  broadcast_error_status: { tag: 0x0607, type: 'integer', min: 4, max: 4, versions: ['5.0'], repeat: true },
  // Per cent; 255: not known.
  broadcast_area_success: {
    tag: 0x0608,
    type: 'integer',
    min: 1,
    max: 1,
    versions: ['5.0'],
    repeat: true,
    values: { 255: 'Information not available' },
  },
  // 5.0 says a C-octet string of 16 octets: no room for the NUL. We send 17, read both.
  broadcast_end_time: { tag: 0x0609, type: 'c_octet_string', min: 16, max: 17, versions: ['5.0'] },
  broadcast_service_group: { tag: 0x060a, type: 'octet_string', min: 1, max: 255, versions: ['5.0'] },
  // Format octet, then data.
  billing_identification: { tag: 0x060b, type: 'octet_string', min: 1, max: 1024, versions: ['5.0'] },
  // Needs source_node_id.
  source_network_id: { tag: 0x060d, type: 'c_octet_string', min: 7, max: 65, versions: ['5.0'] },
  // Needs dest_node_id.
  dest_network_id: { tag: 0x060e, type: 'c_octet_string', min: 7, max: 65, versions: ['5.0'] },
  // Six decimal digits.
  source_node_id: { tag: 0x060f, type: 'octet_string', min: 6, max: 6, versions: ['5.0'] },
  // Six decimal digits.
  dest_node_id: { tag: 0x0610, type: 'octet_string', min: 6, max: 6, versions: ['5.0'] },
  dest_addr_np_resolution: {
    tag: 0x0611,
    type: 'integer',
    min: 1,
    max: 1,
    versions: ['5.0'],
    values: { 0: 'Query not performed (default)', 1: 'Performed, not ported', 2: 'Performed, ported' },
  },
  // Location routing number, 10 digits.
  dest_addr_np_information: { tag: 0x0612, type: 'octet_string', min: 10, max: 10, versions: ['5.0'] },
  // 5.0 says an integer of 1-5 octets.
  dest_addr_np_country: { tag: 0x0613, type: 'octet_string', min: 1, max: 5, versions: ['5.0'] },
} as const;
