import { expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import {
  type DecodedPdu,
  decode,
  encode,
  Framer,
  type FramingError,
  type PduInput,
  status,
  tlv,
  tlvAll,
  tlvByTag,
} from '../../src/index.ts';
import { hex } from './plain.ts';

interface Quirk {
  readonly id: string;
  readonly hex: string;
}

/** What `required` of each quirk says, as code. */
const expectations: { readonly [id: string]: (pdu: DecodedPdu) => void } = {
  'resp-ok-no-body': (pdu) => expect(pdu).toMatchObject({ message_id: '', flags: ['body_omitted'] }),
  'resp-err-no-body': (pdu) =>
    expect(pdu).toMatchObject({ command_status: 0x14, message_id: '', flags: ['body_omitted'] }),
  'resp-err-with-body': (pdu) => expect(pdu).toMatchObject({ message_id: '0A000000A3D323A1', flags: [] }),
  'resp-msgid-no-nul': (pdu) =>
    expect(pdu).toMatchObject({ message_id: '9', flags: ['missing_nul:message_id'] }),
  'deliver-trailing-nul': (pdu) =>
    expect(pdu).toMatchObject({ command: 'deliver_sm', flags: ['trailing_garbage:00'] }),
  'submit-smlength-short-by-one': (pdu) =>
    expect(pdu).toMatchObject({ command: 'submit_sm', flags: ['trailing_garbage:00'] }),
  'tlv-overruns': (pdu) => {
    expect(pdu).toMatchObject({ command: 'deliver_sm', esm_class: 4 });
    if (pdu.command !== 'deliver_sm') return;
    expect(pdu.flags).toEqual(['tlv_overrun:receipted_message_id']);
    expect(tlv(pdu, 'message_state')).toBe(2);
    expect(tlv(pdu, 'receipted_message_id')).toBe('3005');
  },
  'tlv-header-cut': (pdu) => expect(pdu).toMatchObject({ flags: ['trailing_garbage:042400'], tlvs: [] }),
  'congestion-state-in-34': (pdu) =>
    expect(pdu).toMatchObject({ flags: [], tlvs: [{ name: 'congestion_state', value: 0 }] }),
  'unknown-tlv-1403': (pdu) => {
    if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
    expect(tlvByTag(pdu, 0x1403).map(hex)).toEqual(['286e756c6c2900']);
    expect(tlvByTag(pdu, 0x1402).map(hex)).toEqual(['36313200']);
  },
  'unexpected-tlv-in-deliver': (pdu) =>
    expect(pdu).toMatchObject({
      flags: [],
      tlvs: [{ name: 'user_message_reference' }, { name: 'sc_interface_version' }],
    }),
  'bind-resp-err-nul-body': (pdu) =>
    expect(pdu).toMatchObject({ command_status: 0x53, system_id: '', flags: [] }),
  'bind-resp-no-sc-version': (pdu) => expect(pdu).toMatchObject({ system_id: 'SMSC', tlvs: [] }),
  'bind-resp-tlv-misaligned': (pdu) =>
    expect(pdu).toMatchObject({ command_status: 0, system_id: expect.any(String) }),
  'bind-resp-empty-no-nul': (pdu) => expect(pdu).toMatchObject({ system_id: '', flags: ['body_omitted'] }),
  'bind-long-system-id': (pdu) =>
    expect(pdu).toMatchObject({
      system_id: 'a_system_id_longer_than_16',
      password: 'a_password_longer_than_9',
      flags: ['oversize:system_id:27>16', 'oversize:password:25>9'],
    }),
  'enquire-seq-0': (pdu) => expect(pdu).toMatchObject({ command: 'enquire_link', sequence_number: 0 }),
  'enquire-seq-high-bit': (pdu) =>
    expect(pdu).toMatchObject({ command: 'enquire_link', sequence_number: 0x80000000 }),
  'enquire-with-body': (pdu) =>
    expect(pdu).toMatchObject({ command: 'enquire_link', flags: ['trailing_garbage:0000'] }),
  'nack-seq-0': (pdu) => expect(pdu).toMatchObject({ command: 'generic_nack', sequence_number: 0 }),
  'deliver-resp-no-body': (pdu) => expect(pdu).toMatchObject({ command: 'deliver_sm_resp', message_id: '' }),
  'alert-on-delivery-len0': (pdu) => {
    if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
    expect(tlv(pdu, 'alert_on_message_delivery')).toBe(0);
    expect(pdu.flags).toEqual([]);
  },
  'alert-on-delivery-len1': (pdu) => expect(pdu).toMatchObject({ tlvs: [{ value: 1 }], flags: [] }),
  'source-telematics-id-len1': (pdu) =>
    expect(pdu).toMatchObject({ tlvs: [{ name: 'source_telematics_id', value: 1 }], flags: [] }),
  'ms-validity-len4': (pdu) => {
    if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
    expect(tlvAll(pdu, 'ms_validity').map(hex)).toEqual(['00010005']);
    expect(pdu.flags).toEqual([]);
  },
  'message-state-len4': (pdu) =>
    expect(pdu).toMatchObject({ tlvs: [{ value: 2 }], flags: ['tlv_len:message_state:4!=1'] }),
  'user-msg-ref-len1': (pdu) =>
    expect(pdu).toMatchObject({ tlvs: [{ value: 5 }], flags: ['tlv_len:user_message_reference:1!=2'] }),
  'receipted-id-no-nul': (pdu) =>
    expect(pdu).toMatchObject({ tlvs: [{ value: 'ABC123' }], flags: ['tlv_no_nul:receipted_message_id'] }),
  'receipted-id-double-nul': (pdu) => expect(pdu).toMatchObject({ tlvs: [{ value: 'ABC' }], flags: [] }),
  'submit-multi-resp-truncated': (pdu) =>
    expect(pdu).toMatchObject({ message_id: 'id', unsuccess_sme: [], flags: ['truncated:no_unsuccess'] }),
  'latin1-source-addr': (pdu) => expect(pdu).toMatchObject({ source_addr: 'Caf\u00e9' }),
  'source-addr-too-long': (pdu) =>
    expect(pdu).toMatchObject({ source_addr: 'A'.repeat(30), flags: ['oversize:source_addr:31>21'] }),
  'bad-time-length': (pdu) => expect(pdu).toMatchObject({ validity_period: '0706', flags: [] }),
  'both-short-and-payload': (pdu) => {
    if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
    expect(hex(pdu.short_message)).toBe('6869');
    expect(hex(tlv(pdu, 'message_payload')!)).toBe('5041594c4f4144');
  },
  'dup-tlv': (pdu) => {
    if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
    expect(tlvAll(pdu, 'callback_num').map(hex)).toEqual(['01010131323334', '01010135363738']);
  },
  'unknown-command': (pdu) =>
    expect(pdu).toMatchObject({ command: 'unknown', command_id: 0x00010200, sequence_number: 9 }),
  'unknown-resp': (pdu) =>
    expect(pdu).toMatchObject({ command: 'unknown', command_id: 0x80010200, sequence_number: 9 }),
  'sm-length-overruns': (pdu) =>
    expect(pdu).toMatchObject({
      command: 'malformed',
      name: 'deliver_sm',
      sequence_number: 1,
      error: { status: status.ESME_RINVMSGLEN, field: 'short_message' },
    }),
  'mandatory-cut': (pdu) =>
    expect(pdu).toMatchObject({
      command: 'malformed',
      name: 'submit_sm',
      error: { status: status.ESME_RINVCMDLEN, field: 'dest_addr_npi', offset: 25 },
    }),
};

/** Those which the framer stops. */
const framing: { readonly [id: string]: Partial<FramingError> | undefined } = {
  'length-15': { command_length: 15, hint: undefined },
  'length-0': { command_length: 0, hint: undefined },
  'http-reply': { command_length: 1213486160, hint: 'http' },
  // Two octets tell nothing yet: the reader's time limit ends such a connection.
  'crlf-reply': undefined,
};

describeShared('quirks of real peers, lenient', () => {
  const quirks = readShared('vectors/pdu-quirks.json') as readonly Quirk[];

  it('are all known here', () => {
    expect(quirks.map(({ id }) => id).toSorted()).toEqual(
      [...Object.keys(expectations), ...Object.keys(framing)].toSorted(),
    );
  });

  it.each(quirks.map(({ id, hex: octets }) => [id, Buffer.from(octets, 'hex')] as const))(
    '%s',
    (id, bytes) => {
      const framer = new Framer();
      framer.push(bytes);
      const frame = framer.next();
      const expectation = expectations[id];
      if (expectation === undefined) {
        const wanted = framing[id];
        if (wanted === undefined) expect(frame).toBeUndefined();
        else expect(frame).toMatchObject({ kind: 'framing', status: status.ESME_RINVCMDLEN, ...wanted });
        expect(decode(bytes).command).toBe('malformed');
        return;
      }
      if (!(frame instanceof Uint8Array)) throw new Error('no frame');
      const pdu = decode(frame);
      expectation(pdu);
      if (pdu.command === 'malformed' || pdu.command === 'unknown') return;
      // Whatever was tolerated can be passed on, and what was not repaired goes out as it came.
      const repaired = pdu.flags.some((flag) => /^(missing_nul|truncated|trailing|tlv_overrun)/.test(flag));
      const again = encode(pdu as PduInput);
      if (!repaired) expect(hex(again)).toBe(hex(frame));
      expect(decode(again).command).toBe(pdu.command);
    },
  );
});
