/** How many octets TLVs take on the wire. */
import type { TlvInput } from '@chappe/protocol';

// SMPP 3.4 3.2.4.1: tag and length.
const headOctets = 4;
const integerOctets = 4;

/** Of all of them, with their tags and lengths. */
export function octetsOfTlvs(tlvs: readonly Pick<TlvInput, 'value'>[]): number {
  let octets = 0;
  for (const { value } of tlvs) octets += headOctets + valueOctets(value);
  return octets;
}

function valueOctets(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : integerOctets;
}
