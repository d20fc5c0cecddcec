/** The text of a receipt (SMPP 3.4 appendix B), as 3.3 peers need it and everybody else still reads it. */

import { TimeZone } from '@chappe/policy';
import { formatReceiptDate, type ReceiptTextFormat } from '@chappe/protocol';

/** How receipt texts look. */
export interface ReceiptFormat extends ReceiptTextFormat {
  /** IANA time zone of the dates; wins over `offsetMinutes`. Default UTC. */
  readonly timeZone?: string | undefined;
  /** Whether the first 20 characters of the message stand at the end. Default true. */
  readonly quoteText?: boolean | undefined;
}

/** What a receipt says. */
export interface ReceiptFacts {
  /** Exactly as in the response to the submission. */
  readonly id: string;
  /** Seven letters. */
  readonly stat: string;
  readonly delivered: boolean;
  /** 0 to 999 in three digits; larger ones as they are. */
  readonly error: number;
  /** What stands there instead: an operator's own code, one word. */
  readonly errorWord?: string | undefined;
  readonly submittedMs: number;
  readonly doneMs: number;
  /** Number of messages submitted under this id: destinations of a submit_multi. */
  readonly submitted: number;
  /** One character per octet in the receipt's coding, at most 20. */
  readonly text: string;
}

const minuteMs = 60_000;

interface KeptDate {
  step: number;
  text: string;
}

/**
 * Writes receipt texts of one format. Hot path, hence beside `formatReceiptText`: a date is the same for all
 * receipts of its minute (or second) and is kept, which makes a text cost 0.05 us instead of 3.
 */
export class ReceiptText {
  readonly #format: ReceiptFormat;
  readonly #stepMs: number;
  readonly #label: string;
  readonly #zone: TimeZone | undefined;
  // One for each of the two dates: submissions lie somewhat behind, and both move on.
  readonly #submitted: KeptDate = { step: -1, text: '' };
  readonly #done: KeptDate = { step: -1, text: '' };

  constructor(format: ReceiptFormat = {}) {
    this.#format = format;
    this.#stepMs = format.seconds === true ? 1_000 : 60_000;
    this.#label = format.textLabel ?? 'text';
    this.#zone = format.timeZone === undefined ? undefined : new TimeZone(format.timeZone);
  }

  /** The text; one character per octet. */
  write(facts: ReceiptFacts): string {
    const { submitted, error } = facts;
    const code = facts.errorWord ?? (error === 0 ? '000' : threeDigits(error));
    return (
      `id:${facts.id} sub:${submitted === 1 ? '001' : threeDigits(submitted)}` +
      ` dlvrd:${facts.delivered ? '001' : '000'}` +
      ` submit date:${this.#date(facts.submittedMs, this.#submitted)}` +
      ` done date:${this.#date(facts.doneMs, this.#done)}` +
      ` stat:${facts.stat} err:${code}` +
      ` ${this.#label}:${this.#format.quoteText === false ? '' : facts.text}`
    );
  }

  #formatAt(ms: number): ReceiptFormat {
    if (this.#zone === undefined) return this.#format;
    return { ...this.#format, offsetMinutes: this.#zone.offsetMs(ms) / minuteMs };
  }

  #date(ms: number, kept: KeptDate): string {
    const step = Math.floor(ms / this.#stepMs);
    if (kept.step !== step) {
      kept.step = step;
      kept.text = formatReceiptDate(new Date(ms), this.#formatAt(ms));
    }
    return kept.text;
  }
}

function threeDigits(value: number): string {
  return String(value).padStart(3, '0');
}
