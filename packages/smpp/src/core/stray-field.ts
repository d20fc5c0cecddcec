/** Fields that a PDU does not have: they would be left out in silence, a misspelt number or id with them. */
import { nearest } from '@chappe/protocol';
import type { SessionCodec } from './options.ts';

/** What is not of the body; a PDU of somebody else, passed on as it was decoded, has all of them. */
const aroundBody: ReadonlySet<string> = new Set([
  'command',
  'command_status',
  'sequence_number',
  'tlvs',
  'flags',
]);

/**
 * Says what is wrong with the first field that a PDU of this command does not have; undefined where there is none, or the
 * codec does not tell.
 */
export function strayField(codec: SessionCodec, command: string, pdu: object): string | undefined {
  const known = codec.fieldsOf?.(command);
  if (known === undefined) return undefined;
  // By `in`, without a list of keys: this is done for every message.
  for (const field in pdu) {
    if (!known.has(field) && !aroundBody.has(field)) return told(field, command, [...known]);
  }
  return undefined;
}

function told(field: string, command: string, known: readonly string[]): string {
  const meant = nearest(field, [...known, 'command_status', 'tlvs']);
  const hint = meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${meant}?`;
  return `has a field "${field}", ${command} has none: ${hint}`;
}
