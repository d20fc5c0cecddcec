/** A text or octets: exactly one of them. */
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
