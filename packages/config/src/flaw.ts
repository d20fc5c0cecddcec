/** What is wrong with a file or an entry, and how it is told. No value of a secret stands in any part of a flaw. */

/** Keys and indices from the root to a value. */
export type Path = readonly (string | number)[];

/** A place in the file, or the variable that a value came from. */
export type FlawPlace =
  | {
      readonly file: string;
      /** From 1. */
      readonly line: number;
      readonly column: number;
      /** The line, shortened, secrets masked. */
      readonly source: string;
      /** Where in `source` the marks begin, from 0, and how many. */
      readonly caret: number;
      readonly length: number;
    }
  | { readonly variable: string };

/** One thing that is wrong, or (as a warning) unwise. */
export interface Flaw {
  /** One sentence without a place. */
  readonly message: string;
  /** What to do: `did you mean "binds"?`. */
  readonly hint?: string | undefined;
  /** Keys and indices to the value. */
  readonly path: Path;
  /** Undefined for entries that are not from a file. */
  readonly place?: FlawPlace | undefined;
}

/** `connectors[0].window`. */
export function pathText(path: Path): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? part : `${name}.${part}`;
  }, '');
}

/** The lines for people: `file:line:column: message`, the source line, and a caret with the hint. */
export function flawText({ message, hint, path, place }: Flaw): string {
  if (place === undefined || 'variable' in place) {
    const where = place === undefined ? pathText(path) : place.variable;
    const head = where === '' ? message : `${where}: ${message}`;
    return hint === undefined ? head : `${head}\n  ${hint}`;
  }
  const { file, line, column, source, caret, length } = place;
  const number = String(line);
  const marks = `${' '.repeat(caret)}${'^'.repeat(Math.max(1, length))}`;
  const note = hint === undefined ? '' : ` ${hint}`;
  return [
    `${file}:${line}:${column}: ${message}`,
    `  ${number} | ${source}`,
    `  ${' '.repeat(number.length)} | ${marks}${note}`,
  ].join('\n');
}

/** The order in which they are told: those of the file from top to bottom, then the others. */
export function inOrder(flaws: readonly Flaw[]): Flaw[] {
  const rank = ({ place }: Flaw): [number, number] =>
    place !== undefined && 'line' in place
      ? [place.line, place.column]
      : [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return flaws
    .map((flaw, index) => ({ flaw, index, at: rank(flaw) }))
    .sort((a, b) => {
      if (a.at[0] !== b.at[0]) return a.at[0] < b.at[0] ? -1 : 1;
      if (a.at[1] !== b.at[1]) return a.at[1] < b.at[1] ? -1 : 1;
      return a.index - b.index;
    })
    .map(({ flaw }) => flaw);
}
