/** A report as JSON: octets in hexadecimal, everything else as it is. */
import type { PduError } from '../definitions/pdu.ts';
import type { FieldNode } from './field-tree.ts';
import type { Note } from './lint/note.ts';
import { meaningOf } from './meaning.ts';
import { hexOf } from './printable.ts';
import { contentLines, type PduReport, statusWord } from './report.ts';

/** A field in JSON; what is undefined does not appear. */
export interface FieldJson {
  readonly name: string;
  readonly offset: number;
  readonly octets: number;
  readonly tag: number | undefined;
  readonly value: number | string | undefined;
  readonly hex: string | undefined;
  readonly meaning: string | undefined;
  readonly fault: string | undefined;
  readonly fields: readonly FieldJson[] | undefined;
}

/** A report in JSON; what is undefined does not appear. */
export interface PduReportJson {
  readonly command: string;
  readonly command_status: number;
  readonly status: string;
  readonly sequence_number: number;
  readonly octets: number;
  readonly malformed: (Omit<PduError, 'status'> & { readonly status: string }) | undefined;
  readonly flags: readonly string[] | undefined;
  readonly fields: readonly FieldJson[];
  readonly content: { readonly [name: string]: string } | undefined;
  readonly notes: readonly Note[];
  readonly hex: string;
}

function fieldJson(node: FieldNode, now: Date): FieldJson {
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
export function reportJson(report: PduReport): PduReportJson {
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
