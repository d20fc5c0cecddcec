import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { patient } from '../../../../test/support/patience.ts';
import { commandId, encode, type Pdu, tlvs as tlvTable } from '../../src/index.ts';
import { pcapOf } from './pcap.ts';
import { hex } from './plain.ts';
import { wireVectors } from './wire-vectors.ts';

type Layer = { readonly [field: string]: unknown };

interface Packet {
  readonly _source: { readonly layers: { readonly [layer: string]: Layer } };
}

/** Wireshark knows no 3.3 commands. */
const legacy = ['param_retrieve', 'query_last_msgs', 'query_msg_details'];

/**
 * What is sent past tshark. It reads the body of a response only at status 0, and takes broadcast_rep_num for one
 * octet (seen in 4.0.17; SMPP 5.0 4.8.4 says two), so that whatever follows is out of step.
 */
const sent: readonly Pdu[] = wireVectors
  .map(({ pdu }) => pdu)
  .filter(({ command }) => !legacy.some((name) => command.startsWith(name)))
  .map((pdu) => ({
    ...pdu,
    command_status: pdu.command === 'generic_nack' ? 3 : 0,
    tlvs: pdu.tlvs.filter(({ name }) => name !== 'broadcast_rep_num'),
  }));

function tsharkPackets(): readonly Packet[] {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-tshark-'));
  const file = join(folder, 'smpp.pcap');
  writeFileSync(file, pcapOf(sent.map((pdu) => encode(pdu))));
  // WSP would look into the payload of the data_sm, which goes to a WAP port.
  const options = ['-r', file, '-d', 'tcp.port==2775,smpp', '--disable-protocol', 'wsp'];
  try {
    const json = execFileSync('tshark', [...options, '-T', 'json', '--no-duplicate-keys'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: patient(60_000),
      maxBuffer: 16 * 1024 * 1024,
    });
    return JSON.parse(json.toString('utf8')) as readonly Packet[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function numberOf(layer: Layer, name: string): number {
  return Number(layer[`smpp.${name}`]);
}

/** Fields which tshark takes apart or turns into dates. */
const parts: { readonly [field: string]: (layer: Layer) => number } = {
  esm_class: (layer) =>
    numberOf(layer, 'esm.submit.msg_mode') |
    (numberOf(layer, 'esm.submit.msg_type') << 2) |
    (numberOf(layer, 'esm.submit.features') << 6),
  registered_delivery: (layer) =>
    numberOf(layer, 'regdel.receipt') |
    (numberOf(layer, 'regdel.acks') << 2) |
    (numberOf(layer, 'regdel.notif') << 4),
};
const dates = ['schedule_delivery_time', 'validity_period', 'final_date'];

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function expectTlvs(pdu: Pdu, layer: Layer): void {
  // These headers end for tshark where 3.4 has nothing more.
  if (pdu.command === 'cancel_sm_resp') return;
  const options = (layer['smpp.opt_params'] as Layer | undefined)?.['smpp.opt_param'];
  const got = listOf(options) as readonly Layer[];
  expect(got.map((option) => Number(option['smpp.opt_param_tag']))).toEqual(pdu.tlvs.map(({ tag }) => tag));
  for (const [i, { name, value }] of pdu.tlvs.entries()) {
    const length = Number(got[i]?.['smpp.opt_param_len']);
    if (value instanceof Uint8Array) expect(length, name).toBe(value.length);
    else if (typeof value === 'string') expect(length, name).toBe(value.length + 1);
    else expect(length, name).toBe(tlvTable[name!].max);
    const shown = got[i]?.[`smpp.${name}`];
    if (typeof value === 'number' && shown !== undefined) expect(Number(shown), name).toBe(value);
  }
}

function expectFields(pdu: Pdu, layer: Layer): number {
  let compared = 0;
  for (const [name, value] of Object.entries(pdu)) {
    if (['command', 'tlvs', 'flags', 'command_status'].includes(name) || dates.includes(name)) continue;
    const shown = layer[`smpp.${name}`];
    if (typeof value === 'number') expect(parts[name]?.(layer) ?? Number(shown), name).toBe(value);
    else if (typeof value === 'string') expect(shown === '(Default)' ? '' : (shown ?? ''), name).toBe(value);
    else if (name === 'short_message') {
      expect(layer['smpp.message'], name).toBe(hex(value as Uint8Array).replaceAll(/..(?=.)/g, '$&:'));
    }
    compared += 1;
  }
  return compared;
}

function tsharkIsHere(): boolean {
  return spawnSync('tshark', ['--version'], { stdio: 'ignore' }).status === 0;
}

const here = tsharkIsHere();
if (!here && !process.env.CI)
  console.warn('SKIPPED: tshark is not installed, so it judged nothing (apt-get install tshark)');

describe.skipIf(!here && !process.env.CI)('tshark reads what we write', () => {
  let packets: readonly Packet[] = [];

  beforeAll(() => {
    packets = tsharkPackets();
  });

  it('every PDU, and calls none malformed', () => {
    expect(packets.length).toBe(sent.length);
    expect(sent.length).toBe(33);
    for (const [i, { _source }] of packets.entries()) {
      expect(Object.keys(_source.layers), sent[i]!.command).toContain('smpp');
      expect(Object.keys(_source.layers), sent[i]!.command).not.toContain('_ws.malformed');
    }
  });

  it.each(sent.map((pdu, i) => [pdu.command, pdu, i] as const))('%s', (command, pdu, i) => {
    const layer = packets[i]!._source.layers.smpp!;
    expect(numberOf(layer, 'command_length')).toBe(encode(pdu).length);
    expect(numberOf(layer, 'command_id')).toBe(commandId(command));
    expect(expectFields(pdu, layer)).toBe(
      Object.keys(pdu).filter(
        (name) => !['command', 'command_status', 'tlvs', 'flags', ...dates].includes(name),
      ).length,
    );
    expectTlvs(pdu, layer);
    if (pdu.command === 'submit_multi') {
      expect(layer['smpp.dlist']).toEqual({
        'smpp.dest_addr_ton': '0x01',
        'smpp.dest_addr_npi': '0x01',
        'smpp.destination_addr': '33600000001',
        'smpp.dl_name': 'towers',
      });
    }
    if (pdu.command === 'submit_multi_resp') {
      expect(layer['smpp.dlist_resp']).toMatchObject({
        'smpp.destination_addr': '33600000001',
        'smpp.error_status_code': ['0x0000000b', '0xfffffffe'],
      });
    }
  });
});
