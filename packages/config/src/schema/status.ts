/** command_status by name or by number. */
import { type StatusName, status } from '@chappe/protocol';
import { UnknownWord } from './field.ts';

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
