import { type CommandName, commands } from '../definitions/commands.ts';
import type {
  BodyOf,
  DecodedPdu,
  PduHeader,
  PduInput,
  PduInputOf,
  PduTail,
  TlvInput,
  TlvOf,
  TlvRecord,
  UnknownTlv,
} from '../definitions/pdu.ts';
import type { CommandDefinition, CommandTable, TlvTable } from '../definitions/schema.ts';
import { type Tlvs, type TlvValueOf, tlvs } from '../definitions/tlvs.ts';
import { readPdu, writePdu } from './generated.ts';
import { interpretDecode } from './interpret-decode.ts';
import { interpretEncode } from './interpret-encode.ts';
import { type DecodeOptions, defaultMaxTlvs } from './options.ts';
import { BufferedPduWriter, needsRoom, type Writer } from './pdu-writer.ts';
import { createTables, standardTables } from './tables.ts';
import { refused } from './wire.ts';

/**
 * Decodes one PDU. Never throws: octets that are no PDU come back as `command: 'malformed'` with the
 * command_status to answer, an unknown command_id as `command: 'unknown'`. Octet strings are views of `bytes`.
 */
export function decode(bytes: Uint8Array, options?: DecodeOptions): DecodedPdu {
  return (
    readPdu(bytes, options?.maxTlvs ?? defaultMaxTlvs) ?? interpretDecode(standardTables, bytes, options)
  );
}

/** The fields of a PDU's body by their names; undefined for a command that is not known. */
export function fieldsOf(command: string): ReadonlySet<string> | undefined {
  return standardTables.commandByName.get(command)?.fieldNames;
}

/** Puts an interpreted encoding at `offset`, if there is room. */
function place(bytes: Uint8Array, offset: number, pdu: Uint8Array): number {
  if (offset + pdu.length > bytes.length) return needsRoom;
  bytes.set(pdu, offset);
  return offset + pdu.length;
}

/** As `writePdu`: a symbol or an object that is nothing else can be no field, and the interpreter says of which. */
function written(bytes: Uint8Array, offset: number, pdu: PduInput): number {
  try {
    return writePdu(bytes, offset, pdu);
  } catch {
    return refused;
  }
}

function encodeInto(bytes: Uint8Array, offset: number, pdu: PduInput): number {
  const end = written(bytes, offset, pdu);
  return end === refused ? place(bytes, offset, interpretEncode(standardTables, pdu)) : end;
}

/**
 * `encode` cuts its results from a slab, as Buffer's own pool does, because allocating each costs half as much as
 * encoding it. An octet is written once and never again, so the slab cannot be seen from outside.
 */
const slabOctets = 16 * 1024;
let slab: Uint8Array = Buffer.allocUnsafeSlow(slabOctets);
let slabUsed = 0;

/** Encodes one PDU. Throws `EncodeError` on the caller's mistakes. `PduWriter` is faster for many. */
export function encode(pdu: PduInput): Uint8Array {
  const bytes = slab;
  const start = slabUsed;
  // Taken whole while writing: a getter of `pdu` that calls `encode` gets a slab of its own.
  slabUsed = slabOctets;
  const end = written(bytes, start, pdu);
  if (end >= 0) {
    if (slab === bytes) slabUsed = end;
    return bytes.subarray(start, end);
  }
  if (end === refused) {
    if (slab === bytes) slabUsed = start;
    return interpretEncode(standardTables, pdu);
  }
  const writer = new PduWriter(slabOctets);
  slab = Buffer.allocUnsafeSlow(slabOctets);
  slabUsed = 0;
  writer.write(pdu);
  return writer.take();
}

/** The buffer of one session: `write` PDUs, `take` the octets. */
export class PduWriter extends BufferedPduWriter<PduInput> {
  /** `initialBytes`: size of the first buffer, default 16 KiB. */
  constructor(initialBytes?: number) {
    super(encodeInto, initialBytes);
  }
}

/** PDUs of a vendor's table, as decoded. */
export type VendorPdu<C extends CommandTable, T extends TlvTable> = {
  readonly [N in keyof C & string]: C[N] extends CommandDefinition
    ? PduHeader<N> & BodyOf<C[N]> & Omit<PduTail, 'tlvs'> & { readonly tlvs: readonly VendorTlv<T>[] }
    : never;
}[keyof C & string];

/** TLVs of the documents and of a vendor's table, as decoded. A vendor's name replaces the same name. */
export type VendorTlv<T extends TlvTable> = TlvOf<Omit<Tlvs, keyof T>> | TlvOf<T> | UnknownTlv;

/** TLVs of the documents and of a vendor's table, to be encoded: a list or a record by name. */
export type VendorTlvInput<T extends TlvTable> =
  | readonly (Exclude<TlvInput, { readonly name: keyof T }> | NamedTlvs<T>[keyof T & string])[]
  | (Omit<TlvRecord, keyof T> & {
      readonly [N in keyof T & string]?: TlvValueOf<T[N]> | readonly TlvValueOf<T[N]>[] | undefined;
    });

type NamedTlvs<T extends TlvTable> = {
  readonly [N in keyof T & string]: {
    readonly name: N;
    readonly tag?: number | undefined;
    readonly value: TlvValueOf<T[N]>;
    readonly bytes?: Uint8Array | undefined;
  };
};

type Given<B> = { readonly [K in keyof B]?: B[K] | undefined };

/** What the encoder of a vendor's codec takes. */
export type VendorPduInput<C extends CommandTable, T extends TlvTable> =
  | { readonly [N in keyof C & string]: VendorInputOf<N, C[N], T> }[keyof C & string]
  | {
      readonly [N in CommandName]: Omit<PduInputOf<N>, 'tlvs'> & {
        readonly tlvs?: VendorTlvInput<T> | undefined;
      };
    }[CommandName];

type VendorInputOf<N extends string, D extends CommandDefinition, T extends TlvTable> = {
  readonly command: N;
  readonly tlvs?: VendorTlvInput<T> | undefined;
} & Given<Omit<PduHeader<N>, 'command'>> &
  Given<BodyOf<D>> &
  Given<Pick<PduTail, 'flags'>>;

/** A codec with definitions of its own beside those of the documents. */
export interface Codec<C extends CommandTable = CommandTable, T extends TlvTable = TlvTable> {
  /** As `decode`. */
  decode(bytes: Uint8Array, options?: DecodeOptions): DecodedPdu | VendorPdu<C, T>;
  /** As `encode`. */
  encode(pdu: VendorPduInput<C, T>): Uint8Array;
  /** As `fieldsOf`, with the commands of the vendor. */
  fieldsOf(command: string): ReadonlySet<string> | undefined;
  /** As `new PduWriter()`. */
  writer(): Writer<VendorPduInput<C, T>>;
}

/** What `createCodec` adds to the documents; a definition under a known name, id or tag replaces that one. */
export interface CodecDefinitions<C extends CommandTable, T extends TlvTable> {
  readonly commands?: C;
  readonly tlvs?: T;
}

/**
 * A codec that also knows PDUs and TLVs of a vendor. It walks the tables, about five times slower than the
 * generated one, and shares nothing: two codecs may give one tag two meanings.
 */
export function createCodec<
  const C extends CommandTable = Record<never, never>,
  const T extends TlvTable = Record<never, never>,
>(definitions: CodecDefinitions<C, T>): Codec<C, T> {
  const tables = createTables([commands, definitions.commands ?? {}], [tlvs, definitions.tlvs ?? {}]);
  const encodeVendorInto = (bytes: Uint8Array, offset: number, pdu: VendorPduInput<C, T>): number =>
    place(bytes, offset, interpretEncode(tables, pdu));
  return {
    decode: (bytes, options) => interpretDecode(tables, bytes, options),
    encode: (pdu) => interpretEncode(tables, pdu),
    fieldsOf: (command) => tables.commandByName.get(command)?.fieldNames,
    writer: () => new BufferedPduWriter(encodeVendorInto),
  };
}
