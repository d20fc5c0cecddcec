import { concat8, encode, type PduInput, reportJson, reportOf, writeUdh } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printReport } from '../../src/decode/text.ts';
import type { Terminal } from '../../src/terminal.ts';

const now = new Date('2026-07-20T12:00:00Z');

function terminal(): { readonly terminal: Terminal; readonly lines: string[] } {
  const lines: string[] = [];
  const never = (): never => {
    throw new Error('not expected');
  };
  return {
    lines,
    terminal: {
      out: (text) => void lines.push(text),
      talk: never,
      drained: async () => undefined,
      readInput: never,
      isOutTty: false,
      isTalkTty: false,
      isInputTty: false,
      columns: 120,
      style: (_, text) => text,
      env: {},
    },
  };
}

function print(bytes: Uint8Array, isLinted = true): string[] {
  const { terminal: to, lines } = terminal();
  printReport(reportOf(bytes, { defaultAlphabet: 'gsm7', isLinted, now }), undefined, to);
  return lines;
}

const segment: PduInput<'submit_sm'> = {
  command: 'submit_sm',
  sequence_number: 7,
  source_addr_ton: 5,
  source_addr: 'Chappe',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '447700900123',
  esm_class: 0x40,
  validity_period: '000001000000000R',
  registered_delivery: 1,
  short_message: Buffer.concat([writeUdh([concat8(167, 2, 1)]), Buffer.from('Hello')]),
};

const receipt: PduInput<'deliver_sm'> = {
  command: 'deliver_sm',
  sequence_number: 1,
  esm_class: 4,
  short_message: Buffer.from(
    'id:7F3A sub:001 dlvrd:000 submit date:2607201159 done date:2607201200 stat:UNDELIV err:027 text:Hi',
  ),
  tlvs: { receipted_message_id: '7F3A', message_state: 5, network_error_code: Uint8Array.of(3, 0, 27) },
};

describe('a report', () => {
  it('says what the fields of a segment mean', () => {
    const lines = print(encode(segment));
    expect(lines[0]).toBe(`submit_sm  sequence 7  ESME_ROK  ${encode(segment).length} octets`);
    const row = (name: string): string => lines.find((line) => line.includes(` ${name} `)) ?? '';
    expect(row('source_addr_ton')).toMatch(/^ {2}0011 {2}05 +source_addr_ton +5 {2}Alphanumeric$/);
    expect(row('esm_class')).toMatch(/64 {2}default mode, Normal message, UDHI$/);
    expect(row('validity_period')).toMatch(/"000001000000000R" {2}from now: 1 days$/);
    expect(row('registered_delivery')).toMatch(/1 {2}Receipt on success and failure$/);
    expect(row('udh 0x00')).toMatch(/concatenation, 8 bit reference: segment 1 of 2, reference 167$/);
    expect(lines.at(-1)).toMatch(/^ {2}text +"Hello"$/);
  });

  it('says what a receipt says', () => {
    const lines = print(encode(receipt));
    expect(lines.find((line) => line.includes('network_error_code'))).toMatch(/network type 3, error 27$/);
    expect(lines.find((line) => line.startsWith('  receipt'))).toMatch(
      /id 7F3A, state UNDELIVERABLE, stat UNDELIV, err 027, submitted 2026-07-20T11:59:00.000Z, done 2026-07-20T12:00:00.000Z$/,
    );
  });

  it('says the same as JSON', () => {
    const report = reportOf(encode(receipt), { defaultAlphabet: 'gsm7', isLinted: true, now });
    expect(JSON.parse(JSON.stringify(reportJson(report)))).toMatchObject({
      command: 'deliver_sm',
      status: 'ESME_ROK',
      sequence_number: 1,
      content: { coding: 'gsm7', receipt: expect.stringContaining('id 7F3A') },
      notes: [],
      fields: expect.arrayContaining([
        expect.objectContaining({ name: 'message_state', tag: 0x0427, value: 5, meaning: 'UNDELIVERABLE' }),
      ]),
    });
  });

  it('reads data_coding 0 as it is told', () => {
    const bytes = encode({ ...segment, esm_class: 0, short_message: Buffer.from('é', 'latin1') });
    const { content } = reportOf(bytes, { defaultAlphabet: 'latin1', isLinted: false, now });
    expect(content?.text).toBe('é');
  });

  it('never throws and never prints a control character, whatever the octets', () => {
    const starts = [
      encode(segment),
      encode(receipt),
      encode({ command: 'submit_multi', dest_address: [{ dest_flag: 2, dl_name: 'x' }] }),
    ];
    const changes = fc.array(fc.tuple(fc.nat(150), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        changes,
        fc.uint8Array({ maxLength: 40 }),
        (start, changed, tail) => {
          const bytes = Buffer.concat([start, tail]);
          bytes.writeUInt32BE(bytes.length);
          for (const [at, octet] of changed) if (at < bytes.length) bytes[at] = octet;
          JSON.stringify(reportJson(reportOf(bytes, { defaultAlphabet: 'gsm7', isLinted: true, now })));
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
          for (const line of print(bytes)) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
