/** Octets as people have them: hexadecimal in all its spellings, and dumps with addresses. */
import { usage } from '../failure.ts';

// `0000  00 00 00 3d ...  ASCII` of Wireshark, `00000000: 0000 003d ...  ASCII` of xxd, hexdump -C.
const dumpLine = /^\s*[0-9a-f]{4,8}(?::\s|\s{2,})((?:[0-9a-f]{2} {0,2}){1,16}).*$/i;

/** All lines of a dump but for their addresses and readable columns; undefined where it is no dump. */
function readDump(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const octets = lines.map((line) => dumpLine.exec(line)?.[1]);
  return octets.every((line) => line !== undefined) ? octets.join('') : undefined;
}

/**
 * Reads hexadecimal: with or without blanks, colons, commas, `0x`, `\x`, or as a dump. Throws a `Failure` that names
 * what is no digit.
 */
export function readHex(text: string): Uint8Array {
  const digits = (readDump(text) ?? text).replace(/0x|\\x/gi, '').replace(/[\s:,;_\-"'{}[\]()]/g, '');
  const wrong = /[^0-9a-f]/i.exec(digits);
  if (wrong !== null) {
    throw usage(
      `${JSON.stringify(wrong[0])} is no hexadecimal digit`,
      'give octets as 0000001000000015... or 00 00 00 10, or a capture with --pcap FILE',
    );
  }
  if (digits === '')
    throw usage('no octets to decode', 'give hexadecimal, - for standard input, or --pcap FILE');
  if (digits.length % 2 !== 0) {
    throw usage(`${digits.length} hexadecimal digits are no whole number of octets: one is missing`);
  }
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
