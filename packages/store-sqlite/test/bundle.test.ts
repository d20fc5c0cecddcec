import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';

const program = `
  import { Center } from '@chappe/center';
  import { runStoreWorker, SqliteStore } from '@chappe/store-sqlite';
  if (!runStoreWorker()) main();
  async function main() {
    const store = await SqliteStore.open({ path: process.argv[2], workerUrl: new URL(import.meta.url) });
    const center = new Center({ store });
    await center.start();
    const address = { ton: 0, npi: 0, digits: '1' };
    const content = new Uint8Array(3);
    const { id } = await center.submitOne({ kind: 'mt', account: 'a', source: address, destination: address, content });
    const found = await center.find(id);
    await center.stop();
    console.log(found.id === id ? 'found' : 'lost');
  }
`;

test('a program bundled into one file is its own store worker', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chappe-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'program.mjs');
  await build({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['chappe-source'],
    outfile,
  });
  const { stdout } = await promisify(execFile)(process.execPath, [outfile, join(folder, 'data')]);
  expect(stdout.trim()).toBe('found');
});
