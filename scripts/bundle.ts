/**
 * `npm run bundle`: the whole program in one file, build/chappe.mjs, which runs from any folder with nothing beside it: what
 * the threads of the store run is carried along in it. `--outfile FILE` writes it elsewhere.
 */
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleChappe, bundleStoreThread } from './bundling.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { outfile: { type: 'string', default: join(root, 'build', 'chappe.mjs') } },
});

const thread = await bundleStoreThread({ isSmall: true });
const code = Buffer.from(thread.outputFiles[0]!.contents).toString('base64');
const outfile = resolve(values.outfile);
const program = await bundleChappe(`data:text/javascript;base64,${code}`, outfile, { isSmall: true });
await mkdir(dirname(outfile), { recursive: true });
for (const { path, contents } of program.outputFiles) await writeFile(path, contents);
if (thread.warnings.length + program.warnings.length > 0) process.exitCode = 1;
await chmod(outfile, 0o755);
const { size } = await stat(outfile);
console.log(`${relative(process.cwd(), outfile)}  ${(size / 1_000_000).toFixed(2)} MB`);
