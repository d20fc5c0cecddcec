/** A text or octets: exactly one of them. */
import { encodeText, type TextCoding } from '@chappe/protocol';
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

/** Throws a `Problem` when the coding does not hold every character: nobody wants question marks unasked. */
export function checkCharacters(text: string, coding: TextCoding): void {
  const [lost] = encodeText(text, coding).unmappable;
  if (lost === undefined) return;
  const detail = `"text": ${coding} has no ${JSON.stringify(lost.character)} (character ${lost.index + 1})`;
  throw new Problem('invalid_field', detail, {
    field: 'text',
    hint: 'leave "coding" out, and one that holds the text is chosen, or give a "replacement"',
  });
}
