/** Whether the octets of a text are in the coding that data_coding announces. */
import { readUserData } from '../../message/user-data.ts';
import { unpackSeptets } from '../../text/septets.ts';
import { decodeText } from '../../text/text.ts';
import { isContentPdu } from '../content.ts';
import { quoted } from '../printable.ts';
import type { Note, Rule } from './note.ts';

// 3GPP 23.040 9.2.3.16: user data of one SMS.
const maxSmsOctets = 140;
const maxSmsSeptets = 160;
// Shorter texts look like anything.
const minGuessOctets = 4;
const shownCharacters = 40;

const letters = /[\p{L}\p{N} .,:;!?'"()@+\-/&%€£$\n\r]/u;

/** Part of the characters that people write: a text in the wrong coding has few of them. */
function readability(text: string): number {
  const characters = [...text];
  return characters.length === 0 ? 0 : characters.filter((c) => letters.test(c)).length / characters.length;
}

function isUtf8(octets: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets);
    return true;
  } catch {
    return false;
  }
}

/** Whether most of the octets at even (0) or odd (1) places are 0: UTF-16 of Latin letters. */
function hasZerosAt(octets: Uint8Array, place: 0 | 1): boolean {
  if (octets.length < minGuessOctets || octets.length % 2 !== 0) return false;
  let zeros = 0;
  for (let at = place; at < octets.length; at += 2) if (octets[at] === 0) zeros++;
  return zeros * 2 > octets.length / 2;
}

function note(code: string, level: Note['level'], text: string, hint?: string): Note {
  return { code, level, field: 'data_coding', text, hint };
}

function preview(text: string): string {
  return quoted(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);
}

/** GSM 03.38 with one septet per octet, as nearly every peer sends it. */
function gsmNotes(octets: Uint8Array): Note[] {
  if (hasZerosAt(octets, 0)) {
    const text = decodeText(octets, 'ucs2');
    return [note('coding', 'error', `the octets look like UCS-2: ${preview(text)}`, 'set data_coding to 8')];
  }
  if (octets.every((octet) => octet < 0x80)) return [];
  // Neither packed septets nor Latin-1 are UTF-8 by chance, but for very short ones.
  if (isUtf8(octets)) {
    const text = new TextDecoder().decode(octets);
    const hint = 'use GSM 03.38, or UCS-2 with data_coding 8';
    return [note('coding', 'error', `the octets are UTF-8: ${preview(text)}`, hint)];
  }
  const unpacked = decodeText(unpackSeptets(octets, 0), 'gsm7');
  if (octets.length >= minGuessOctets && readability(unpacked) > 0.9) {
    return [
      note(
        'packed',
        'error',
        `the octets look like packed septets: ${preview(unpacked)}`,
        'in SMPP each septet has an octet of its own; few message centres want them packed',
      ),
    ];
  }
  const latin = decodeText(octets, 'latin1');
  const hint = readability(latin) > 0.9 ? `as Latin-1 (data_coding 3) it reads ${preview(latin)}` : undefined;
  return [note('coding', 'error', 'octets above 0x7f are not in the GSM 03.38 alphabet', hint)];
}

function ucs2Notes(octets: Uint8Array): Note[] {
  if (octets.length % 2 !== 0) {
    return [note('coding', 'error', `UCS-2 has two octets per character, these are ${octets.length}`)];
  }
  if (hasZerosAt(octets, 1)) {
    const hint = 'the first octet of each character is the high one (big endian)';
    return [note('coding', 'error', 'the octets look like UTF-16 little endian', hint)];
  }
  const isAscii = octets.length >= minGuessOctets && octets.every((octet) => octet >= 0x20 && octet < 0x7f);
  if (isAscii)
    return [note('coding', 'warning', 'the octets look like ASCII, not UCS-2', 'set data_coding to 0')];
  return [];
}

function latin1Notes(octets: Uint8Array): Note[] {
  const isHigh = octets.some((octet) => octet >= 0x80);
  if (isHigh && isUtf8(octets)) {
    return [note('coding', 'error', `the octets are UTF-8: ${preview(new TextDecoder().decode(octets))}`)];
  }
  if (octets.some((octet) => octet >= 0x80 && octet <= 0x9f)) {
    return [note('coding', 'warning', 'octets 0x80 to 0x9f are Windows-1252, not Latin-1')];
  }
  return [];
}

function lengthNotes(octets: number, headerOctets: number, isSeptets: boolean): Note[] {
  const max = isSeptets ? maxSmsSeptets - Math.ceil((headerOctets * 8) / 7) : maxSmsOctets - headerOctets;
  if (octets <= max) return [];
  const unit = isSeptets ? 'septets' : 'octets';
  return [
    {
      code: 'longer-than-one',
      level: headerOctets > 0 ? 'error' : 'warning',
      field: 'short_message',
      text: `${octets} ${unit} do not fit into one SMS, which has room for ${max}`,
      hint: headerOctets > 0 ? 'make the segments shorter' : 'the message centre must cut it, or refuses it',
    },
  ];
}

/** What coding the octets of a text really are in, and whether they fit into one SMS. */
export const codingRules: Rule = ({ pdu, content }) => {
  if (content === undefined || !isContentPdu(pdu) || content.receipt !== undefined) return [];
  const { payload, header } = readUserData(pdu);
  const { coding, compressed } = content.dataCoding;
  if (payload.length === 0 || compressed) return [];
  const isSeptets = coding === 'gsm7';
  const inShortMessage = (pdu.short_message?.length ?? 0) > 0;
  const notes = inShortMessage ? lengthNotes(payload.length, header?.headerOctets ?? 0, isSeptets) : [];
  if (coding === 'gsm7') return [...notes, ...gsmNotes(payload)];
  if (coding === 'ucs2') return [...notes, ...ucs2Notes(payload)];
  return coding === 'latin1' || coding === 'ascii' ? [...notes, ...latin1Notes(payload)] : notes;
};
