/** How much of its segments a content fills: for those who write texts, before they send them. */
import { countSegments, encodeText, readUdh, type TextCoding, unitsPerSegment } from '@chappe/protocol';
import { type ContentArgument, cut, octetsOf } from './segments.ts';

/** What a segment is full of: septets of 7-bit codings, UTF-16 units of UCS-2, octets of all others. */
export type ContentUnit = 'septets' | 'utf16' | 'octets';

/** A content, measured. */
export interface ContentMeasure {
  /** As it would leave; undefined for octets. */
  readonly text: string | undefined;
  readonly coding: string;
  readonly segments: number;
  /** As SMPP carries them, without user data headers. */
  readonly octets: number;
  /** Code points of the text; undefined for octets. */
  readonly characters: number | undefined;
  readonly unit: ContentUnit;
  readonly units: number;
  /** Units that fit into each of so many segments. */
  readonly unitsPerSegment: number;
  /** Units that still fit into the last one. */
  readonly unitsLeft: number;
  /** The characters that `replacement` stands for, each once. */
  readonly replaced: readonly string[];
}

// Octets of the header that joins segments (3GPP 23.040 9.2.3.24.1, 9.2.3.24.8); SAR becomes one on the air.
const joinOctets = { udh8: 6, udh16: 7, sar: 7 } as const;

/** Measures a content as it would be cut. Throws as `cut`. */
export function measureContent(content: ContentArgument): ContentMeasure {
  // What goes as one message_payload is cut further on, and paid as what it is cut into.
  const longMessage = content.longMessage === 'payload' ? 'udh8' : (content.longMessage ?? 'udh8');
  const { text, coding, segments, replaced } = cut({ ...content, longMessage }, 0);
  if (text === undefined) {
    const units = octetsOf(content).length;
    const own = content.udh?.length ?? 0;
    // The length octet counts for both.
    const header = segments.length > 1 ? Math.max(own, 1) - 1 + joinOctets[longMessage] : own;
    const each = unitsPerSegment('octet', header);
    return {
      text,
      coding,
      segments: segments.length,
      octets: units,
      characters: undefined,
      unit: 'octets',
      units,
      unitsPerSegment: each,
      unitsLeft: segments.length * each - units,
      replaced,
    };
  }
  const known = coding as TextCoding;
  const elements = content.udh === undefined ? undefined : readUdh(content.udh)?.elements;
  const count = countSegments(text, { coding: known, method: longMessage, elements });
  return {
    text,
    coding,
    segments: segments.length,
    octets: encodeText(text, known).bytes.length,
    characters: count.characters,
    unit: unitOf(known),
    units: count.units,
    unitsPerSegment: count.unitsPerSegment,
    unitsLeft: count.unitsLeft,
    replaced,
  };
}

function unitOf(coding: TextCoding): ContentUnit {
  if (coding === 'gsm7' || coding === 'gsm7-packed' || coding === 'ascii') return 'septets';
  return coding === 'ucs2' ? 'utf16' : 'octets';
}
