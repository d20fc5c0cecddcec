/** What a peer did wrong, in a sentence: what it was, what we did about it, and where a person might look. */
import { type Pdu, status, statusName, versionName } from '@chappe/protocol';
import type { Notice, Session } from '@chappe/smpp';

/** Something out of order that a peer did and a session has dealt with. Holds no text and no number of a message. */
export interface PeerFault {
  /** Who: the account where it is known, and the address. */
  readonly peer: string;
  /** What, and what was done about it. */
  readonly what: string;
}

/** Hints of the framer about octets that are no SMPP. */
const hints: Readonly<Record<string, string>> = {
  http: 'it speaks HTTP: is it meant for the HTTP port?',
  tls: 'it speaks TLS: is it meant for the TLS port?',
  text: 'it speaks plain text',
};

/** The fault that a notice is about; undefined for what is only counted (late or repeated responses, too many requests). */
export function peerFaultOf(session: Session, notice: Notice): PeerFault | undefined {
  const what = sentence(session, notice);
  if (what === undefined) return undefined;
  const { address } = session.remote;
  return { peer: session.systemId === '' ? address : `${session.systemId} ${address}`, what };
}

function sentence(session: Session, notice: Notice): string | undefined {
  switch (notice.what) {
    case 'malformed': {
      const { name, command_id, error } = notice.pdu;
      const place =
        error.field === undefined ? `offset ${error.offset}` : `${error.field}, offset ${error.offset}`;
      const what = `${name ?? hex(command_id)} cannot be read (${place}: ${error.reason})`;
      return `${what}: answered ${word(error.status)}, the session goes on`;
    }
    case 'unknown_command':
      return `command_id ${hex(notice.pdu.command_id)} is not known: answered ESME_RINVCMDID, the session goes on`;
    case 'refused': {
      if (notice.status === status.ESME_RINVTLVLEN) {
        const { command, flags } = notice.pdu as Pdu;
        return `${command} has TLVs of a wrong length (${flags.filter(isLength).join(', ')}): answered ${word(notice.status)}`;
      }
      const state = session.isBound
        ? `bound as ${session.kind} ${versionName(session.version)}`
        : session.state;
      return `${notice.pdu.command} has no place here (${state}): answered ${word(notice.status)}`;
    }
    case 'framing_error': {
      const { command_length, hint } = notice.error;
      const why = hint === undefined ? `command_length ${command_length} cannot be` : hints[hint];
      return `no SMPP (${why}): the connection was closed`;
    }
    case 'stray_response':
    case 'throttled':
      return undefined;
  }
}

/** As the decoder says it: `tlv_len:user_message_reference:9!=2`. */
function isLength(flag: string): boolean {
  return flag.startsWith('tlv_len:');
}

function word(status: number): string {
  return statusName(status) ?? hex(status);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
