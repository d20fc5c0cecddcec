/** The files of the page at /docs. They are what the browser reads, as they stand in the folder `assets`. */
import { readFileSync } from 'node:fs';

/** Names of the files that the page asks for, each with its type. */
export const docsFiles = {
  'page.js': 'text/javascript; charset=utf-8',
  'words.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
} as const;

/** One of them, or the page itself. */
export type DocsFile = keyof typeof docsFiles | 'docs.html';

/** Set by scripts/bundling.ts: a program in one file has them inside. */
declare const CHAPPE_DOCS_FILES: Readonly<Record<DocsFile, string>> | undefined;

const read = new Map<DocsFile, Buffer>();

/** The octets of a file; read once, so that all answers share them. */
export function docsFile(name: DocsFile): Buffer {
  const known = read.get(name);
  if (known !== undefined) return known;
  const octets =
    typeof CHAPPE_DOCS_FILES === 'undefined'
      ? readFileSync(new URL(`../assets/${name}`, import.meta.url))
      : Buffer.from(CHAPPE_DOCS_FILES[name]);
  read.set(name, octets);
  return octets;
}
