import { cutPdus } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { readHex } from '../../src/decode/hex-input.ts';

const enquireLink = '00000010000000150000000000000001';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('hexadecimal as people have it', () => {
  it.each([
    ['plain', enquireLink],
    ['upper case', enquireLink.toUpperCase()],
    ['pairs', '00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01'],
    ['colons', '00:00:00:10:00:00:00:15:00:00:00:00:00:00:00:01'],
    ['C escapes', '"\\x00\\x00\\x00\\x10\\x00\\x00\\x00\\x15" "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01"'],
    ['C array', '{0x00,0x00,0x00,0x10,0x00,0x00,0x00,0x15,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x01}'],
    ['lines', '00000010\n00000015\n00000000\r\n00000001\n'],
    ['xxd', '00000000: 0000 0010 0000 0015 0000 0000 0000 0001  ................\n'],
    ['hexdump -C', '00000000  00 00 00 10 00 00 00 15  00 00 00 00 00 00 00 01  |................|\n'],
    ['Wireshark', '0000   00 00 00 10 00 00 00 15 00 00 00 00   ............\n000c   00 00 00 01   ....\n'],
  ])('reads %s', (_, text) => {
    expect(hex(readHex(text))).toBe(enquireLink);
  });

  it('does not take the readable column of a dump for octets', () => {
    const dump =
      '00000000  61 62 63 64 65 66 67 68  61 62 63 64 65 66 67 68  |abcdefghabcdefgh|\n00000010  61 62                                             |ab|\n';
    expect(Buffer.from(readHex(dump)).toString()).toBe('abcdefghabcdefghab');
  });

  it.each([
    ['zz', '"z" is no hexadecimal digit'],
    ['0', 'one is missing'],
    ['  ', 'no octets to decode'],
  ])('refuses %j', (text, message) => {
    expect(() => readHex(text)).toThrow(message);
  });
});

describe('cutting into PDUs', () => {
  it('follows the lengths', () => {
    const bytes = Buffer.from(enquireLink.repeat(3), 'hex');
    expect(cutPdus(bytes).map(hex)).toEqual([enquireLink, enquireLink, enquireLink]);
  });

  it('keeps what makes no sense in one piece', () => {
    const wrong = `000000ff${enquireLink.slice(8)}`;
    expect(cutPdus(Buffer.from(enquireLink + wrong, 'hex')).map(hex)).toEqual([enquireLink, wrong]);
    expect(cutPdus(Buffer.from(`${enquireLink}00`, 'hex')).map(hex)).toEqual([enquireLink, '00']);
  });
});
