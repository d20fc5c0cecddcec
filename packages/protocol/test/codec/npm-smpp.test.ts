import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type CommandName, decode, encode, type Pdu, type TlvName, tlv } from '../../src/index.ts';
import { hex } from './plain.ts';
import { wireVectors } from './wire-vectors.ts';

type PeerPdu = { readonly [field: string]: unknown } & { toBuffer(): Buffer };

interface Peer {
  readonly PDU: { new (command: string, fields: object): PeerPdu; fromBuffer(bytes: Buffer): PeerPdu };
  readonly commands: { readonly [command: string]: unknown };
  readonly tlvs: { readonly [name: string]: { readonly multiple?: boolean } };
}

/** npm `smpp` 0.5.1, the library most peers in JavaScript run. */
const peer = createRequire(import.meta.url)('smpp') as Peer;

/** It turns these into dates, or the text into strings by data_coding. */
const converted = ['schedule_delivery_time', 'validity_period', 'final_date', 'short_message'];

const header = ['command', 'tlvs', 'flags'];

/**
 * The vectors that it can read: its own commands, without error status (it drops the body then), and without TLVs
 * that it gets wrong (broadcast_end_time is made a plain string with its NUL).
 */
const vectors: readonly Pdu[] = wireVectors
  .map(({ pdu }) => pdu)
  .filter(({ command }) => Object.hasOwn(peer.commands, command))
  .map((pdu) => ({
    ...pdu,
    command_status: 0,
    tlvs: pdu.tlvs.filter(({ name }) => name !== undefined && name !== 'broadcast_end_time'),
  }));

const peerName = (name: TlvName, command: CommandName): string => {
  if (name === 'destination_port') return 'dest_port';
  if (name === 'broadcast_area_identifier' && command === 'broadcast_sm_resp')
    return 'failed_broadcast_area_identifier';
  return name;
};

function withoutFlags(list: readonly object[]): object[] {
  return list.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => name !== 'dest_flag')),
  );
}

/** Some octet strings it takes apart by their first octet. */
function expectTlv(name: string, got: unknown, want: number | string | Uint8Array): void {
  if (!(want instanceof Uint8Array)) {
    expect(got, name).toBe(want);
    return;
  }
  const rest = Buffer.from(want.subarray(1));
  if (name.endsWith('broadcast_area_identifier')) {
    expect(got).toEqual({ format: want[0], data: rest.toString('latin1') });
  } else if (name === 'broadcast_content_type') {
    expect(got).toEqual({ network: want[0], content_type: rest.readUInt16BE() });
  } else if (name === 'broadcast_frequency_interval') {
    expect(got).toEqual({ unit: want[0], interval: rest.readUInt16BE() });
  } else if (got instanceof Uint8Array) {
    expect(hex(got), name).toBe(hex(want));
  } else {
    // Text, header and numbers, in shapes of its own.
    expect(got, name).toBeDefined();
  }
}

describe('npm smpp reads what we write', () => {
  it.each(vectors.map((pdu) => [pdu.command, pdu] as const))('%s', (command, pdu) => {
    const theirs = peer.PDU.fromBuffer(Buffer.from(encode(pdu)));
    expect(theirs.command).toBe(command);
    for (const [name, value] of Object.entries(pdu)) {
      if (header.includes(name) || converted.includes(name)) continue;
      // It tells the kinds of destinations apart by their fields and has no dest_flag.
      const want = name === 'dest_address' ? withoutFlags(value as readonly object[]) : value;
      expect(theirs[name], name).toEqual(want);
    }
    for (const name of new Set(pdu.tlvs.map((item) => item.name as TlvName))) {
      const key = peerName(name, command);
      const want = pdu.tlvs.filter((item) => item.name === name).map(({ value }) => value);
      const got = peer.tlvs[key]?.multiple ? (theirs[key] as unknown[]) : [theirs[key]];
      // Of a TLV that it does not expect to repeat it keeps the last one.
      const last = peer.tlvs[key]?.multiple ? want : want.slice(-1);
      expect(got.length, name).toBe(last.length);
      for (const [i, value] of last.entries()) expectTlv(key, got[i], value);
    }
  });
});

describe('we read what npm smpp writes', () => {
  it.each(vectors.map((pdu) => [pdu.command, pdu] as const))('%s', (command, pdu) => {
    const fields = Object.fromEntries(
      Object.entries(pdu).filter(
        ([name, value]) => !header.includes(name) && !(converted.includes(name) && value === ''),
      ),
    );
    if (fields.short_message instanceof Uint8Array) fields.short_message = Buffer.from(fields.short_message);
    const bytes = new peer.PDU(command, fields).toBuffer();
    const ours = decode(bytes, { mode: 'strict' });
    expect(ours.command).toBe(command);
    if (ours.command === 'malformed' || ours.command === 'unknown') return;
    expect(ours.flags).toEqual([]);
    for (const [name, value] of Object.entries(pdu)) {
      if (header.includes(name)) continue;
      const got = (ours as unknown as { readonly [name: string]: unknown })[name];
      if (value instanceof Uint8Array) expect(hex(got as Uint8Array), name).toBe(hex(value));
      // It masks characters to seven bits and writes times in its own zone.
      else if (!converted.includes(name)) expect(got, name).toEqual(value);
    }
  });

  it('TLVs of every type', () => {
    const bytes = new peer.PDU('submit_sm', {
      destination_addr: '336',
      short_message: Buffer.from('hi'),
      user_message_reference: 7,
      dest_port: 2948,
      qos_time_to_live: 3600,
      receipted_message_id: 'abc',
      callback_num: [Buffer.from([1, 1, 1, 49]), Buffer.from([1, 1, 1, 50])],
      network_error_code: Buffer.from([3, 0, 8]),
      message_state: 2,
      // Two octets where the documents print one: both are read without complaint.
      source_telematics_id: 5,
    }).toBuffer();
    const pdu = decode(bytes, { mode: 'strict' });
    if (pdu.command !== 'submit_sm') throw new Error(pdu.command);
    expect(pdu.flags).toEqual([]);
    expect(tlv(pdu, 'user_message_reference')).toBe(7);
    expect(tlv(pdu, 'destination_port')).toBe(2948);
    expect(tlv(pdu, 'qos_time_to_live')).toBe(3600);
    expect(tlv(pdu, 'receipted_message_id')).toBe('abc');
    expect(tlv(pdu, 'message_state')).toBe(2);
    expect(tlv(pdu, 'source_telematics_id')).toBe(5);
    expect(hex(tlv(pdu, 'network_error_code')!)).toBe('030008');
    expect(pdu.tlvs.filter(({ name }) => name === 'callback_num').length).toBe(2);
    expect(hex(encode(pdu))).toBe(hex(bytes));
  });

  it('error responses, which it sends without a body', () => {
    const bytes = new peer.PDU('submit_sm_resp', {
      command_status: 0x58,
      sequence_number: 9,
      message_id: 'x',
    }).toBuffer();
    expect(decode(bytes)).toMatchObject({
      command: 'submit_sm_resp',
      command_status: 0x58,
      sequence_number: 9,
      message_id: '',
      flags: ['body_omitted'],
    });
  });
});
