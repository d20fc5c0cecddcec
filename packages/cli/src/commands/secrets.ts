/** Secrets from where nobody else sees them: a prompt without echo, or lines of standard input. */
import { exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { type Entry, type EntryValue, isEntry, isSecretKey } from './entry.ts';

/** The part of a terminal's input that switches echo off. */
interface RawInput {
  setRawMode(isRaw: boolean): unknown;
}

// A key with its chain has some thousands.
const maxCharacters = 65_536;
const ctrlC = '\u0003';
const ctrlD = '\u0004';
const erasing = new Set(['\u0008', '\u007f']);

/** Reads secrets one after the other. */
export class Secrets {
  readonly #terminal: Terminal;
  #characters: AsyncIterator<string> | undefined;
  #refusal: string | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** None can be read, because of this; who needs one gives it as a part of the entry. */
  refuse(reason: string): void {
    this.#refusal = reason;
  }

  /**
   * One secret: asked for twice on a terminal, else the next line of standard input. Throws a `Failure` when there is
   * none, or the two differ.
   */
  async read(what: string): Promise<string> {
    const { isInputTty } = this.#terminal;
    if (this.#refusal !== undefined)
      throw usage(`the ${what} cannot be asked for: ${this.#refusal}`, 'write it into the entry');
    const first = isInputTty ? await this.#prompt(`${what}: `) : await this.#line();
    if (first === '') throw usage(`there is no ${what}`, 'type it, or give it as a line of standard input');
    if (isInputTty && (await this.#prompt(`${what} again: `)) !== first)
      throw usage('the two are not the same', 'nothing has changed: try again');
    return first;
  }

  /** Ends reading, so that the process can end. */
  async close(): Promise<void> {
    await this.#characters?.return?.();
  }

  async #prompt(prompt: string): Promise<string> {
    const input = this.#terminal.readInput() as AsyncIterable<Uint8Array> & Partial<RawInput>;
    // The question itself needs no line end; the answer's is not echoed.
    this.#terminal.talk(prompt.trimEnd());
    input.setRawMode?.(true);
    try {
      return await this.#line();
    } finally {
      input.setRawMode?.(false);
    }
  }

  async #line(): Promise<string> {
    this.#characters ??= charactersOf(this.#terminal.readInput());
    let text = '';
    for (;;) {
      const { done, value } = await this.#characters.next();
      if (done || value === '\n' || value === '\r') return text;
      if (this.#terminal.isInputTty) {
        if (value === ctrlC) throw new Failure(exitCodes.interrupted, 'interrupted');
        if (value === ctrlD) return text;
        if (erasing.has(value)) {
          text = text.slice(0, -1);
          continue;
        }
      }
      text += value;
      if (text.length > maxCharacters) throw usage('this is too long for a secret');
    }
  }
}

/** The entry with every secret that is given as `-` asked for. */
export async function withSecrets(entry: Entry, secrets: Secrets): Promise<Entry> {
  const known: { [key: string]: EntryValue } = {};
  for (const [key, value] of Object.entries(entry)) {
    if (isEntry(value)) known[key] = await withSecrets(value, secrets);
    else known[key] = value === '-' && isSecretKey(key) ? await secrets.read(key) : value;
  }
  return known;
}

/** Characters one by one; a line end of two characters counts once. */
async function* charactersOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let before = '';
  for await (const chunk of input) {
    for (const character of decoder.decode(chunk, { stream: true })) {
      if (!(before === '\r' && character === '\n')) yield character;
      before = character;
    }
  }
}
