import type { Tlv } from '../definitions/pdu.ts';

/** How `decode` reads; everything has a default. */
export interface DecodeOptions {
  /**
   * `lenient`, the default, reads what real peers send: a last string without NUL, a TLV that runs past the end,
   * a response that ends early. `strict` rejects these three. Other deviations only set flags in either mode.
   */
  readonly mode?: 'lenient' | 'strict' | undefined;
  /**
   * Octets (with NUL) that a C-octet string longer than its documented maximum may have; such a string is flagged
   * `oversize`, a longer one makes the PDU malformed. Default 1024: peers send passwords and ids of 30 to 100
   * octets, and nothing longer than that is an address. Fields whose documented maximum is higher keep it.
   */
  readonly maxFieldOctets?: number | undefined;
  /**
   * TLVs in one PDU; more make it malformed. Default 1024: broadcast_sm may carry 255 areas, while a PDU of
   * 128 KiB could hold 32,768 empty TLVs, an object each.
   */
  readonly maxTlvs?: number | undefined;
}

/** Default of `DecodeOptions.maxFieldOctets`. */
export const defaultMaxFieldOctets = 1024;

/** Default of `DecodeOptions.maxTlvs`. */
export const defaultMaxTlvs = 1024;

/** Shared by all PDUs without TLVs. */
export const noTlvs: readonly Tlv[] = Object.freeze([]);

/** Shared by all PDUs without flags. */
export const noFlags: readonly string[] = Object.freeze([]);

/** Octets of the header (SMPP 3.4 3.2, SMPP 5.0 3.2). */
export const headerOctets = 16;
