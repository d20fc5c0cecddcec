/** Lists of addresses in files beside the configuration: those that have not changed are not read again. */
import { createHash } from 'node:crypto';
import {
  type AddressList,
  atOnce,
  type FilterSettings,
  type GatewaySettings,
  ListFile,
  type ListFileKind,
  type MoRouteSettings,
  NumberTable,
  type RouteConditions,
  type RouteSettings,
  type Steps,
} from '@chappe/policy';

/** How files are read. */
export interface FileAccess {
  /** The text of a file; throws what `readFileSync` throws. */
  read(path: string): string;
  /** Tells whether a file is still as it was: size, times, place on the disk. Undefined: nobody can say. */
  mark?(path: string): string | undefined;
}

/** A list as it was when it was read. */
export interface KnownList {
  readonly mark: string | undefined;
  readonly list: ListFile;
}

/** Checks an entry; throws a TypeError that says what is wrong with it. */
export type CheckEntry = (text: string) => string;

// Do-not-call registers of whole countries; as many as a table takes.
const maxLines = 5_000_000;
const maxFlaws = 5;

/** The lists that a configuration names. Keep it from load to load. */
export class ListFiles {
  readonly #files: FileAccess;
  #known: Map<string, KnownList>;

  /** `known`: lists that were read before, by `keyOf`. */
  constructor(files: FileAccess, known: ReadonlyMap<string, KnownList> = new Map()) {
    this.#files = files;
    this.#known = new Map(known);
  }

  /** All that are known. */
  get known(): ReadonlyMap<string, KnownList> {
    return this.#known;
  }

  /** Takes lists over that were read elsewhere; others are forgotten. */
  take(known: ReadonlyMap<string, KnownList>): void {
    this.#known = new Map(known);
  }

  /**
   * The list of a file. `name`: as it is written in the configuration. Throws a TypeError that names up to five wrong
   * lines, or why the file cannot be read.
   */
  list(name: string, path: string, kind: ListFileKind, check: CheckEntry): ListFile {
    const key = keyOf(kind, path);
    const mark = this.#files.mark?.(path);
    const known = this.#known.get(key);
    if (known !== undefined && mark !== undefined && known.mark === mark) return known.list;
    const text = textOf(name, path, this.#files);
    const digest = createHash('sha256').update(text).digest('base64url');
    const list =
      known?.list.digest === digest
        ? known.list
        : new ListFile(name, kind, digest, tableOf(name, text, kind, check));
    this.#known.set(key, { mark, list });
    return list;
  }
}

/** What tells two lists apart: what its entries mean, and the file. */
export function keyOf(kind: ListFileKind, path: string): string {
  return `${kind}:${path}`;
}

function textOf(name: string, path: string, files: FileAccess): string {
  try {
    return files.read(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TypeError(`${name} cannot be read${code === undefined ? '' : `: ${code}`}`);
  }
}

function tableOf(name: string, text: string, kind: ListFileKind, check: CheckEntry): NumberTable {
  const table = new NumberTable();
  const wrong: string[] = [];
  let flaws = 0;
  for (const [line, entry] of entriesOf(text)) {
    if (line > maxLines)
      throw new TypeError(`${name} has more than ${maxLines} lines; use prefixes with "*"`);
    try {
      const read = check(entry);
      table.add(kind === 'prefixes' ? `${read}*` : read, `line ${line}`);
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
      flaws += 1;
      if (flaws <= maxFlaws) {
        wrong.push(error instanceof TypeError ? `line ${line}: ${error.message}` : error.message);
      }
    }
  }
  if (flaws === 0) return table;
  const more = flaws > maxFlaws ? `; and ${flaws - maxFlaws} lines more` : '';
  throw new TypeError(`${name} ${wrong.join('; ')}${more}`);
}

/** Lines that say something, with their numbers: without comments (`#`), blanks and a mark of the byte order. */
function* entriesOf(text: string): Generator<readonly [line: number, entry: string]> {
  let line = 0;
  for (let from = text.charCodeAt(0) === 0xfeff ? 1 : 0; from < text.length; ) {
    line += 1;
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    const whole = text.slice(from, end);
    from = end + 1;
    const comment = whole.indexOf('#');
    const entry = (comment < 0 ? whole : whole.slice(0, comment)).trim();
    if (entry !== '') yield [line, entry];
  }
}

/** The same settings with something else in the place of each list file: another one, or the entries themselves. */
export function withLists(
  settings: GatewaySettings,
  change: (list: ListFile) => ListFile | readonly string[],
): GatewaySettings {
  return atOnce(listsChanged(settings, change));
}

/** As `withLists`, in steps. */
export function* listsChanged(
  settings: GatewaySettings,
  change: (list: ListFile) => ListFile | readonly string[],
): Steps<GatewaySettings> {
  const ofList = (list: AddressList): AddressList =>
    list.some((entry) => typeof entry !== 'string')
      ? list.flatMap((entry) => (typeof entry === 'string' ? entry : change(entry)))
      : list;
  const { filters } = settings;
  const ofAll = filters === undefined ? {} : { filters: filtersWith(filters, ofList) };
  const routes: RouteSettings[] = [];
  for (const route of settings.routes) {
    const { filters: own } = route;
    const changed = conditionsWith(route, ofList);
    routes.push(own === undefined ? changed : { ...changed, filters: filtersWith(own, ofList) });
    yield;
  }
  const mo: MoRouteSettings[] = [];
  for (const rule of settings.mo) {
    mo.push(conditionsWith(rule, ofList));
    yield;
  }
  return {
    ...settings,
    ...ofAll,
    routes,
    mo,
  };
}

type ChangeList = (list: AddressList) => AddressList;

function conditionsWith<R extends RouteConditions>(rule: R, change: ChangeList): R {
  const { from, to } = rule;
  return {
    ...rule,
    ...(from === undefined ? {} : { from: change(from) }),
    ...(to === undefined ? {} : { to: change(to) }),
  };
}

function filtersWith(filters: FilterSettings, change: ChangeList): FilterSettings {
  const { blockTo, allowTo, blockFrom } = filters;
  return {
    ...filters,
    ...(blockTo === undefined ? {} : { blockTo: change(blockTo) }),
    ...(allowTo === undefined ? {} : { allowTo: change(allowTo) }),
    ...(blockFrom === undefined ? {} : { blockFrom: change(blockFrom) }),
  };
}
