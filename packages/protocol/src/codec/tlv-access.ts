import type { Tlv, UnknownTlv } from '../definitions/pdu.ts';
import { type TlvName, type TlvValue, tlvs } from '../definitions/tlvs.ts';
import { OctetSink } from './octet-sink.ts';

/** Anything that carries decoded TLVs. */
interface Carrier {
  readonly tlvs: readonly Tlv[];
}

/** The value of the first TLV of that name; undefined when there is none. */
export function tlv<N extends TlvName>(pdu: Carrier, name: N): TlvValue<N> | undefined {
  for (const item of pdu.tlvs) {
    if (item.name === name) return item.value as TlvValue<N>;
  }
  return undefined;
}

/** The values of all TLVs of that name, in order. */
export function tlvAll<N extends TlvName>(pdu: Carrier, name: N): TlvValue<N>[] {
  return pdu.tlvs.filter((item) => item.name === name).map((item) => item.value as TlvValue<N>);
}

function rawOf(item: Exclude<Tlv, UnknownTlv>): Uint8Array {
  if (item.bytes !== undefined) return item.bytes;
  if (item.value instanceof Uint8Array) return item.value;
  const sink = new OctetSink();
  const { max } = tlvs[item.name];
  if (typeof item.value === 'number') sink.integer(item.name, max, item.value);
  else sink.cString(item.name, item.value, max);
  return sink.take();
}

/** The raw values of all TLVs with that tag, in order; for vendor TLVs, and for known ones as sent. */
export function tlvByTag(pdu: Carrier, tag: number): Uint8Array[] {
  return pdu.tlvs
    .filter((item) => item.tag === tag)
    .map((item) => (item.name === undefined ? item.value : rawOf(item)));
}
