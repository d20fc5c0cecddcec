/** TLVs: of which version, how often, from whom. */
import type { Tlv } from '../../definitions/pdu.ts';
import { tlvDefinition } from '../../definitions/tlvs.ts';
import type { Note, Rule, Subject } from './note.ts';

// SMPP 5.0 4.8.1: tags for vendors.
const vendorFrom = 0x1400;
const vendorTo = 0x3fff;

function nameOf(tlv: Tlv): string {
  return tlv.name ?? `tlv 0x${tlv.tag.toString(16).padStart(4, '0')}`;
}

function tagNote(tlv: Tlv, version: Subject['version']): Note | undefined {
  const field = nameOf(tlv);
  const definition = tlvDefinition(tlv.tag);
  if (version === 0x33) {
    const text = `${field}: 3.3 has no TLVs, the peer may not read this PDU`;
    return { code: 'tlv-in-3.3', level: 'error', field, text };
  }
  if (definition === undefined) {
    const isVendor = tlv.tag >= vendorFrom && tlv.tag <= vendorTo;
    return isVendor
      ? { code: 'vendor-tlv', level: 'info', field, text: `${field} belongs to a vendor` }
      : { code: 'unknown-tlv', level: 'warning', field, text: `${field} is in none of the documents` };
  }
  const isOnly50 = definition.versions !== undefined && !definition.versions.includes('3.4');
  if (isOnly50 && version !== 0x50) {
    const level = version === undefined ? 'info' : 'warning';
    const text = `${field} is a TLV of 5.0${version === undefined ? '' : ', and the session speaks 3.4'}`;
    return { code: 'tlv-of-5.0', level, field, text };
  }
  return undefined;
}

/** Every TLV of a PDU. */
export const tlvRules: Rule = ({ pdu, version }) => {
  if (!('tlvs' in pdu)) return [];
  const seen = new Set<number>();
  const notes: Note[] = [];
  for (const tlv of pdu.tlvs) {
    const note = tagNote(tlv, version);
    if (note !== undefined) notes.push(note);
    const mayRepeat = tlvDefinition(tlv.tag)?.repeat === true;
    if (seen.has(tlv.tag) && !mayRepeat && tlv.name !== undefined) {
      const text = `${tlv.name} stands there more than once: peers take one of them`;
      notes.push({ code: 'repeated-tlv', level: 'warning', field: tlv.name, text });
    }
    seen.add(tlv.tag);
  }
  return notes;
};
