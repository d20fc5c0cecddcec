/** A text or octets to the segments that carry it: what the gateway sends itself, for HTTP and for handsets. */
import {
  ContentError,
  type SegmentMethod,
  segmentBytes,
  segmentText,
  type TextCoding,
  type TlvInput,
  writeDataCoding,
} from '@chappe/protocol';
import { GatewayError } from './errors.ts';

/** What is to be sent: a text, or octets (also in hexadecimal). */
export interface ContentArgument {
  readonly text?: string | undefined;
  readonly bytes?: Uint8Array | undefined;
  readonly hex?: string | undefined;
  /** Coding of a text; default the smallest that holds it. */
  readonly coding?: TextCoding | undefined;
  /** How a long text is cut; default `udh8`. */
  readonly longMessage?: SegmentMethod | undefined;
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
  readonly coding: string;
  readonly dataCoding: number;
  readonly segments: readonly CutSegment[];
}

/** Cuts a content. Throws `GatewayError` CHAPPE_GATEWAY_INVALID, naming the argument. */
export function cut(content: ContentArgument, reference: number): Cut {
  const given = [content.text, content.bytes, content.hex].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', 'exactly one of text, bytes and hex is needed', {
      field: given.length === 0 ? 'text' : 'bytes',
    });
  }
  try {
    return content.text === undefined
      ? cutBytes(content, reference)
      : cutText(content.text, content, reference);
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', error.message, { cause: error, field: 'text' });
  }
}

function cutText(text: string, content: ContentArgument, reference: number): Cut {
  const whole = segmentText(text, {
    reference,
    method: content.longMessage,
    coding: content.coding,
    messageClass: content.messageClass,
  });
  const [lost] = whole.unmappable;
  if (lost !== undefined) {
    const what = `${whole.coding} has no ${JSON.stringify(lost.character)} (at ${lost.index})`;
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', what, { field: 'coding' });
  }
  return {
    coding: whole.coding,
    dataCoding: whole.dataCoding,
    segments: whole.segments.map((segment) => stored(segment, segment.text)),
  };
}

function cutBytes(content: ContentArgument, reference: number): Cut {
  const bytes = content.bytes ?? octetsOf(content.hex ?? '');
  const whole = segmentBytes(bytes, { reference, method: content.longMessage });
  const { messageClass } = content;
  return {
    coding: 'octet',
    dataCoding: writeDataCoding({ coding: 'octet', messageClass }),
    segments: whole.segments.map((segment) => stored(segment, undefined)),
  };
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

function octetsOf(hex: string): Uint8Array {
  const digits = hex.replaceAll(' ', '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', 'hex needs an even number of hexadecimal digits', {
      field: 'hex',
    });
  }
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
