/** Snippets as files that the compiler checks, and as performances in front of a sandbox. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/packages.ts';
import type { Fence } from './markdown.ts';
import { type StageNames, stageNames } from './stage.ts';

/** The port that all documents name; another one stands in its place when a snippet runs. */
export const documentedPort = '2775';

/** What run-snippets.ts is told of a snippet. */
export interface Performance {
  /** Where it is written to. */
  readonly path: string;
  readonly code: string;
  /** What it uses of the stage. */
  readonly names: readonly string[];
  /** It waits for what handsets write, and does not end. */
  readonly listens: boolean;
  /** It starts a server on that port, and leaves it running. */
  readonly serves: boolean;
}

/** What run-snippets.ts says of the snippet with that place in the list. */
export interface Told {
  readonly at: number;
  readonly flaw?: string;
}

const languages: Readonly<Record<string, 'ts' | 'js'>> = {
  ts: 'ts',
  typescript: 'ts',
  js: 'js',
  javascript: 'js',
};

/** Whether a block is code that can be checked here. */
export function isSnippet({ language, path }: Fence): boolean {
  return languages[language] !== undefined && path === undefined;
}

/** How tests and complaints call it. */
export function placeOf({ file, line }: Fence): string {
  return `${file}:${line}`;
}

/** What of the stage a snippet uses and does not declare. */
export function namesIn(code: string): (keyof StageNames)[] {
  return stageNames.filter((name) => {
    if (!new RegExp(`(?<![\\w.'])${name}\\b(?!:)`).test(code)) return false;
    const declared = `\\b(?:const|let|using|function|class)\\s+${name}\\b|import\\s+\\{[^}]*\\b${name}\\b`;
    return !new RegExp(declared).test(code);
  });
}

const folder = join(root, 'build', 'snippets');

function fileName(fence: Fence, at: number): string {
  const stem = fence.file.replace(/\.md$/, '').replaceAll(/[^\w]+/g, '-');
  return `${String(at).padStart(3, '0')}-${stem}-${fence.line}`;
}

const settings = {
  extends: '../../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    noEmit: true,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    declarationMap: false,
    sourceMap: false,
    allowJs: true,
    checkJs: true,
    moduleDetection: 'force',
    // A snippet shows a thing, and need not use it.
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['.'],
};

/** Plain JavaScript has no types to give: TS7005, TS7006, TS7019, TS7031 ask for them. */
const UNTYPED = /error TS70(05|06|19|31|34):/;

/** What the compiler says against the snippets, by their place. */
export function typeFlaws(fences: readonly Fence[]): Map<string, string[]> {
  const types = join(folder, 'types');
  rmSync(types, { recursive: true, force: true });
  mkdirSync(types, { recursive: true });
  const places = new Map<string, string>();
  fences.forEach((fence, at) => {
    const name = `${fileName(fence, at)}.${languages[fence.language] === 'js' ? 'mjs' : 'ts'}`;
    places.set(name, placeOf(fence));
    writeFileSync(join(types, name), fence.code);
  });
  const globals = stageNames.map((name) => `  var ${name}: StageNames['${name}'];`);
  const stage = `import type { StageNames } from '../../../test/docs/stage.ts';\ndeclare global {\n${globals.join('\n')}\n}\n`;
  writeFileSync(join(types, 'stage.d.ts'), stage);
  writeFileSync(join(types, 'tsconfig.json'), JSON.stringify(settings));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const checked = spawnSync(process.execPath, [compiler, '-p', types, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  const found = new Map<string, string[]>();
  for (const line of checked.stdout.split('\n')) {
    const [, path = '', text = ''] = /^(\S+?)(\(\d+,\d+\): .*)$/.exec(line) ?? [];
    const name = basename(path);
    if (text === '' || (name.endsWith('.mjs') && UNTYPED.test(text))) continue;
    const place = places.get(name) ?? name;
    found.set(place, [...(found.get(place) ?? []), text]);
  }
  return found;
}

/** Runs snippets of a document in one process, one after the other; says what went wrong, by place. */
export async function runFlaws(fences: readonly Fence[], name: string): Promise<Map<string, string>> {
  const place = join(folder, name.replaceAll(/[^\w]+/g, '-'));
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const list = fences.map(
    (fence, at): Performance => ({
      path: join(place, `${fileName(fence, at)}.${languages[fence.language] === 'js' ? 'mjs' : 'ts'}`),
      code: fence.code,
      names: namesIn(fence.code),
      // Beside a server of its own it is all that happens.
      listens: /\bincoming\(/.test(fence.code) && !/\bSmppServer\.listen\(/.test(fence.code),
      serves: /\bSmppServer\.listen\(/.test(fence.code) && fence.code.includes(`port: ${documentedPort}`),
    }),
  );
  writeFileSync(join(place, 'list.json'), JSON.stringify(list));
  const runner = fileURLToPath(new URL('run-snippets.ts', import.meta.url));
  const args = ['--conditions=chappe-source', '--disable-warning=ExperimentalWarning', runner];
  const child = spawn(process.execPath, [...args, join(place, 'list.json')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  await once(child, 'close');
  const flaws = new Map(fences.map((fence) => [placeOf(fence), `was not run to its end:\n${printed}`]));
  for (const line of printed.split('\n')) {
    if (!line.startsWith('{"at":')) continue;
    const { at, flaw } = JSON.parse(line) as Told;
    const where = placeOf(fences[at]!);
    if (flaw === undefined) flaws.delete(where);
    else flaws.set(where, flaw);
  }
  return flaws;
}
