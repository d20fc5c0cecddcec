/**
 * The projects that documents print, file by file, with the commands below them: laid into an empty folder where the
 * tarballs are installed, and run beside a centre as a reader would.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { documents, type Fence, fencesOf } from '../docs/markdown.ts';
import { documentedPort } from '../docs/snippets.ts';
import { type Centre, centreOf } from './centre.ts';
import { finished } from './run.ts';

const { whole, nodes } = inject('packed');

/** A section with files of a project. */
interface Recipe {
  readonly name: string;
  readonly files: readonly Fence[];
  readonly commands: readonly Fence[];
}

const fences = documents().flatMap((file) => fencesOf(file));
const sections = Map.groupBy(fences, ({ file, section }) => `${file}: ${section}`);
const recipes: Recipe[] = [...sections].flatMap(([name, blocks]) => {
  const files = blocks.filter(({ path }) => path !== undefined);
  const commands = blocks.filter(({ language }) => language === 'console');
  return files.length === 0 ? [] : [{ name, files, commands }];
});

/** A command with the lines that are printed below it. */
function commandsOf({ code }: Fence): { readonly command: string; readonly shown: readonly string[] }[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((block) => {
      const [command = '', ...shown] = block.trimEnd().split('\n');
      return { command, shown };
    });
}

test('there are recipes, and each is run', () => {
  expect(recipes.length).toBeGreaterThan(5);
  for (const { name, commands } of recipes) expect(commands.length, name).toBeGreaterThan(0);
});

describe.runIf(whole !== undefined)('recipes', () => {
  let centre: Centre;
  beforeAll(async () => {
    centre = await centreOf(whole ?? '', process.execPath);
  });
  afterAll(() => centre?.stop());

  let count = 0;
  test.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s', async (_, { files, commands }) => {
    count += 1;
    const folder = join(whole ?? '', 'recipes', String(count));
    const real = (text: string): string => text.replaceAll(documentedPort, String(centre.smppPort));
    mkdirSync(folder, { recursive: true });
    // Else npm takes the project around it.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    for (const { path = '', code } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), real(code));
    }
    for (const fence of commands) {
      const node = fence.node === undefined ? process.execPath : nodes[fence.node]!;
      for (const { command, shown } of commandsOf(fence)) {
        const where = { cwd: folder, node, env: { npm_config_prefer_offline: 'true' } };
        const printed = await finished('sh', ['-c', real(command)], where);
        for (const line of shown) expect(printed, command).toContain(line);
      }
    }
  });
});
