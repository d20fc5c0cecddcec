import type { DecodedPdu, PduInput } from '../definitions/pdu.ts';
import { interpretDecode } from './interpret-decode.ts';
import { interpretEncode } from './interpret-encode.ts';
import type { DecodeOptions } from './options.ts';
import { standardTables } from './tables.ts';

/** The codec that walks the standard tables: slow, complete, and the oracle of the generated one. */
export const interpret: {
  readonly decode: (bytes: Uint8Array, options?: DecodeOptions) => DecodedPdu;
  readonly encode: (pdu: PduInput) => Uint8Array;
} = {
  decode: (bytes, options) => interpretDecode(standardTables, bytes, options),
  encode: (pdu) => interpretEncode(standardTables, pdu),
};
