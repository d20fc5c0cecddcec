import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../../docs/library.md');

test('every error code of the package is explained', () => {
  const codes = new Set(read('../src/errors.ts').match(/'CHAPPE_SMPP_[A-Z_]+'/g));
  expect(codes.size).toBeGreaterThan(10);
  expect([...codes].filter((code) => !page.includes(code.slice(1, -1)))).toEqual([]);
});
