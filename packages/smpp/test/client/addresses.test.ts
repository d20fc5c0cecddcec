/** A destination is a number however people write it; a name is for senders only. */
import { describe, expect, it } from 'vitest';
import { composeMessage } from '../../src/client/compose-message.ts';
import { addressOf } from '../../src/messages/address.ts';

const destination = (to: Parameters<typeof composeMessage>[0]['to']): readonly unknown[] => {
  const [pdu] = composeMessage({ to, text: 'x' }, 1, {}).pdus;
  return [pdu?.dest_addr_ton, pdu?.dest_addr_npi, pdu?.destination_addr];
};

describe('a destination', () => {
  it.each([
    ['447700900123', 0, '447700900123'],
    ['+447700900123', 1, '447700900123'],
    ['+44 7700 900123', 1, '447700900123'],
    ['(+44) 7700-900.123', 1, '447700900123'],
    ['+44 (0)7700 900123', 1, '447700900123'],
    ['\u202a+44\u00a07700\u00a0900123\u202c', 1, '447700900123'],
    ['07700 900123', 0, '07700900123'],
    ['12 345', 0, '12345'],
  ])('%j is of type %i: %s', (to, ton, digits) => {
    expect(destination(to)).toEqual([ton, 1, digits]);
  });

  it.each(['ACME', '+', '4477x', '44+77', ' '])('%j is none', (to) => {
    expect(() => destination(to)).toThrow(`to is no number (${JSON.stringify(to)})`);
  });

  it('goes as it is where its type is said', () => {
    expect(destination({ ton: 5, npi: 0, address: 'HELP me' })).toEqual([5, 0, 'HELP me']);
  });
});

describe('a sender', () => {
  it.each([
    ['ACME', 5, 0, 'ACME'],
    ['7-11', 5, 0, '7-11'],
    ['+ACME', 5, 0, '+ACME'],
    ['60100', 0, 1, '60100'],
    ['+44 7700 900123', 1, 1, '447700900123'],
    ['0800 123 4567', 0, 1, '08001234567'],
    ['', 0, 0, ''],
  ])('%j', (from, ton, npi, address) => {
    expect(addressOf(from)).toEqual({ ton, npi, address });
  });
});
