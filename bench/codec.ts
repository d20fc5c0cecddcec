/**
 * Codec micro benchmark against npm `smpp`: submit_sm with 20 and with 160 octets of text, validation included.
 * Medians of five interleaved rounds after one to warm up; ratios are medians of the ratios of each round, so that a
 * busy machine slows both sides. Run: node --conditions=chappe-source bench/codec.ts [--json]
 */
import { createRequire } from 'node:module';
import { decode, encode, Framer, type PduInput, PduWriter } from '@chappe/protocol';

interface PeerPdu {
  toBuffer(): Buffer;
}
interface Peer {
  readonly PDU: {
    new (command: string, fields: object): PeerPdu;
    fromBuffer(bytes: Buffer): PeerPdu;
  };
}

const peer = createRequire(import.meta.url)('smpp') as Peer;
const rounds = 5;
const minimumNs = 150e6;

function submission(octets: number): PduInput<'submit_sm'> {
  return {
    command: 'submit_sm',
    command_status: 0,
    sequence_number: 12345,
    service_type: '',
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: '33612345678',
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: '447700900123',
    esm_class: 0,
    protocol_id: 0,
    priority_flag: 0,
    schedule_delivery_time: '',
    validity_period: '',
    registered_delivery: 1,
    replace_if_present_flag: 0,
    data_coding: 0,
    sm_default_msg_id: 0,
    short_message: Buffer.from('x'.repeat(octets)),
  };
}

/** Results are folded into this, so that no loop is optimised away. */
let sink = 0;

/** Nanoseconds per call, over at least `minimumNs`. */
function timed(run: (times: number) => void): number {
  let times = 64;
  for (;;) {
    const before = process.hrtime.bigint();
    run(times);
    const spent = Number(process.hrtime.bigint() - before);
    if (spent >= minimumNs) return spent / times;
    times = Math.ceil(times * Math.max(2, Math.min(16, (minimumNs / Math.max(spent, 1)) * 1.1)));
  }
}

function cases(octets: number): { readonly [name: string]: () => number } {
  const input = submission(octets);
  const bytes = Buffer.from(encode(input));
  const { command, ...fields } = input;
  const peerFields = { ...fields, short_message: input.short_message as Buffer };
  const writer = new PduWriter();
  const stream = Buffer.concat(Array.from({ length: 32 }, () => bytes));
  return {
    'decode ours': () =>
      timed((times) => {
        for (let i = 0; i < times; i++) sink += decode(bytes).command.length;
      }),
    'decode ours, framed': () =>
      timed((times) => {
        for (let i = 0; i < times; i += 32) {
          const framer = new Framer();
          framer.push(stream);
          for (let frame = framer.next(); frame instanceof Uint8Array; frame = framer.next()) {
            sink += decode(frame).command.length;
          }
        }
      }),
    'decode smpp': () =>
      timed((times) => {
        for (let i = 0; i < times; i++) sink += peer.PDU.fromBuffer(bytes) === undefined ? 0 : 1;
      }),
    'encode ours': () =>
      timed((times) => {
        for (let i = 0; i < times; i++) sink += encode(input).length;
      }),
    'encode ours, writer': () =>
      timed((times) => {
        for (let i = 0; i < times; i++) {
          writer.write(input);
          if (writer.length > 8192) sink += writer.take().length;
        }
      }),
    'encode smpp': () =>
      timed((times) => {
        for (let i = 0; i < times; i++) sink += new peer.PDU(command, peerFields).toBuffer().length;
      }),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const rows = [20, 160].map((octets) => {
  const runs = cases(octets);
  const samples = new Map(Object.keys(runs).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const ns = run();
      if (round > 0) samples.get(name)!.push(ns);
    }
  }
  const ns = (name: string): number => Math.round(median(samples.get(name)!));
  const ratio = (ours: string, theirs: string): number => {
    const ratios = samples.get(theirs)!.map((theirNs, round) => theirNs / samples.get(ours)![round]!);
    return Number(median(ratios).toFixed(1));
  };
  return {
    text_octets: octets,
    decode_ns: ns('decode ours'),
    decode_framed_ns: ns('decode ours, framed'),
    smpp_decode_ns: ns('decode smpp'),
    decode_ratio: ratio('decode ours', 'decode smpp'),
    encode_ns: ns('encode ours'),
    encode_writer_ns: ns('encode ours, writer'),
    smpp_encode_ns: ns('encode smpp'),
    encode_ratio: ratio('encode ours', 'encode smpp'),
    encode_writer_ratio: ratio('encode ours, writer', 'encode smpp'),
  };
});

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ node: process.version, rounds, rows, sink: sink > 0 }));
} else {
  console.log(`node ${process.version}, submit_sm, medians of ${rounds} interleaved rounds, ns per PDU`);
  console.table(rows);
}
