/** How programs of this repository become one file each: the program for `npm run bundle`, and what tests start. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, type BuildResult, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['chappe-source'],
  write: false,
  logLevel: 'warning',
} satisfies BuildOptions;

/** Packages of the older kind call require, which a module does not have. */
const ownRequire = `import { createRequire as chappeRequire } from 'node:module';
const require = chappeRequire(import.meta.url);`;

type Built = BuildResult<{ readonly write: false }>;

/** The launcher names the compiled program; the bundle is made of the sources. */
const fromSources: Plugin = {
  name: 'from sources',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\.\/dist\/main\.js$/ }, () => ({
      path: join(root, 'packages', 'cli', 'src', 'main.ts'),
    }));
  },
};

/** A thread that reads the configuration is told by what it was started with; it runs the program's file. */
const entry = `
import { isMainThread, workerData } from 'node:worker_threads';
if (isMainThread) await import('./packages/cli/bin/chappe.js');
else if (workerData?.chappeConfig === true) await import('./packages/cli/src/serve/load-worker.ts');
`;

/** How small it is to be: what tests start keeps its lines, for the traces of what fails. */
export interface Size {
  readonly isSmall: boolean;
}

function minified({ isSmall }: Size): Pick<BuildOptions, 'minifySyntax' | 'minifyWhitespace'> {
  return { minifySyntax: isSmall, minifyWhitespace: isSmall };
}

/** What the threads of the store run: a thirtieth of the program, which each of them would else read once more. */
export function bundleStoreThread(size: Size): Promise<Built> {
  return build({
    ...common,
    ...minified(size),
    entryPoints: [join(root, 'packages', 'store-sqlite', 'src', 'worker.ts')],
    // Named in stack traces so, wherever it was read from.
    footer: { js: '//# sourceURL=chappe-store-thread.mjs' },
  });
}

/** What a program in one file has inside that else stands in files beside it. */
function carriedAlong(storeThread: string): Record<string, string> {
  const assets = join(root, 'packages', 'api', 'assets');
  const docs = readdirSync(assets).map((name) => [name, readFileSync(join(assets, name), 'utf8')]);
  return {
    CHAPPE_STORE_THREAD: JSON.stringify(storeThread),
    CHAPPE_DOCS_FILES: JSON.stringify(Object.fromEntries(docs)),
  };
}

/** The whole program. `storeThread`: the URL of what `bundleStoreThread` made. */
export function bundleChappe(storeThread: string, outfile: string, size: Size): Promise<Built> {
  return build({
    ...common,
    ...minified(size),
    stdin: { contents: entry, resolveDir: root, sourcefile: 'entry.ts', loader: 'ts' },
    outfile,
    legalComments: 'linked',
    define: { CHAPPE_BUNDLE: 'true', ...carriedAlong(storeThread) },
    banner: { js: `#!/usr/bin/env node\n${ownRequire}` },
    plugins: [fromSources],
  });
}

/** Any other program of ours, for instance a child of a test. */
export function bundleSource(source: string, storeThread: string): Promise<Built> {
  return build({
    ...common,
    entryPoints: [join(root, source)],
    banner: { js: ownRequire },
    define: carriedAlong(storeThread),
  });
}
