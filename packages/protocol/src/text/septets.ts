/**
 * What fills the last octet where exactly seven bits are left over, which would read as a character of its own:
 * `cr` a carriage return, as 3GPP 23.038 6.1.2.3.1 has it, or `zero` as some peers do (read by others as '@').
 */
export type SeptetPadding = 'cr' | 'zero';

const CR = 0x0d;

/** Zero bits between a user data header of `headerOctets` octets and the first septet (3GPP 23.040 9.2.3.24): 0-6. */
export function fillBits(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7;
}

/** Packs septets, least significant bit first (3GPP 23.038 6.1.2.1), after `fill` zero bits. */
export function packSeptets(septets: Uint8Array, fill = 0, padding: SeptetPadding = 'cr'): Uint8Array {
  if (septets.length === 0) return new Uint8Array(0);
  const bits = fill + septets.length * 7;
  const packed = new Uint8Array(Math.ceil(bits / 8));
  let held = 0;
  let holding = fill;
  let at = 0;
  for (let i = 0; i < septets.length; i++) {
    held |= (septets[i]! & 0x7f) << holding;
    holding += 7;
    if (holding >= 8) {
      packed[at++] = held & 0xff;
      held >>= 8;
      holding -= 8;
    }
  }
  if (holding > 0) {
    if (holding === 1 && padding === 'cr') held |= CR << 1;
    packed[at] = held;
  }
  return packed;
}

/**
 * Unpacks septets that follow `fill` bits. SMPP counts octets, so a last septet that ends on an octet boundary may be
 * padding: it is dropped where it is what `padding` fills with. A text that really ends so loses that character.
 */
export function unpackSeptets(packed: Uint8Array, fill = 0, padding: SeptetPadding = 'cr'): Uint8Array {
  const bits = packed.length * 8 - fill;
  if (bits < 7) return new Uint8Array(0);
  const septets = new Uint8Array(Math.floor(bits / 7));
  for (let i = 0, bit = fill; i < septets.length; i++, bit += 7) {
    const octet = bit >> 3;
    septets[i] = ((packed[octet]! | ((packed[octet + 1] ?? 0) << 8)) >> (bit & 7)) & 0x7f;
  }
  const last = septets[septets.length - 1];
  const padded = bits % 7 === 0 && last === (padding === 'cr' ? CR : 0);
  return padded ? septets.subarray(0, septets.length - 1) : septets;
}
