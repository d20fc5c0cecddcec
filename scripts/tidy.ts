// Style as a test: what Biome cannot say about the whole tree. `node scripts/tidy.ts` prints every breach, with
// `--rooms` the rooms of each package and the floors that they stand on.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './rooms.ts';

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

/** The room of a file, by its path below src. */
function roomOf(path: string): string {
  return path.split('/')[0]!.replace(/\.tsx?$/, '');
}

/** Imports from one room to another, by package and room: where they go, and one file that does it. */
function corridors(sources: readonly Source[]): Map<string, Map<string, Map<string, string>>> {
  const all = new Map<string, Map<string, Map<string, string>>>();
  for (const source of sources) {
    const src = join(root, 'packages', source.package, 'src');
    const from = roomOf(relative(src, source.path));
    const ofPackage = all.get(source.package) ?? new Map<string, Map<string, string>>();
    all.set(source.package, ofPackage);
    const ways = ofPackage.get(from) ?? new Map<string, string>();
    ofPackage.set(from, ways);
    for (const name of importsOf(source)) {
      if (!name.startsWith('.')) continue;
      const to = roomOf(relative(src, resolve(dirname(source.path), name)));
      if (to !== from) ways.set(to, relative(root, source.path));
    }
  }
  return all;
}

/** Imports that go up. */
function roomBreaches(sources: readonly Source[]): string[] {
  const found: string[] = [];
  for (const [name, ways] of corridors(sources)) {
    const order = rooms[name] ?? [];
    for (const [from, targets] of ways) {
      if (!order.includes(from))
        found.push(`${name}: the room ${from} is not in the list of scripts/rooms.ts: say where it stands`);
      for (const [to, path] of targets) {
        if (order.indexOf(to) > order.indexOf(from)) continue;
        found.push(
          `${path}: ${from} imports ${to}, which is a higher room: move what both need down, or have it handed in (a port)`,
        );
      }
    }
  }
  return found;
}

/** `--rooms`: rooms, floors and ways between rooms of each package. */
function describeRooms(): void {
  for (const [name, ways] of corridors(readSources())) {
    const floors = new Map<string, number>();
    const floorOf = (room: string): number => {
      const known = floors.get(room);
      if (known !== undefined) return known;
      floors.set(room, 0);
      const floor = Math.max(0, ...[...(ways.get(room)?.keys() ?? [])].map((below) => floorOf(below) + 1));
      floors.set(room, floor);
      return floor;
    };
    for (const room of ways.keys()) floorOf(room);
    const count = [...ways.values()].reduce((sum, { size }) => sum + size, 0);
    const up = roomBreaches(readSources()).filter((line) => line.includes(`packages/${name}/`)).length;
    const top = Math.max(...floors.values());
    console.log(`${name}: ${ways.size} rooms on ${top + 1} floors, ${count} ways, ${up} of them up`);
    for (let floor = top; floor >= 0; floor -= 1)
      console.log(
        `  ${floor}  ${[...floors]
          .filter(([, at]) => at === floor)
          .map(([room]) => room)
          .sort()
          .join(', ')}`,
      );
  }
}

/** Every breach of the house rules in the sources of all packages, one line each. */
export function breaches(): string[] {
  const sources = readSources();
  const perFile = sources.flatMap((source) =>
    [sizeBreaches, markBreaches, docBreaches, layerBreaches]
      .flatMap((rule) => rule(source))
      .map((breach) => `${relative(root, source.path)}: ${breach}`),
  );
  return [...perFile, ...cycles(sources), ...roomBreaches(sources)];
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--rooms')) describeRooms();
else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = breaches();
  for (const line of found) console.log(line);
  if (found.length > 0) process.exit(1);
}
