/** Which message a receipt is about whose id nobody was told: guessed by all else that it says. */
import type { Message } from '@chappe/center';
import { dataCodingByteOf, readContent } from '../message/content.ts';
import { isFinal } from '../message/states.ts';
import { handsetOf } from '../receipts/handset.ts';
import type { Unanswered } from '../receipts/unanswered.ts';
import { type Incoming, isOfHandset } from './incoming.ts';

const minuteMs = 60_000;
// So many letters and digits of a text tell it from another.
const leastTelling = 4;
// An upstream may quote the octets of a user data header before a text.
const mostJunk = 3;

/**
 * Whether a receipt can be about a message, by all that it says but the id: handset, sender, reference of the customer,
 * quoted text. `sender`: as the upstream was told it.
 */
export function fits(message: Message, sender: string, incoming: Incoming): boolean {
  if (!isOfHandset(message, incoming)) return false;
  const { receipt, from, to } = incoming;
  const told = handsetOf(message.destination.digits) === handsetOf(from) ? to : from;
  if (told !== '' && sender !== '' && !isSameAddress(told, sender)) return false;
  const { userMessageReference } = readContent(message.content);
  const reference = receipt.userMessageReference;
  if (reference !== undefined && userMessageReference !== undefined && reference !== userMessageReference)
    return false;
  return isQuoteOf(receipt.text, message);
}

/** An attempt without an answer, and its message as it is now. */
export interface Doubt {
  readonly attempt: Unanswered;
  readonly message: Message;
}

/**
 * Those that fit, the one that is meant first: messages that have not ended, of these the ones of the submit date where
 * that tells them apart, and so in the order of sending.
 */
export function likeliestFirst(doubts: readonly Doubt[], submittedMs: number | undefined): readonly Doubt[] {
  const rank = (doubt: Doubt): number =>
    (isFinal(doubt.message.state) ? 2 : 0) +
    (submittedMs !== undefined && mayHaveLeft(doubt, submittedMs) ? 0 : 1);
  return doubts.toSorted((a, b) => rank(a) - rank(b));
}

/** Between its acceptance and the moment at which its answer was given up. */
function mayHaveLeft({ message: { acceptedMs }, attempt: { givenUpMs } }: Doubt, atMs: number): boolean {
  // Dates of receipts end with the minute, and clocks of upstreams are not ours.
  return atMs >= acceptedMs - 2 * minuteMs && atMs <= givenUpMs + 2 * minuteMs;
}

function isSameAddress(a: string, b: string): boolean {
  const [one, other] = [letters(a), letters(b)];
  return one === other || (isNumber(one) && isNumber(other) && handsetOf(one) === handsetOf(other));
}

function isNumber(text: string): boolean {
  return /^[0-9]{6,}$/.test(text);
}

/** A quote that says something must be of the text; other codings are quoted in ways of their own. */
function isQuoteOf(quote: string | undefined, { text, content }: Message): boolean {
  if (quote === undefined || text === undefined || dataCodingByteOf(content) !== 0) return true;
  const told = letters(quote);
  const own = letters(text);
  const length = Math.min(told.length, own.length);
  if (length < leastTelling) return true;
  for (let junk = 0; junk <= mostJunk; junk += 1) {
    const rest = told.slice(junk, length);
    if (rest.length >= leastTelling && own.startsWith(rest)) return true;
  }
  return false;
}

/** Letters and digits of ASCII, small: what is left of a text or an address whatever it was written in. */
function letters(text: string): string {
  let kept = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const small = code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
    if ((small >= 0x30 && small <= 0x39) || (small >= 0x61 && small <= 0x7a))
      kept += String.fromCharCode(small);
  }
  return kept;
}
