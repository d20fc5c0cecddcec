/** Looks at all of a file, and says what is wrong where. */
import type { z } from 'zod';
import type { Flaw, Path } from './flaw.ts';
import { flawsOfIssues } from './issues.ts';
import { duplicates } from './names.ts';
import { type RuleFlaw, ruleFlaws } from './rule-flaws.ts';
import { fileSchema, listKeys, type ReadSections } from './schema/config-schema.ts';
import { moSchema, namedRule } from './schema/mo.ts';
import type { ReadContext } from './schema/read-context.ts';
import { routeSchema } from './schema/route.ts';
import type { SourceText } from './yaml/source-text.ts';
import { nearestAt, type PlacedMap, placedAt, plainOf, visitEntries } from './yaml/tree.ts';

// What a decoder puts where octets are no UTF-8.
const replacement = '\ufffd';
const maxUndecoded = 10;

/** Gathers what is wrong, with its place. */
export class FileCheck {
  readonly root: PlacedMap;
  readonly flaws: Flaw[];
  readonly warnings: Flaw[] = [];
  readonly #source: SourceText;

  constructor(root: PlacedMap, source: SourceText, flaws: readonly Flaw[]) {
    this.root = root;
    this.#source = source;
    this.flaws = [...flaws];
  }

  /** Reads the sections; undefined when there is anything wrong with them. */
  sections(world: ReadContext): ReadSections | undefined {
    this.#keys();
    this.#duplicates();
    const plain = plainOf(withoutNotes(this.root)) as object;
    const result = fileSchema(world).safeParse(plain);
    if (result.success) return result.data;
    const has = (path: Path): boolean => placedAt(this.root, path) !== undefined;
    for (const { path, isKey, isUnknownKey, ...flaw } of flawsOfIssues(result.error.issues, has)) {
      const at = nearestAt(this.root, path);
      if (at.kind === 'scalar' && at.isBroken === true) continue;
      const place = isKey === true ? this.#keyPlace(path, isUnknownKey === true) : this.#place(path);
      this.flaws.push({ ...flaw, path, place });
    }
    this.#goodRules(world);
    return undefined;
  }

  /** Rules that are right in themselves, although something else in the file is not. */
  #goodRules(world: ReadContext): void {
    const routes = this.#good('routes', routeSchema(world));
    const mo = this.#good('mo', moSchema(world));
    const rules = {
      routes: routes.map(({ entry }) => entry),
      mo: mo.map(({ entry, index }) => namedRule(entry, index)),
    };
    const places = { routes: routes.map(({ index }) => index), mo: mo.map(({ index }) => index) };
    this.rules(ruleFlaws(rules, world, places));
  }

  #good<T>(list: string, schema: z.ZodType<T>): { readonly entry: T; readonly index: number }[] {
    const placed = placedAt(this.root, [list]);
    if (placed?.kind !== 'list') return [];
    return placed.items.flatMap((item, index) => {
      const { success, data } = schema.safeParse(plainOf(item));
      return success ? [{ entry: data, index }] : [];
    });
  }

  /** What the gateway says of routes. */
  rules(found: readonly RuleFlaw[]): void {
    for (const { severity, message, paths } of found) {
      const path = paths.find((candidate) => placedAt(this.root, candidate) !== undefined) ?? paths[0] ?? [];
      (severity === 'error' ? this.flaws : this.warnings).push({ message, path, place: this.#place(path) });
    }
  }

  /** What else must hold. */
  whole(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.flaws.push({ message: error.message, path: [] });
    }
  }

  /** Octets that are no UTF-8 have been read as U+FFFD: each such line is told, the first ones. */
  undecoded(): void {
    const places = this.#source.placesOf(replacement).slice(0, maxUndecoded);
    for (const place of places)
      this.warnings.push({
        message: 'this line has octets that are no UTF-8, and is read wrongly',
        hint: 'save the file as UTF-8; it may be in Latin-1',
        path: [],
        place,
      });
  }

  /** The same with the place of its path. */
  placed(flaw: Flaw): Flaw {
    return { ...flaw, place: this.#place(flaw.path) };
  }

  /** Something is unwise. */
  warn(message: string, path: Path, hint?: string): void {
    this.warnings.push({ message, hint, path, place: this.#place(path) });
  }

  /** Keys without values, and secrets that stand in the file. */
  #keys(): void {
    visitEntries(withoutNotes(this.root), (path, key, { value }) => {
      if (value === undefined && !isEmptyList(path)) {
        this.flaws.push({
          message: `"${key}" has no value`,
          hint: 'give it one, or take the key away',
          path,
          place: this.#keyPlace(path, false),
        });
      }
      if (value?.kind !== 'scalar' || value.isBroken === true || !secretKeys.has(key)) return;
      const isPlain = value.variable === undefined && value.written === value.text && value.text !== '';
      if (isPlain && !value.text.startsWith('file:'))
        this.warn(`"${key}" stands in the file`, path, secretHint);
    });
  }

  #duplicates(): void {
    for (const { list, name, path, first } of duplicates(this.root)) {
      const place = this.#source.place(first.span);
      const line = 'line' in place ? ` in line ${place.line}` : '';
      this.flaws.push({
        message: `"${name}" is the name of two entries of ${list}`,
        hint: `the other one is${line}`,
        path,
        place: this.#place(path),
      });
    }
  }

  #place(path: Path): Flaw['place'] {
    const at = nearestAt(this.root, path);
    if (at.kind !== 'map' && at.variable !== undefined) return { variable: at.variable };
    return this.#source.place(at.span);
  }

  /** `hides`: what stands after the key may be anything, a secret too. */
  #keyPlace(path: Path, hides: boolean): Flaw['place'] {
    const parent = placedAt(this.root, path.slice(0, -1));
    const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
    if (entry === undefined) return this.#place(path);
    const hidden = hides && entry.value !== undefined ? [entry.value.span] : [];
    return this.#source.place(entry.keySpan, hidden);
  }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what stands in the file
const secretHint = 'better ${NAME} or file:/run/secrets/name';
const secretKeys: ReadonlySet<string> = new Set(['password', 'secret', 'apiKey', 'adminKey']);

/** Keys at the top that begin with `x-` are notes, a place for anchors. */
function withoutNotes(root: PlacedMap): PlacedMap {
  const entries = [...root.entries].filter(([key]) => !key.startsWith('x-'));
  return { ...root, entries: new Map(entries) };
}

/** `connectors:` with all of its entries commented out. */
function isEmptyList(path: Path): boolean {
  return path.length === 1 && listKeys.some((key) => key === path[0]);
}
