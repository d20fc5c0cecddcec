import { NPI, readNumber, readSenderNumber, TON, type WrittenNumber } from '@chappe/protocol';

/** An address with its type of number and numbering plan (SMPP 5.0 4.7.1, 4.7.2). */
export interface Address {
  readonly ton: number;
  readonly npi: number;
  /** Digits or letters, at most 20. */
  readonly address: string;
}

/** The addresses of a PDU that carries a message. */
interface AddressedPdu {
  readonly source_addr_ton: number;
  readonly source_addr_npi: number;
  readonly source_addr: string;
  readonly dest_addr_ton: number;
  readonly dest_addr_npi: number;
  readonly destination_addr: string;
}

/** The address that a sender means. */
export function addressOf(given: string | Address): Address {
  if (typeof given !== 'string') return given;
  if (given === '') return { ton: TON.UNKNOWN, npi: NPI.UNKNOWN, address: '' };
  const number = readSenderNumber(given);
  return number === undefined
    ? { ton: TON.ALPHANUMERIC, npi: NPI.UNKNOWN, address: given }
    : numberAddress(number);
}

/** The address that a destination means: a number in any writing; what is none as for a sender. */
export function recipientOf(given: string | Address): Address {
  if (typeof given !== 'string') return given;
  const number = readNumber(given);
  return number === undefined ? addressOf(given) : numberAddress(number);
}

function numberAddress({ digits, hasPlus }: WrittenNumber): Address {
  return { ton: hasPlus ? TON.INTERNATIONAL : TON.UNKNOWN, npi: NPI.ISDN, address: digits };
}

/** The sender of a PDU. */
export function sourceOf(pdu: AddressedPdu): Address {
  return { ton: pdu.source_addr_ton, npi: pdu.source_addr_npi, address: pdu.source_addr };
}

/** Whom a PDU is for. */
export function destinationOf(pdu: AddressedPdu): Address {
  return { ton: pdu.dest_addr_ton, npi: pdu.dest_addr_npi, address: pdu.destination_addr };
}

/** The fields of a PDU that say from whom it is, and for whom. */
export function addressFields(source: Address, destination: Address): AddressedPdu {
  return {
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.address,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.address,
  };
}
