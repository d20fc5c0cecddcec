/**
 * Magic numbers: a destination that ends in one of these seven digits decides what happens to a message, so that
 * a test chooses its outcome by choosing a number. Seven digits, so that a load that counts numbers up does not
 * run into them. This is the one table: the documentation and the command line print it.
 */
import type { Special } from '@chappe/gateway';
import { status } from '@chappe/protocol';

/** What a magic number does. */
export type Magic =
  | 'undelivered'
  | 'expired'
  | 'rejected'
  | 'no-receipt'
  | 'late-receipt'
  | 'refused'
  | 'throttled'
  | 'echo'
  | 'duplicate-receipt'
  | 'early-receipt'
  | 'off-then-on'
  | 'no-response'
  | 'late-response'
  | 'cut';

/** One row of the table. */
export interface MagicNumber {
  /** The last seven digits of the destination. */
  readonly suffix: string;
  readonly magic: Magic;
  /** One line for people. */
  readonly meaning: string;
}

/** How much later than usual the receipt of a `late-receipt` number comes. */
const lateReceiptMs = 60_000;

/** How much later than usual the response to a submission to a `late-response` number comes. */
const lateResponseMs = 5_000;

/** How often an `off-then-on` number cannot be reached before it can, and the pause between two attempts. */
export const offThenOnAttempts = 2;
/** Pause before the next attempt at an `off-then-on` number. */
export const offThenOnPauseMs = 1_000;

const suffixDigits = 7;

/** The table, in the order of the suffixes. */
export const magicNumbers: readonly MagicNumber[] = [
  { suffix: '5550001', magic: 'undelivered', meaning: 'receipt UNDELIV, error 001' },
  { suffix: '5550002', magic: 'expired', meaning: 'receipt EXPIRED, error 002' },
  { suffix: '5550003', magic: 'rejected', meaning: 'receipt REJECTD, error 003' },
  { suffix: '5550004', magic: 'no-receipt', meaning: 'delivered, no receipt ever' },
  { suffix: '5550005', magic: 'late-receipt', meaning: 'delivered, receipt 60 s late' },
  { suffix: '5550006', magic: 'refused', meaning: 'submit refused: ESME_RINVDSTADR' },
  { suffix: '5550007', magic: 'throttled', meaning: 'submit refused: ESME_RTHROTTLED' },
  { suffix: '5550008', magic: 'echo', meaning: 'delivered, and the handset answers with the same text' },
  { suffix: '5550009', magic: 'duplicate-receipt', meaning: 'delivered, the receipt comes twice' },
  { suffix: '5550010', magic: 'early-receipt', meaning: 'the receipt comes before the response' },
  {
    suffix: '5550011',
    magic: 'off-then-on',
    meaning: 'handset off: unreachable twice, then delivered',
  },
  { suffix: '5550012', magic: 'no-response', meaning: 'submit taken, response never comes' },
  { suffix: '5550013', magic: 'late-response', meaning: 'submit taken, response 5 s late' },
  { suffix: '5550014', magic: 'cut', meaning: 'submit taken, connection cut instead of the response' },
];

const bySuffix: ReadonlyMap<string, Magic> = new Map(
  magicNumbers.map(({ suffix, magic }) => [suffix, magic] as const),
);

/** What is special about that number; undefined for an ordinary one. Never allocates for ordinary numbers. */
export function magicOf(digits: string): Magic | undefined {
  const at = digits.length - suffixDigits;
  if (at < 0) return undefined;
  // Hot path: all suffixes begin with 555, so nearly every number is told apart by one character.
  if (digits.charCodeAt(at) !== 0x35 || digits.charCodeAt(at + 2) !== 0x35) return undefined;
  return bySuffix.get(digits.slice(at));
}

const usual: Special = { refusal: 0, receipts: 1, receiptDelayMs: 0, response: 'at-once' };

const specials: Readonly<Partial<Record<Magic, Special>>> = {
  'no-receipt': { ...usual, receipts: 0 },
  'late-receipt': { ...usual, receiptDelayMs: lateReceiptMs },
  'duplicate-receipt': { ...usual, receipts: 2 },
  'early-receipt': { ...usual, response: 'after-receipt' },
  'no-response': { ...usual, response: 'never' },
  'late-response': { ...usual, response: { afterMs: lateResponseMs } },
  cut: { ...usual, response: 'cut' },
  refused: { ...usual, refusal: status.ESME_RINVDSTADR },
  throttled: { ...usual, refusal: status.ESME_RTHROTTLED },
};

/** What a magic number asks of the gateway; undefined for all others. */
export function specialOf(digits: string): Special | undefined {
  const magic = magicOf(digits);
  return magic === undefined ? undefined : specials[magic];
}
