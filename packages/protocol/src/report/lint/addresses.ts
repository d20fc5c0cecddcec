/** Addresses: do type of number and numbering plan say what the address is? (SMPP 5.0 4.7.1, 4.7.2) */
import { TON } from '../../definitions/constants.ts';
import type { DecodedPdu } from '../../definitions/pdu.ts';
import { quoted } from '../printable.ts';
import type { Note, Rule } from './note.ts';

// E.164 6.2.1; 3GPP 23.040 9.1.2.5: seven octets of packed septets hold 11 characters.
const maxInternationalDigits = 15;
const maxAlphanumericCharacters = 11;

interface PduAddress {
  readonly field: string;
  readonly ton: number;
  readonly npi: number;
  readonly address: string;
}

function addressNotes({ field, ton, npi, address }: PduAddress): Note[] {
  const notes: Note[] = [];
  const note = (code: string, level: Note['level'], text: string, hint?: string): void => {
    notes.push({ code, level, field, text, hint });
  };
  const isDigits = /^[0-9]*$/.test(address);
  const shown = quoted(address);
  if (ton === TON.ALPHANUMERIC) {
    if (npi !== 0) note('npi-of-name', 'warning', `${field} is a name (TON 5): its NPI is 0, not ${npi}`);
    if (address.length > maxAlphanumericCharacters) {
      note(
        'name-too-long',
        'error',
        `${field} ${shown} has ${address.length} characters; a handset shows 11`,
      );
    }
    if (isDigits && address !== '') {
      note('digits-as-name', 'info', `${field} ${shown} are digits, sent as a name (TON 5)`);
    }
    return notes;
  }
  if (!isDigits) {
    const isPlus = /^\+[0-9]+$/.test(address);
    const hint = isPlus ? 'leave the + out, with TON 1 and NPI 1' : 'a name has TON 5 and NPI 0';
    note('ton', 'error', `${field} ${shown} is no number, but TON is ${ton}`, hint);
    return notes;
  }
  if (ton !== TON.INTERNATIONAL) return notes;
  if (address.startsWith('0')) {
    note(
      'international-prefix',
      'error',
      `${field} ${shown} is international (TON 1) and begins with 0`,
      'leave out the 00 or the national 0: country code first',
    );
  }
  if (address.length > maxInternationalDigits) {
    note('number-too-long', 'error', `${field} ${shown} has ${address.length} digits, E.164 ends at 15`);
  }
  return notes;
}

function listedAddresses(pdu: DecodedPdu): PduAddress[] {
  if (pdu.command !== 'submit_multi') return [];
  return pdu.dest_address.flatMap((target, index) =>
    target.dest_flag === 1
      ? [
          {
            field: `dest_address[${index}]`,
            ton: target.dest_addr_ton,
            npi: target.dest_addr_npi,
            address: target.destination_addr,
          },
        ]
      : [],
  );
}

function addressesOf(pdu: DecodedPdu): PduAddress[] {
  const found = listedAddresses(pdu);
  if ('source_addr' in pdu && 'source_addr_ton' in pdu) {
    const { source_addr_ton: ton, source_addr_npi: npi, source_addr: address } = pdu;
    found.push({ field: 'source_addr', ton, npi, address });
  }
  if ('destination_addr' in pdu && 'dest_addr_ton' in pdu) {
    const { dest_addr_ton: ton, dest_addr_npi: npi, destination_addr: address } = pdu;
    found.push({ field: 'destination_addr', ton, npi, address });
  }
  return found;
}

/** Every address of a PDU, and whether it has a destination at all. */
export const addressRules: Rule = ({ pdu }) => {
  const notes = addressesOf(pdu).flatMap(addressNotes);
  if (pdu.command === 'submit_sm' || pdu.command === 'data_sm') {
    if (pdu.destination_addr === '') {
      const text = 'destination_addr is empty: nobody to send it to';
      notes.push({ code: 'no-destination', level: 'error', field: 'destination_addr', text });
    }
    if (pdu.dest_addr_ton === TON.ALPHANUMERIC) {
      const text = 'destination_addr is a name (TON 5): handsets have numbers';
      notes.push({ code: 'name-as-destination', level: 'warning', field: 'destination_addr', text });
    }
  }
  return notes;
};
