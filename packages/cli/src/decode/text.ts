/** A report as text: one line per field with its place and its octets. */

import {
  contentLines,
  type FieldNode,
  hexOf,
  type Level,
  meaningOf,
  type Note,
  type PduReport,
  printable,
  quoted,
  statusWord,
} from '@chappe/protocol';
import { columns, type Style, type Terminal } from '../terminal.ts';

// Octets shown of one field; `--json` has them all.
const shownOctets = 8;
const marks: { readonly [L in Level]: string } = { error: '!!', warning: '! ', info: 'i ' };
const noteStyles: { readonly [L in Level]: Style } = { error: 'red', warning: 'yellow', info: 'cyan' };

function octetsShown(bytes: Uint8Array): string {
  const shown = hexOf(bytes.subarray(0, shownOctets)).replace(/..(?=.)/g, '$& ');
  return bytes.length > shownOctets ? `${shown} +${bytes.length - shownOctets}` : shown;
}

function valueShown(value: FieldNode['value']): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  return value === undefined ? '' : `${value.length} octets`;
}

function rowsOf(node: FieldNode, bytes: Uint8Array, now: Date, depth: number): string[][] {
  const { name, offset, octets, value, tag, fault } = node;
  const isTlv = tag !== undefined;
  const meaning = meaningOf(node, now);
  const words = [valueShown(value), meaning && printable(meaning), fault && `<< ${fault}`];
  const row = [
    `  ${offset.toString(16).padStart(4, '0')}`,
    node.fields ? '' : octetsShown(bytes.subarray(offset, offset + octets)),
    `${'  '.repeat(depth)}${isTlv ? '+ ' : ''}${name}`,
    words.filter((word) => word).join('  '),
  ];
  return [row, ...(node.fields ?? []).flatMap((field) => rowsOf(field, bytes, now, depth + 1))];
}

/** One note, as it is printed. */
export function noteLines(note: Note, terminal: Terminal): string[] {
  const head = terminal.style(noteStyles[note.level], `  ${marks[note.level]} ${printable(note.text)}`);
  const hint = note.hint === undefined ? '' : ` -> ${printable(note.hint)}`;
  return [`${head}${hint}  ${terminal.style('dim', `[${note.code}]`)}`];
}

/** The first line of a PDU: name, number, status, size. */
export function titleOf(report: PduReport): string {
  const { command, pdu, bytes } = report;
  const malformed = pdu.command === 'malformed' ? ' MALFORMED' : '';
  const why =
    pdu.command === 'malformed'
      ? `  ${pdu.error.field === undefined ? '' : `${pdu.error.field}: `}${pdu.error.reason}`
      : '';
  const status = statusWord(pdu.command_status);
  return `${command}${malformed}  sequence ${pdu.sequence_number}  ${status}  ${bytes.length} octets${why}`;
}

/** Prints one PDU. `where` says where it was seen, in a capture. */
export function printReport(report: PduReport, where: string | undefined, terminal: Terminal): void {
  const { pdu, fields, bytes, content, notes, now } = report;
  const style = pdu.command === 'malformed' || pdu.command === 'unknown' ? 'red' : 'bold';
  terminal.out(`${where === undefined ? '' : `${where}  `}${terminal.style(style, titleOf(report))}`);
  for (const line of columns(fields.flatMap((field) => rowsOf(field, bytes, now, 0)))) terminal.out(line);
  if (content !== undefined) {
    const rows = contentLines(content).map(([name, words]) => [
      `  ${name}`,
      name === 'text' ? terminal.style('green', quoted(words)) : printable(words),
    ]);
    for (const line of columns(rows)) terminal.out(line);
  }
  for (const line of notes.flatMap((note) => noteLines(note, terminal))) terminal.out(line);
}
