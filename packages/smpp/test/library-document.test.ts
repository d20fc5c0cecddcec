import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { expect, test } from 'vitest';
import * as door from '../src/index.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../../docs/library.md');
const snippets = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);

test('every error code of the package is explained', () => {
  const codes = new Set(read('../src/errors.ts').match(/'CHAPPE_SMPP_[A-Z_]+'/g));
  expect(codes.size).toBeGreaterThan(10);
  expect([...codes].filter((code) => !page.includes(code.slice(1, -1)))).toEqual([]);
});

test('every snippet is JavaScript, and imports what there is', async () => {
  expect(snippets.length).toBeGreaterThan(3);
  for (const code of snippets) {
    await transform(code, { format: 'esm', target: 'es2022' });
    const names = [...code.matchAll(/import \{ ([^}]+) \} from '@chappe\/smpp'/g)].flatMap(([, list = '']) =>
      list.split(', '),
    );
    expect(names.filter((name) => !(name in door))).toEqual([]);
  }
});
