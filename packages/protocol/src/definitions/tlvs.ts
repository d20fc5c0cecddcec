import type { TlvDefinition } from './schema.ts';
import { tlvs34 } from './tlvs/version34.ts';
import { tlvs50 } from './tlvs/version50.ts';

/** Every TLV of 3.4 and 5.0 by its name in the documents; 3.3 has none. */
export const tlvs: typeof tlvs34 & typeof tlvs50 = { ...tlvs34, ...tlvs50 };

/** The type of `tlvs`. */
export type Tlvs = typeof tlvs;

/** The name of a TLV, as `message_payload`. */
export type TlvName = keyof Tlvs;

/** What the value of a TLV definition is in an object: a number, a string (Latin-1, without NUL) or octets. */
export type TlvValueOf<D> = D extends { readonly type: 'integer' | 'bitmask' }
  ? number
  : D extends { readonly type: 'c_octet_string' }
    ? string
    : D extends { readonly type: 'octet_string' }
      ? Uint8Array
      : never;

/** What the value of a TLV is: `TlvValue<'message_state'>` is number. */
export type TlvValue<N extends TlvName> = TlvValueOf<Tlvs[N]>;

const byTag: ReadonlyMap<number, TlvName> = new Map(
  (Object.keys(tlvs) as TlvName[]).map((name) => [tlvs[name].tag, name]),
);

/** The tag of a TLV: `tlvTag('message_payload') === 0x0424`. */
export function tlvTag(name: TlvName): number {
  return tlvs[name].tag;
}

/** The name of a tag; undefined for vendor and unassigned tags. */
export function tlvName(tag: number): TlvName | undefined {
  return byTag.get(tag);
}

/** The definition of a TLV by tag; undefined for vendor and unassigned tags. */
export function tlvDefinition(tag: number): TlvDefinition | undefined {
  const name = byTag.get(tag);
  return name === undefined ? undefined : tlvs[name];
}
