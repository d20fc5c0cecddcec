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
