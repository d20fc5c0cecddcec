// Style as a test: what Biome cannot say about the whole tree. `node scripts/tidy.ts` prints every breach.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** A newcomer reads a file in one go; more lines than this means that it does two things. */
const MAX_FILE_LINES = 400;
/** Pure tables of the specification are read by looking a line up, not in one go. */
const TABLES = /\/(definitions|text\/tables)\//;
const GENERATED = /generated\.ts$/;
const OPEN_MARKS = /\b(TODO|FIXME|XXX|HACK)\b/;
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/g;
const EXPORTED =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|class|interface|type) (\w+)/;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly package: string;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function readSources(): Source[] {
  const packages = readdirSync(join(root, 'packages'));
  return packages.flatMap((name) =>
    filesBelow(join(root, 'packages', name, 'src')).map((path) => ({
      path,
      text: readFileSync(path, 'utf8'),
      package: name,
    })),
  );
}

function importsOf(source: Source): string[] {
  return [...source.text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '');
}

function sizeBreaches(source: Source): string[] {
  if (GENERATED.test(source.path) || TABLES.test(source.path)) return [];
  const lines = source.text.split('\n').length;
  return lines > MAX_FILE_LINES
    ? [`${lines} lines, more than ${MAX_FILE_LINES}: does it do two things?`]
    : [];
}

function markBreaches(source: Source): string[] {
  const found: string[] = [];
  source.text.split('\n').forEach((line, index) => {
    if (OPEN_MARKS.test(line)) found.push(`line ${index + 1}: left open: ${line.trim()}`);
    if (/^export default/.test(line)) found.push(`line ${index + 1}: default export`);
  });
  return found;
}

/** Every exported thing is documented where it stands. Overloads after the first are covered by the first. */
function docBreaches(source: Source): string[] {
  if (GENERATED.test(source.path)) return [];
  const lines = source.text.split('\n');
  const seen = new Set<string>();
  const found: string[] = [];
  lines.forEach((line, index) => {
    const name = EXPORTED.exec(line)?.[1];
    if (!name || seen.has(name)) return;
    seen.add(name);
    const before = lines[index - 1]?.trim() ?? '';
    if (!before.endsWith('*/')) found.push(`line ${index + 1}: ${name} has no doc comment`);
  });
  return found;
}

/** Arrows point down only: a package imports what its package.json names, through the public door. */
function layerBreaches(source: Source): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', source.package, 'package.json'), 'utf8'));
  const allowed = new Set(Object.keys(manifest.dependencies ?? {}));
  const found: string[] = [];
  for (const name of importsOf(source)) {
    if (name.startsWith('@chappe/') && !allowed.has(name))
      found.push(`imports ${name}, which is not below it`);
    const target = name.startsWith('.') ? resolve(dirname(source.path), name) : '';
    if (target && !target.startsWith(join(root, 'packages', source.package)))
      found.push(`reaches into ${name}`);
  }
  return found;
}

/** Import cycles, types included, found by depth-first search over the files of all packages. */
function cycles(sources: readonly Source[]): string[] {
  const edges = new Map<string, string[]>();
  for (const source of sources) {
    const targets = importsOf(source).filter((name) => name.startsWith('.'));
    edges.set(
      source.path,
      targets.map((name) => resolve(dirname(source.path), name)),
    );
  }
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      const ring = [...trail.slice(trail.indexOf(path)), path];
      found.push(`cycle: ${ring.map((p) => relative(root, p)).join(' -> ')}`);
      return;
    }
    state.set(path, 'open');
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

/** Every breach of the house rules in the sources of all packages, one line each. */
export function breaches(): string[] {
  const sources = readSources();
  const perFile = sources.flatMap((source) =>
    [sizeBreaches, markBreaches, docBreaches, layerBreaches]
      .flatMap((rule) => rule(source))
      .map((breach) => `${relative(root, source.path)}: ${breach}`),
  );
  return [...perFile, ...cycles(sources)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = breaches();
  for (const line of found) console.log(line);
  if (found.length > 0) process.exit(1);
}
