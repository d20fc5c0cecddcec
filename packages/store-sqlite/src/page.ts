import { type MessageId, maxPageOctets } from '@chappe/center';
import type { Row } from './requests.ts';

/** Rows of one page, newest first: it ends by their number and by their octets. */
export class Page {
  readonly rows: Row[] = [];
  readonly #limit: number;
  #octets: number;

  constructor(limit: number, octets = 0) {
    this.#limit = limit;
    this.#octets = octets;
  }

  /** Rows that it still takes. */
  get room(): number {
    return this.#limit - this.rows.length;
  }

  /** A page for what it has room for. */
  rest(): Page {
    return new Page(this.room, this.#octets);
  }

  get isFull(): boolean {
    return this.rows.length >= this.#limit || this.#octets >= maxPageOctets;
  }

  /** The next page has lower ids. */
  get lastId(): MessageId {
    return this.rows.at(-1)?.[0] as number;
  }

  add(row: Row): void {
    this.rows.push(row);
    for (const value of row) {
      if (typeof value === 'string' || value instanceof Uint8Array) this.#octets += value.length;
    }
  }
}
