/**
 * `npm run bundle`: the whole program in one file, build/chappe.mjs, which runs from any folder with nothing beside it.
 * The threads of the store run the same file. `--outfile FILE` writes it elsewhere.
 */
import { chmod, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { outfile: { type: 'string', default: join(root, 'build', 'chappe.mjs') } },
});

/** In a thread of the store only that is needed; what is not asked for is not even evaluated. A thread that reads
 * the configuration is told by what it was started with. */
const entry = `
import { isMainThread, workerData } from 'node:worker_threads';
if (isMainThread) await import('./packages/cli/bin/chappe.js');
else if (workerData?.chappeConfig === true) await import('./packages/cli/src/serve/load-worker.ts');
else await import('./packages/store-sqlite/src/index.ts');
`;

/** The launcher names the compiled program; the bundle is made of the sources. */
const fromSources: Plugin = {
  name: 'from sources',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\.\/dist\/main\.js$/ }, () => ({
      path: join(root, 'packages', 'cli', 'src', 'main.ts'),
    }));
  },
};

const { warnings } = await build({
  stdin: { contents: entry, resolveDir: root, sourcefile: 'entry.ts', loader: 'ts' },
  outfile: values.outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['chappe-source'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
  define: { CHAPPE_BUNDLE: 'true' },
  // Packages of the older kind call require, which a module does not have.
  banner: {
    js: `#!/usr/bin/env node\nimport { createRequire as chappeRequire } from 'node:module';\nconst require = chappeRequire(import.meta.url);`,
  },
  plugins: [fromSources],
});
if (warnings.length > 0) process.exitCode = 1;
await chmod(values.outfile, 0o755);
const { size } = await stat(values.outfile);
console.log(`${relative(process.cwd(), values.outfile)}  ${(size / 1_000_000).toFixed(2)} MB`);
