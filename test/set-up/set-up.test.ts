/** Every npm script on a clone in which nothing has been installed, and a set-up that cannot be done. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Clone } from './clone.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: { readonly [name: string]: string };
};

// Plain JavaScript, without types of its own.
const pinned = join(root, 'scripts', 'pinned-node.mjs');
const { isNewEnough } = (await import(pinned)) as { readonly isNewEnough: (version: string) => boolean };

/** Something that each script can do in a moment. */
const cheap: { readonly [name: string]: readonly string[] | undefined } = {
  start: ['--help'],
  test: ['no-such-test', '--passWithNoTests'],
  rooms: [],
  fix: ['--help'],
  build: ['--help'],
  bundle: ['--outfile', 'build/test.mjs'],
  bench: ['--only', 'none', '--no-write'],
  fuzz: ['--count', '5'],
  'fuzz:sockets': ['--count', '50'],
  generate: ['--check'],
  chappe: ['--version'],
};

/** The Node of this machine, which may be another one than that of the tests. */
const node =
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find((path) => existsSync(path)) ?? process.execPath;

let clone: Clone;
beforeAll(() => {
  clone = new Clone();
});
beforeEach(() => clone.forget());
afterAll(() => clone.remove());

test('every script begins with the set-up', () => {
  for (const [name, script] of Object.entries(scripts)) {
    expect(script, name).toMatch(/^node scripts\/run\.mjs /);
    expect(name, 'npm leaves out pre and post scripts where scripts are switched off').not.toMatch(
      /^(pre|post)/,
    );
  }
  // Those that take long run in CI, on a fresh clone as well.
  expect(Object.keys(scripts).filter((name) => cheap[name] === undefined)).toEqual([
    'test:node20',
    'test:node22',
    'test:packed',
    'check',
    'api',
    'reference',
    'pack',
  ]);
});

test.each(Object.keys(cheap))('%s sets itself up on a fresh clone', async (name) => {
  const { code, output } = await clone.run(scripts[name]!, cheap[name]!, { node, install: 'whole' });
  expect(output).toMatch(/^Setting up: installing what the lock file names \.\.\.\n/);
  expect(output).not.toMatch(/ERR_|SyntaxError|not found/);
  expect(code, output).toBe(0);
  const again = await clone.run(scripts[name]!, cheap[name]!, { node, install: { fails: 'not again' } });
  expect(again.code, again.output).toBe(0);
  expect(again.output).not.toContain('Setting up');
});

test('what npm is set to leave out, or to do another way, is told to it', async () => {
  await clone.run(scripts.chappe!, ['--version'], { node, install: 'whole' });
  expect(clone.asked.at(-1)).toMatch(
    /^npm ci --include=dev --include=optional --install-strategy=hoisted --dry-run=false /,
  );
});

describe('a set-up that cannot be done says so and ends with 1', () => {
  const { chappe = '' } = scripts;

  test.each([
    ['npm error code ENOTFOUND', /npm registry was not reached/],
    ['npm error code EAI_AGAIN', /npm registry was not reached/],
    ['npm error code EACCES: permission denied, mkdir', /may not write where npm wants to/],
    ['npm error code ENOSPC', /the disk is full/],
    [
      'npm error `npm ci` can only install packages when your lock file and package.json are in sync',
      /do not agree/,
    ],
    ['npm error something new', /run `npm ci --include=dev .*` here to see more/],
  ])('%s', async (fails, what) => {
    const { code, output } = await clone.run(chappe, ['--version'], { node, install: { fails } });
    expect(code).toBe(1);
    expect(output).toContain(fails);
    expect(output).toMatch(/Setting up failed: `npm ci` ended with code 1; what it said stands above\n {2}/);
    expect(output).toMatch(what);
    expect(output).not.toMatch(/\n\s+at /);
  });

  test('npm ends well and leaves packages out', async () => {
    const { code, output } = await clone.run(chappe, ['--version'], { node, install: 'nothing' });
    expect(code).toBe(1);
    expect(output).toMatch(
      /npm ended well, and yet this is missing: node_modules\n {2}look for a setting of npm/,
    );
  });

  test('npm ends well and leaves out the programs of this platform', async () => {
    const install = { lacks: '@esbuild' };
    const { code, output } = await clone.run(chappe, ['--version'], { node, install });
    expect(code).toBe(1);
    expect(output).toMatch(/this is missing: node_modules\/@esbuild\/\S+\n {2}look for a setting of npm/);
  });

  test('a folder that this user may not write', async () => {
    // For root every folder is writable: then it is nobody who tries.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    chmodSync(clone.folder, 0o555);
    try {
      const { code, output } = await clone.run(chappe, ['--version'], { node, install: 'whole', uid });
      expect(code).toBe(1);
      expect(output).toMatch(/may not write in .*chappe\n {2}use a clone of your own/);
    } finally {
      chmodSync(clone.folder, 0o755);
    }
  });
});

test('a set-up that was killed does not block the next one; two at once do not disturb each other', async () => {
  writeFileSync(join(clone.folder, '.set-up.lock'), '999999999');
  const runs = [1, 2].map(() => clone.run(scripts.chappe!, ['--version'], { node, install: 'whole' }));
  for (const { code, output } of await Promise.all(runs)) expect(code, output).toBe(0);
  expect(existsSync(join(clone.folder, '.set-up.lock'))).toBe(false);
});

test.each([
  ['20.0.0', false],
  ['22.13.0', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['23.5.0', false],
  ['23.6.0', true],
  ['24.0.0', true],
  ['26.1.0', true],
])('Node %s runs the sources: %s', (version, isIt) => {
  expect(isNewEnough(version)).toBe(isIt);
});
