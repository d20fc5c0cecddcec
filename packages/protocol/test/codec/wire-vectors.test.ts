import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/codec/interpret.ts';
import { commandId, commands, decode, encode, PduWriter } from '../../src/index.ts';
import { hex, plain } from './plain.ts';
import { wireBytes, wireVectors } from './wire-vectors.ts';

describe('PDUs worked out from the documents', () => {
  it('cover every command', () => {
    expect(new Set(wireVectors.map(({ pdu }) => pdu.command))).toEqual(new Set(Object.keys(commands)));
  });

  const rows = wireVectors.map(({ pdu, wire }) => [pdu.command, pdu, wireBytes(wire)] as const);

  it.each(rows)('%s: octets to object', (_, pdu, bytes) => {
    expect(bytes.readUInt32BE(0)).toBe(bytes.length);
    expect(bytes.readUInt32BE(4)).toBe(commandId(pdu.command));
    expect(plain(decode(bytes))).toEqual(plain(pdu));
    expect(plain(decode(new Uint8Array(bytes), { mode: 'strict' }))).toEqual(plain(pdu));
    expect(plain(interpret.decode(bytes))).toEqual(plain(pdu));
  });

  it.each(rows)('%s: object to octets', (_, pdu, bytes) => {
    expect(hex(encode(pdu))).toBe(hex(bytes));
    expect(hex(interpret.encode(pdu))).toBe(hex(bytes));
  });

  it('all in one writer', () => {
    const writer = new PduWriter(16);
    for (const { pdu } of wireVectors) writer.write(pdu);
    expect(hex(writer.take())).toBe(rows.map(([, , bytes]) => hex(bytes)).join(''));
    expect(writer.length).toBe(0);
  });
});
