/** Type of number and numbering plan: by name or by number (SMPP 3.4 5.2.5, 5.2.6). */
import type { z } from 'zod';
import { type JsonShape, scalar } from './field.ts';

const tons: { readonly [name: string]: number } = {
  unknown: 0,
  international: 1,
  national: 2,
  network: 3,
  subscriber: 4,
  alphanumeric: 5,
  abbreviated: 6,
};
const npis: { readonly [name: string]: number } = {
  unknown: 0,
  isdn: 1,
  data: 3,
  telex: 4,
  'land-mobile': 6,
  national: 8,
  private: 9,
  ermes: 10,
  internet: 14,
  wap: 18,
};

function reader(names: { readonly [name: string]: number }): (text: string) => number {
  return (text) => {
    if (Object.hasOwn(names, text)) return names[text]!;
    const number = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
    if (number <= 255) return number;
    throw new TypeError(`expected a number from 0 to 255, or one of ${Object.keys(names).join(', ')}`);
  };
}

function shapeOf(names: { readonly [name: string]: number }, ...more: readonly string[]): JsonShape {
  const words = [...Object.keys(names), ...more];
  return { anyOf: [{ type: 'integer', minimum: 0, maximum: 255 }, { enum: words }] };
}

function orAuto(read: (text: string) => number): (text: string) => number | 'auto' {
  return (text) => (text === 'auto' ? 'auto' : read(text));
}

/** TON. */
export const ton: z.ZodType<number> = scalar(reader(tons), shapeOf(tons));

/** NPI. */
export const npi: z.ZodType<number> = scalar(reader(npis), shapeOf(npis));

/** TON, or guessed from the address. */
export const tonOrAuto: z.ZodType<number | 'auto'> = scalar(orAuto(reader(tons)), shapeOf(tons, 'auto'));

/** NPI, or guessed from the address. */
export const npiOrAuto: z.ZodType<number | 'auto'> = scalar(orAuto(reader(npis)), shapeOf(npis, 'auto'));
