/** TLVs as they are typed, to their octets. */
import { type TlvInput, tlvDefinition, tlvs } from '@chappe/protocol';

/** The tag and the octets of the value. Integers have the length that their definition gives them. */
export function tlvOctets(tlv: TlvInput): { readonly tag: number; readonly value: Uint8Array } {
  const tag = tlv.name === undefined ? tlv.tag : (tlv.tag ?? tlvs[tlv.name].tag);
  const value: unknown = tlv.value;
  if (value instanceof Uint8Array) return { tag, value: new Uint8Array(value) };
  if (typeof value !== 'number') return { tag, value: new Uint8Array(Buffer.from(String(value), 'latin1')) };
  const octets = new Uint8Array(tlvDefinition(tag)?.min ?? 1);
  let rest = value;
  for (let at = octets.length - 1; at >= 0; at -= 1) {
    octets[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return { tag, value: octets };
}
