/** What a whole conversation gets wrong, seen from outside: requests, their responses, and the bind. */
import { type DecodedPdu, isRequest, type Note, responseOf, tlv, type Version } from '@chappe/protocol';

/** Which end of the connection: `a` opened it, as far as known. */
export type Side = 'a' | 'b';

interface Outstanding {
  readonly command: string;
  readonly atMs: number;
}

// Documents name no time; most ESMEs give up after 10 to 60 s.
const lateMs = 10_000;
// Twice the usual interval of enquire_link.
const silentMs = 60_000;
// More open requests than any window in use: beyond, the eldest are forgotten.
const maxOutstanding = 10_000;
const binds = new Set(['bind_transmitter', 'bind_receiver', 'bind_transceiver']);
const withoutBind = new Set([
  'outbind',
  'generic_nack',
  'enquire_link',
  'enquire_link_resp',
  'unbind',
  'unbind_resp',
]);

function nameOf(pdu: DecodedPdu): string {
  return pdu.command === 'malformed' ? (pdu.name ?? 'unknown') : pdu.command;
}

/** Follows one connection. */
export class Dialogue {
  /** The version of the session, once the bind is answered. */
  version: Version | undefined;
  readonly #open: { readonly [S in Side]: Map<number, Outstanding> } = { a: new Map(), b: new Map() };
  readonly #isMidway: boolean;
  #esme: Side | undefined;
  #isBound = false;
  #hasEnded = false;
  #asked = 0x34;
  #lastMs: number | undefined;

  /** `isMidway`: the capture does not have the beginning. */
  constructor(isMidway: boolean) {
    this.#isMidway = isMidway;
  }

  /** Sees a PDU go by; says what is wrong with its place in the conversation. */
  see(side: Side, pdu: DecodedPdu, atMs: number): Note[] {
    const name = nameOf(pdu);
    const notes: Note[] = [];
    const pauseMs = this.#lastMs === undefined ? 0 : atMs - this.#lastMs;
    this.#lastMs = atMs;
    if (pauseMs > silentMs) {
      const text = `nothing for ${Math.round(pauseMs / 1000)} s before this, not even an enquire_link`;
      notes.push({ code: 'silence', level: 'info', text });
    }
    if (this.#hasEnded) {
      notes.push({ code: 'after-unbind', level: 'warning', text: 'sent after unbind was answered' });
    }
    if (isRequest(name)) notes.push(...this.#request(side, name, pdu.sequence_number, atMs));
    else if (name.endsWith('_resp') || name === 'generic_nack')
      notes.push(...this.#response(side, name, pdu, atMs));
    this.#follow(side, pdu);
    return notes;
  }

  /** Requests without a response at the end of the capture. */
  unanswered(): { readonly side: Side; readonly command: string; readonly sequence: number }[] {
    return (['a', 'b'] as const).flatMap((side) =>
      [...this.#open[side]].map(([sequence, { command }]) => ({ side, command, sequence })),
    );
  }

  #request(side: Side, command: string, sequence: number, atMs: number): Note[] {
    const notes: Note[] = [];
    const open = this.#open[side];
    const earlier = open.get(sequence);
    if (earlier !== undefined) {
      const text = `sequence_number ${sequence} is still that of an unanswered ${earlier.command}`;
      notes.push({ code: 'sequence-reuse', level: 'error', field: 'sequence_number', text });
    }
    if (open.size >= maxOutstanding) open.delete(open.keys().next().value!);
    open.set(sequence, { command, atMs });
    const isBind = binds.has(command);
    if (isBind && this.#isBound) {
      notes.push({ code: 'bind-twice', level: 'error', text: 'a bind on a session that is bound already' });
    }
    if (!isBind && !this.#isBound && !this.#isMidway && !withoutBind.has(command)) {
      notes.push({ code: 'not-bound', level: 'error', text: `${command} before the bind was accepted` });
    }
    const isFromMc = this.#esme !== undefined && side !== this.#esme;
    if (isFromMc && command === 'submit_sm') {
      notes.push({ code: 'direction', level: 'error', text: 'submit_sm from the message centre' });
    }
    if (this.#esme === side && command === 'deliver_sm') {
      notes.push({ code: 'direction', level: 'error', text: 'deliver_sm from the ESME' });
    }
    return notes;
  }

  #response(side: Side, name: string, pdu: DecodedPdu, atMs: number): Note[] {
    const sequence = pdu.sequence_number;
    const open = this.#open[side === 'a' ? 'b' : 'a'];
    const request = open.get(sequence);
    if (request === undefined) {
      if (name === 'generic_nack' && sequence === 0) return [];
      const level = this.#isMidway ? 'info' : 'warning';
      return [
        { code: 'stray-response', level, text: `${name} ${sequence} answers no request of the capture` },
      ];
    }
    open.delete(sequence);
    const notes: Note[] = [];
    const expected = responseOf(request.command as 'submit_sm');
    if (name !== 'generic_nack' && name !== expected) {
      const text = `${name} answers a ${request.command}: ${expected} is expected`;
      notes.push({ code: 'wrong-response', level: 'error', text });
    }
    const waitedMs = atMs - request.atMs;
    if (waitedMs > lateMs) {
      const text = `the ${request.command} was answered after ${(waitedMs / 1000).toFixed(1)} s`;
      notes.push({ code: 'late-response', level: 'warning', text });
    }
    return notes;
  }

  /** Keeps account of the session's state. */
  #follow(side: Side, pdu: DecodedPdu): void {
    switch (pdu.command) {
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        this.#esme = side;
        this.#asked = pdu.interface_version;
        this.#hasEnded = false;
        return;
      case 'bind_transmitter_resp':
      case 'bind_receiver_resp':
      case 'bind_transceiver_resp': {
        if (pdu.command_status !== 0) return;
        this.#isBound = true;
        // Without the TLV the centre speaks 3.3 by the book; many that omit it speak 3.4.
        const offered = tlv(pdu, 'sc_interface_version') ?? 0x34;
        const version = Math.min(this.#asked, offered);
        this.version = version >= 0x50 ? 0x50 : version >= 0x34 ? 0x34 : 0x33;
        return;
      }
      case 'unbind_resp':
        this.#isBound = false;
        this.#hasEnded = true;
        return;
      default:
    }
  }
}
