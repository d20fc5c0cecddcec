/** The frame and what the codec had to tolerate. */
import { statusName } from '../../definitions/statuses.ts';
import type { Note, Rule } from './note.ts';

const maxSequence = 0x7fff_ffff;
const flagPattern = /^([a-z_]+)(?::([^:]*))?(?::(.*))?$/;

function flagNote(flag: string): Note | undefined {
  const [, kind = flag, first = '', second = ''] = flagPattern.exec(flag) ?? [];
  const field = second === '' ? first || undefined : first;
  switch (kind) {
    case 'trailing_garbage':
      return {
        code: 'trailing-octets',
        level: 'warning',
        text: `octets ${first} after the last TLV are too few for a TLV`,
        hint: 'command_length is too large, or a field was written twice',
      };
    case 'trailing_bytes':
      return {
        code: 'trailing-octets',
        level: 'warning',
        text: `${first} octets follow after the end that command_length gives`,
      };
    case 'oversize':
      return {
        code: 'oversize-field',
        level: 'error',
        field,
        text: `${first} has ${second.replace('>', ' octets with its NUL, more than the ')} allowed`,
      };
    case 'missing_nul':
      return { code: 'missing-nul', level: 'error', field, text: `${first} has no NUL at its end` };
    case 'truncated':
      return {
        code: 'truncated',
        level: 'error',
        field,
        text: `the response ends inside or before ${first}`,
      };
    case 'tlv_len':
      return {
        code: 'tlv-length',
        level: 'error',
        field,
        text: `${first} has the wrong length: ${second.replace('!=', ' octets, expected ')}`,
      };
    case 'tlv_no_nul':
      return { code: 'tlv-missing-nul', level: 'warning', field, text: `${first} is a string without NUL` };
    case 'tlv_overrun':
      return {
        code: 'tlv-overrun',
        level: 'error',
        field,
        text: `${first} announces more octets than the PDU has`,
      };
    default:
      return undefined;
  }
}

/** What the octets themselves do wrong. */
export const frameNotes: Rule = ({ pdu }) => {
  if (pdu.command === 'malformed') {
    const { reason, offset, field, status } = pdu.error;
    const text = `cannot be read from octet ${offset} on: ${reason}`;
    const hint = `a message centre answers ${statusName(status) ?? status}`;
    return [{ code: 'malformed', level: 'error', field, text, hint }];
  }
  if (pdu.command === 'unknown') {
    const id = pdu.command_id.toString(16).padStart(8, '0');
    const text = `command_id 0x${id} is in none of the documents`;
    return [{ code: 'unknown-command', level: 'error', text, hint: 'a peer answers generic_nack' }];
  }
  return pdu.flags.flatMap((flag) => flagNote(flag) ?? []);
};

/** The header (SMPP 5.0 3.2.1). */
export const headerNotes: Rule = ({ pdu }) => {
  if (pdu.command === 'malformed') return [];
  const notes: Note[] = [];
  const { command, command_status, sequence_number } = pdu;
  const isResponse = command.endsWith('_resp') || command === 'generic_nack';
  if (!isResponse && command_status !== 0) {
    notes.push({
      code: 'status-in-request',
      level: 'warning',
      field: 'command_status',
      text: 'command_status is 0 in a request',
    });
  }
  // SMPP 5.0 3.2.1.4; 0 only in a generic_nack that could not read the number.
  const isOutside = sequence_number > maxSequence || (sequence_number === 0 && command !== 'generic_nack');
  if (isOutside) {
    notes.push({
      code: 'sequence-range',
      level: 'warning',
      field: 'sequence_number',
      text: `sequence_number ${sequence_number} is outside of 1 to 0x7fffffff`,
    });
  }
  return notes;
};
