import type {
  Codec,
  CommandTable,
  PduOf,
  RequestName,
  TlvInput,
  TlvRecord,
  TlvTable,
  VendorTlv,
  VendorTlvInput,
} from '@chappe/protocol';
import type { SessionCodec } from './options.ts';

/** No TLVs beside those of the documents. */
export type NoTlvs = Record<never, never>;

/** A codec that sessions take: that of the documents, or one of `createCodec`, whose TLVs `T` the PDUs have then. */
export type CodecOption<T extends TlvTable> = SessionCodec | Codec<CommandTable, T>;

/** TLVs to be sent: a list, kept in order, or a record by name. */
export type TlvsOption<T extends TlvTable = NoTlvs> = keyof T extends never
  ? readonly TlvInput[] | TlvRecord
  : VendorTlvInput<T>;

/** A PDU as it is received, with the TLVs `T` of a vendor beside those of the documents. */
export type ReceivedPdu<C extends RequestName, T extends TlvTable> = keyof T extends never
  ? PduOf<C>
  : C extends RequestName
    ? Omit<PduOf<C>, 'tlvs'> & { readonly tlvs: readonly VendorTlv<T>[] }
    : never;

/** What is to be sent, with the TLVs `T` of a vendor beside those of the documents. */
export type WithTlvsOf<P, T extends TlvTable> = keyof T extends never
  ? P
  : P extends unknown
    ? Omit<P, 'tlvs'> & { readonly tlvs?: VendorTlvInput<T> | undefined }
    : never;

/** TLVs as a list, by whichever way they were given; an array of values in a record repeats the TLV. */
export function tlvList(tlvs: TlvsOption): readonly TlvInput[] {
  if (Array.isArray(tlvs)) return tlvs as readonly TlvInput[];
  return Object.entries(tlvs as TlvRecord).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((one) => ({ name, value: one }) as TlvInput);
  });
}
