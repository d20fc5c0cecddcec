/** The code that the documents print. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/packages.ts';

/** What a comment right before a code block says of it: `types only` is compiled and not executed, `not run` neither. */
export interface Mark {
  readonly kind: 'types only' | 'not run';
  readonly reason: string;
}

/** One code block. */
export interface Fence {
  /** Below the root: `docs/library.md`. */
  readonly file: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  /** The headings above it, from the second level on. */
  readonly section: string;
  readonly language: string;
  readonly code: string;
  readonly mark: Mark | undefined;
  /** The file that it is, where the line before it is a path in backquotes: then it is a part of its section's project. */
  readonly path: string | undefined;
  /** The major version of Node that its commands are for, where a comment before it says so: `<!-- on Node 22 -->`. */
  readonly node: string | undefined;
}

const MARK = /^<!-- (types only|not run): (.+) -->$/;
const NODE = /^<!-- on Node (\d+) -->$/;
const PATH = /^`([\w@./-]+)`:?$/;

/** The documents of the repository, but for what scripts write. */
export function documents(): string[] {
  return globSync(['*.md', '{docs,packages,examples,bench}/**/*.md'], {
    cwd: root,
    exclude: (name) => name === 'node_modules' || name === 'dist',
  })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/\/api\.md$|^CHANGELOG\.md$/.test(file))
    .sort();
}

function markOf(line: string): Mark | undefined {
  const [, kind, reason = ''] = MARK.exec(line) ?? [];
  return kind === undefined ? undefined : { kind: kind as Mark['kind'], reason };
}

/** The code blocks of a document, in its order. */
export function fencesOf(file: string, text: string = readFileSync(join(root, file), 'utf8')): Fence[] {
  const lines = text.split('\n');
  const found: Fence[] = [];
  let section = '';
  let before = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const [, indent, language = ''] = /^( *)```([\w-]*)/.exec(line) ?? [];
    if (indent === undefined) {
      if (/^## /.test(line)) section = line.slice(3);
      if (line.trim() !== '') before = line.trim();
      continue;
    }
    const end = lines.findIndex((other, index) => index > at && other.trim() === '```');
    if (end < 0) throw new Error(`${file}:${at + 1}: a code block without an end`);
    const code = lines.slice(at + 1, end).map((inner) => inner.slice(indent.length));
    const path = PATH.exec(before)?.[1];
    const node = NODE.exec(before)?.[1];
    found.push({
      file,
      line: at + 2,
      section,
      language,
      code: `${code.join('\n')}\n`,
      mark: markOf(before),
      path,
      node,
    });
    before = '';
    at = end;
  }
  return found;
}
