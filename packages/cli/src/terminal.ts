/** Where a command speaks: data on one stream, talk on the other, colours only where a person looks. */
import { once } from 'node:events';
import { styleText } from 'node:util';

/** A style of `node:util`. */
export type Style = Parameters<typeof styleText>[0];

/** The part of a process that commands use; tests give their own. */
export interface Terminal {
  /** Data: what a script reads. */
  out(text: string): void;
  /** Talk: what a person reads. */
  talk(text: string): void;
  /** Settles when `out` has room again; at once while it has. Who prints much waits for it, or fills the memory. */
  drained(): Promise<void>;
  /** All of standard input. */
  readInput(): AsyncIterable<Uint8Array>;
  /** Whether a person sees `out`, and `talk`. */
  readonly isOutTty: boolean;
  readonly isTalkTty: boolean;
  readonly isInputTty: boolean;
  /** Columns of `out`; 120 where it is no terminal. */
  readonly columns: number;
  /** The text in a style, where colours are wanted on `out`. */
  style(style: Style, text: string): string;
  readonly env: NodeJS.ProcessEnv;
}

const columnsElsewhere = 120;

/** The terminal of a process. `colours`: false never, undefined where a person looks (NO_COLOR is obeyed). */
export function processTerminal(process: NodeJS.Process, colours: boolean | undefined): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const isColoured = colours ?? (stdout.isTTY === true && !env.NO_COLOR);
  return {
    out: (text) => void stdout.write(`${text}\n`),
    talk: (text) => void stderr.write(`${text}\n`),
    drained: async () => {
      if (stdout.writableNeedDrain) await once(stdout, 'drain');
    },
    readInput: () => stdin,
    isOutTty: stdout.isTTY === true,
    isTalkTty: stderr.isTTY === true,
    isInputTty: stdin.isTTY === true,
    columns: stdout.columns ?? columnsElsewhere,
    style: (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text),
    env,
  };
}

/**
 * What is not seen and yet does something: C0, DEL, C1, line separators, marks that turn the direction of writing around
 * and all other formatting characters (Unicode's Cf: Arabic letter mark, zero width space, tags from U+E0000 on), and
 * halves of characters. Joiners stay: without them families of emoji fall apart, and Persian is written wrongly.
 */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{e0000}-\u{e0fff}]/gu;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text of a peer as it may be shown: control characters are escaped, so that no message can move the cursor, write a
 * line of its own, reverse what stands beside it or hide something.
 */
export function printable(text: string): string {
  return text.replace(unseen, (character) => short[character] ?? escaped(character.codePointAt(0) ?? 0));
}

function escaped(code: number): string {
  const hex = code.toString(16).padStart(4, '0');
  return code > 0xffff ? `\\u{${hex}}` : `\\u${hex}`;
}

/** A text of a peer in quotes. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}

/** Rows in columns, two spaces between them; the last column is not padded. Widths are measured without styles. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Octets in hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
