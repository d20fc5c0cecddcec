/** Alphabets and codings by name. */
import type { AccountSettings } from '@chappe/policy';
import { type TextCoding, textCodings } from '@chappe/protocol';
import type { z } from 'zod';
import { oneOf } from './field.ts';

type Alphabet = NonNullable<AccountSettings['defaultAlphabet']>;

/** What data_coding 0 means. `gsm8` is the field's word for GSM 7-bit with one septet in an octet. */
export const alphabet: z.ZodType<Alphabet> = oneOf(['gsm7', 'gsm7-packed', 'latin1', 'ascii'], {
  gsm8: 'gsm7',
  gsm7packed: 'gsm7-packed',
});

/** A coding of texts. */
export const coding: z.ZodType<TextCoding> = oneOf(textCodings);
