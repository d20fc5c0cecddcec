import type { UnmappableCharacter } from './text-coding.ts';

/** The coded character sets whose tables the platform's TextDecoder knows. */
export type Charset = 'cyrillic' | 'hebrew' | 'jis' | 'iso-2022-jp' | 'euc-kr' | 'jis-x-0212';

interface CharsetTable {
  /** The label for the TextDecoder that reads the codes of `spans`. */
  readonly label: string;
  /** All codes that we write. */
  readonly spans: readonly Span[];
}

/** A block of codes: an optional first octet, then a lead and a trail octet, or one octet where `trail` is absent. */
interface Span {
  readonly prefix?: number;
  readonly lead: readonly [from: number, to: number];
  readonly trail?: readonly [from: number, to: number];
}

const ASCII: Span = { lead: [0x00, 0x7f] };
/** SO, SI and ESC switch sets in ISO-2022: they are no text there. */
const SHIFTS: ReadonlySet<number> = new Set([0x0e, 0x0f, 0x1b]);
const UPPER_HALF: Span = { lead: [0x80, 0xff] };
/** Two octets above 0xa0: the 94 by 94 grid of JIS X 0208, JIS X 0212 and KS C 5601. */
const GRID = { lead: [0xa1, 0xfe], trail: [0xa1, 0xfe] } as const;

const tables: { readonly [C in Charset]: CharsetTable } = {
  cyrillic: { label: 'iso-8859-5', spans: [ASCII, UPPER_HALF] },
  hebrew: { label: 'iso-8859-8', spans: [ASCII, UPPER_HALF] },
  jis: {
    label: 'shift_jis',
    // 0xed-0xee repeat what 0xfa-0xfc hold; everyone writes the latter.
    spans: [
      ASCII,
      { lead: [0xa1, 0xdf] },
      { lead: [0x81, 0x9f], trail: [0x40, 0xfc] },
      { lead: [0xe0, 0xec], trail: [0x40, 0xfc] },
      { lead: [0xef, 0xfc], trail: [0x40, 0xfc] },
    ],
  },
  // Written with JIS X 0208 codes between escapes; read with all escapes that the platform knows.
  'iso-2022-jp': { label: 'euc-jp', spans: [ASCII, GRID] },
  // The platform reads the larger code page 949; only KS C 5601 is written, which every peer knows.
  'euc-kr': { label: 'euc-kr', spans: [ASCII, GRID] },
  'jis-x-0212': {
    label: 'euc-jp',
    spans: [ASCII, GRID, { lead: [0x8e, 0x8e], trail: [0xa1, 0xdf] }, { prefix: 0x8f, ...GRID }],
  },
};

const SEPARATOR = 0x0a;
const REPLACEMENT_CHARACTER = '\ufffd';
const codesByCharset = new Map<Charset, ReadonlyMap<number, number>>();
const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decoderOf(label: string): InstanceType<typeof TextDecoder> {
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label);
    decoders.set(label, decoder);
  }
  return decoder;
}

/** All codes of a span, each followed by a line feed, which is no trail octet in any of the sets. */
function listCodes(span: Span): { codes: number[]; bytes: Uint8Array } {
  const codes: number[] = [];
  const bytes: number[] = [];
  const prefix = span.prefix;
  for (let lead = span.lead[0]; lead <= span.lead[1]; lead++) {
    for (let trail = span.trail?.[0] ?? 0; trail <= (span.trail?.[1] ?? 0); trail++) {
      if (prefix !== undefined) bytes.push(prefix);
      bytes.push(lead);
      if (span.trail) bytes.push(trail);
      bytes.push(SEPARATOR);
      codes.push(((prefix ?? 0) << 16) | (span.trail ? (lead << 8) | trail : lead));
    }
  }
  return { codes, bytes: Uint8Array.from(bytes) };
}

/** Code by code point: one octet to 0xff, two to 0xffff, three above. Built at the first use, in some 10 ms. */
function codesOf(charset: Charset): ReadonlyMap<number, number> {
  const known = codesByCharset.get(charset);
  if (known !== undefined) return known;
  const built = new Map<number, number>();
  const decoder = decoderOf(tables[charset].label);
  for (const span of tables[charset].spans) {
    const { codes, bytes } = listCodes(span);
    // ASCII holds the separator itself. ICU swaps three of its control codes in Shift_JIS: those are not written.
    const characters =
      span === ASCII ? [...decoder.decode(Uint8Array.from(codes))] : decoder.decode(bytes).split('\n');
    codes.forEach((code, i) => {
      const character = characters[i] ?? '';
      const point = character.codePointAt(0);
      if (point === undefined || character === REPLACEMENT_CHARACTER || built.has(point)) return;
      if (character.length !== String.fromCodePoint(point).length) return;
      if (span === ASCII && (point !== code || (charset === 'iso-2022-jp' && SHIFTS.has(code)))) return;
      built.set(point, code);
    });
  }
  codesByCharset.set(charset, built);
  return built;
}

const octetsOfCode = (code: number): number => (code > 0xffff ? 3 : code > 0xff ? 2 : 1);

/** ESC $ B and ESC ( B: the two escapes around a run of JIS X 0208 in ISO-2022-JP (RFC 1468). */
const TO_JIS = [0x1b, 0x24, 0x42] as const;
const TO_ASCII = [0x1b, 0x28, 0x42] as const;

/**
 * Octets that a code point takes after the one before it; 0 where the set does not hold it. In ISO-2022-JP a run of
 * JIS X 0208 also takes the two escapes around it, counted with its first character.
 */
export function charsetOctetsOf(charset: Charset, point: number, before: number | undefined): number {
  const codes = codesOf(charset);
  const code = codes.get(point);
  if (code === undefined) return 0;
  const octets = octetsOfCode(code);
  if (charset !== 'iso-2022-jp' || octets === 1) return octets;
  const running = before !== undefined && octetsOfCode(codes.get(before) ?? 0) === 2;
  return running ? octets : octets + TO_JIS.length + TO_ASCII.length;
}

function pushCode(bytes: number[], code: number): void {
  if (code > 0xffff) bytes.push(code >> 16);
  if (code > 0xff) bytes.push((code >> 8) & 0xff);
  bytes.push(code & 0xff);
}

/** The octets of a text in a character set; what it does not hold becomes `replacement` and is reported. */
export function encodeCharset(
  text: string,
  charset: Charset,
  replacement: string,
  unmappable: UnmappableCharacter[],
): Uint8Array {
  const codes = codesOf(charset);
  const substitute = replacement === '' ? undefined : codes.get(replacement.codePointAt(0)!);
  const escapes = charset === 'iso-2022-jp';
  const bytes: number[] = [];
  let inJis = false;
  let index = 0;
  for (const character of text) {
    let code = codes.get(character.codePointAt(0)!);
    if (code === undefined) {
      unmappable.push({ index, character });
      code = substitute;
    }
    index += character.length;
    if (code === undefined) continue;
    if (escapes && code > 0xff !== inJis) {
      inJis = !inJis;
      bytes.push(...(inJis ? TO_JIS : TO_ASCII));
    }
    pushCode(bytes, inJis ? code & 0x7f7f : code);
  }
  if (inJis) bytes.push(...TO_ASCII);
  return Uint8Array.from(bytes);
}

/** The text of octets in a character set; what is malformed becomes U+FFFD. */
export function decodeCharset(bytes: Uint8Array, charset: Charset): string {
  const label = charset === 'iso-2022-jp' ? 'iso-2022-jp' : tables[charset].label;
  return decoderOf(label).decode(bytes);
}
