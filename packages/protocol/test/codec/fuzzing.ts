/**
 * Feeds the codec with damaged PDUs of every command and version, lenient and strict. A crash, a PDU that takes over
 * 5 ms, a decoded PDU that does not encode, or a growing heap is a failure. scripts/fuzz.ts runs it at length.
 */

import { collectGarbage } from '../../../../test/support/garbage.ts';
import {
  type CommandDefinition,
  commands,
  type DecodedPdu,
  decode,
  type ElementField,
  encode,
  type FieldDefinition,
  Framer,
  type PduInput,
  type TlvDefinition,
  tlvs,
} from '../../src/index.ts';

/** What a run does and how it ended. */
export interface FuzzReport {
  readonly count: number;
  readonly seed: number;
  /** How the damaged octets were read, by mode and outcome: `lenient ok`, `lenient flagged`, `strict malformed`... */
  readonly outcomes: { readonly [outcome: string]: number };
  /** Slowest PDU after re-timing, milliseconds. */
  readonly slowestMs: number;
  readonly heapGrowthBytes: number;
  /** Empty when all is well: what went wrong, with the octets. At most 20. */
  readonly failures: readonly string[];
}

const maxHeapGrowthBytes = 32 * 1024 * 1024;
const maxFailures = 20;
const variantsPerCommand = 24;

/** A whole number from 0 to below `limit`. */
export type Random = (limit: number) => number;

/** mulberry32: small, fast, and the same everywhere for a seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

export function octets(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

function text(random: Random, maxOctets: number): string {
  const length = random(Math.min(maxOctets, 40));
  return String.fromCharCode(...Array.from({ length }, () => 1 + random(255)));
}

function scalar(random: Random, field: ElementField): number | string {
  return field.type === 'integer' ? random(2 ** (8 * field.size)) : text(random, field.max);
}

function record(random: Random, fields: { readonly [field: string]: ElementField }): object {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, scalar(random, field)]));
}

function fieldValue(random: Random, field: Exclude<FieldDefinition, { readonly type: 'count' }>): unknown {
  if (field.type === 'octet_string') return octets(random, random(random(4) === 0 ? 256 : 32));
  if (field.type !== 'array') return scalar(random, field);
  const { element } = field;
  return Array.from({ length: random(random(8) === 0 ? 256 : 6) }, () => {
    if (element.type === 'c_octet_string') return text(random, element.max);
    if (element.type === 'record') return record(random, element.fields);
    const tags = Object.keys(element.cases).map(Number);
    const tag = tags[random(tags.length)]!;
    return { [element.tag]: tag, ...record(random, element.cases[tag]!) };
  });
}

function randomTlv(random: Random): object {
  const entries = Object.entries(tlvs as { readonly [name: string]: TlvDefinition });
  const [name, { tag }] = entries[random(entries.length)]!;
  // Raw octets of any length under known and unknown tags: deviations are the point.
  if (random(3) === 0) return { tag: random(0x10000), value: octets(random, random(40)) };
  return { name, tag, value: 0, bytes: octets(random, random(random(20) === 0 ? 2000 : 8)) };
}

/** Whole PDUs to start from. */
export function corpusOf(random: Random): Uint8Array[] {
  const corpus: Uint8Array[] = [];
  for (const [command, definition] of Object.entries(
    commands as { readonly [name: string]: CommandDefinition },
  )) {
    for (let i = 0; i < variantsPerCommand; i++) {
      const body = Object.entries(definition.fields).flatMap(([name, field]) =>
        field.type === 'count' ? [] : [[name, fieldValue(random, field)] as const],
      );
      const list = Array.from({ length: random(4) }, () => randomTlv(random));
      const header = {
        command,
        command_status: random(3) === 0 ? random(256) : 0,
        sequence_number: random(2 ** 31),
      };
      corpus.push(encode({ ...header, ...Object.fromEntries(body), tlvs: list } as unknown as PduInput));
    }
  }
  return corpus;
}

type Mutation = (random: Random, bytes: Buffer, corpus: readonly Uint8Array[]) => Buffer;

function withLength(bytes: Buffer): Buffer {
  if (bytes.length >= 4) bytes.writeUInt32BE(bytes.length);
  return bytes;
}

const mutations: readonly Mutation[] = [
  function flipBits(random, bytes) {
    for (let i = 0; i <= random(8) && bytes.length > 0; i++) {
      const at = random(bytes.length);
      bytes[at] = bytes[at]! ^ (1 << random(8));
    }
    return bytes;
  },
  function overwrite(random, bytes) {
    const extremes = [0x00, 0xff, 0x80, 0x7f, 0x01];
    for (let i = 0; i <= random(4) && bytes.length > 16; i++) {
      bytes[16 + random(bytes.length - 16)] = extremes[random(extremes.length)]!;
    }
    return bytes;
  },
  function editLength(random, bytes) {
    if (bytes.length >= 4)
      bytes.writeUInt32BE([0, 15, 16, bytes.length + 1, 0xffffffff, random(2 ** 32)][random(6)]!);
    return bytes;
  },
  function truncate(random, bytes) {
    const cut = bytes.subarray(0, random(bytes.length + 1));
    return random(2) === 0 ? withLength(cut) : cut;
  },
  function append(random, bytes) {
    const grown = Buffer.concat([bytes, octets(random, random(12))]);
    return random(3) === 0 ? grown : withLength(grown);
  },
  function appendTlv(random, bytes) {
    const known = Object.values(tlvs);
    const head = Buffer.alloc(4);
    head.writeUInt16BE(random(4) === 0 ? random(0x10000) : known[random(known.length)]!.tag);
    const value = octets(random, random(12));
    head.writeUInt16BE(random(3) === 0 ? random(0x10000) : value.length, 2);
    return withLength(Buffer.concat([bytes, head, value]));
  },
  function splice(random, bytes, corpus) {
    const other = corpus[random(corpus.length)]!;
    const tail = other.subarray(Math.min(other.length, 16 + random(other.length)));
    return withLength(Buffer.concat([bytes.subarray(0, 16 + random(Math.max(1, bytes.length - 16))), tail]));
  },
  function concatenate(random, bytes, corpus) {
    return Buffer.concat([bytes, corpus[random(corpus.length)]!]);
  },
  function manyTlvs(random, bytes) {
    if (random(50) !== 0) return bytes;
    return withLength(
      Buffer.concat([bytes, Buffer.alloc(4 * random(2000), Buffer.of(0x14, random(256), 0, 0))]),
    );
  },
  function anotherCommand(random, bytes, corpus) {
    if (bytes.length >= 8) bytes.set(corpus[random(corpus.length)]!.subarray(4, 8), 4);
    return bytes;
  },
];

/** A damaged copy. */
export function mutated(random: Random, bytes: Uint8Array, corpus: readonly Uint8Array[]): Buffer {
  let damaged: Buffer = Buffer.from(bytes);
  for (let k = 0; k <= random(4); k++)
    damaged = mutations[random(mutations.length)]!(random, damaged, corpus);
  return damaged;
}

function usedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Decodes, frames and encodes once. Returns the outcome; throws what the codec throws. */
function exercise(bytes: Uint8Array, mode: 'lenient' | 'strict'): string {
  const framer = new Framer();
  framer.push(bytes);
  for (let i = 0; i < 4 && framer.next() instanceof Uint8Array; i++);
  const pdu: DecodedPdu = decode(bytes, { mode });
  if (pdu.command === 'malformed') {
    if (pdu.error.status === 0 || pdu.error.offset > bytes.length)
      throw new Error('malformed without a reason');
    return `${mode} malformed`;
  }
  if (pdu.command === 'unknown') return `${mode} unknown`;
  const again = encode(pdu);
  // What came back from us must be stable: nothing is lost a second time.
  const second = decode(again, { mode });
  if (second.command !== pdu.command) throw new Error(`${pdu.command} became ${second.command}`);
  if (Buffer.compare(encode(second), again) !== 0) throw new Error('second encoding differs');
  return `${mode} ${pdu.flags.length === 0 ? 'ok' : 'flagged'}`;
}

function timedMs(run: () => void): number {
  const before = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - before) / 1e6;
}

/**
 * Runs `count` damaged PDUs, all following from `seed`. One that takes longer than `maxPduMs` is a failure: for the command, on
 * a machine that does nothing else; tests leave it out.
 */
export function fuzz(count: number, seed: number, maxPduMs = Number.POSITIVE_INFINITY): FuzzReport {
  const random = randomOf(seed);
  const corpus = corpusOf(random);
  const outcomes: { [outcome: string]: number } = {};
  const failures: string[] = [];
  let slowestMs = 0;
  const heapBefore = usedHeap();
  for (let i = 0; i < count && failures.length < maxFailures; i++) {
    const bytes = mutated(random, corpus[random(corpus.length)]!, corpus);
    const mode = random(2) === 0 ? 'lenient' : 'strict';
    const run = (): void => {
      const outcome = exercise(bytes, mode);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    try {
      let spentMs = timedMs(run);
      // A collection or another process may have come between: only a PDU that is slow every time counts.
      for (let again = 0; again < 3 && spentMs > maxPduMs; again++) spentMs = Math.min(spentMs, timedMs(run));
      if (spentMs > slowestMs) slowestMs = spentMs;
      if (spentMs > maxPduMs) failures.push(`${spentMs.toFixed(1)} ms (${mode}): ${bytes.toString('hex')}`);
    } catch (error) {
      failures.push(`${String(error)} (${mode}): ${bytes.toString('hex')}`);
    }
  }
  const heapGrowthBytes = usedHeap() - heapBefore;
  if (heapGrowthBytes > maxHeapGrowthBytes) failures.push(`the heap grew by ${heapGrowthBytes} octets`);
  return { count, seed, outcomes, slowestMs, heapGrowthBytes, failures };
}
