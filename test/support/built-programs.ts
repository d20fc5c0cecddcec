/**
 * Programs of ours that tests start, each bundled into one file before the run: they start with a third of the work that
 * reading the sources takes, and there are hundreds of starts. Also what the store's threads run, in the tests' own process.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleChappe, bundleSource, bundleStoreThread } from '../../scripts/bundling.ts';
import { bundleOf } from './our-programs.ts';

const folder = fileURLToPath(new URL('../../build/test-programs', import.meta.url));
const chappe = 'packages/cli/src/main.ts';
const children = [
  'packages/api/test/idempotency-child.ts',
  'packages/store-sqlite/test/support/crash-child.ts',
  'test/gateway/gateway-child.ts',
];

/** Writes it where another run may be reading it. */
function put(path: string, contents: Uint8Array): void {
  try {
    if (readFileSync(path).equals(contents)) return;
  } catch {
    // There is none yet.
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

/** What was built, and where. */
export interface BuiltPrograms {
  readonly folder: string;
  /** The URL of what the threads of the store run. */
  readonly storeThread: string;
}

/** Builds all of them. */
export async function buildPrograms(): Promise<BuiltPrograms> {
  const threadFile = bundleOf(folder, 'packages/store-sqlite/src/worker.ts');
  const storeThread = pathToFileURL(threadFile).href;
  put(threadFile, (await bundleStoreThread({ isSmall: false })).outputFiles[0]!.contents);
  const program = bundleOf(folder, chappe);
  const { outputFiles } = await bundleChappe(storeThread, program, { isSmall: false });
  put(program, outputFiles.find(({ path }) => path === program)!.contents);
  for (const source of children) {
    const built = await bundleSource(source, storeThread);
    put(bundleOf(folder, source), built.outputFiles[0]!.contents);
  }
  return { folder, storeThread };
}
