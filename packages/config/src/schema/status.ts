/** command_status by name or by number. */
import { type StatusName, status } from '@chappe/protocol';
import type { z } from 'zod';
import { type JsonShape, scalar, UnknownWord } from './field.ts';

const names = Object.keys(status) as StatusName[];
// command_status has four octets.
const maxStatus = 0xffff_ffff;

/** `ESME_RTHROTTLED`, `RTHROTTLED`, `0x58` or `88`; above 0. */
export function readStatus(text: string): number {
  const name = [text, `ESME_${text}`].find((candidate) => Object.hasOwn(status, candidate));
  const isNumber = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text);
  const number = name === undefined ? (isNumber ? Number(text) : Number.NaN) : status[name as StatusName];
  if (number > 0 && number <= maxStatus) return number;
  if (number === 0) throw new TypeError('ESME_ROK refuses nothing');
  const given = /^[A-Z_]+$/i.test(text) && !/^ESME_/i.test(text) ? `ESME_${text}` : text;
  throw new UnknownWord('expected a status such as ESME_RTHROTTLED or 0x58', given, names);
}

const shape: JsonShape = {
  type: ['string', 'integer'],
  pattern: '^((ESME_)?[A-Z]\\w+|0x[0-9a-fA-F]+|[0-9]+)$',
};

/** A command_status above 0. */
export const commandStatus: z.ZodType<number> = scalar(readStatus, shape);
