/**
 * Message ids: 53 bits, so that they are exact as JavaScript numbers: milliseconds since 2025-01-01 UTC times 4096
 * plus a sequence number. The time bits say which day (and in the SQLite store which file) a message belongs to. Where
 * several nodes share a store, the lowest of them say the node as well: each has every so-manyth millisecond to itself. So
 * the ids of one call still follow each other, and those that one node alone makes are what they would be without any.
 */
import type { Clock } from './clock.ts';
import type { IdForm, MessageId } from './message.ts';

/** Which part of all ids a node makes: `node` of `nodes`, a power of two. */
export interface IdPart {
  readonly node: number;
  readonly nodes: number;
}

const ALL_IDS: IdPart = { node: 0, nodes: 1 };

const EPOCH_MS = Date.UTC(2025, 0, 1);
/** Ids of one millisecond; more per millisecond borrow from the next ones. */
const IDS_PER_MS = 4096;
const DAY_MS = 86_400_000;
const IDS_PER_DAY = DAY_MS * IDS_PER_MS;
/** Ids by the clock end with 2089; from there 4 years' worth of 53 bits is left. */
const LAST_ID_OF_CLOCK = (Date.UTC(2090, 0, 1) - EPOCH_MS) * IDS_PER_MS;
/** The last day whose ids are exact as numbers. */
const LAST_DAY = Math.floor(Number.MAX_SAFE_INTEGER / IDS_PER_DAY) - 1;
const HEX_ID_DIGITS = 14;
const TAG_DIGITS = 8;

/** Gives out message ids. */
export interface IdGenerator {
  /**
   * `count` (1 or more) consecutive ids, all of one day; returns the first. Throws a RangeError for more than 4,096 where
   * there are several nodes.
   */
  take(count: number): MessageId;
  /** No id given out from now on is of the day of `next`. */
  skipDay(): void;
  /** No id given out later will be lower. */
  readonly next: MessageId;
}

/** Ids above `highest`, those of one node; they never go back, whatever the wall clock does. */
export function idGenerator(clock: Clock, highest: MessageId, part: IdPart = ALL_IDS): IdGenerator {
  const { nodes } = part;
  const own = (least: MessageId): MessageId => (nodes === 1 ? least : firstOfNode(least, part));
  let next = own(highest + 1);
  return {
    take(count) {
      const fromClock = (clock.nowMs() - EPOCH_MS) * IDS_PER_MS;
      // A clock of another century must not use the 53 bits up: ids follow each other without it.
      if (fromClock > next && fromClock < LAST_ID_OF_CLOCK) next = own(Math.floor(fromClock));
      if (nodes > 1) next = ownRun(next, count, part);
      // Drafts of one call are stored whole or not at all, so they must not be spread over two day files.
      const dayEnd = (Math.floor(next / IDS_PER_DAY) + 1) * IDS_PER_DAY;
      if (next + count > dayEnd) next = own(dayEnd);
      const first = next;
      next += count;
      return first;
    },
    skipDay() {
      next = own((Math.floor(next / IDS_PER_DAY) + 1) * IDS_PER_DAY);
    },
    get next() {
      return next;
    },
  };
}

/** Where a run of so many ids fits into one millisecond of a node, from `next` on, which is of that node or ends there. */
function ownRun(next: MessageId, count: number, part: IdPart): MessageId {
  if (count > IDS_PER_MS) throw new RangeError(`${count} ids at once are more than ${IDS_PER_MS}`);
  const least = firstOfNode(next, part);
  const end = (Math.floor(least / IDS_PER_MS) + 1) * IDS_PER_MS;
  return least + count > end ? firstOfNode(end, part) : least;
}

/** The lowest id of a node that is not below `least`. */
function firstOfNode(least: MessageId, { node, nodes }: IdPart): MessageId {
  const ms = Math.floor(least / IDS_PER_MS);
  const ahead = (node - (ms % nodes) + nodes) % nodes;
  return ahead === 0 ? least : (ms + ahead) * IDS_PER_MS;
}

/** The node that made an id, where so many share the store. Ids of before they did are of none, and have one all the same. */
export function nodeOfId(id: MessageId, nodes: number): number {
  return Math.floor(id / IDS_PER_MS) % nodes;
}

/** Counters of short public ids are dealt out in turn: the first one of a node that is not below `least`. */
export function shortCounterOf(least: number, { node, nodes }: IdPart): number {
  return least + ((node - (least % nodes) + nodes) % nodes);
}

/** The wall-clock time in an id, epoch milliseconds. */
export function idTimeMs(id: MessageId): number {
  return EPOCH_MS + Math.floor(id / IDS_PER_MS);
}

/** The lowest id of a time, epoch milliseconds: for searches by time. */
export function firstIdAt(timeMs: number): MessageId {
  return Math.max(0, Math.floor((timeMs - EPOCH_MS) * IDS_PER_MS));
}

/** The UTC day of an id, `YYYY-MM-DD`. */
export function dayOfId(id: MessageId): string {
  return new Date(idTimeMs(id)).toISOString().slice(0, 10);
}

/** The number of the day of an id: equal for ids of one UTC day, ascending. */
export function dayNumberOfId(id: MessageId): number {
  return Math.floor(id / IDS_PER_DAY);
}

/** The highest id of the day with that number. */
export function lastIdOfDay(day: number): MessageId {
  return (day + 1) * IDS_PER_DAY - 1;
}

/** The UTC day with that number, `YYYY-MM-DD`. */
export function dayOfNumber(day: number): string {
  return new Date(EPOCH_MS + day * DAY_MS).toISOString().slice(0, 10);
}

/** The number of a day written `YYYY-MM-DD`; NaN when it is none, or none that ids can be of. */
export function dayNumber(day: string): number {
  const number = Math.floor((Date.parse(`${day}T00:00:00Z`) - EPOCH_MS) / DAY_MS);
  return number >= 0 && number <= LAST_DAY ? number : Number.NaN;
}

// Ten times as fast as toString(16), which matters for an id given to every message.
const octets = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

function hex32(word: number): string {
  const high = `${octets[word >>> 24]}${octets[(word >>> 16) & 255]}`;
  return `${high}${octets[(word >>> 8) & 255]}${octets[word & 255]}`;
}

/** The public id of the long form: 22 hexadecimal digits. */
export function hexPublicId(id: MessageId, tag: number): string {
  const high = Math.floor(id / 0x1_0000_0000);
  const top = `${octets[(high >>> 16) & 255]}${octets[(high >>> 8) & 255]}${octets[high & 255]}`;
  return top + hex32(id >>> 0) + hex32(tag);
}

// Odd, so that multiplying by it maps the 32-bit numbers one to one; the golden ratio spreads neighbours well.
const SCATTER = 0x9e37_79b1;
const GATHER = inverse(SCATTER);

/** Newton's iteration: doubles the number of right bits each time, from 3. */
function inverse(odd: number): number {
  let x = odd;
  for (let round = 0; round < 4; round += 1) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x;
}

/**
 * The public id of the short form: 8 hexadecimal digits that stand for a 32-bit counter. SMPP 3.3 allows no more, so
 * these can be guessed; scattering only keeps neighbours from looking alike.
 */
export function shortPublicId(counter: number): string {
  return (Math.imul(counter, SCATTER) >>> 0).toString(16).padStart(TAG_DIGITS, '0');
}

// A UUID of version 8 (RFC 9562 5.8): the 14 digits of the id, the 8 of the tag, the rest fixed.
const UUID_PATTERN = '########-####-8###-8###-00000000####';
// 53 bits of id and 10 of tag make a number that a signed 64-bit integer holds: some peers parse ids as one.
const NUMBER_TAG_BITS = 10;
const NUMBER_TAGS = 1 << NUMBER_TAG_BITS;
const HEXDEC_DIGITS = 16;

function numberOf(id: MessageId, tag: number): bigint {
  return BigInt(id) * BigInt(NUMBER_TAGS) + BigInt(tag & (NUMBER_TAGS - 1));
}

function uuidPublicId(id: MessageId, tag: number): string {
  const digits = hexPublicId(id, tag);
  let next = 0;
  let text = '';
  for (const character of UUID_PATTERN) text += character === '#' ? (digits[next++] ?? '0') : character;
  return text;
}

/** The public id of a message in one of the forms that hold its whole id. */
export function publicIdOf(form: Exclude<IdForm, 'short'>, id: MessageId, tag: number): string {
  switch (form) {
    case 'hex':
      return hexPublicId(id, tag);
    case 'uuid':
      return uuidPublicId(id, tag);
    case 'decimal':
      return numberOf(id, tag).toString();
    case 'hexdec':
      return numberOf(id, tag).toString(16).padStart(HEXDEC_DIGITS, '0');
  }
}

/** How a receipt names a message: as the response did, but for `hexdec` in decimal. */
export function receiptIdOf(publicId: string, form: IdForm): string {
  return form === 'hexdec' ? BigInt(`0x${publicId}`).toString() : publicId;
}

/** What a public id says. `tag`: its lowest `tagBits` bits. */
export type ParsedPublicId =
  | {
      readonly form: Exclude<IdForm, 'short'>;
      readonly id: MessageId;
      readonly tag: number;
      readonly tagBits: 10 | 32;
    }
  | { readonly form: 'short'; readonly counter: number };

/** What a public id says, or undefined when it is none of ours. Upper and lower case are the same. */
export function parsePublicId(text: string): ParsedPublicId | undefined {
  if (text.length === UUID_PATTERN.length) return parseUuid(text);
  if (!isHex(text)) return undefined;
  switch (text.length) {
    case TAG_DIGITS:
      return { form: 'short', counter: Math.imul(Number.parseInt(text, 16), GATHER) >>> 0 };
    case HEX_ID_DIGITS + TAG_DIGITS:
      return parseHex(text, 'hex');
    case HEXDEC_DIGITS:
      return parseNumber(BigInt(`0x${text}`), 'hexdec');
    default:
      // 17 digits until 2025, 18 and 19 until 2097: none of the other forms has as many.
      return /^\d{17,19}$/.test(text) ? parseNumber(BigInt(text), 'decimal') : undefined;
  }
}

function parseHex(text: string, form: 'hex' | 'uuid'): ParsedPublicId | undefined {
  const id = Number.parseInt(text.slice(0, HEX_ID_DIGITS), 16);
  if (!Number.isSafeInteger(id)) return undefined;
  const tag = Number.parseInt(text.slice(HEX_ID_DIGITS, HEX_ID_DIGITS + TAG_DIGITS), 16);
  return { form, id, tag, tagBits: 32 };
}

function parseUuid(text: string): ParsedPublicId | undefined {
  let digits = '';
  for (let at = 0; at < UUID_PATTERN.length; at += 1) {
    if (UUID_PATTERN[at] === '#') digits += text[at];
    else if (UUID_PATTERN[at] !== text[at]) return undefined;
  }
  return isHex(digits) ? parseHex(digits, 'uuid') : undefined;
}

function parseNumber(value: bigint, form: 'decimal' | 'hexdec'): ParsedPublicId | undefined {
  const id = Number(value >> BigInt(NUMBER_TAG_BITS));
  if (!Number.isSafeInteger(id)) return undefined;
  return { form, id, tag: Number(value & BigInt(NUMBER_TAGS - 1)), tagBits: 10 };
}

/** Whether a message's 32-bit tag is the one that a public id says. */
export function isTagOf(parsed: { readonly tag: number; readonly tagBits: 10 | 32 }, tag: number): boolean {
  return parsed.tagBits === 32 ? parsed.tag === tag : parsed.tag === (tag & (NUMBER_TAGS - 1));
}

function isHex(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isDigit = code >= 0x30 && code <= 0x39;
    const isLetter = (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
    if (!isDigit && !isLetter) return false;
  }
  return text.length > 0;
}
