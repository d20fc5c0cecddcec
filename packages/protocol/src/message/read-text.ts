import { type DataCoding, type DataCodingOptions, readDataCoding } from '../text/data-coding.ts';
import { fillBits, type SeptetPadding, unpackSeptets } from '../text/septets.ts';
import { decodeText } from '../text/text.ts';
import type { ShiftTables } from '../text/text-coding.ts';
import { type ContentPdu, readUserData, type UserData } from './user-data.ts';

/** How a peer's texts are read. */
export interface ReadTextOptions extends DataCodingOptions {
  /** What the peer fills seven spare bits of packed text with. Default `cr`. */
  readonly padding?: SeptetPadding | undefined;
}

/** The text of a message of one or more segments. */
export interface MessageText {
  /** One character per octet where the content is no text (`dataCoding.coding` is `octet`) or compressed. */
  readonly text: string;
  /** Of the first segment. */
  readonly dataCoding: DataCoding;
  /** The content without headers, segments joined. For packed text: its septets, one per octet. */
  readonly bytes: Uint8Array;
}

interface Piece extends ShiftTables {
  readonly dataCoding: DataCoding;
  /** Packed text is unpacked already: fill bits differ from segment to segment. */
  readonly bytes: Uint8Array;
}

function pieceOf(pdu: ContentPdu, data: UserData, options: ReadTextOptions): Piece {
  const dataCoding = readDataCoding(pdu.data_coding, options);
  const { header, payload } = data;
  const packed = dataCoding.coding === 'gsm7-packed' && !dataCoding.compressed;
  return {
    dataCoding,
    locking: header?.locking,
    single: header?.single,
    bytes: packed ? unpackSeptets(payload, fillBits(header?.headerOctets ?? 0), options.padding) : payload,
  };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const joined = new Uint8Array(pieces.reduce((octets, piece) => octets + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function decodePiece(piece: Piece, bytes: Uint8Array): string {
  const { coding, compressed } = piece.dataCoding;
  if (compressed) return decodeText(bytes, 'octet');
  return decodeText(bytes, coding === 'gsm7-packed' ? 'gsm7' : coding, piece);
}

function alike(a: Piece, b: Piece): boolean {
  return a.dataCoding.coding === b.dataCoding.coding && a.locking === b.locking && a.single === b.single;
}

/**
 * Reads the text of a message from its segments in their order (or from one PDU). Segments are joined before they are
 * decoded, since some peers cut through surrogate and escape pairs. Never throws.
 */
export function readText(segments: readonly ContentPdu[], options: ReadTextOptions = {}): MessageText {
  const pieces = segments.map((pdu) => pieceOf(pdu, readUserData(pdu), options));
  const first = pieces[0];
  if (first === undefined)
    return { text: '', dataCoding: readDataCoding(0, options), bytes: new Uint8Array(0) };
  const bytes = join(pieces.map((piece) => piece.bytes));
  const text = pieces.every((piece) => alike(piece, first))
    ? decodePiece(first, bytes)
    : pieces.map((piece) => decodePiece(piece, piece.bytes)).join('');
  return { text, dataCoding: first.dataCoding, bytes };
}
