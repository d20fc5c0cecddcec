/** A text or octets to the segments that carry it: what the gateway sends itself, for HTTP and for handsets. */

import { GatewayError } from '@chappe/policy';
import {
  ContentError,
  elementIds,
  type InformationElement,
  readUdh,
  readUserData,
  type SegmentMethod,
  type SegmentTextOptions,
  segmentBytes,
  segmentText,
  type TextCoding,
  type TlvInput,
  type UnmappableCharacter,
  writeDataCoding,
  writeUdh,
} from '@chappe/protocol';
import { dataCodingOf } from './message-text.ts';
import { type Meta, octetsOfMeta } from './meta.ts';
import { octetsOfTlvs } from './tlv-octets.ts';

/** What is to be sent: a text, or octets (also in hexadecimal). */
export interface ContentArgument {
  readonly text?: string | undefined;
  readonly bytes?: Uint8Array | undefined;
  readonly hex?: string | undefined;
  /** Coding of a text; default the smallest that holds it. */
  readonly coding?: TextCoding | undefined;
  /** Stands for each character that the coding does not hold; '' leaves it out. Default: such a text is refused. */
  readonly replacement?: string | undefined;
  /** How a long text is cut; default `udh8`. */
  readonly longMessage?: SegmentMethod | undefined;
  /** Elements of a user data header that stand in every segment, with their length before them. Default: none. */
  readonly udh?: Uint8Array | undefined;
  /** 0: flash. */
  readonly messageClass?: 0 | 1 | 2 | 3 | undefined;
}

/** One segment as it is stored. */
export interface CutSegment {
  readonly payload: Uint8Array;
  readonly inPayloadTlv: boolean;
  readonly esmClassBits: number;
  readonly tlvs: readonly TlvInput[];
  /** The piece of text in it; undefined for octets. */
  readonly text: string | undefined;
}

/** All segments of one message. */
export interface Cut {
  /** As it leaves; undefined for octets. */
  readonly text: string | undefined;
  readonly coding: string;
  readonly dataCoding: number;
  readonly segments: readonly CutSegment[];
  /** The characters that `replacement` stands for, each once. */
  readonly replaced: readonly string[];
}

/** Cuts a content. Throws `GatewayError` CHAPPE_GATEWAY_INVALID, naming the argument. */
export function cut(content: ContentArgument, reference: number): Cut {
  const given = [content.text, content.bytes, content.hex].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', 'exactly one of text, bytes and hex is needed', {
      field: given.length === 0 ? 'text' : 'bytes',
    });
  }
  const { text } = content;
  const elements = elementsOf(content);
  const whole = invalid(() =>
    text === undefined
      ? cutBytes(content, reference, elements)
      : cutText(text, content, { reference, elements }),
  );
  if (whole.segments.length > 1 && elements?.some(isConcat)) {
    const what = 'its header says that it is a segment, and it must be cut itself';
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', what, { field: 'udh' });
  }
  return whole;
}

/** What cannot be cut, as the gateway's own error. */
function invalid(work: () => Cut): Cut {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', error.message, { cause: error, field: 'text' });
  }
}

/** What each segment carries beside its piece of the content. */
export interface Beside {
  readonly tlvs?: readonly TlvInput[] | undefined;
  readonly meta?: Meta | undefined;
}

/** How much one message of this content is to store. Throws as `cut` does. */
export function sizeOf(content: ContentArgument & Beside): {
  readonly segments: number;
  readonly octets: number;
} {
  const { segments } = cut(content, 0);
  const beside = octetsOfTlvs(content.tlvs ?? []) + octetsOfMeta(content.meta ?? {});
  return {
    segments: segments.length,
    octets: segments.reduce((sum, { payload }) => sum + payload.length + beside, 0),
  };
}

/** What of a stored content's header is no concatenation, nor written by the coding of its text; undefined: nothing. */
export function ownHeader({ payload, esmClass, dataCoding }: Place): Uint8Array | undefined {
  const { header } = readUserData({
    esm_class: esmClass,
    data_coding: dataCoding,
    short_message: payload,
    tlvs: [],
  });
  const elements = header?.elements.filter((element) => !isConcat(element) && !isShift(element.id)) ?? [];
  return elements.length === 0 ? undefined : writeUdh(elements);
}

/** A content whose text becomes another. */
export interface Place {
  /** Canonical, see alphabet.ts. */
  readonly payload: Uint8Array;
  readonly esmClass: number;
  readonly dataCoding: number;
  readonly tlvs: readonly { readonly tag: number }[];
}

// The TLV of how many segments there are (SMPP 3.4 5.3.2.23).
const sarTotal = 0x020e;

/**
 * Another text in the place of a content: with its message class and what of its header is no concatenation. One that is
 * a segment of a whole keeps its coding and all of its header, and stays one. Throws as `cut`.
 */
export function cutUnder(
  place: Place,
  text: string,
  reference: number,
): Pick<Cut, 'segments' | 'dataCoding'> {
  const { messageClass, coding } = dataCodingOf(place.dataCoding);
  const data = readUserData({
    esm_class: place.esmClass,
    data_coding: place.dataCoding,
    short_message: place.payload,
    tlvs: [],
  });
  const elements = data.header?.elements.filter(({ id }) => !isShift(id));
  const isSegment = data.header?.concat !== undefined || place.tlvs.some(({ tag }) => tag === sarTotal);
  return invalid(() =>
    isSegment
      ? cutText(text, { coding, messageClass }, { reference, elements, maxSegments: 1 })
      : cutText(text, { messageClass }, { reference, elements }),
  );
}

function isConcat({ id }: InformationElement): boolean {
  return id === elementIds.concat8 || id === elementIds.concat16;
}

function isShift(id: number): boolean {
  return id === elementIds.singleShift || id === elementIds.lockingShift;
}

function cutText(
  text: string,
  content: ContentArgument,
  layout: Pick<SegmentTextOptions, 'reference' | 'elements' | 'maxSegments'>,
): Cut {
  const { longMessage, coding, messageClass, replacement } = content;
  const whole = segmentText(text, { ...layout, method: longMessage, coding, messageClass });
  const [lost] = whole.unmappable;
  if (lost !== undefined && replacement !== undefined) {
    // What is stored, searched and filtered is what leaves.
    const replacedText = withReplacement(text, whole.unmappable, replacement);
    const replaced = [...new Set(whole.unmappable.map(({ character }) => character))];
    return {
      ...cutText(replacedText, { coding: whole.coding, longMessage, messageClass }, layout),
      replaced,
    };
  }
  if (lost !== undefined) {
    const what = `${whole.coding} has no ${JSON.stringify(lost.character)} (at ${lost.index})`;
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', what, { field: 'coding' });
  }
  return {
    text,
    coding: whole.coding,
    dataCoding: whole.dataCoding,
    segments: whole.segments.map((segment) => stored(segment, segment.text)),
    replaced: [],
  };
}

function withReplacement(text: string, lost: readonly UnmappableCharacter[], replacement: string): string {
  let replacedText = '';
  let from = 0;
  for (const { index, character } of lost) {
    replacedText += text.slice(from, index) + replacement;
    from = index + character.length;
  }
  return replacedText + text.slice(from);
}

function cutBytes(
  content: ContentArgument,
  reference: number,
  elements: readonly InformationElement[] | undefined,
): Cut {
  const bytes = octetsOf(content);
  const whole = segmentBytes(bytes, { reference, method: content.longMessage, elements });
  const { messageClass } = content;
  return {
    text: undefined,
    coding: 'octet',
    dataCoding: writeDataCoding({ coding: 'octet', messageClass }),
    segments: whole.segments.map((segment) => stored(segment, undefined)),
    replaced: [],
  };
}

function elementsOf({ udh }: ContentArgument): readonly InformationElement[] | undefined {
  if (udh === undefined) return undefined;
  const header = readUdh(udh);
  if (header?.headerOctets === udh.length) return header.elements;
  throw new GatewayError('CHAPPE_GATEWAY_INVALID', 'the length before the header is not its own', {
    field: 'udh',
  });
}

interface Segment {
  readonly short_message: Uint8Array;
  readonly esmClassBits: number;
  readonly tlvs: readonly TlvInput[];
}

function stored(segment: Segment, text: string | undefined): CutSegment {
  const payload = segment.tlvs.find((item) => item.name === 'message_payload');
  return {
    payload: payload?.name === 'message_payload' ? payload.value : segment.short_message,
    inPayloadTlv: payload !== undefined,
    esmClassBits: segment.esmClassBits,
    tlvs: segment.tlvs.filter((item) => item !== payload),
    text,
  };
}

/** The octets of a content that is no text. Throws as `cut`. */
export function octetsOf({ bytes, hex = '' }: ContentArgument): Uint8Array {
  if (bytes !== undefined) return bytes;
  const digits = hex.replaceAll(' ', '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', 'hex needs an even number of hexadecimal digits', {
      field: 'hex',
    });
  }
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
