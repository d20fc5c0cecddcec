/** Kannel's escapes in a dlr-url: what its user's guide says, and what version 1.4.5 makes of each where it says nothing. */
import type { Callback } from './callback.ts';

/** What a call tells. */
export interface CallFacts {
  /** %d: one of `callbackKinds`. */
  readonly kind: number;
  /** %A: the text of the receipt, or ACK/ or NACK/ and why. */
  readonly answer: string;
  /** %F and %I: the id that the message has here. */
  readonly id: string;
  /** %i: by which upstream it went; '' while it is not known. */
  readonly connector: string;
  readonly atMs: number;
}

/** The URL with every escape filled in. An unknown one stays as it is. */
export function filledUrl(callback: Callback, facts: CallFacts): string {
  const words = facts.answer.split(/\s+/).filter((word) => word !== '');
  const [keyword = ''] = words;
  let next = 1;
  const take = (): string => words[next++] ?? '';
  // Not `replaceAll` with an object: %s takes the words in the order of the URL.
  return callback.url.replace(/%([\s\S])/g, (written, letter: string) => {
    switch (letter) {
      case 'k':
        return encoded(keyword);
      case 's':
        return encoded(take());
      case 'S':
        return take().replaceAll('*', '~');
      case 'r':
        return words.slice(next).map(encoded).join('+');
      case 'a':
        return words.map(encoded).join('+');
      default:
        return plainEscape(letter, callback, facts) ?? written;
    }
  });
}

function plainEscape(letter: string, callback: Callback, facts: CallFacts): string | undefined {
  switch (letter) {
    case 'd':
      return String(facts.kind);
    case 'A':
    case 'b':
      return encoded(facts.answer);
    case 'e':
      return Buffer.from(facts.answer).toString('hex').toUpperCase();
    case 'F':
    case 'I':
      return encoded(facts.id);
    case 'i':
      return encoded(facts.connector);
    // A report walks back, but names both ends as Kannel does: %p is whom the message went to.
    case 'p':
      return encoded(callback.to);
    case 'P':
      return encoded(callback.from);
    case 'q':
      return encoded(international(callback.to));
    case 'Q':
      return encoded(international(callback.from));
    case 't':
      return encoded(secondsOf(facts.atMs)).replaceAll('%3A', ':');
    case 'T':
      return String(Math.floor(facts.atMs / 1_000));
    case 'n':
      return encoded(callback.user ?? '');
    case 'o':
      return encoded(callback.account ?? '');
    case 'B':
      return encoded(callback.billing ?? '');
    case 'D':
      return encoded(callback.metaData ?? '');
    case 'R':
      return encoded(callback.url);
    case 'C':
      return 'UTF-8';
    // Of a report nobody has said any of these.
    case 'c':
    case 'm':
    case 'M':
      return '-1';
    case 'O':
      return '00';
    case 'f':
    case 'u':
    case 'v':
    case 'V':
      return '';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function encoded(text: string): string {
  // Half of a surrogate pair cannot be written; the text it is in was cut there.
  return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
}

/** 00 before a number is a plus. */
function international(number: string): string {
  return number.startsWith('00') ? `+${number.slice(2)}` : number;
}

function secondsOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
