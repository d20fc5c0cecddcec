import {
  ContentError,
  DATA_CODING,
  type Segment,
  type SegmentMethod,
  segmentBytes,
  segmentText,
  type TextCoding,
  type TextOptions,
  type UnmappableCharacter,
} from '@chappe/protocol';
import type { Random } from '../clock.ts';

/** How texts are coded and cut. */
export interface TextSettings extends Omit<TextOptions, 'coding' | 'replacement'> {
  /**
   * Stands for each character that a coding does not hold; '' leaves it out. Default: such a text is refused. Where the
   * coding is chosen by the text, UCS2 holds them all, unless it is not `allowed`.
   */
  readonly replacement?: string | undefined;
  /** How the segments of a long message belong together. Default `udh8`. */
  readonly longMessage?: SegmentMethod | undefined;
}

/** What a message says, and how it is to be coded. */
export interface ContentInput {
  /** Text of any length. Either this or `bytes`. */
  readonly text?: string | undefined;
  /** Octets as they are, with `dataCoding` (default 4, binary). Cut into segments like a text. */
  readonly bytes?: Uint8Array | undefined;
  readonly dataCoding?: number | undefined;
  /** Default: the smallest that holds the text. */
  readonly coding?: TextCoding | undefined;
  /**
   * Stands for each character that the coding does not hold; '' leaves it out. Default: that of the `text` settings;
   * where neither says one, such a text is refused (`ContentError`, `CHAPPE_TEXT_CHARACTER`).
   */
  readonly replacement?: string | undefined;
  /** 0 flash, 1 phone, 2 SIM, 3 terminal. */
  readonly messageClass?: 0 | 1 | 2 | 3 | undefined;
}

/** A content as it is sent. */
export interface CutContent {
  readonly segments: readonly Segment[];
  readonly dataCoding: number;
  /** Undefined for octets. */
  readonly coding: TextCoding | undefined;
  /** Characters that the coding does not hold. */
  readonly replaced: readonly UnmappableCharacter[];
}

/** Nobody wants question marks unasked. */
function unmappable(coding: TextCoding, { character, index }: UnmappableCharacter): ContentError {
  const what = `${coding} has no ${JSON.stringify(character)} (at ${index} of the text)`;
  const remedy = 'leave coding out, and one that holds the text is chosen, or say a replacement';
  return new ContentError('CHAPPE_TEXT_CHARACTER', `${what}: ${remedy}`);
}

/**
 * Codes a content and cuts it into segments, which `reference` ties together. Throws `ContentError` for what cannot be
 * sent: a character that the coding lacks, too many segments.
 */
export function cutContent(message: ContentInput, reference: number, settings: TextSettings): CutContent {
  const { longMessage, ...text } = settings;
  const common = { method: longMessage, reference } as const;
  if (message.bytes !== undefined) {
    const { segments } = segmentBytes(message.bytes, common);
    return {
      segments,
      dataCoding: message.dataCoding ?? DATA_CODING.BINARY,
      coding: undefined,
      replaced: [],
    };
  }
  const { coding, messageClass } = message;
  const replacement = message.replacement ?? settings.replacement;
  const whole = segmentText(message.text ?? '', {
    ...text,
    ...common,
    replacement,
    ...(coding !== undefined && { coding }),
    ...(messageClass !== undefined && { messageClass }),
  });
  const [lost] = whole.unmappable;
  if (lost !== undefined && replacement === undefined) throw unmappable(whole.coding, lost);
  return { ...whole, replaced: whole.unmappable };
}

/** References of long messages: another for each, so that nobody joins the segments of two. */
export class References {
  #next: number;

  constructor(random: Random) {
    this.#next = Math.floor(random() * 0x10000);
  }

  /** That of the message which is composed now; `udh8` has room for 8 bits. */
  current(method: SegmentMethod = 'udh8'): number {
    return this.#next & (method === 'udh8' ? 0xff : 0xffff);
  }

  /** It was used. */
  spend(): void {
    this.#next = (this.#next + 1) & 0xffff;
  }
}
