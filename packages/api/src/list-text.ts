/** Lists in answers, bounded in octets: they end before the item that there is no room for, and the next page goes on. */

// Some thousand messages as people write them; some ten milliseconds of work.
const maxListCharacters = 1024 * 1024;
// Six SMS; what is longer is looked at one by one.
const shownCharacters = 1_000;

/** The items of one list, kept as the JSON that is sent. */
export class ListText {
  readonly #items: string[] = [];
  #characters = 0;

  /** Adds an item; false: there is no room for it any more. The first one always has room. */
  add(item: object): boolean {
    const text = JSON.stringify(item);
    if (this.#items.length > 0 && this.#characters + text.length > maxListCharacters) return false;
    this.#characters += text.length;
    this.#items.push(text);
    return true;
  }

  /** How many items it has. */
  get length(): number {
    return this.#items.length;
  }

  /** The same in the other order. */
  toReversed(): ListText {
    this.#items.reverse();
    return this;
  }

  /** A JSON object with the list under a name, and with more members behind it. */
  toJson(name: string, more: Readonly<Record<string, unknown>>): string {
    return `{"${name}":[${this.#items.join(',')}],${JSON.stringify(more).slice(1)}`;
  }
}

/** The beginning of a long text, as it stands in lists. */
export function shortened(text: string): string;
export function shortened(text: string | null): string | null;
export function shortened(text: string | null): string | null {
  if (text === null || text.length <= shownCharacters) return text;
  const last = text.charCodeAt(shownCharacters - 1);
  // The first half of a character beyond U+FFFF says nothing.
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, isHalf ? shownCharacters - 1 : shownCharacters);
}
