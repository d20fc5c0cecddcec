import { describe, expect, it } from 'vitest';
import { encode, Framer, type FramingError, type PduInput, status } from '../../src/index.ts';
import { hex } from './plain.ts';

const frames = (
  [
    { command: 'enquire_link', sequence_number: 1 },
    { command: 'submit_sm', sequence_number: 2, short_message: new Uint8Array(200).fill(0x41) },
    { command: 'submit_sm_resp', sequence_number: 3, message_id: 'abc' },
  ] satisfies PduInput[]
).map(encode);
const stream = Buffer.concat(frames);

function drain(framer: Framer): Uint8Array[] {
  const got: Uint8Array[] = [];
  for (let frame = framer.next(); frame instanceof Uint8Array; frame = framer.next()) got.push(frame);
  return got;
}

function errorOf(framer: Framer): FramingError {
  const frame = framer.next();
  if (frame === undefined || frame instanceof Uint8Array) throw new Error('no framing error');
  return frame;
}

describe('a stream of PDUs', () => {
  it('is cut at every split point into two', () => {
    for (let at = 0; at <= stream.length; at++) {
      const framer = new Framer();
      framer.push(stream.subarray(0, at));
      const first = drain(framer);
      expect(framer.pendingOctets).toBe(at - first.reduce((sum, { length }) => sum + length, 0));
      framer.push(stream.subarray(at));
      expect([...first, ...drain(framer)].map(hex)).toEqual(frames.map(hex));
      expect(framer.pendingOctets).toBe(0);
    }
  });

  it('is cut octet by octet', () => {
    const framer = new Framer();
    const got: Uint8Array[] = [];
    for (const octet of stream) {
      framer.push(Uint8Array.of(octet));
      got.push(...drain(framer));
    }
    expect(got.map(hex)).toEqual(frames.map(hex));
  });

  it('gives views of a chunk that holds whole PDUs', () => {
    const framer = new Framer();
    framer.push(stream);
    for (const frame of drain(framer)) expect(frame.buffer).toBe(stream.buffer);
    expect(framer.next()).toBeUndefined();
  });

  it('may be pushed before the last chunk is used up', () => {
    const framer = new Framer();
    framer.push(stream.subarray(0, 20));
    expect(framer.next()).toBeInstanceOf(Uint8Array);
    framer.push(stream.subarray(20, 30));
    framer.push(stream.subarray(30));
    expect(framer.pendingOctets).toBe(stream.length - 16);
    expect(drain(framer).map(hex)).toEqual(frames.slice(1).map(hex));
  });

  it('keeps given PDUs unchanged while later ones arrive', () => {
    const framer = new Framer();
    const got: Uint8Array[] = [];
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < stream.length; at += 7) {
        framer.push(Uint8Array.from(stream.subarray(at, at + 7)));
        got.push(...drain(framer));
      }
    }
    expect(got.map(hex)).toEqual([...frames, ...frames, ...frames].map(hex));
  });
});

describe('a broken stream', () => {
  it('is told from four octets', () => {
    const framer = new Framer();
    framer.push(Uint8Array.of(0, 0, 0));
    expect(framer.next()).toBeUndefined();
    framer.push(Uint8Array.of(15));
    expect(errorOf(framer)).toEqual({
      kind: 'framing',
      command_length: 15,
      command_id: 0,
      sequence_number: 0,
      hint: undefined,
      status: status.ESME_RINVCMDLEN,
    });
  });

  it('keeps the sequence number when the header is there, whole or in pieces', () => {
    const header = Buffer.from('7fffffff000000040000000000000009ff', 'hex');
    for (const at of [0, 2, 4, 15, 16]) {
      const framer = new Framer();
      framer.push(header.subarray(0, at));
      if (at >= 4) {
        // Decided as soon as the length is there; what came with it is told.
        expect(errorOf(framer)).toMatchObject({
          command_length: 0x7fffffff,
          sequence_number: at === 16 ? 9 : 0,
        });
        continue;
      }
      expect(framer.next()).toBeUndefined();
      framer.push(header.subarray(at));
      expect(errorOf(framer)).toMatchObject({ command_id: 4, sequence_number: 9 });
    }
  });

  it('stays broken, whatever comes', () => {
    const framer = new Framer();
    framer.push(new Uint8Array(16));
    const error = errorOf(framer);
    framer.push(stream);
    expect(framer.next()).toBe(error);
    expect(framer.pendingOctets).toBe(0);
  });

  it('allocates nothing for what a length only announces', () => {
    const framer = new Framer({ maxPduOctets: 0xffffffff });
    const before = process.memoryUsage().arrayBuffers;
    framer.push(Buffer.from('ffffffff0000000400000000', 'hex'));
    expect(framer.next()).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it.each([
    ['HTTP/1.1 400 Bad Request', 'http'],
    ['GET / HTTP/1.1', 'http'],
    ['\x16\x03\x01\x02\x00', 'tls'],
    ['\x15\x03\x03\x00\x02', 'tls'],
    ['SSH-2.0-OpenSSH', 'text'],
    ['\r\n\r\n', 'text'],
    ['\xff\xff\xff\xff', undefined],
  ])('guesses what speaks: %j', (text, hint) => {
    const framer = new Framer();
    framer.push(Buffer.from(text, 'latin1'));
    expect(errorOf(framer).hint).toBe(hint);
  });
});

describe('the limit', () => {
  it('defaults to 128 KiB and may change between PDUs', () => {
    const framer = new Framer();
    expect(framer.maxPduOctets).toBe(131_072);
    framer.maxPduOctets = 1024;
    framer.push(Buffer.from('00000401', 'hex'));
    expect(errorOf(framer).command_length).toBe(1025);
    const wide = new Framer({ maxPduOctets: 1024 });
    wide.push(frames[0]!);
    expect(wide.next()).toBeInstanceOf(Uint8Array);
    wide.maxPduOctets = 200_000;
    const large = new Uint8Array(150_000);
    large.set([0, 2, 0x49, 0xf0]);
    wide.push(large.subarray(0, 100_000));
    expect(wide.next()).toBeUndefined();
    wide.push(large.subarray(100_000));
    expect((wide.next() as Uint8Array).length).toBe(150_000);
  });
});
