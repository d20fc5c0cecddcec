/** A text or octets: exactly one of them. */
import { encodeText, readDataCoding, type TextCoding } from '@chappe/protocol';
import { Problem } from './problem.ts';

/** What was given. */
export interface GivenContent {
  readonly text?: string | undefined;
  readonly hex?: string | undefined;
}

/** Throws a `Problem` unless there is a text or octets, and not both. */
export function checkContent({ text, hex }: GivenContent): void {
  if (text === undefined && hex === undefined) {
    throw new Problem('missing_field', '"text" is missing', {
      field: 'text',
      hint: 'give "text", or "hex" for octets',
    });
  }
  if (text !== undefined && hex !== undefined) {
    throw new Problem('invalid_field', '"hex" cannot come together with "text"', {
      field: 'hex',
      hint: 'give one of them',
    });
  }
}

/** What says how a content is coded. */
export interface GivenCoding {
  readonly text?: string | undefined;
  readonly coding?: TextCoding | undefined;
  readonly dataCoding?: number | undefined;
  readonly messageClass?: number | undefined;
}

/**
 * The coding of a text: what `coding` or `dataCoding` says, undefined where none does. Throws a `Problem` where they do
 * not go together: what leaves could not be read, and could not be found again.
 */
export function textCodingOf({
  text,
  coding,
  dataCoding,
  messageClass,
}: GivenCoding): TextCoding | undefined {
  if (dataCoding === undefined) return coding;
  if (messageClass !== undefined) {
    throw new Problem('invalid_field', '"messageClass" stands in "dataCoding" already', {
      field: 'messageClass',
      hint: 'give one of them',
    });
  }
  if (text === undefined) return coding;
  const said = readDataCoding(dataCoding);
  const shown = `0x${dataCoding.toString(16).padStart(2, '0')}`;
  if (said.coding === 'octet' || said.compressed) {
    throw new Problem('invalid_field', `"dataCoding": ${shown} is for octets, not for a text`, {
      field: 'dataCoding',
      hint: 'give the octets as "hex"',
    });
  }
  const isPacked = said.coding === 'gsm7' && coding === 'gsm7-packed';
  if (coding === undefined || coding === said.coding || isPacked) return coding ?? said.coding;
  throw new Problem('invalid_field', `"dataCoding": ${shown} says ${said.coding}, and "coding" ${coding}`, {
    field: 'dataCoding',
    hint: 'leave "coding" out, or give the octets as "hex"',
  });
}

/** Throws a `Problem` when the coding does not hold every character: nobody wants question marks unasked. */
export function checkCharacters(
  text: string,
  coding: TextCoding,
  by: 'coding' | 'dataCoding' = 'coding',
): void {
  const [lost] = encodeText(text, coding).unmappable;
  if (lost === undefined) return;
  const detail = `"text": ${coding} has no ${JSON.stringify(lost.character)} (character ${lost.index + 1})`;
  throw new Problem('invalid_field', detail, {
    field: 'text',
    hint: `leave "${by}" out, and one that holds the text is chosen, or give a "replacement"`,
  });
}
