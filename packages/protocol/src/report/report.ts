/** One PDU taken apart: what `chappe decode` prints, as text or as JSON. */
import { decode } from '../codec/codec.ts';
import { commandName } from '../definitions/commands.ts';
import type { Version } from '../definitions/constants.ts';
import type { DecodedPdu } from '../definitions/pdu.ts';
import { statusName } from '../definitions/statuses.ts';
import type { DefaultAlphabet } from '../text/data-coding.ts';
import { elementWords, type ReadContent, readContent, receiptWords } from './content.ts';
import { type FieldNode, fieldTree } from './field-tree.ts';
import { lint } from './lint/lint.ts';
import type { Note } from './lint/note.ts';
import { dataCodingWords } from './meaning.ts';

/** How PDUs are read. */
export interface ReportOptions {
  /** What data_coding 0 means. */
  readonly defaultAlphabet: DefaultAlphabet;
  /** Whether to look for what is wrong. */
  readonly isLinted: boolean;
  /** The version of the session, where it is known. */
  readonly version?: Version | undefined;
  /** When the PDU was seen. */
  readonly now: Date;
  /** What the conversation around the PDU has to say. */
  readonly notes?: readonly Note[] | undefined;
}

/** One PDU taken apart. */
export interface PduReport {
  readonly bytes: Uint8Array;
  readonly pdu: DecodedPdu;
  /** Its name; `unknown` where nobody knows the command. */
  readonly command: string;
  readonly fields: readonly FieldNode[];
  readonly content: ReadContent | undefined;
  readonly notes: readonly Note[];
  readonly now: Date;
}

/** Takes one PDU apart. Never throws, whatever the octets. */
export function reportOf(bytes: Uint8Array, options: ReportOptions): PduReport {
  const { defaultAlphabet, isLinted, version, now, notes = [] } = options;
  const pdu = decode(bytes);
  const content = readContent(pdu, defaultAlphabet);
  const found = isLinted ? lint({ pdu, content, version, now }) : [];
  return {
    bytes,
    pdu,
    command: pdu.command === 'malformed' ? (pdu.name ?? 'unknown') : pdu.command,
    fields: fieldTree(bytes),
    content,
    notes: [...found, ...notes],
    now,
  };
}

/** The status of a PDU by name, or in hexadecimal. */
export function statusWord(value: number): string {
  return statusName(value) ?? `0x${value.toString(16).padStart(8, '0')}`;
}

/** The command of octets that may be no PDU. */
export function commandOf(bytes: Uint8Array): string {
  if (bytes.length < 8) return 'unknown';
  return commandName(Buffer.from(bytes.buffer, bytes.byteOffset, 8).readUInt32BE(4)) ?? 'unknown';
}

/** What the content is, one line per aspect: coding and text, segment, header elements, receipt. */
export function contentLines(content: ReadContent): readonly (readonly [name: string, words: string])[] {
  const lines: [string, string][] = [];
  const { header, segment, text, dataCoding, receipt } = content;
  for (const element of header?.elements ?? []) {
    const id = element.id.toString(16).padStart(2, '0');
    lines.push([`udh 0x${id}`, elementWords(element, header!)]);
  }
  if (segment !== undefined) {
    const { sequence, total, reference } = segment;
    lines.push(['segment', `${sequence} of ${total}, reference ${reference}`]);
  }
  lines.push(['coding', dataCodingWords(dataCoding)]);
  if (text !== undefined) lines.push(['text', text]);
  if (receipt !== undefined) lines.push(['receipt', receiptWords(receipt)]);
  return lines;
}
