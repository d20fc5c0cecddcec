/** A report as JSON: octets in hexadecimal, everything else as it is. */
import { hexOf } from '../terminal.ts';
import type { FieldNode } from './field-tree.ts';
import { meaningOf } from './meaning.ts';
import { contentLines, type PduReport, statusWord } from './report.ts';

function fieldJson(node: FieldNode, now: Date): object {
  const { name, offset, octets, value, tag, fields, fault } = node;
  return {
    name,
    offset,
    octets,
    tag,
    value: value instanceof Uint8Array ? undefined : value,
    hex: value instanceof Uint8Array ? hexOf(value) : undefined,
    meaning: meaningOf(node, now),
    fault,
    fields: fields?.map((field) => fieldJson(field, now)),
  };
}

/** One PDU; what is undefined does not appear in the JSON. */
export function reportJson(report: PduReport): object {
  const { pdu, command, fields, content, notes, bytes, now } = report;
  return {
    command,
    command_status: pdu.command_status,
    status: statusWord(pdu.command_status),
    sequence_number: pdu.sequence_number,
    octets: bytes.length,
    malformed:
      pdu.command === 'malformed' ? { ...pdu.error, status: statusWord(pdu.error.status) } : undefined,
    flags: 'flags' in pdu && pdu.flags.length > 0 ? pdu.flags : undefined,
    fields: fields.map((field) => fieldJson(field, now)),
    content: content && Object.fromEntries(contentLines(content)),
    notes,
    hex: hexOf(bytes),
  };
}
